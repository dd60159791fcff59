import type { ListState } from "../site/entry.ts";
import { foldedName } from "../site/stored-name.ts";
import type { ImportedAttachment } from "../site/types.ts";
import { mostAttachmentBytes, type ReceivedContent, receive, settle } from "./content.ts";
import { demandWeb, given, type ImportContext, needed, optionalGuid, propertiesOf, stampsOf } from "./context.ts";
import { demand } from "./fault.ts";
import { demandName, isSameUrl } from "./names.ts";
import { childNamed, childrenNamed, type Element } from "./xml-reader.ts";

/** An attachment whose content was received. */
export interface ReceivedAttachment {
  readonly name: string;
  readonly element: Element;
  readonly content: ReceivedContent;
}

/** Reads and checks the attachments of a list item: they exist outside of libraries only. */
export async function receiveAttachments(
  context: ImportContext,
  item: Element,
  place: { readonly list: ListState; readonly itemId: number; readonly url: string },
): Promise<ReceivedAttachment[]> {
  const attachments = childNamed(item, "Attachments");
  const elements = attachments ? childrenNamed(attachments, "Attachment") : [];
  demand(elements.length === 0 || !place.list.isLibrary, `Items of a library have no attachments: '${place.url}'.`);
  const names = new Set<string>();
  for (const element of elements) {
    const name = needed(element, "Name");
    demandName(name, { kind: "file", isInRoot: false, isLibrary: false });
    demand(!names.has(foldedName(name)), `The attachment '${name}' of '${place.url}' is there twice.`);
    names.add(foldedName(name));
    demandWeb(context, element);
    optionalGuid(element, "Id");
    demandUrl(context, element, place, name);
  }
  const received: ReceivedAttachment[] = [];
  for (const element of elements) {
    const content = await receive(context, { fileValue: needed(element, "FileValue") });
    received.push({ name: needed(element, "Name"), element, content });
    demand(content.size <= mostAttachmentBytes, `The attachment '${received.at(-1)?.name}' is larger than 250 MB.`);
  }
  return received;
}

/** Both the web-relative and the server-relative form are in use. */
function demandUrl(
  context: ImportContext,
  element: Element,
  place: { readonly list: ListState; readonly itemId: number },
  name: string,
): void {
  const { Url } = element.attributes;
  if (Url === undefined) return;
  const url = `${place.list.url}/Attachments/${place.itemId}/${name}`;
  const web = context.site.url === "/" ? "" : context.site.url;
  const isThere = isSameUrl(Url, url) || isSameUrl(`${web}/${Url}`, url);
  demand(isThere, `The URL '${Url}' of an attachment is not '${url}'.`);
}

export async function keepAttachments(
  context: ImportContext,
  uniqueId: string,
  received: readonly ReceivedAttachment[],
): Promise<ImportedAttachment[]> {
  const attachments: ImportedAttachment[] = [];
  for (const { name, element, content } of received) {
    const path = context.site.attachmentPath(uniqueId, name);
    await settle(context, content, path);
    const { size, sha256, quickXorHash } = content;
    attachments.push({
      ...{ name, size, sha256, quickXorHash, storedAs: path.replaceAll("\\", "/") },
      ...stampsOf(context, element),
      ...given<ImportedAttachment>({
        id: element.attributes.Id,
        metaInfo: element.attributes.MetaInfo,
        properties: propertiesOf(element),
      }),
    });
  }
  return attachments;
}
