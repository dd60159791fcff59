import { resolve } from "node:path";
import { isWithin, type Ledger, memoryLedger, PrimepackError, type Target } from "@primepack/core";
import type { ShapeArguments } from "./arguments/packaging-arguments.ts";

/**
 * The ledger that a run is to use, if it is to use one. A dry run writes nothing: it reads the ledger that is there.
 *
 * Throws what `openLmdbLedger` throws, and INVALID_OPTION for a ledger in a source, which would be packaged.
 */
export async function openLedger(
  { ledger, settings }: Pick<ShapeArguments, "ledger" | "settings">,
  { target, paths }: { readonly target: Target; readonly paths: readonly string[] },
  cwd: string,
): Promise<Ledger | undefined> {
  if (ledger === undefined) return undefined;
  const path = resolve(cwd, ledger);
  await refuseInSources(path, paths);
  // Its native code is loaded by who needs a ledger alone.
  const { openLmdbLedger } = await import("@primepack/store-lmdb");
  const { listId } = target;
  if (settings.dryRun !== true) return openLmdbLedger({ path, listId });
  return openLmdbLedger({ path, listId, readOnly: true }).catch((error: unknown) => {
    if (error instanceof PrimepackError && error.code === "LEDGER_MISSING") return memoryLedger();
    throw error;
  });
}

async function refuseInSources(path: string, sources: readonly string[]): Promise<void> {
  for (const source of sources) {
    if (!(await isWithin(path, source))) continue;
    const message = `Cannot use --ledger as it lies in a source: current value is ${path}`;
    throw new PrimepackError("INVALID_OPTION", message);
  }
}
