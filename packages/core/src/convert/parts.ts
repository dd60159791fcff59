import type { FileElement } from "../manifest/file.ts";
import type { FolderElement } from "../manifest/folder.ts";
import type { ListItemElement } from "../manifest/list-item.ts";
import type { AssignmentElement } from "../manifest/roles.ts";
import type { SerializedElement } from "../model/index.ts";

/** Elements of an object that go on as they are. */
export interface PassedElements {
  readonly links?: readonly SerializedElement[];
  readonly eventReceivers?: readonly SerializedElement[];
  readonly webParts?: readonly SerializedElement[];
  readonly versionEvents?: readonly SerializedElement[];
}

/** What one object of a manifest says of an item; the parts of an item come from anywhere in the export. */
export type Part = { readonly url: string; readonly place: number } & (
  | { readonly kind: "folder"; readonly folder: FolderElement }
  | ({ readonly kind: "file"; readonly file: FileElement } & PassedElements)
  | ({ readonly kind: "item"; readonly item: ListItemElement } & PassedElements)
  | { readonly kind: "scope"; readonly assignments: readonly AssignmentElement[] }
  | { readonly kind: "deletion"; readonly of: "folder" | "file" | "item"; readonly id?: string }
  /** An object that can't be used. */
  | { readonly kind: "fault"; readonly message: string }
);

/** A part as it is sorted: its key and its JSON, so that little memory holds many. Of an id the text is a place. */
export interface KeyedPart {
  readonly key: string;
  readonly text: string;
}

/** What stands before a part's key: ids first, then faults, then the items, then what is deleted. */
export const IDS = "!";
export const FAULTS = "0";
export const ITEMS = "1";
export const DELETIONS = "2";

/** `key` must share no memory with the text that it was read from, as parts are kept. */
export function keyedPart(key: string, part: Part): KeyedPart {
  return { key, text: JSON.stringify(part) };
}

const BRACES = /^\{(.*)\}$/s;

/** Tells where an id is used, with or without braces: it sorts beside the other uses of the id. */
export function idUse(id: string, place: string): KeyedPart {
  // Joining copies: an id shares memory with the text that it was read from.
  return { key: [IDS, id.toLowerCase().replace(BRACES, "$1")].join(""), text: place };
}

/** By the units of the key, whatever the locale. */
export function compareParts(one: KeyedPart, other: KeyedPart): number {
  if (one.key === other.key) return 0;
  return one.key < other.key ? -1 : 1;
}

/** Bytes of a part in memory, beside those of its texts: about what the engine takes for an object and two texts. */
const OVERHEAD_BYTES = 150;

/** Bytes that a part takes while it is held. */
export function bytesOfPart({ key, text }: KeyedPart): number {
  return key.length + text.length + OVERHEAD_BYTES;
}

// Keys hold no line feed.
export function serializePart({ key, text }: KeyedPart): string {
  return `${key}\n${text}`;
}

export function parseKeyedPart(text: string): KeyedPart {
  const end = text.indexOf("\n");
  return { key: text.slice(0, end), text: text.slice(end + 1) };
}

export function partOf({ text }: KeyedPart): Part {
  return JSON.parse(text) as Part;
}
