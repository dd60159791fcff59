import type { JournalValue } from "@primepack/core/model";
import { type MappingMembers, settableMembers } from "./mapping-forms.ts";
import type { LineFinding, MappingOutcome } from "./mapping-run-types.ts";
import type { MappingKind } from "./mapping-types.ts";

export const MAPPING_SCHEMA_VERSION = 1;

/** What tells this journal from those of other kinds of runs. */
export const MAPPING_FORMAT = "identity mappings";

/** The run that the journal is of: one file, from its reading to its last entry. */
export interface RunHead {
  readonly format: typeof MAPPING_FORMAT;
  readonly schemaVersion: number;
  readonly kind: MappingKind;
  readonly place: string;
  /** Raised by each reading of a file; what a line asked for is of one. */
  readonly generation: number;
  /** The generation that began the run: others may have read its file again. */
  readonly run: number;
  /** Of the rows and of what is done with them; empty until all are read. */
  readonly digest: string;
  /** `stopped`: it ended by an error that another run has to try anew. */
  readonly status: "reading" | "refused" | "applying" | "complete" | "stopped";
  readonly lines: number;
  readonly findings: number;
  /** Whether what the file lacks is removed. */
  readonly removesMissing: boolean;
  readonly resends: boolean;
  readonly isDryRun?: true;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly endedAt?: string;
  /** While a file is read: the run before it, which goes on if it turns out to be the same. */
  readonly unfinished?: Pick<RunHead, "run" | "digest" | "startedAt">;
}

/** What is known of one source: what the file wants, what the service was last seen to hold, and what became of it. */
export interface MappingRecord {
  /** As it was written last. */
  readonly source: string;
  readonly wanted?: WantedMapping;
  /** `absent`: the service holds no such mapping. Undefined: nothing is known. */
  readonly applied?: MappingValues | "absent";
  readonly end?: EntryEnd;
}

/** Mappings without their source. */
export type MappingValues = Omit<MappingMembers, "source">;

export interface WantedMapping {
  readonly generation: number;
  readonly line: number;
  /** Undefined: it is to be removed. */
  readonly values: MappingValues | undefined;
}

/** What became of an entry in a run. */
export interface EntryEnd extends Pick<MappingOutcome, "code" | "message" | "id"> {
  readonly run: number;
  readonly outcome: Exclude<MappingOutcome["outcome"], "unchanged" | "invalid" | "pending">;
}

/** Entries that may have been sent, with what they were to become. */
export interface SendingEntry {
  readonly run: number;
  readonly entries: readonly (readonly [key: string, intent: ChangeIntent])[];
}

export type ChangeIntent = "added" | "changed" | "removed";

export interface FindingEntry extends LineFinding {
  readonly source: string;
}

export const keyOf = {
  head: "head",
  mappings: "mapping/",
  mapping: (key: string): string => `mapping/${key}`,
  findings: "finding/",
  /** In the order of the lines. */
  finding: (line: number): string => `finding/${String(line).padStart(12, "0")}`,
  sendings: "sending/",
  sending: (lane: number): string => `sending/${lane}`,
} as const;

/** Stands for values that are those of the wanted mapping, which they mostly are. */
const SAME = 1;
const ABSENT = 2;

/**
 * The record of a key as it is stored: a list in a fixed order, so that names aren't stored a hundred thousand times. 0
 * stands for what it lacks, and for a source that is written like its key.
 */
export function storedRecord(key: string, { source, wanted, applied, end }: MappingRecord): JournalValue {
  const wantedValues = wanted?.values === undefined ? undefined : storedValues(wanted.values);
  const fields: JournalValue[] = [
    source === key ? 0 : source,
    wanted === undefined ? 0 : [wanted.generation, wanted.line, ...(wantedValues === undefined ? [] : [wantedValues])],
    applied === undefined ? 0 : applied === "absent" ? ABSENT : storedApplied(applied, wantedValues),
    end === undefined ? 0 : storedEnd(end),
  ];
  while (fields.at(-1) === 0) fields.pop();
  return fields;
}

export function readRecord(key: string, value: JournalValue): MappingRecord {
  const [source, wanted, applied, end] = value as readonly JournalValue[];
  const [generation, line, wantedValues] = isList(wanted) ? wanted : [];
  const values = isList(wantedValues) ? readValues(wantedValues) : undefined;
  return {
    source: typeof source === "string" ? source : key,
    ...(isList(wanted) ? { wanted: { generation: Number(generation), line: Number(line), values } } : {}),
    ...(applied === ABSENT ? { applied: "absent" } : {}),
    ...(applied === SAME && values !== undefined ? { applied: values } : {}),
    ...(isList(applied) ? { applied: readValues(applied) } : {}),
    ...(isList(end) ? { end: readEnd(end) } : {}),
  };
}

function storedApplied(applied: MappingValues, wanted: JournalValue | undefined): JournalValue {
  const stored = storedValues(applied);
  return JSON.stringify(stored) === JSON.stringify(wanted) ? SAME : stored;
}

function storedValues(values: MappingValues): readonly JournalValue[] {
  return settableMembers.map((member) => values[member] ?? 0);
}

function readValues(stored: readonly JournalValue[]): MappingValues {
  const values: Record<string, string> = {};
  for (const [index, member] of settableMembers.entries()) {
    const value = stored[index];
    if (typeof value === "string") values[member] = value;
  }
  return values;
}

const outcomes: readonly EntryEnd["outcome"][] = ["added", "changed", "removed", "failed"];

function storedEnd({ run, outcome, id, code, message }: EntryEnd): JournalValue {
  const fields: JournalValue[] = [run, outcomes.indexOf(outcome), id ?? 0, code ?? 0, message ?? 0];
  while (fields.length > 2 && fields.at(-1) === 0) fields.pop();
  return fields;
}

function readEnd([run, outcome, id, code, message]: readonly JournalValue[]): EntryEnd {
  return {
    run: Number(run),
    outcome: outcomes[Number(outcome)] ?? "failed",
    ...(typeof id === "string" ? { id } : {}),
    ...(typeof code === "string" ? { code } : {}),
    ...(typeof message === "string" ? { message } : {}),
  };
}

function isList(value: JournalValue | undefined): value is readonly JournalValue[] {
  return Array.isArray(value);
}
