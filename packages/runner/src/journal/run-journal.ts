import { type Journal, type JournalChange, type JournalValue, type PackagePlan, PrimepackError } from "@primepack/core";
import type { JobContainers } from "@primepack/submitter";
import { containersFromEntry } from "./containers-entry.ts";
import {
  type ContainersEntry,
  type FailureEntry,
  JOURNAL_SCHEMA_VERSION,
  type JobEntry,
  keyOf,
  type PackageEntry,
  type RunEntry,
} from "./entries.ts";
import { planFromText } from "./plan-text.ts";

/** A run's journal by the names of its entries. Writing is the journal's own: one call for one step of the run. */
export class RunJournal {
  readonly #journal: Journal;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  write(changes: readonly JournalChange[]): Promise<void> {
    return this.#journal.write(changes);
  }

  /** Undefined: the journal holds no run. Throws JOURNAL_VERSION. */
  run(): RunEntry | undefined {
    const run = this.#get<RunEntry>(keyOf.run);
    if (run === undefined || run.schemaVersion === JOURNAL_SCHEMA_VERSION) return run;
    throw new PrimepackError(
      "JOURNAL_VERSION",
      `Cannot go on with the run as this release knows journals of version ${JOURNAL_SCHEMA_VERSION}: current value is ${String(run.schemaVersion)}`,
    );
  }

  package(name: string): PackageEntry | undefined {
    return this.#get<PackageEntry>(keyOf.package(name));
  }

  /** In the order of their names: a package stands before those that send its items again. */
  *packages(): Generator<readonly [name: string, entry: PackageEntry], void, undefined> {
    const prefix = keyOf.package("");
    for (const [key, value] of this.#journal.entries(prefix)) {
      yield [key.slice(prefix.length), value as unknown as PackageEntry];
    }
  }

  hasPlan(name: string): boolean {
    return this.#journal.get(keyOf.plan(name)) !== undefined;
  }

  /** Throws JOURNAL_INVALID if there is none. */
  plan(name: string): PackagePlan {
    const text = this.#journal.get(keyOf.plan(name));
    if (typeof text === "string") return planFromText(text);
    throw new PrimepackError(
      "JOURNAL_INVALID",
      `Cannot go on with package ${name} as the journal has to hold its plan: current value is ${text === undefined ? "none" : typeof text}`,
    );
  }

  containers(name: string): JobContainers | undefined {
    const entry = this.#get<ContainersEntry>(keyOf.containers(name));
    return entry === undefined ? undefined : containersFromEntry(entry);
  }

  job(name: string): JobEntry | undefined {
    return this.#get<JobEntry>(keyOf.job(name));
  }

  packageOfJob(jobId: string): string | undefined {
    return this.#get<string>(keyOf.jobId(jobId));
  }

  /** The job that the run's queue shows to be the package's. */
  evidence(name: string): string | undefined {
    return this.#get<string>(keyOf.evidence(name));
  }

  failure(name: string, id: string): FailureEntry | undefined {
    return this.#get<FailureEntry>(keyOf.failure(name, id));
  }

  /** Keys that begin so, with their values. */
  *entries<T>(prefix: string): Generator<readonly [key: string, value: T], void, undefined> {
    for (const [key, value] of this.#journal.entries(prefix)) yield [key, value as T];
  }

  /** Values whose keys begin so. */
  *values<T>(prefix: string): Generator<T, void, undefined> {
    for (const [, value] of this.#journal.entries(prefix)) yield value as T;
  }

  /** What forgets all keys that begin so. */
  forget(prefix: string): JournalChange[] {
    return [...this.#journal.entries(prefix)].map(([key]) => ({ key, value: undefined }));
  }

  #get<T>(key: string): T | undefined {
    return this.#journal.get(key) as T | undefined;
  }
}

/** What puts an entry; entries are plain JSON, which interfaces can't say. */
export function put(key: string, value: object | string): JournalChange {
  return { key, value: value as JournalValue };
}

export function forget(key: string): JournalChange {
  return { key, value: undefined };
}
