// Writes manifests with so many pairs: "core" with core's writer, which begins a new one at the default limit, "one" with
// the same into a single one, "template" with template strings that escape nothing, "null" makes the objects only. With a
// third argument the chunks go to that file, else nowhere.
import { closeSync, openSync, writeSync } from "node:fs";
import { manifest } from "../core.mjs";
import { pairs } from "./pairs.mjs";
import { reportWork } from "./work-usage.mjs";

const [mode, count, path] = process.argv.slice(2);
const objects = () => pairs(Number(count));
const { writeManifest, writeManifests } = await manifest();

const MANIFEST_BYTES = 25_000_000;

function* manifests() {
  for (const chunks of writeManifests(objects(), MANIFEST_BYTES)) yield* chunks;
}

function* templates() {
  let text = '<?xml version="1.0" encoding="utf-8"?>\n<SPObjects xmlns="urn:deployment-manifest-schema">\n';
  for (const object of objects()) {
    const { File: file, ListItem: item } = object;
    const child = file
      ? `File Url="${file.Url}" Id="${file.Id}" ParentWebId="${file.ParentWebId}" ParentWebUrl="${file.ParentWebUrl}" Name="${file.Name}" ListItemIntId="${file.ListItemIntId}" ListId="${file.ListId}" ParentId="${file.ParentId}" TimeCreated="${file.TimeCreated}" TimeLastModified="${file.TimeLastModified}" Version="${file.Version}" FileValue="${file.FileValue}" FileSize="${file.FileSize}" MD5Hash="${file.MD5Hash}" Checksum="${file.Checksum}" Author="${file.Author}" ModifiedBy="${file.ModifiedBy}"`
      : `ListItem FileUrl="${item.FileUrl}" DocType="${item.DocType}" ParentFolderId="${item.ParentFolderId}" Order="${item.Order}" Id="${item.Id}" ParentWebId="${item.ParentWebId}" ParentListId="${item.ParentListId}" Name="${item.Name}" DirName="${item.DirName}" IntId="${item.IntId}" DocId="${item.DocId}" Version="${item.Version}" ContentTypeId="${item.ContentTypeId}" Author="${item.Author}" ModifiedBy="${item.ModifiedBy}" TimeCreated="${item.TimeCreated}" TimeLastModified="${item.TimeLastModified}" ModerationStatus="${item.ModerationStatus}"`;
    text += `  <SPObject Id="${object.Id}" ObjectType="${object.ObjectType}" ParentId="${object.ParentId}" ParentWebId="${object.ParentWebId}" ParentWebUrl="${object.ParentWebUrl}" Url="${object.Url}">\n    <${child}/>\n  </SPObject>\n`;
    if (text.length < 65_536) continue;
    yield Buffer.from(text);
    text = "";
  }
  yield Buffer.from(`${text}</SPObjects>\n`);
}

function* nothing() {
  let seen = 0;
  for (const object of objects()) seen += object.Id.length;
  yield Buffer.alloc(seen > 0 ? 1 : 0);
}

const writers = { core: manifests, one: () => writeManifest(objects()), template: templates, null: nothing };

await reportWork(() => {
  const file = path === undefined ? undefined : openSync(path, "w");
  let bytes = 0;
  for (const chunk of writers[mode]()) {
    bytes += chunk.length;
    if (file !== undefined) writeSync(file, chunk);
  }
  if (file !== undefined) closeSync(file);
  return { bytes };
});
