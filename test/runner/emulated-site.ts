import { join } from "node:path";
import type { Journal, JournalChange, Target } from "@primepack/core";
import { type Emulator, type EmulatorFaults, type EmulatorOptions, startEmulator } from "@primepack/emulator";
import { progressEvents } from "@primepack/event-reader";
import { type ItemEnd, itemEnds, type MigrateOptions, memoryJournal } from "@primepack/runner";
import { resolveTarget, sharePointJobService } from "@primepack/submitter";
import { folderDigest } from "@primepack/test-support";

export const credential = { getToken: async () => ({ token: "emulated", expiresOnTimestamp: Date.now() + 3_600_000 }) };

const quickRetry = { attempts: 6, firstDelayMs: 5, maxDelayMs: 50 };

/** A run's options against the emulator, and what came to it. */
export interface EmulatedLibrary {
  readonly target: Target;
  /** Options of a run that polls often; each call's are those of a process of its own. */
  options(more: Pick<MigrateOptions, "directory" | "source"> & Partial<MigrateOptions>): MigrateOptions;
  /** SHA-256 by path of all files that were imported. */
  digest(): Promise<Readonly<Record<string, string>>>;
  /** Ids of the jobs that were ever created for it, by the emulator's count. */
  jobs(): number;
}

/** An emulator with many libraries, one for each test. */
export interface EmulatedSite {
  readonly emulator: Emulator;
  library(): Promise<EmulatedLibrary>;
  setFaults(faults: EmulatorFaults): void;
  stop(): Promise<void>;
}

const LIBRARIES = 60;

export async function startEmulatedSite(directory: string, more: Partial<EmulatorOptions> = {}): Promise<EmulatedSite> {
  const lists = Array.from({ length: LIBRARIES }, (_, number) => ({ title: `Library ${number}`, url: `lib${number}` }));
  const emulator = await startEmulator({ directory, lists, ...more });
  const { siteUrl } = emulator;
  const closing: (() => Promise<void>)[] = [];
  let taken = 0;
  return {
    emulator,
    async library() {
      const number = taken;
      taken += 1;
      const resolved = await resolveTarget({ siteUrl, library: `Library ${number}`, credential });
      await resolved.close();
      const services: { jobs: number } = { jobs: 0 };
      return {
        target: resolved.target,
        options(given) {
          const service = sharePointJobService({ siteUrl, credential, retry: quickRetry });
          const events = progressEvents({ siteUrl, credential, retry: quickRetry });
          closing.push(
            () => service.close(),
            () => events.close(),
          );
          const { createJob } = service;
          const counted = Object.assign(service, {
            createJob: (...given: Parameters<typeof createJob>) => {
              services.jobs += 1;
              return createJob.apply(service, given);
            },
          });
          return {
            journal: memoryJournal(),
            target: resolved.target,
            service: counted,
            events,
            ...given,
            packaging: { workers: 0, ...given.packaging },
            limits: { pollRunningMs: 20, pollQueuedMs: 40, pollRequestsPerMinute: 60_000, ...given.limits },
          };
        },
        digest: () => folderDigest(join(directory, "sites", "emulated", `lib${number}`)),
        jobs: () => services.jobs,
      };
    },
    setFaults: (faults) => emulator.setFaults(faults),
    async stop() {
      for (const close of closing) await close();
      await emulator.stop();
    },
  };
}

/** What a killed process leaves: of all writes after `writes` none is kept; the next one may be. */
export class CrashingJournal implements Journal {
  readonly #journal: Journal;
  readonly #lastIsKept: boolean;
  #left: number;
  writes = 0;

  constructor(journal: Journal, writes: number, lastIsKept: boolean) {
    this.#journal = journal;
    this.#left = writes;
    this.#lastIsKept = lastIsKept;
  }

  get(key: string): ReturnType<Journal["get"]> {
    return this.#journal.get(key);
  }

  entries(prefix: string): ReturnType<Journal["entries"]> {
    return this.#journal.entries(prefix);
  }

  async write(changes: readonly JournalChange[]): Promise<void> {
    this.#left -= 1;
    this.writes += 1;
    if (this.#left >= 0) return this.#journal.write(changes);
    if (this.#left === -1 && this.#lastIsKept) await this.#journal.write(changes);
    throw new Error("The process is no more");
  }

  async close(): Promise<void> {}
}

export async function endsByOutcome(
  options: Pick<MigrateOptions, "directory" | "journal">,
): Promise<Readonly<Record<string, readonly ItemEnd[]>>> {
  const ends: Record<string, ItemEnd[]> = {};
  for await (const end of itemEnds(options.directory, options.journal)) {
    ends[end.outcome] = [...(ends[end.outcome] ?? []), end];
  }
  return ends;
}
