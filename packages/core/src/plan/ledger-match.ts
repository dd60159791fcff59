import { type Delta, type Known, UNKNOWN } from "./delta.ts";
import type { Place } from "./entry-drafts.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { comparisonKey } from "./fold.ts";
import type { Identity } from "./identity.ts";
import { markOf, type OpenFolder, type Wish } from "./open-folder.ts";
import type { SourceObject } from "./source-item.ts";

/** The fingerprint of a folder of which nothing but its name is known. */
const IMPLIED = "implied";

/** Holds items against what the target has received, where there is a ledger that tells. */
export class LedgerMatch {
  readonly #delta: Delta | undefined;
  readonly #identity: Identity;

  constructor(delta: Delta | undefined, identity: Identity) {
    this.#delta = delta;
    this.#identity = identity;
  }

  /** What the ledger knows of an item. */
  known(item: SourceObject): Known {
    return this.#delta?.known(item.kind, item.path, item.identity) ?? UNKNOWN;
  }

  /** What was received in one folder is not received in another that took its path. */
  fingerprint(item: SourceObject, parent: OpenFolder): string | undefined {
    return this.#delta && fingerprintOf(item) + parent.markBy(this.#identity);
  }

  impliedFingerprint(parent: OpenFolder, { received }: Known): string | undefined {
    if (this.#delta === undefined) return undefined;
    const mark = parent.markBy(this.#identity);
    return received !== undefined && markOf(received) === mark ? received : IMPLIED + mark;
  }

  /** What a name has to be and not to be, by what the target holds. */
  wish(parent: OpenFolder, kind: "folder" | "file", known: Known): Wish | undefined {
    const delta = this.#delta;
    if (delta === undefined) return undefined;
    const { path, replaced } = known;
    return {
      kept: path?.at(-1),
      isTaken: (name) => {
        if (replaced !== undefined && comparisonKey(name) === comparisonKey(replaced.path.at(-1) ?? "")) return true;
        const bytes = this.#identity.extend(parent.identityBy(this.#identity), name);
        const at = [...parent.fields.path, name];
        for (let generation = 0; ; generation += 1) {
          const id = this.#identity.id(kind, bytes, generation);
          if (!delta.isHeld(id)) return false;
          if (id !== known.entry?.id && delta.isHeldAt(id, at)) return true;
        }
      },
    };
  }
}

/** Whether the target has the item as it is, in its place. */
export function isUnchanged({ known, fingerprint, path }: Place): boolean {
  if (known.received === undefined || known.received !== fingerprint) return false;
  const held = known.path;
  return held !== undefined && held.length === path.length && held.every((name, level) => name === path[level]);
}
