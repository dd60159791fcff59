import type { SharePointIdentityMapping } from "@primepack/core/wire";
import { FaultCount } from "../fault-count.ts";
import type { EmulatorFaults } from "../types.ts";
import { rowRefusal, TenantRefusal } from "./error-rows.ts";
import {
  type MappingEntry,
  type MappingKind,
  mappingId,
  readEntry,
  sourceIdentity,
  sourceKey,
  sourceOf,
} from "./mapping-entry.ts";
import type { MappingStore } from "./mapping-store.ts";
import type { Organizations } from "./organizations.ts";
import { Turns } from "./turns.ts";

/** Entries that an update has at most. */
const MOST_ENTRIES = 50;

export interface MappingServiceOptions {
  readonly store: MappingStore;
  readonly organizations: Organizations;
  readonly faults: () => EmulatorFaults;
  readonly now: () => Date;
}

/** The rules of the calls about identity mappings. All of them throw TenantRefusal for what the service refuses. */
export class MappingService {
  readonly #options: MappingServiceOptions;
  readonly #turns = new Turns();
  readonly #count: FaultCount;

  constructor(options: MappingServiceOptions) {
    this.#options = options;
    this.#count = new FaultCount(options.faults);
  }

  isMapped(userPrincipalName: string): boolean {
    return this.#options.store.has("users", userPrincipalName);
  }

  all(kind: MappingKind): AsyncIterable<SharePointIdentityMapping> {
    return this.#options.store.all(kind);
  }

  /** Undefined: it isn't there, and that is answered without content. */
  async get(kind: MappingKind, source: string): Promise<SharePointIdentityMapping | undefined> {
    this.#permit(false);
    const { store, organizations } = this.#options;
    const mapping = await store.get(kind, source);
    if (mapping === undefined && organizations.switches.absentMapping === "notFound") {
      throw new TenantRefusal(404, `The identity mapping of ${source} could not be found.`);
    }
    return mapping;
  }

  /** `body`: of the request. Gives the answer's `value`. */
  update(kind: MappingKind, body: Readonly<Record<string, unknown>>): Promise<readonly SharePointIdentityMapping[]> {
    return this.#turns.run(async () => {
      this.#permit(true);
      const given = entriesOf(body);
      const made = new Map<string, boolean>();
      const read = given.map((entry) => this.#read(kind, entry, made));
      const { badMappingEntry, repeatedMapping } = this.#options.organizations.switches;
      const fault = read.find((entry) => typeof entry === "string");
      if (fault !== undefined && badMappingEntry === "request") throw new TenantRefusal(400, fault);
      const good = read.filter((entry) => typeof entry !== "string");
      const repeated = repeatedMapping === "refuse" ? repeatedSource(good) : undefined;
      if (repeated !== undefined) throw new TenantRefusal(400, `The update names ${repeated} more than once.`);
      const { store, now } = this.#options;
      const mappings = [...(await store.apply(kind, good, now().toISOString()))];
      return read.map((entry, index) => {
        if (typeof entry === "string") return refused(kind, given[index], entry);
        return answered(kind, entry, mappings.shift());
      });
    });
  }

  async settled(): Promise<void> {
    await this.#turns.settled();
  }

  /** `made`: whether a source has a mapping after the entries before this one; without those that none of them names. */
  #read(kind: MappingKind, given: unknown, made: Map<string, boolean>): MappingEntry | string {
    const { faults, organizations, store } = this.#options;
    const count = this.#count.next();
    const { refuseMapping } = faults();
    if (refuseMapping !== undefined && count % refuseMapping.every === 0) {
      return `The identity mapping of ${sourceOf(kind, given) ?? "nobody"} was refused, as the emulator was told.`;
    }
    const entry = readEntry(kind, given);
    if (typeof entry === "string") return entry;
    const { action, source } = entry;
    const isThere = made.get(sourceKey(source)) ?? store.has(kind, source);
    if (action === "removed" && !isThere && organizations.switches.absentRemoval === "refuse") {
      return `There is no identity mapping of ${source}.`;
    }
    made.set(sourceKey(source), action === "set");
    return entry;
  }

  #permit(isChange: boolean): void {
    const { permission, switches } = this.#options.organizations;
    if (permission === "manage" || (permission === "read" && !isChange)) return;
    throw rowRefusal("accessDenied", switches.crossTenantWording, {});
  }
}

/** The body's entries, if it is a delta of as many as are allowed. */
function entriesOf({ "@context": context, value }: Readonly<Record<string, unknown>>): readonly unknown[] {
  if (context !== "#$delta") throw new TenantRefusal(400, "The body needs @context, which must be #$delta.");
  if (!Array.isArray(value)) throw new TenantRefusal(400, "The body needs value, a collection of entries.");
  if (value.length <= MOST_ENTRIES) return value;
  throw new TenantRefusal(400, `An update has at most ${MOST_ENTRIES} entries: this one has ${value.length}.`);
}

function repeatedSource(entries: readonly MappingEntry[]): string | undefined {
  const seen = new Set<string>();
  for (const { source } of entries) {
    if (seen.has(sourceKey(source))) return source;
    seen.add(sourceKey(source));
  }
  return undefined;
}

function answered(
  kind: MappingKind,
  { action, source }: MappingEntry,
  mapping: SharePointIdentityMapping | undefined,
): SharePointIdentityMapping {
  if (action === "set" && mapping !== undefined) return mapping;
  return {
    id: mapping?.id ?? mappingId(kind, source),
    ...sourceIdentity(kind, source),
    deleted: { state: "deleted" },
  };
}

/** How one bad entry among good ones is shown is unknown: here as OData 4.01 annotates it in the answer to a delta. */
function refused(kind: MappingKind, given: unknown, message: string): SharePointIdentityMapping {
  const source = sourceOf(kind, given);
  return {
    ...(source === undefined ? {} : sourceIdentity(kind, source)),
    "@Core.DataModificationException": { responseCode: 400, info: { code: "invalidRequest", message } },
  };
}
