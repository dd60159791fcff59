import type { Target } from "@primepack/core";
import { type Emulator, type EmulatorFaults, type EmulatorOptions, startEmulator } from "@primepack/emulator";
import { progressEvents } from "@primepack/event-reader";
import { type MigrateOptions, memoryJournal } from "@primepack/runner";
import { resolveTarget, sharePointJobService } from "@primepack/submitter";

const credential = { getToken: async () => ({ token: "emulated", expiresOnTimestamp: Date.now() + 3_600_000 }) };

/** An emulator with one library, and what a run needs to know of it. */
export interface EmulatedSite {
  readonly emulator: Emulator;
  readonly target: Target;
  setFaults(faults: EmulatorFaults): void;
  /** Options of a run that polls often. */
  options(more: Pick<MigrateOptions, "directory" | "source"> & Partial<MigrateOptions>): MigrateOptions;
  stop(): Promise<void>;
}

export async function startEmulatedSite(directory: string, more: Partial<EmulatorOptions> = {}): Promise<EmulatedSite> {
  const emulator = await startEmulator({ directory, ...more });
  const { siteUrl } = emulator;
  const resolved = await resolveTarget({ siteUrl, library: "Documents", credential });
  await resolved.close();
  const closing: (() => Promise<void>)[] = [];
  return {
    emulator,
    target: resolved.target,
    setFaults: (faults) => emulator.setFaults(faults),
    options(given) {
      const service = sharePointJobService({ siteUrl, credential, retry: fastRetry });
      const events = progressEvents({ siteUrl, credential, retry: fastRetry });
      closing.push(
        () => service.close(),
        () => events.close(),
      );
      return {
        journal: memoryJournal(),
        target: resolved.target,
        service,
        events,
        ...given,
        packaging: { workers: 0, ...given.packaging },
        limits: { pollRunningMs: 20, pollQueuedMs: 40, pollRequestsPerMinute: 60_000, ...given.limits },
      };
    },
    async stop() {
      for (const close of closing) await close();
      await emulator.stop();
    },
  };
}

const fastRetry = { attempts: 6, firstDelayMs: 5, maxDelayMs: 50 };
