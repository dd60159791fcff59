import type { SiteItem, SiteList } from "../ports.ts";
import type { RecordPlace } from "./record-log.ts";
import { foldedName } from "./stored-name.ts";

/** What is kept in memory of a folder, file or item; all else is read from its record. */
export interface Entry {
  readonly uniqueId: string;
  readonly kind: SiteItem["kind"] | "root";
  readonly list: ListState;
  /** Undefined: the list's root folder. */
  parent: Entry | undefined;
  name: string;
  itemId: number;
  isNumberedBySite: boolean;
  listItemId: string | undefined;
  scopeId: string | undefined;
  /** Carries sharing events. */
  isShared: boolean;
  /** Undefined: the root folder, or being made. */
  place: RecordPlace | undefined;
  /** By folded name; undefined: nothing below yet. */
  children: Map<string, Entry> | undefined;
  /** All that lies below, at any depth. */
  below: number;
}

/** A list of the site with what it holds. */
export class ListState implements SiteList {
  readonly id: string;
  readonly title: string;
  readonly url: string;
  readonly baseTemplate: number;
  readonly rootFolderId: string;
  readonly root: Entry;
  readonly byItemId: Map<number, Entry> = new Map();
  /** Unique scopes, the list's own included. */
  scopes = 0;
  #ordered: Entry[] | undefined;

  constructor(list: SiteList) {
    this.id = list.id;
    this.title = list.title;
    this.url = list.url;
    this.baseTemplate = list.baseTemplate;
    this.rootFolderId = list.rootFolderId;
    this.root = newEntry(this, undefined, list.rootFolderId, "root", "");
  }

  /** Document libraries of all kinds: they hold files, and no attachments. */
  get isLibrary(): boolean {
    return libraryTemplates.has(this.baseTemplate);
  }

  /** In the order of item ids. */
  ordered(): readonly Entry[] {
    this.#ordered ??= [...this.byItemId.entries()].sort(([a], [b]) => a - b).map(([, entry]) => entry);
    return this.#ordered;
  }

  takeItemId(entry: Entry, itemId: number): void {
    this.freeItemId(entry);
    entry.itemId = itemId;
    if (itemId > 0) this.byItemId.set(itemId, entry);
    this.#ordered = undefined;
  }

  freeItemId(entry: Entry): void {
    if (this.byItemId.get(entry.itemId) !== entry) return;
    this.byItemId.delete(entry.itemId);
    this.#ordered = undefined;
  }
}

/** `SPListTemplateType` of libraries: documents, forms, pictures, web pages, site assets, My Site and Embedded drives. */
const libraryTemplates = new Set([101, 109, 115, 119, 700, 850, 851]);

export function newEntry(
  list: ListState,
  parent: Entry | undefined,
  uniqueId: string,
  kind: Entry["kind"],
  name: string,
): Entry {
  return {
    ...{ uniqueId, kind, list, parent, name, itemId: 0, below: 0, isShared: false, isNumberedBySite: false },
    ...{ listItemId: undefined, scopeId: undefined, place: undefined, children: undefined },
  };
}

/** Server-relative. */
export function urlOf(entry: Entry): string {
  return entry.parent === undefined ? entry.list.url : `${urlOf(entry.parent)}/${entry.name}`;
}

export function childOf(folder: Entry, name: string): Entry | undefined {
  return folder.children?.get(foldedName(name));
}

export function putBelow(entry: Entry): void {
  const { parent } = entry;
  if (parent === undefined) return;
  parent.children ??= new Map();
  parent.children.set(foldedName(entry.name), entry);
  countBelow(parent, 1 + entry.below);
}

export function takeAway(entry: Entry): void {
  entry.parent?.children?.delete(foldedName(entry.name));
  countBelow(entry.parent, -1 - entry.below);
}

/** Whether the folder is the entry, or lies in it. */
export function isWithin(folder: Entry, entry: Entry): boolean {
  for (let above: Entry | undefined = folder; above; above = above.parent) if (above === entry) return true;
  return false;
}

function countBelow(folder: Entry | undefined, by: number): void {
  for (let above = folder; above; above = above.parent) above.below += by;
}

/** The entry and all below it, parents first. */
export function* subtree(entry: Entry): Generator<Entry, void, undefined> {
  yield entry;
  for (const child of entry.children?.values() ?? []) yield* subtree(child);
}
