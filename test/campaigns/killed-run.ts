import { join } from "node:path";
import { type PackageStatus, readStatus } from "@primepack/runner";
import { openLmdbJournal } from "@primepack/store-lmdb";
import { containerOf } from "./emulated-storage.ts";

/** A package of a run whose process was killed, as the journal has it. */
export interface KilledPackage extends Pick<PackageStatus, "name" | "stage"> {
  /** Its content container and its manifest container, if it has them. */
  readonly containers: readonly string[];
  /** It was being submitted once, and nobody knows what came of that. */
  readonly wasSubmitted: boolean;
  /** Blobs of content that the journal knows to be stored, while the package is being built. */
  readonly stored: ReadonlySet<string>;
}

/** What the journal of a run says, between two processes that work on it; nothing if it was not begun. */
export async function readKilledRun(directory: string): Promise<readonly KilledPackage[]> {
  let journal: Awaited<ReturnType<typeof openLmdbJournal>>;
  try {
    journal = await openLmdbJournal({ path: join(directory, "journal"), readOnly: true });
  } catch (error) {
    if ((error as { code?: string }).code === "JOURNAL_MISSING") return [];
    throw error;
  }
  try {
    const packages: KilledPackage[] = [];
    for (const { name, stage, submittedAt } of readStatus(journal).packages()) {
      // The runner's own records: no view shows where a package goes that isn't built.
      const containers = journal.get(`containers/${name}`) as
        | { readonly data: string; readonly metadata: string }
        | undefined;
      const prefix = `stored/${name}/`;
      packages.push({
        ...{ name, stage },
        containers: containers === undefined ? [] : [containers.data, containers.metadata].map(containerOf),
        wasSubmitted: submittedAt !== undefined,
        stored: new Set([...journal.entries(prefix)].map(([key]) => key.slice(prefix.length))),
      });
    }
    return packages;
  } finally {
    await journal.close();
  }
}
