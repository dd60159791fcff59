import type { XmlElement } from "../../xml/element.ts";
import { quoted } from "../finding.ts";
import type { ContentReference } from "../package-facts.ts";
import type { RuleContext } from "./context.ts";

/** How an element names a content blob. */
export interface Naming {
  /** Whether another element of the same file or item may have named the blob. */
  readonly again: boolean;
  readonly isAttachment?: boolean;
}

/** Notes the blob that the element names in FileValue, with what it says of it. */
export function addContent(context: RuleContext, element: XmlElement, { again, isAttachment = false }: Naming): void {
  const {
    FileValue: blob,
    MD5Hash: md5,
    Checksum: checksum,
    InitializationVector: iv,
    FileSize: size,
  } = element.attributes;
  if (blob === undefined) return;
  const reference: ContentReference = { blob, place: context.place(element), md5, checksum, iv, size, isAttachment };
  const references = context.facts.contents.get(blob);
  if (references === undefined) {
    context.facts.contents.set(blob, [reference]);
    return;
  }
  if (!again) {
    context.report(
      "DUPLICATE_BLOB_REFERENCE",
      element,
      `Only one version of one file may name the blob: current value is ${quoted(blob)}`,
    );
  }
  references.push(reference);
}
