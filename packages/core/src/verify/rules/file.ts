import type { XmlElement } from "../../xml/element.ts";
import { quoted } from "../finding.ts";
import type { VersionContent } from "../package-facts.ts";
import { checkComments } from "./comments.ts";
import { addContent } from "./contents.ts";
import {
  checkAuthorsAndTimes,
  checkList,
  checkUser,
  checkWeb,
  checkWebRelative,
  leafName,
  type RuleContext,
  requireAttributes,
  requireEqual,
} from "./context.ts";
import { checkParent, checkPlacement } from "./placement.ts";
import { checkTwoVersions, checkVersions, versionOf, versionsOf } from "./versions.ts";

const required = ["Id", "Url", "ParentWebId", "ParentId"];

export function checkFile(context: RuleContext, object: XmlElement, file: XmlElement): void {
  const { facts, run, packageIndex } = context;
  const { Id: id, Url: url, ParentId: parentId } = file.attributes;
  requireAttributes(context, file, required);
  checkWeb(context, file);
  checkList(context, file, "ListId");
  checkAuthorsAndTimes(context, file);
  requireEqual(
    context,
    file,
    ["ParentId", parentId],
    ["that of SPObject", object.attributes.ParentId],
    "LINK_MISMATCH",
  );
  const serverRelative = checkWebRelative(context, file, "Url");
  checkPlacement(context, file, "file", serverRelative);
  checkParent(context, file, parentId, serverRelative);
  checkVersions(context, file);
  checkTwoVersions(context, file);
  checkComments(context, file);
  checkVersionEvents(context, file);
  const versions = versionsOf(file);
  for (const version of versions) {
    checkAuthorsAndTimes(context, version);
    requireEqual(
      context,
      version,
      ["Url of a version", version.attributes.Url],
      ["that of the file", url],
      "VERSION_LINK",
    );
  }
  gatherContents(context, file, versions);

  facts.files++;
  if (id === undefined) return;
  facts.defined.set(id.toLowerCase(), {
    kind: "file",
    id,
    name: file.attributes.Name ?? (url === undefined ? undefined : leafName(url)),
    url,
    parentId,
    listId: file.attributes.ListId,
    webId: file.attributes.ParentWebId,
    itemId: file.attributes.ListItemIntId,
    version: versionOf(file),
    blob: file.attributes.FileValue ?? currentOf(file, versions)?.attributes.FileValue,
    place: context.place(file),
    order: facts.objects,
    versions: Math.max(1, versions.length),
    labels: versions.map(versionOf),
    contents: versions.filter((version) => versionOf(version) !== versionOf(file)).map(contentOf),
    hasItem: false,
  });
  const before = run.define(id, "file", packageIndex);
  if (before !== undefined && before.packageIndex !== packageIndex) {
    context.report("DUPLICATE_ID", file, `Another package defines the id too: current value is ${quoted(id)}`);
  }
  if (serverRelative !== undefined && before === undefined && !run.addUrl(serverRelative)) {
    context.report("NAME_CLASH", file, `Another object has an equal URL: current value is ${quoted(serverRelative)}`);
  }
}

function contentOf(version: XmlElement): VersionContent {
  return { version: versionOf(version), blob: version.attributes.FileValue };
}

function checkVersionEvents(context: RuleContext, file: XmlElement): void {
  for (const events of file.children) {
    if (events.name !== "VersionEvents") continue;
    for (const event of events.children) checkUser(context, event, "UserId", event.attributes.UserId);
  }
}

/**
 * The blobs that a file names. With versions the outer file may leave FileValue out, or name the current version's again:
 * both are in use.
 */
function gatherContents(context: RuleContext, file: XmlElement, versions: readonly XmlElement[]): void {
  const blob = file.attributes.FileValue;
  for (const version of versions) {
    if (version.attributes.FileValue === undefined) reportNoContent(context, version);
    else addContent(context, version, { again: false });
  }
  if (versions.length === 0) {
    if (blob !== undefined) addContent(context, file, { again: false });
    else if (file.attributes.IsGhosted !== "true") reportNoContent(context, file);
    return;
  }
  if (blob === undefined) return;
  const current = currentOf(file, versions);
  if (current !== undefined && current.attributes.FileValue !== blob) {
    context.report(
      "VERSION_CURRENT",
      file,
      `FileValue of the outer file must be that of its current version: current value is ${quoted(blob)}`,
    );
  }
  addContent(context, file, { again: true });
}

function currentOf(file: XmlElement, versions: readonly XmlElement[]): XmlElement | undefined {
  return versions.find((version) => versionOf(version) === versionOf(file));
}

function reportNoContent(context: RuleContext, element: XmlElement): void {
  context.report("FILE_WITHOUT_CONTENT", element, "The file must name a blob in FileValue");
}
