import { ElementBinding, type OtherContent } from "../xml/index.ts";
import { type FileBytes, type ReadFileOptions, readList, writeList } from "./document.ts";
import { lookupListMapFile } from "./names.ts";

/** `LookupItem`: an item of a list that columns look up. Closed. */
export interface LookupItemElement extends OtherContent {
  /** The integer item id in practice, although the schema calls it a GUID. */
  readonly Id?: string;
  readonly DocId?: string;
  readonly Url?: string;
  readonly Included?: boolean;
}

/** `LookupList` of LookupListMap.xml (package format, 2.4): only for packages that define columns. Closed. */
export interface LookupListElement extends OtherContent {
  readonly Id?: string;
  readonly Url?: string;
  readonly Included?: boolean;
  /** The schema allows several such elements; they are read as one. */
  readonly LookupItems?: readonly LookupItemElement[];
}

const lookupItemBinding: ElementBinding<LookupItemElement> = new ElementBinding<LookupItemElement>({
  name: "LookupItem",
  attributes: { Id: "string?", DocId: "string?", Url: "string?", Included: "boolean?" },
  children: {},
});

const lookupListBinding: ElementBinding<LookupListElement> = new ElementBinding<LookupListElement>({
  name: "LookupList",
  attributes: { Id: "string?", Url: "string?", Included: "boolean?" },
  children: { LookupItems: { list: () => lookupItemBinding } },
});

/** Throws MANIFEST_INVALID where a value would make the service refuse the file. */
export function writeLookupListMap(lists: Iterable<LookupListElement>): Iterable<Uint8Array> {
  return writeList(lookupListMapFile, lookupListBinding, lists);
}

/** Throws what the XML reader throws. */
export function readLookupListMap(
  bytes: FileBytes,
  options?: ReadFileOptions,
): AsyncGenerator<LookupListElement, void, undefined> {
  return readList(lookupListMapFile, lookupListBinding, bytes, options);
}
