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

/** A part as it is sorted: its key and its JSON, so that little memory holds many. */
export interface KeyedPart {
  readonly key: string;
  readonly text: string;
}

/** What stands before a part's key: faults first, then the items, then what is deleted. */
export const FAULTS = "0";
export const ITEMS = "1";
export const DELETIONS = "2";

export function keyedPart(key: string, part: Part): KeyedPart {
  return { key, text: JSON.stringify(part) };
}

/** By the units of the key, whatever the locale. */
export function compareParts(one: KeyedPart, other: KeyedPart): number {
  if (one.key === other.key) return 0;
  return one.key < other.key ? -1 : 1;
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
