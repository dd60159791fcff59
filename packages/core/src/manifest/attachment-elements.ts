import type { PlannedListItem, SealedBlob } from "../model/index.ts";
import type { ResolvedManifestForms } from "./forms.ts";
import type { AttachmentElement } from "./list-item.ts";
import type { Place } from "./place.ts";
import { manifestTime } from "./times.ts";

/** The system folder of a list that has a folder for each item with attachments, called as its integer id. */
const ATTACHMENTS_FOLDER = "Attachments";

/**
 * The attachments of a list item; undefined where one of them has no blob. The element is closed: sizes, hashes and IVs
 * stand at the blobs alone.
 */
export function attachmentElements(
  item: PlannedListItem,
  place: Place,
  sealed: (blob: string) => SealedBlob | undefined,
  form: ResolvedManifestForms["attachmentUrl"],
): AttachmentElement[] | undefined {
  const { target, urls } = place;
  const folder = [ATTACHMENTS_FOLDER, String(item.itemId)];
  const elements: AttachmentElement[] = [];
  for (const attachment of item.attachments ?? []) {
    const blob = sealed(attachment.blob);
    if (blob === undefined) return undefined;
    const path = [...folder, attachment.name];
    elements.push({
      Name: attachment.name,
      DirName: urls.dirName(folder),
      Url: form === "webRelative" ? urls.webRelative(path) : urls.serverRelative(path),
      Id: attachment.id,
      ParentWebId: target.webId,
      FileValue: blob.name,
      Author: String(attachment.author),
      ModifiedBy: String(attachment.modifiedBy),
      TimeCreated: manifestTime(attachment.created),
      TimeLastModified: manifestTime(blob.modified ?? attachment.modified),
    });
  }
  return elements;
}
