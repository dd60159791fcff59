import type { SharePointIdentityMapping } from "@primepack/core/wire";
import { RecordLog, type RecordPlace } from "../site/record-log.ts";
import { type MappingEntry, type MappingKind, mappingAfter, sourceKey } from "./mapping-entry.ts";

/** A line of `mappings.ndjson`: one applied entry. */
interface MappingLine {
  readonly sequence: number;
  readonly time: string;
  readonly kind: MappingKind;
  /** As sent. */
  readonly source: string;
  readonly action: "set" | "removed";
  /** As sent. */
  readonly entry: SharePointIdentityMapping;
  /** What it made of a mapping that was there. Left out where the entry says it all. */
  readonly mapping?: SharePointIdentityMapping;
}

/**
 * The mappings of both kinds. They stay in their log, which keeps every entry that was ever applied; in memory is the
 * source of each mapping and where its newest line is. Not for calls at once.
 */
export class MappingStore {
  readonly #log: RecordLog;
  readonly #places: Readonly<Record<MappingKind, Map<string, RecordPlace>>>;
  #sequence: number;

  private constructor(
    log: RecordLog,
    places: Readonly<Record<MappingKind, Map<string, RecordPlace>>>,
    sequence: number,
  ) {
    this.#log = log;
    this.#places = places;
    this.#sequence = sequence;
  }

  static async open(path: string): Promise<MappingStore> {
    const places = { users: new Map<string, RecordPlace>(), groups: new Map<string, RecordPlace>() };
    let sequence = 0;
    const log = await RecordLog.open(path, (record, place) => {
      const line = record as MappingLine;
      sequence = line.sequence;
      remember(places[line.kind], line, place);
    });
    return new MappingStore(log, places, sequence);
  }

  has(kind: MappingKind, source: string): boolean {
    return this.#places[kind].has(sourceKey(source));
  }

  async get(kind: MappingKind, source: string): Promise<SharePointIdentityMapping | undefined> {
    const place = this.#places[kind].get(sourceKey(source));
    return place === undefined ? undefined : this.#read(place);
  }

  async *all(kind: MappingKind): AsyncGenerator<SharePointIdentityMapping, void, undefined> {
    for (const place of this.#places[kind].values()) yield this.#read(place);
  }

  /** Applies the entries in their order, by one write; gives what each made (of a removal: what was there). */
  async apply(
    kind: MappingKind,
    entries: readonly MappingEntry[],
    time: string,
  ): Promise<readonly (SharePointIdentityMapping | undefined)[]> {
    const lines: MappingLine[] = [];
    const mappings: (SharePointIdentityMapping | undefined)[] = [];
    const made = new Map<string, SharePointIdentityMapping | undefined>();
    for (const entry of entries) {
      const { action, source, entry: sent } = entry;
      const key = sourceKey(source);
      const before = made.has(key) ? made.get(key) : await this.get(kind, source);
      const after = action === "set" ? mappingAfter(kind, before, entry) : undefined;
      made.set(key, after);
      mappings.push(after ?? before);
      const sequence = this.#sequence + lines.length + 1;
      const line: MappingLine = { sequence, time, kind, source, action, entry: sent };
      const isAll = before === undefined || after === undefined;
      lines.push(isAll ? line : { ...line, mapping: after });
    }
    const places = await this.#log.appendAll(lines);
    this.#sequence += lines.length;
    for (const [index, place] of places.entries()) remember(this.#places[kind], lines[index] as MappingLine, place);
    return mappings;
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  async #read(place: RecordPlace): Promise<SharePointIdentityMapping> {
    const { kind, mapping, ...line } = (await this.#log.read(place)) as MappingLine;
    return mapping ?? mappingAfter(kind, undefined, line);
  }
}

function remember(places: Map<string, RecordPlace>, { action, source }: MappingLine, place: RecordPlace): void {
  if (action === "removed") places.delete(sourceKey(source));
  else places.set(sourceKey(source), place);
}
