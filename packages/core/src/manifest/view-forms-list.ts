import { ElementBinding, type OtherContent } from "../xml/index.ts";
import { type FileBytes, type ReadFileOptions, readList, writeList } from "./document.ts";
import { viewFormsListFile } from "./names.ts";

/** `ViewForm` of ViewFormsList.xml (package format, 2.4): only for packages that define views. Closed. */
export interface ViewFormElement extends OtherContent {
  readonly Id?: string;
  readonly Type?: "View" | "Form" | "File";
}

const viewFormBinding: ElementBinding<ViewFormElement> = new ElementBinding<ViewFormElement>({
  name: "ViewForm",
  attributes: { Id: "string?", Type: "string?" },
  children: {},
});

/** Throws MANIFEST_INVALID where a value would make the service refuse the file. */
export function writeViewFormsList(forms: Iterable<ViewFormElement>): Iterable<Uint8Array> {
  return writeList(viewFormsListFile, viewFormBinding, forms);
}

/** Throws what the XML reader throws. */
export function readViewFormsList(
  bytes: FileBytes,
  options?: ReadFileOptions,
): AsyncGenerator<ViewFormElement, void, undefined> {
  return readList(viewFormsListFile, viewFormBinding, bytes, options);
}
