import type { Target } from "../model/index.ts";
import { quoted, type ReportAt } from "./finding.ts";
import { digestKey, guidKey, IdTable } from "./id-table.ts";
import { folded } from "./name-rules.ts";
import { NumberSet } from "./number-set.ts";
import { SharingQuota } from "./sharing-quota.ts";

/** What an id stands for; the low bits of a value in {@link RunFacts.objects}. */
export const objectKinds = { folder: 1, file: 2, item: 3, list: 4, other: 5 } as const;
export type ObjectKind = keyof typeof objectKinds;
const KIND_VALUES = 8;

/** What the target holds already stands under this number in place of a package's. */
const TARGET_INDEX = 0;

/** An object that names another which no file of its package defines. */
export interface Reference {
  /** GUID of what is named. */
  readonly id: string;
  /** Server-relative URL that it must have; undefined for other things than folders. */
  readonly url?: string;
  readonly place: string;
  /** What names it: `File "1a2b..."`. */
  readonly by: string;
  readonly role: "parent" | "scope";
}

interface PackageEntry {
  readonly name: string;
  readonly dependsOn: readonly string[] | undefined;
  readonly report: ReportAt;
}

interface DeferredReference {
  readonly from: number;
  readonly reference: Reference;
}

/**
 * What has to be known over all packages of a run: ids, item ids, URLs, IVs, and what depends on what.
 *
 * Memory: 75 to 150 bytes an item (its ids and URL), nothing for packages that are done but name and dependencies, and
 * an object for each reference to what a later package defines. Packages in the order of their dependencies have none.
 */
export class RunFacts {
  readonly target: Target | undefined;
  readonly objects: IdTable = new IdTable();
  /** Some package could not be read: it may define what nobody else does. */
  isPartial = false;
  /** Digests of a folder's id with its URL, and of URLs. */
  readonly #places = new IdTable();
  readonly #urls = new IdTable();
  readonly ivs: IdTable = new IdTable();
  /** Ids of scopes, and of the objects that have one. */
  readonly scopes: IdTable = new IdTable();
  readonly scopedObjects: IdTable = new IdTable();
  /** Folders with sharing events. */
  readonly sharedFolders: IdTable = new IdTable();
  readonly sharing: SharingQuota = new SharingQuota();
  readonly #scopeCounts = new Map<string, number>();
  readonly #itemIds = new Map<string, NumberSet>();
  readonly #packages: PackageEntry[] = [];
  readonly #byName = new Map<string, PackageEntry>();
  /** The last answer of {@link #requiredBy}: one package asks many times. */
  #required: { readonly from: number; readonly known: number; readonly names: ReadonlySet<string> } | undefined;
  readonly #deferred: DeferredReference[] = [];

  constructor(target: Target | undefined) {
    this.target = target;
    if (target === undefined) return;
    const root = `${target.webUrl === "/" ? "" : target.webUrl}/${target.listUrl}`;
    this.addExisting(target.rootFolderId, root);
    for (const [path, id] of Object.entries(target.existingFolders ?? {})) this.addExisting(id, `${root}/${path}`);
  }

  /** Packages are numbered from 1 in the order in which they come. */
  addPackage(name: string, dependsOn: readonly string[] | undefined, report: ReportAt): number {
    const entry = { name, dependsOn, report };
    this.#byName.set(name, entry);
    this.sharing.packageIndex = this.#packages.push(entry);
    return this.sharing.packageIndex;
  }

  /** A folder that the target holds. */
  addExisting(id: string, url: string): void {
    const key = guidKey(id);
    if (key === undefined) return;
    this.objects.set(key, TARGET_INDEX * KIND_VALUES + objectKinds.folder);
    this.addFolderPlace(id, url);
  }

  /** Gives what the id stood for before. */
  define(id: string, kind: ObjectKind, packageIndex: number): { kind: number; packageIndex: number } | undefined {
    const key = guidKey(id);
    if (key === undefined) return undefined;
    const before = this.objects.get(key);
    if (before === 0) this.objects.set(key, packageIndex * KIND_VALUES + objectKinds[kind]);
    return before === 0 ? undefined : { kind: before % KIND_VALUES, packageIndex: Math.floor(before / KIND_VALUES) };
  }

  addFolderPlace(id: string, url: string): void {
    this.#places.add(digestKey(id.toLowerCase(), folded(url)));
  }

  hasFolderPlace(id: string, url: string): boolean {
    return this.#places.get(digestKey(id.toLowerCase(), folded(url))) !== 0;
  }

  /** True for the first file or folder of a URL. */
  addUrl(url: string): boolean {
    return this.#urls.add(digestKey(folded(url)));
  }

  /** True for the first item of a list that has the number. */
  addItemId(list: string, id: number): boolean {
    let ids = this.#itemIds.get(list);
    if (ids === undefined) {
      ids = new NumberSet();
      this.#itemIds.set(list, ids);
    }
    return ids.add(id);
  }

  /** Counts a unique scope of a list, and gives how many there are. */
  addScope(list: string): number {
    const count = (this.#scopeCounts.get(list) ?? 0) + 1;
    this.#scopeCounts.set(list, count);
    return count;
  }

  /** Looks for what another package or the target defines; what isn't known yet is looked for again at the end. */
  resolve(from: number, reference: Reference): void {
    if (!this.#resolved(from, reference, false)) {
      this.#deferred.push({ from, reference: detached(reference) });
    }
  }

  /** After the last package: references that lead nowhere, and dependencies that can't be. */
  end(): void {
    for (const { from, reference } of this.#deferred) this.#resolved(from, reference, true);
    for (const entry of this.#packages) {
      for (const name of entry.dependsOn ?? []) {
        if (this.#byName.has(name)) continue;
        entry.report(
          "DEPENDENCY_UNKNOWN",
          "packages.ndjson",
          `No package has the name that is depended on: ${quoted(name)}`,
        );
      }
    }
    this.#findCycles();
    this.sharing.end((packageIndex) => this.#packages[packageIndex - 1]?.report);
  }

  #resolved(from: number, reference: Reference, last: boolean): boolean {
    const report = this.#packages[from - 1]?.report;
    const key = guidKey(reference.id);
    // A GUID that is none has its finding already.
    if (report === undefined || key === undefined) return true;
    const value = this.objects.get(key);
    if (value === 0) {
      if (!last) return false;
      if (this.isPartial) return true;
      const [code, what] =
        reference.role === "parent"
          ? (["PARENT_UNKNOWN", "parent folder"] as const)
          : (["SCOPE_OBJECT_UNKNOWN", "object of the role assignment"] as const);
      report(
        code,
        reference.place,
        `No package and no system object defines the ${what} of ${reference.by}: ${quoted(reference.id)}`,
      );
      return true;
    }
    const owner = Math.floor(value / KIND_VALUES);
    if (!last && !this.#depends(from, owner)) return false;
    if (reference.role === "parent" && value % KIND_VALUES !== objectKinds.folder) {
      report("PARENT_UNKNOWN", reference.place, `The parent of ${reference.by} is no folder: ${quoted(reference.id)}`);
      return true;
    }
    if (reference.url !== undefined && !this.hasFolderPlace(reference.id, reference.url)) {
      report(
        "URL_MISMATCH",
        reference.place,
        `The parent folder of ${reference.by} must be the one at ${quoted(reference.url)}: current value is ${quoted(reference.id)}`,
      );
    }
    if (!this.#depends(from, owner)) {
      const name = this.#packages[owner - 1]?.name ?? "";
      report(
        "PARENT_NOT_REQUIRED",
        reference.place,
        `The package must depend on the one that defines what ${reference.by} names: current value is ${quoted(name)}`,
      );
    }
    return true;
  }

  /** Whether `from` is sure to be submitted after `owner`; without records of dependencies everything is. */
  #depends(from: number, owner: number): boolean {
    if (owner === TARGET_INDEX || owner === from) return true;
    const start = this.#packages[from - 1];
    const wanted = this.#packages[owner - 1];
    if (start?.dependsOn === undefined || wanted === undefined) return true;
    return start.dependsOn.includes(wanted.name) || this.#requiredBy(from, start.dependsOn).has(wanted.name);
  }

  /** Names of all packages that come before, by way of others; of those that are known so far. */
  #requiredBy(from: number, dependsOn: readonly string[]): ReadonlySet<string> {
    const known = this.#packages.length;
    if (this.#required?.from === from && this.#required.known === known) return this.#required.names;
    const names = new Set<string>();
    const open = [...dependsOn];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (names.has(name)) continue;
      names.add(name);
      for (const before of this.#byName.get(name)?.dependsOn ?? []) open.push(before);
    }
    this.#required = { from, known, names };
    return names;
  }

  /** Takes away what depends on nothing that is left, until nothing changes; what stays is on or behind a circle. */
  #findCycles(): void {
    const dependents = new Map<string, string[]>();
    const waiting = new Map<string, number>();
    for (const { name, dependsOn } of this.#packages) {
      const known = (dependsOn ?? []).filter((other) => this.#byName.has(other));
      waiting.set(name, known.length);
      for (const other of known) {
        const list = dependents.get(other) ?? [];
        list.push(name);
        dependents.set(other, list);
      }
    }
    const free = [...waiting].filter(([, count]) => count === 0).map(([name]) => name);
    for (let name = free.pop(); name !== undefined; name = free.pop()) {
      waiting.delete(name);
      for (const dependent of dependents.get(name) ?? []) {
        const left = (waiting.get(dependent) ?? 0) - 1;
        waiting.set(dependent, left);
        if (left === 0) free.push(dependent);
      }
    }
    for (const name of waiting.keys()) {
      this.#byName
        .get(name)
        ?.report(
          "DEPENDENCY_CYCLE",
          "packages.ndjson",
          `The package depends on itself by way of others: ${quoted(name)}`,
        );
    }
  }
}

/** Copies of the strings, which else would hold on to the text of the manifest that they were cut from. */
function detached(reference: Reference): Reference {
  return JSON.parse(JSON.stringify(reference));
}
