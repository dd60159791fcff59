import { PrimepackError } from "../errors/index.ts";
import { ITEM_ID_MAX, type Target } from "../model/index.ts";
import type { Delta, Known } from "./delta.ts";
import { type Identity, normalizeGuid } from "./identity.ts";
import type { SourceObject } from "./source-item.ts";

/** Kinds of the ids that an item of each kind has: of its document, and of its list item. */
export const identityKinds = {
  folder: ["folder", "item"],
  file: ["file", "item"],
  item: ["document", "listitem"],
} as const;

/** What tells an item from all others of its list. */
export interface Ids {
  readonly id: string;
  readonly listItemId: string;
  readonly itemId: number;
  readonly generation: number;
}

/** Gives items their ids, and counts their numbers up. */
export class ItemIds {
  readonly #identity: Identity;
  readonly #delta: Delta | undefined;
  #next: number;

  /** @param first - number of the first item that brings none. */
  constructor(identity: Identity, delta: Delta | undefined, first: number) {
    this.#identity = identity;
    this.#delta = delta;
    this.#next = first;
  }

  /** The first number that no item has. */
  get next(): number {
    return this.#next;
  }

  /** Whatever is counted up from now on is above this number. */
  use(itemId: number): void {
    this.#next = Math.max(this.#next, itemId + 1);
  }

  /** The ids that an item has in the target, or the ones that it brings along, or new ones. */
  of(item: SourceObject, known: Known, pathBytes: () => Uint8Array): Ids {
    const { entry } = known;
    if (entry !== undefined) {
      const { id, listItemId, itemId, generation } = entry;
      this.use(itemId);
      return { id, listItemId, itemId, generation };
    }
    const bytes = pathBytes();
    const [idKind, listItemIdKind] = identityKinds[item.kind];
    const generation = this.#freeGeneration(item.kind, bytes);
    const id = this.#identity.id(idKind, bytes, generation);
    return {
      id: given(item.id) ?? id,
      listItemId: given(item.listItemId) ?? this.#identity.id(listItemIdKind, bytes, generation),
      itemId: this.#itemId(item),
      generation,
    };
  }

  /** The first generation of a path's ids that no moved item holds: as a file or a folder, which share a list item's id. */
  #freeGeneration(kind: SourceObject["kind"], bytes: Uint8Array): number {
    const delta = this.#delta;
    if (delta === undefined) return 0;
    const kinds = kind === "item" ? (["document"] as const) : (["file", "folder"] as const);
    let generation = 0;
    while (kinds.some((each) => delta.isHeld(this.#identity.id(each, bytes, generation)))) generation += 1;
    return generation;
  }

  #itemId(item: SourceObject): number {
    const itemId = item.itemId ?? this.#next;
    if (itemId > ITEM_ID_MAX) {
      throw new PrimepackError(
        "INVALID_TARGET",
        `Cannot number the items from firstItemId on as the last item id is ${ITEM_ID_MAX}: current value is ${itemId}`,
      );
    }
    this.use(itemId);
    return itemId;
  }
}

/** An id that the item brings along, in the form of all others. */
export function given(id: string | undefined): string | undefined {
  return id === undefined ? undefined : normalizeGuid(id);
}

/** What is wrong with the ids that an item brings along: one that two objects had would make the service refuse the package. */
export function idFault(item: SourceObject, target: Target): string | undefined {
  const ids = [given(item.id), given(item.listItemId)].filter((id) => id !== undefined);
  if (ids[0] !== undefined && ids[0] === ids[1]) return `it has the id of its list item: current value is ${ids[0]}`;
  const taken = ids.find((id) => [target.webId, target.listId, target.rootFolderId].some((own) => given(own) === id));
  return taken && `it has the id of the web, the list or its root folder: current value is ${taken}`;
}
