import type { Journal } from "@primepack/core/model";
import { MappingJournal } from "./mapping-journal.ts";
import type { EntryEnd, FindingEntry, MappingRecord, RunHead } from "./mapping-records.ts";
import type { MappingOutcome } from "./mapping-run-types.ts";
import { type PlannedChange, plannedChange } from "./planned-change.ts";

/**
 * What became of each entry of the journal's newest run: first the lines that can't be used, in their order, then the
 * mappings in that of their sources. Of the scratch journal of a dry run: what would be sent.
 *
 * Read as it is walked through, in bounded memory. Throws JOURNAL_VERSION, JOURNAL_INVALID.
 */
export function* mappingOutcomes(journal: Journal): Generator<MappingOutcome, void, undefined> {
  const mappings = new MappingJournal(journal);
  const head = mappings.head();
  if (head === undefined) return;
  for (const finding of mappings.findings()) yield invalidOutcome(finding);
  for (const [, record] of mappings.records()) {
    const outcome = recordOutcome(record, head);
    if (outcome !== undefined) yield outcome;
  }
}

function invalidOutcome({ line, source, code, message }: FindingEntry): MappingOutcome {
  return { line, source, outcome: "invalid", code, message };
}

/** Undefined: the run has nothing to do with the record. */
function recordOutcome(record: MappingRecord, head: RunHead): MappingOutcome | undefined {
  if (record.end?.run === head.run) return endedOutcome(record, record.end, head.generation);
  const change = plannedChange(record, head);
  if (change === undefined) return undefined;
  if (change !== "unchanged") return changeOutcome(change, head.isDryRun === true ? change.intent : "pending");
  const { source, wanted } = record;
  const target = wanted?.values?.target;
  return {
    ...(wanted === undefined ? {} : { line: wanted.line }),
    source,
    ...(target === undefined ? {} : { target }),
    outcome: "unchanged",
  };
}

/** Of an entry that is to be sent, or was. */
export function changeOutcome(
  { line, mapping }: PlannedChange,
  outcome: MappingOutcome["outcome"],
  { code, message, id }: Partial<EntryEnd> = {},
): MappingOutcome {
  return {
    ...(line === undefined ? {} : { line }),
    source: mapping.source,
    ...(mapping.target === undefined ? {} : { target: mapping.target }),
    outcome,
    ...(code === undefined ? {} : { code }),
    ...(message === undefined ? {} : { message }),
    ...(id === undefined ? {} : { id }),
  };
}

function endedOutcome({ source, wanted }: MappingRecord, end: EntryEnd, generation: number): MappingOutcome {
  const current = wanted?.generation === generation ? wanted : undefined;
  const line = current === undefined ? {} : { line: current.line };
  return changeOutcome(
    { type: "set", intent: "added", mapping: { source, ...current?.values }, ...line },
    end.outcome,
    end,
  );
}
