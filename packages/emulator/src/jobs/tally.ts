import type { ImportStep } from "../ports.ts";
import { statisticsObjectType } from "./object-type.ts";

/** One size class of `CreatedOrUpdatedFileStatsBySize`; bytes and milliseconds. */
export interface FileStatistics {
  readonly Count: number;
  readonly TotalSize: number;
  readonly TotalDownloadTime: number;
  readonly TotalCreationTime: number;
}

/** One type of `ObjectsStatsByType`; milliseconds. */
export interface ObjectStatistics {
  readonly Count: number;
  readonly TotalTime: number;
  readonly AccumulatedVersions: number;
  readonly ObjectsWithVersions: number;
}

/** Counts of a job as a progress event tells them; bytes and milliseconds. */
export interface JobCounts {
  /** Counts versions. */
  readonly filesCreated: number;
  readonly filesCreatedIrrespectiveOfVersions: number;
  readonly bytesProcessed: number;
  readonly bytesProcessedOnlyCurrentVersion: number;
  readonly objectsProcessed: number;
  readonly totalExpectedSPObjects: number;
  readonly totalExpectedBytes: number;
  readonly totalErrors: number;
  readonly totalWarnings: number;
  readonly totalDurationInMs: number;
  readonly lastProcessedObjectId: string;
  readonly fileStatsBySize: Readonly<Record<string, FileStatistics>>;
  readonly objectStatsByType: Readonly<Record<string, ObjectStatistics>>;
}

/** Counts of a job that did nothing. */
export const NO_COUNTS: JobCounts = {
  filesCreated: 0,
  filesCreatedIrrespectiveOfVersions: 0,
  bytesProcessed: 0,
  bytesProcessedOnlyCurrentVersion: 0,
  objectsProcessed: 0,
  totalExpectedSPObjects: 0,
  totalExpectedBytes: 0,
  totalErrors: 0,
  totalWarnings: 0,
  totalDurationInMs: 0,
  lastProcessedObjectId: "",
  fileStatsBySize: {},
  objectStatsByType: {},
};

/** Names of size classes as samples of real events have them, up to `10-100M`; those above are the emulator's. */
const SIZE_CLASSES: readonly (readonly [string, number])[] = [
  ["0-1K", 2 ** 10],
  ["1-10K", 10 * 2 ** 10],
  ["10-100K", 100 * 2 ** 10],
  ["100K-1M", 2 ** 20],
  ["1-10M", 10 * 2 ** 20],
  ["10-100M", 100 * 2 ** 20],
  ["100M-1G", 2 ** 30],
];

/** Counts what an import does, from its beginning; a restarted import is counted anew. */
export class Tally {
  readonly #now: () => Date;
  readonly #start: number;
  #last: number;
  #expected = { objects: 0, bytes: 0 };
  #counts = {
    filesCreated: 0,
    filesCreatedIrrespectiveOfVersions: 0,
    bytesProcessed: 0,
    bytesProcessedOnlyCurrentVersion: 0,
    objectsProcessed: 0,
    totalErrors: 0,
    totalWarnings: 0,
    lastProcessedObjectId: "",
  };
  readonly #fileStats = new Map<string, FileStatistics>();
  readonly #objectStats = new Map<string, ObjectStatistics>();

  constructor(now: () => Date) {
    this.#now = now;
    this.#start = now().getTime();
    this.#last = this.#start;
  }

  get objects(): number {
    return this.#counts.objectsProcessed;
  }

  get errors(): number {
    return this.#counts.totalErrors;
  }

  add(step: ImportStep): void {
    if (step.type === "expected") {
      this.#expected = { objects: step.objects, bytes: step.bytes };
    } else if (step.type === "object") {
      this.#addObject(step);
    } else if (step.level === "warning") {
      this.#counts.totalWarnings += 1;
    } else {
      this.#counts.totalErrors += 1;
    }
  }

  counts(): JobCounts {
    return {
      ...this.#counts,
      totalExpectedSPObjects: this.#expected.objects,
      totalExpectedBytes: this.#expected.bytes,
      totalDurationInMs: Math.max(0, this.#now().getTime() - this.#start),
      fileStatsBySize: Object.fromEntries(this.#fileStats),
      objectStatsByType: Object.fromEntries(this.#objectStats),
    };
  }

  #addObject(step: Extract<ImportStep, { type: "object" }>): void {
    const now = this.#now().getTime();
    const elapsed = Math.max(0, now - this.#last);
    this.#last = now;
    const counts = this.#counts;
    counts.objectsProcessed += 1;
    counts.lastProcessedObjectId = step.id;
    counts.filesCreated += step.files;
    counts.bytesProcessed += step.bytes;
    counts.bytesProcessedOnlyCurrentVersion += step.currentBytes;
    if (step.files > 0) {
      counts.filesCreatedIrrespectiveOfVersions += 1;
      this.#addFile(step.files, step.bytes, elapsed);
    }
    const type = statisticsObjectType(step.objectType);
    const before = this.#objectStats.get(type);
    const hasVersions = step.files > 1;
    this.#objectStats.set(type, {
      Count: (before?.Count ?? 0) + 1,
      TotalTime: (before?.TotalTime ?? 0) + elapsed,
      AccumulatedVersions: (before?.AccumulatedVersions ?? 0) + (hasVersions ? step.files : 0),
      ObjectsWithVersions: (before?.ObjectsWithVersions ?? 0) + (hasVersions ? 1 : 0),
    });
  }

  /** Versions of one file are put in the class of their mean size: a step tells only their sum. */
  #addFile(files: number, bytes: number, elapsed: number): void {
    const mean = bytes / files;
    const name = SIZE_CLASSES.find(([, limit]) => mean < limit)?.[0] ?? "1G+";
    const before = this.#fileStats.get(name);
    this.#fileStats.set(name, {
      Count: (before?.Count ?? 0) + files,
      TotalSize: (before?.TotalSize ?? 0) + bytes,
      TotalDownloadTime: before?.TotalDownloadTime ?? 0,
      TotalCreationTime: (before?.TotalCreationTime ?? 0) + elapsed,
    });
  }
}
