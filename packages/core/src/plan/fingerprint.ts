import { hash } from "node:crypto";
import type { Attachment, FileVersion, ListItemVersion, VersionDetails } from "../model/index.ts";
import { isPlain, type SourceObject } from "./source-item.ts";

/** Digits in base64url of the hash of an item's details: 96 bits. */
const DETAILS_DIGITS = 16;

/**
 * What tells whether an item is as it was: the source's own fingerprint, else size and modification date in ms, and a
 * hash of all details that it carries beyond these. Content is not looked at, nor the date of creation: copies and
 * restored files have a new one.
 */
export function fingerprintOf(item: SourceObject): string {
  if (item.fingerprint !== undefined) return item.fingerprint;
  const size = item.kind === "file" ? item.size : "";
  const plain = `${size}:${item.modified?.getTime() ?? ""}`;
  if (isPlain(item)) return plain;
  return `${plain}:${hash("sha256", JSON.stringify(details(item)), "base64url").slice(0, DETAILS_DIGITS)}`;
}

/** All that is written of an item, in a fixed order. */
function details(item: SourceObject): unknown[] {
  const common = [
    versionDetails(item),
    item.contentTypeId,
    item.permissions,
    item.retentionLabel,
    item.comments,
    item.sharing,
    item.links,
    item.eventReceivers,
  ];
  if (item.kind === "folder") return [...common, item.progId, item.properties];
  if (item.kind === "item") {
    return [...common, item.versions?.map(ofVersion), item.attachments?.map(ofAttachment)];
  }
  const { versions, checkinComment, properties, webParts, versionEvents } = item;
  return [...common, versions?.map(ofVersion), checkinComment, properties, webParts, versionEvents];
}

function versionDetails({ author, modifiedBy, fields, version, moderation }: VersionDetails): unknown[] {
  return [author, modifiedBy, fields, version, moderation];
}

function ofVersion(version: FileVersion | ListItemVersion): unknown[] {
  const own = "size" in version ? [version.size, version.checkinComment, version.properties] : [];
  return [versionDetails(version), version.modified, ...own];
}

function ofAttachment({ name, size, author, modifiedBy, created, modified }: Attachment): unknown[] {
  return [name, size, author, modifiedBy, created, modified];
}
