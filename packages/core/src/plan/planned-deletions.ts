import type { LedgerEntry, PlannedDeletion, SourceDeletion } from "../model/index.ts";
import type { Delta } from "./delta.ts";
import type { Identity } from "./identity.ts";
import { identityKinds } from "./item-ids.ts";
import { legalName, type RenameStyle } from "./rename.ts";
import type { ResolvedPlanOptions } from "./types.ts";

/** Makes deletions of what the target is to lose. */
export class PlannedDeletions {
  readonly #identity: Identity;
  readonly #delta: Delta | undefined;
  readonly #rootFolderId: string;
  readonly #renameWith: RenameStyle;

  constructor({ target, names }: ResolvedPlanOptions, identity: Identity, delta: Delta | undefined) {
    this.#identity = identity;
    this.#delta = delta;
    this.#rootFolderId = target.rootFolderId;
    this.#renameWith = names.renameWith;
  }

  /** The deletion of what the ledger knows. */
  of({ kind, source, path, id, listItemId }: LedgerEntry): PlannedDeletion {
    const parentId = source.length === 1 ? this.#rootFolderId : this.#delta?.folderId(source.slice(0, -1));
    return {
      kind: "deletion",
      of: kind,
      source: [...source],
      path,
      id,
      listItemId,
      ...(parentId === undefined ? {} : { parentId }),
    };
  }

  /** The deletion of what no ledger knows: at the path where the item would be if nothing clashed. */
  computed({ of, path: source }: SourceDeletion): PlannedDeletion {
    const last = source.length - 1;
    const path = source.map((name, level) => {
      if (of === "item" && level === last) return name;
      const kind = level === last && of === "file" ? "file" : "folder";
      return legalName(name, { kind, inRoot: level === 0 }, this.#renameWith).name;
    });
    let above: Uint8Array = new Uint8Array();
    for (const name of path.slice(0, -1)) above = this.#identity.extend(above, name);
    const name = path[last] as string;
    const bytes = of === "item" ? this.#identity.extendByKey(above, name) : this.#identity.extend(above, name);
    const [idKind, listItemIdKind] = identityKinds[of];
    return {
      kind: "deletion",
      of,
      source: [...source],
      path,
      id: this.#identity.id(idKind, bytes),
      listItemId: this.#identity.id(listItemIdKind, bytes),
      parentId: last === 0 ? this.#rootFolderId : this.#identity.id("folder", above),
    };
  }
}
