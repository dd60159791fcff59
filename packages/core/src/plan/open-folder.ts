import type { Code } from "../errors/index.ts";
import { PATH_MAX_LENGTH, type RenameReason, type TargetPath } from "../model/index.ts";
import type { ExistingFolder } from "./existing-folders.ts";
import { caseFold, comparisonKey } from "./fold.ts";
import type { Identity } from "./identity.ts";
import { nameFaults } from "./name-rules.ts";
import { HASH_DIGITS, HASH_DIGITS_MAX, hashedName, type LegalName, legalName, SHORTENED_MIN_LENGTH } from "./rename.ts";
import type { ResolvedPlanOptions } from "./types.ts";

/**
 * UTF-16 units that a renamed folder leaves for a name in it: the shortest that a hash can be in, a period and five of
 * extension.
 */
const LEAF_MIN_LENGTH: number = SHORTENED_MIN_LENGTH + 6;

/** What a folder answers to an item that wants to be in it. */
export type Claim =
  | { readonly is: "named"; readonly name: string; readonly why: readonly RenameReason[] }
  | { readonly is: "existing"; readonly folder: ExistingFolder }
  | { readonly is: "duplicate" }
  | { readonly is: "refused"; readonly code: Code; readonly because: string };

export interface OpenFolderFields {
  /** Name in the source; empty for the root folder. */
  readonly sourceName: string;
  readonly path: TargetPath;
  readonly id: string;
  /** Undefined: the root folder. */
  readonly parent: OpenFolder | undefined;
  /** UTF-16 units of the decoded server-relative path, without its leading slash. */
  readonly length: number;
  /** Name of the package that makes the folder; undefined if the target holds it already. */
  readonly home: string | undefined;
  readonly existing: ExistingFolder | undefined;
  /** Whether it carries sharing events, or a folder above it does. */
  readonly isShared: boolean;
  /** Whether it has a scope of its own. */
  readonly isUnique: boolean;
  /** The key of the grants that hold for it; undefined: they are not known. */
  readonly grantsKey: string | undefined;
  /** How many entries of the source had their place when it was opened. */
  readonly openedAt: number;
}

/** What an item would like of its folder besides a name. */
export interface Wish {
  /** The name that it has in the target already. */
  readonly kept: string | undefined;
  /** Whether the target holds something else under a name. */
  readonly isTaken: (name: string) => boolean;
}

/**
 * A folder that the source is in, and the names that it holds so far.
 *
 * This is all that the planner remembers of a source: one of these for each level of the present path. Each is as large
 * as its folder's names, and goes when the source leaves the folder.
 */
export class OpenFolder {
  fields: OpenFolderFields;
  readonly #names: ResolvedPlanOptions["names"];
  /** Comparison key of a name in the target, to the source's name that has it. */
  readonly #taken = new Map<string, string>();
  /** Source names of folders, each with its key in `#taken`; undefined for folders that the target holds already. */
  readonly #folders = new Map<string, string | undefined>();
  /** Source names of entries that became no folder, so that nothing can be in them. */
  readonly #lost = new Set<string>();
  readonly #met = new Set<ExistingFolder>();
  /** Keys of the list items in it. */
  readonly #items = new Set<string>();
  #identity: Uint8Array | undefined;
  #mark: string | undefined;

  constructor(fields: OpenFolderFields, names: ResolvedPlanOptions["names"]) {
    this.fields = fields;
    this.#names = names;
  }

  /** {@link Identity.extend}'s bytes of its path; computed when something new is in it. */
  identityBy(identity: Identity): Uint8Array {
    const { parent, path } = this.fields;
    this.#identity ??=
      parent === undefined ? new Uint8Array() : identity.extend(parent.identityBy(identity), path.at(-1) ?? "");
    return this.#identity;
  }

  /**
   * The end of the fingerprints of what is in it: empty where its GUID is the one that its path has at first, or where
   * the target says what it is.
   */
  markBy(identity: Identity): string {
    this.#mark ??= this.#newMark(identity);
    return this.#mark;
  }

  #newMark(identity: Identity): string {
    const { parent, existing, id } = this.fields;
    if (parent === undefined || existing !== undefined) return "";
    return id === identity.id("folder", this.identityBy(identity)) ? "" : ` in ${id}`;
  }

  /** It has a scope of its own, with the grants of this key. */
  grantedBy(grantsKey: string): void {
    this.fields = { ...this.fields, isUnique: true, grantsKey };
  }

  /** Takes the key of a list item; false if the source has yielded it before. */
  claimKey(key: string): boolean {
    return this.#items.size < this.#items.add(key).size;
  }

  /** Whether the source has yielded a folder of this name, or something in it. */
  knows(sourceName: string): boolean {
    return this.#folders.has(sourceName);
  }

  lose(sourceName: string): void {
    this.#lost.add(sourceName);
  }

  hasLost(sourceName: string): boolean {
    return this.#lost.size > 0 && this.#lost.has(sourceName);
  }

  /**
   * Finds the name that an item has in the target, and takes it.
   *
   * Of names that clash, the first to come keeps its own; which hash a later one gets doesn't depend on the others, but
   * for the count of its digits.
   */
  claim(given: string, kind: "folder" | "file", wish?: Wish): Claim {
    if (kind === "folder" && this.#folders.has(given)) return { is: "duplicate" };
    const kept = wish?.kept === undefined ? undefined : this.#keep(given, kind, wish.kept);
    if (kept) return kept;
    const legal = this.#legal(given, kind);
    if (legal.refused !== undefined) return refused("NAME_NOT_ALLOWED", legal.refused);

    // Not a question of length: whatever stands in the target already has its place.
    const met = kind === "folder" ? this.#meet(given, legal.name) : undefined;
    if (met) return met;

    const room = this.#roomFor(legal.name, kind);
    if (room === undefined) return this.#tooLong();
    const why = [...legal.why];
    let digits = 0;
    if (legal.name.length > room) {
      why.push("path-too-long");
      digits = HASH_DIGITS;
    }
    for (; digits <= HASH_DIGITS_MAX; digits += HASH_DIGITS) {
      const name = digits === 0 ? legal.name : hashedName(given, legal.name, kind, digits, room);
      if (name === undefined) return this.#tooLong();
      const found = digits > 0 && kind === "folder" ? this.#meet(given, name) : undefined;
      if (found) return found;
      const key = comparisonKey(name);
      if (this.fields.existing?.keys.has(key) !== true && wish?.isTaken(name) !== true) {
        const taker = this.#taken.get(key);
        if (taker === undefined) {
          this.#taken.set(key, given);
          if (kind === "folder") this.#folders.set(given, key);
          return { is: "named", name, why };
        }
        if (taker === given && kind === "file" && this.#folders.get(given) !== key) return { is: "duplicate" };
      }
      if (this.#names.policy !== "rename") break;
      if (!why.includes("clash")) why.push("clash");
    }
    return refused("NAME_CLASH", "another entry of its folder has a name that SharePoint holds equal");
  }

  /** Takes the name that the item has in the target, unless something else has it by now. */
  #keep(given: string, kind: "folder" | "file", name: string): Claim | undefined {
    const met = kind === "folder" ? this.#meet(given, name) : undefined;
    if (met) return met;
    const key = comparisonKey(name);
    const isFree = !this.#taken.has(key) && this.fields.existing?.keys.has(key) !== true;
    if (!isFree || name.length > PATH_MAX_LENGTH - this.fields.length - 1) return undefined;
    this.#taken.set(key, given);
    if (kind === "folder") this.#folders.set(given, key);
    if (name === given) return { is: "named", name, why: [] };
    const legal = legalName(given, { kind, inRoot: this.fields.path.length === 0 }, this.#names.renameWith);
    return { is: "named", name, why: legal.name === name ? legal.why : [...legal.why, "clash"] };
  }

  #legal(given: string, kind: "folder" | "file"): LegalName & { readonly refused?: string } {
    const place = { kind, inRoot: this.fields.path.length === 0 };
    if (this.#names.policy === "rename") return legalName(given, place, this.#names.renameWith);
    const name = given.normalize("NFC");
    const faults = nameFaults(name, place);
    const why: readonly RenameReason[] = name === given ? [] : ["not-normalized"];
    return faults.length === 0 ? { name, why } : { name, why, refused: `its name is refused (${faults.join(", ")})` };
  }

  /** The target's own folder of the name, if no other source folder has met it. */
  #meet(given: string, name: string): Claim | undefined {
    const folder = this.fields.existing?.folders.get(caseFold(name));
    if (folder === undefined || this.#met.has(folder)) return undefined;
    this.#met.add(folder);
    this.#folders.set(given, undefined);
    return { is: "existing", folder };
  }

  /** UTF-16 units that the item's name may have, or undefined if it can't be made to fit. */
  #roomFor(name: string, kind: "folder" | "file"): number | undefined {
    const room = PATH_MAX_LENGTH - this.fields.length - 1;
    const fits = name.length <= room;
    if (this.#names.policy !== "rename") return fits ? room : undefined;
    if (kind === "file") return fits || room >= SHORTENED_MIN_LENGTH ? room : undefined;
    const beforeLeaf = room - 1 - LEAF_MIN_LENGTH;
    if (name.length <= beforeLeaf || beforeLeaf >= SHORTENED_MIN_LENGTH) return beforeLeaf;
    return fits ? room : undefined;
  }

  #tooLong(): Claim {
    return refused("PATH_TOO_LONG", `its server-relative path would have more than ${PATH_MAX_LENGTH} characters`);
  }
}

/** The mark ({@link OpenFolder.markBy}) at the end of a fingerprint. */
export function markOf(fingerprint: string): string {
  return / in [0-9a-f-]{36}$/.exec(fingerprint)?.[0] ?? "";
}

function refused(code: Code, because: string): Claim {
  return { is: "refused", code, because };
}
