import {
  besidePath,
  type DeletionOutcome,
  isDisplaced,
  type Ledger,
  type LedgerEntry,
  type LedgerState,
  type PackagedOutcome,
  type SourcePath,
} from "../model/index.ts";

/** Of an item, as opposed to the list's permissions, which no ledger tells of. */
export type PackagedItem = PackagedOutcome & { readonly kind: LedgerEntry["kind"] };

/**
 * What a package does to a ledger, gathered so that it is written at once.
 *
 * The same package gives the same entries when it is noted again, and packages of a run may be noted in any order: an
 * entry that another item's displaces, before its own package says where it went, is kept beside its path.
 */
export class LedgerChanges {
  readonly #ledger: Ledger;
  readonly #runId: string;
  /** By path; undefined: to be forgotten. */
  readonly #changed = new Map<string, { readonly source: SourcePath; readonly entry: LedgerEntry | undefined }>();
  /** GUIDs of the items that are put, and that are where their entry says. */
  readonly #placed = new Set<string>();

  constructor(ledger: Ledger, runId: string) {
    this.#ledger = ledger;
    this.#runId = runId;
  }

  packaged(outcome: PackagedItem): void {
    const { sourcePath: source, id, movedFrom } = outcome;
    const old = this.#get(source);
    // A package that deletes the item may have run meanwhile: nothing proves any more that the target has it.
    const same = old?.id === id && old.movedBy === undefined ? old : undefined;
    if (old !== undefined && old.id !== id) this.#displace(old);
    if (movedFrom !== undefined && same === undefined) this.#leave(movedFrom, id);
    const isProven = same !== undefined && same.deletedBy === undefined && !this.#isSentAnew(same, outcome);
    this.#put({
      kind: outcome.kind,
      source: [...source],
      // Mended names are as many as the source's; in the target's folders stand no other ones.
      path: outcome.url.split("/").slice(-source.length),
      id,
      listItemId: outcome.listItemId ?? "",
      itemId: outcome.itemId ?? 0,
      generation: outcome.generation ?? 0,
      ...(outcome.identity === undefined ? {} : { identity: outcome.identity }),
      built: { package: this.packageId(outcome.package), fingerprint: outcome.fingerprint ?? "" },
      ...(isProven && same.received !== undefined ? { received: same.received } : {}),
    });
    this.#placed.add(id);
  }

  /** Whether what was received can't be all there is to it, as the same was packaged again: of another item, say. */
  #isSentAnew({ received }: LedgerEntry, { fingerprint = "" }: PackagedItem): boolean {
    return received?.fingerprint === fingerprint && runOf(received) !== this.#runId;
  }

  deletion({ sourcePath, id, package: name }: DeletionOutcome): void {
    for (const source of [sourcePath, besidePath(sourcePath, id)]) {
      const entry = this.#get(source);
      if (entry?.id === id) this.#put({ ...entry, deletedBy: this.packageId(name) });
    }
  }

  async write(): Promise<void> {
    const put: LedgerEntry[] = [];
    const remove: SourcePath[] = [];
    for (const { source, entry } of this.#changed.values()) {
      if (entry === undefined) remove.push(source);
      else put.push(entry);
    }
    if (put.length + remove.length > 0) await this.#ledger.write({ put, remove });
  }

  packageId(name: string): string {
    return `${this.#runId}/${name}`;
  }

  /** Another item takes the entry's path. */
  #displace(entry: LedgerEntry): void {
    if (this.#isElsewhere(entry)) return;
    this.#put({ ...entry, source: besidePath(entry.source, entry.id), movedBy: entry.movedBy ?? this.#runId });
  }

  #isElsewhere({ id, identity, movedBy }: LedgerEntry): boolean {
    if (this.#placed.has(id)) return true;
    const holder = identity === undefined ? undefined : this.#ledger.byIdentity(identity);
    if (holder === undefined || holder.id !== id) return false;
    // Of a moved item that was displaced since, only what tells of it last counts, in whatever order packages are noted.
    return movedBy !== undefined && (holder.movedBy === undefined || isDisplaced(holder));
  }

  /** The item is no longer where the path's entry has it. */
  #leave(path: SourcePath, id: string): void {
    const entry = this.#get(path);
    if (entry?.id === id) this.#put({ ...entry, movedBy: this.#runId });
    const beside = this.#get(besidePath(path, id));
    if (beside?.id === id) this.#forget(beside.source);
  }

  #get(source: SourcePath): LedgerEntry | undefined {
    const changed = this.#changed.get(keyOf(source));
    return changed === undefined ? this.#ledger.get(source) : changed.entry;
  }

  #put(entry: LedgerEntry): void {
    this.#changed.set(keyOf(entry.source), { source: entry.source, entry });
  }

  #forget(source: SourcePath): void {
    this.#changed.set(keyOf(source), { source, entry: undefined });
  }
}

/**
 * Marks what the packages hold as received by the target: what was built is what the target has, entries whose deletion
 * a package holds are removed, and so is what stands for the former paths of moved items.
 */
export async function confirmPackage(
  ledger: Ledger,
  packageId: string,
  except: ReadonlySet<string>,
): Promise<{ received: number; deleted: number }> {
  const put: LedgerEntry[] = [];
  const remove: SourcePath[] = [];
  let deleted = 0;
  for (const entry of ledger.ofPackage(packageId)) {
    if (except.has(entry.id.toLowerCase()) || except.has(entry.listItemId.toLowerCase())) continue;
    const isDeleted = entry.deletedBy === packageId;
    if (isDeleted || entry.movedBy === undefined) remove.push(...formerPaths(ledger, entry));
    if (isDeleted) {
      remove.push(entry.source);
      deleted += 1;
    } else put.push({ ...entry, received: entry.built });
  }
  if (put.length + remove.length > 0) await ledger.write({ put, remove });
  return { received: put.length, deleted };
}

/** Paths that only say that the item isn't there any more. */
function formerPaths(ledger: Ledger, { id }: LedgerEntry): SourcePath[] {
  return [...ledger.ofId(id)].filter(({ movedBy }) => movedBy !== undefined).map(({ source }) => source);
}

function keyOf(source: SourcePath): string {
  return JSON.stringify(source);
}

function runOf({ package: packageId }: LedgerState): string {
  return packageId.slice(0, packageId.indexOf("/"));
}
