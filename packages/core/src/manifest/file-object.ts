import type { PlannedFile } from "../model/index.ts";
import { uuidv5 } from "../model/uuid.ts";
import type { FileElement } from "./file.ts";
import type { ResolvedManifestForms } from "./forms.ts";
import type { FileObject } from "./manifest.ts";
import { eventReceiverElements, linkElements, versionEventElements, webPartElements } from "./passed-through.ts";
import type { Place } from "./place.ts";
import { propertyElements } from "./property-elements.ts";
import type { SealedFile, SealedVersion } from "./sealed-file.ts";
import { manifestTime } from "./times.ts";
import type { Writable } from "./writable.ts";

type FileForms = Pick<ResolvedManifestForms, "outerFileValue" | "versionIds">;

/**
 * The `SPFile` of a file. With older versions its `Versions` hold them all, the current one included, oldest first; each
 * has its own bytes, hashes, dates, people, comment and properties.
 *
 * `InitializationVector` is not written: the blob's metadata is what the service reads, and documentation took the
 * attribute back. `MD5Hash` is left out where there is none: the members of an archive have no blob of their own.
 */
export function fileObject(file: PlannedFile, sealed: SealedFile, place: Place, forms: FileForms): FileObject {
  const { webId, webUrl } = place.target;
  const { current, versions } = sealed;
  const element = fileElement(file, current, place, versions.length === 0 || forms.outerFileValue);
  if (versions.length > 0) element.Versions = versions.map((version) => versionElement(file, version, place, forms));
  if (file.webParts !== undefined) element.WebParts = webPartElements(file.webParts);
  if (file.links !== undefined) element.Links = linkElements(file.links);
  if (file.eventReceivers !== undefined) element.EventReceivers = eventReceiverElements(file.eventReceivers);
  // The schema wants at least one.
  if (file.versionEvents?.length) element.VersionEvents = versionEventElements(file.versionEvents);
  return {
    Id: file.id,
    ObjectType: "SPFile",
    ParentId: file.parentId,
    ParentWebId: webId,
    ParentWebUrl: webUrl,
    Url: place.serverRelative,
    File: element,
  };
}

function versionElement(file: PlannedFile, version: SealedVersion, place: Place, forms: FileForms): FileElement {
  const element = fileElement(file, version, place, true);
  if (forms.versionIds === "distinct") element.Id = versionId(file.id, version.version.version);
  return element;
}

/** The id of a version's element where it is not that of the item: the same in every package. */
export function versionId(id: string, label: string): string {
  return uuidv5(id, Buffer.from(label, "utf8"));
}

function fileElement(
  file: PlannedFile,
  { version, blob, modified }: SealedVersion,
  place: Place,
  withContent: boolean,
): Writable<FileElement> {
  const { webId, webUrl, listId } = place.target;
  const element: Writable<FileElement> = {
    Url: place.webRelative,
    Id: file.id,
    ParentWebId: webId,
    ParentWebUrl: webUrl,
    Name: place.name,
    ListItemIntId: file.itemId,
    ListId: listId,
    ParentId: file.parentId,
    TimeCreated: manifestTime(file.created),
    TimeLastModified: manifestTime(modified),
    Version: version.version,
    FileValue: blob.name,
    FileSize: blob.size,
    MD5Hash: blob.md5,
    Checksum: blob.quickXorHash,
    Author: String(version.author),
    ModifiedBy: String(version.modifiedBy),
  };
  if (blob.md5 === "") delete element.MD5Hash;
  if (!withContent) {
    delete element.FileValue;
    delete element.FileSize;
    delete element.MD5Hash;
    delete element.Checksum;
  }
  if (version.checkinComment !== undefined) element.CheckinComment = version.checkinComment;
  if (version.properties !== undefined) element.Properties = propertyElements(version.properties);
  return element;
}
