import { join } from "node:path";
import { type ItemOutcome, type Journal, type PackagePlan, type PlannedItem, readNdjson } from "@primepack/core";
import type { FailureEntry, PackageEntry } from "./journal/entries.ts";
import { RunJournal } from "./journal/run-journal.ts";
import { urlOf } from "./plan/minted-items.ts";
import { bytesOfItem } from "./plan/narrowed-plan.ts";
import { packageItemsFile, SCAN_ITEMS_FILE } from "./run-folder.ts";
import type { PackageItemLine } from "./stages/build-stage.ts";
import type { ItemEnd } from "./types.ts";

/**
 * The end of every source item of the run, one each: first of those that are in no package, then package by package.
 * What is not settled yet is `pending`; of an item that was sent several times the last send counts.
 *
 * Reads the records in the run's folder and the journal, of a run under way too. Memory: one line, and the plan of one
 * package. Throws RECORDS_INVALID for records that nobody of ours has written.
 */
export async function* itemEnds(directory: string, journal: Journal): AsyncGenerator<ItemEnd, void, undefined> {
  const entries = new RunJournal(journal);
  for await (const line of readNdjson<ItemOutcome>(join(directory, SCAN_ITEMS_FILE))) yield endOfUnplanned(line);
  for (const [name, entry] of entries.packages()) {
    if (entry.builtAt !== undefined) yield* endsOfBuilt(directory, entries, name, entry);
    // What a package that is sent again would hold is told of by the one before, until it is built.
    else if (entry.retryOf === undefined && entries.hasPlan(name))
      yield* endsOfPlanned(entries.plan(name), name, entry);
  }
}

async function* endsOfBuilt(
  directory: string,
  journal: RunJournal,
  name: string,
  entry: PackageEntry,
): AsyncGenerator<ItemEnd, void, undefined> {
  const next = entry.retriedBy === undefined ? undefined : journal.package(entry.retriedBy);
  for await (const line of readNdjson<PackageItemLine>(packageItemsFile(directory, name))) {
    const failure = journal.failure(name, line.key);
    if (failure?.resent !== true) yield endOfBuilt(line, name, entry, failure);
    else if (next?.builtAt === undefined) yield endOfResent(line, name, entry, next, failure);
  }
}

/** An item that goes out again, in a package that has no records of its own. */
function endOfResent(
  line: PackageItemLine,
  name: string,
  entry: PackageEntry,
  next: PackageEntry | undefined,
  failure: FailureEntry,
): ItemEnd {
  const base = { ...baseOf(line), ...targetOf(line), package: name, attempts: entry.attempt };
  if (next?.stage === "settled" && next.unsent !== undefined) return { ...base, ...next.unsent };
  const { code, message } = failure;
  return {
    ...base,
    outcome: "pending",
    ...(code === undefined ? {} : { code }),
    ...(message === undefined ? {} : { message }),
  };
}

function endOfBuilt(
  line: PackageItemLine,
  name: string,
  { stage, attempt, jobId, unsent, message }: PackageEntry,
  failure: FailureEntry | undefined,
): ItemEnd {
  const base = {
    ...baseOf(line),
    ...targetOf(line),
    package: name,
    ...(jobId === undefined ? {} : { jobId }),
    attempts: jobId === undefined ? attempt - 1 : attempt,
  };
  if (line.outcome === "failed") {
    const isOpen = stage !== "settled" && stage !== "unknown";
    return { ...base, outcome: isOpen ? "pending" : "failed", code: line.code, message: line.message };
  }
  if (stage === "unknown") {
    return { ...base, outcome: "unknown", code: "SUBMISSION_UNKNOWN", ...(message === undefined ? {} : { message }) };
  }
  if (stage !== "settled") return { ...base, outcome: "pending" };
  if (unsent !== undefined) return { ...base, ...unsent };
  if (failure === undefined) return { ...base, outcome: line.outcome === "deletion" ? "deleted" : "imported" };
  const { outcome, code, message: said, warnings } = failure;
  return {
    ...base,
    outcome: outcome === "imported" && line.outcome === "deletion" ? "deleted" : outcome,
    ...(code === undefined ? {} : { code }),
    ...(said === undefined ? {} : { message: said }),
    ...(warnings === undefined ? {} : { warnings }),
  };
}

function* endsOfPlanned(plan: PackagePlan, name: string, entry: PackageEntry): Generator<ItemEnd, void, undefined> {
  const word = wordOfPlanned(entry);
  for (const item of plan.items) {
    yield {
      source: item.source.join("/"),
      sourcePath: item.source,
      kind: kindOf(item),
      ...word,
      url: urlOf(plan, item.path),
      id: item.id,
      package: name,
      attempts: 0,
      ...(item.kind === "file" ? { size: bytesOfItem(item) } : {}),
    };
  }
  const { listId } = plan.target;
  if (!(plan.scopes ?? []).some(({ objectType }) => objectType === "list")) return;
  yield {
    source: "",
    sourcePath: [],
    kind: "list",
    ...word,
    url: urlOf(plan, []),
    id: listId,
    package: name,
    attempts: 0,
  };
}

function wordOfPlanned({ stage, unsent, message }: PackageEntry): Pick<ItemEnd, "outcome" | "code" | "message"> {
  if (unsent !== undefined) return unsent;
  if (stage !== "unknown") return { outcome: "pending" };
  return { outcome: "unknown", code: "SUBMISSION_UNKNOWN", ...(message === undefined ? {} : { message }) };
}

function kindOf(item: PlannedItem): ItemEnd["kind"] {
  return item.kind === "deletion" ? item.of : item.kind;
}

/** An entry that the scan put into no package. */
function endOfUnplanned(line: ItemOutcome): ItemEnd {
  const base = { ...baseOf(line), ...targetOf(line) };
  switch (line.outcome) {
    case "unchanged":
    case "existing":
      return { ...base, outcome: line.outcome };
    case "excluded":
    case "skipped":
    case "failed":
      return { ...base, outcome: line.outcome, code: line.code, message: line.message };
    default:
      return { ...base, outcome: "pending" };
  }
}

function baseOf({ source, sourcePath, kind }: ItemOutcome): Pick<ItemEnd, "source" | "sourcePath" | "kind"> {
  return { source, sourcePath, kind };
}

function targetOf(line: ItemOutcome): Pick<ItemEnd, "url" | "id" | "size"> {
  if (!("url" in line)) return {};
  const size = line.outcome === "packaged" ? sizeOf(line) : undefined;
  return { url: line.url, id: line.id, ...(size === undefined ? {} : { size }) };
}

/** Bytes of plaintext of all that there is of the item. */
function sizeOf({ size, versions = [], attachments = [] }: ItemOutcome & { readonly outcome: "packaged" }) {
  const parts = [...versions, ...attachments].map((part) => part.size);
  if (size === undefined && parts.length === 0) return undefined;
  return parts.reduce((sum, part) => sum + part, size ?? 0);
}
