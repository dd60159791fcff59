import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PrimepackError } from "../errors/index.ts";
import type { PackageRecord } from "../model/index.ts";
import { readNdjson } from "./ndjson.ts";

/** `run.json`: marks a folder as an output, and ties what was made elsewhere (containers) to it. */
export interface RunFile {
  readonly schemaVersion: 1;
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /**
   * First bytes of a hash of the key, hexadecimal: tells another key, and nothing of this one. {@link PROVIDED_KEYS}: each
   * package has a key of its own. Null: not encrypted.
   */
  readonly keyCheck: string | null;
}

/** Stands for the keys that come with the containers; no hash is like it. */
export const PROVIDED_KEYS = "provided";

export const RUN_FILE = "run.json";
export const PARTIAL_RUN_FILE = "run.json.partial";
export const PACKAGES_FILE = "packages.ndjson";

/** Undefined if there is none. Throws RECORDS_INVALID. */
export async function readRunFile(root: string): Promise<RunFile | undefined> {
  const path = join(root, RUN_FILE);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const run = parsedRunFile(text);
  if (run !== undefined) return run;
  throw new PrimepackError(
    "RECORDS_INVALID",
    `Cannot continue the run as ${RUN_FILE} must say when it began, and with which key: current value of ${path} is another text`,
    { hint: "Build into a fresh folder." },
  );
}

/** Undefined for a text that no {@link writeRunFile} has written. */
function parsedRunFile(text: string): RunFile | undefined {
  let run: Partial<RunFile> | null;
  try {
    run = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { schemaVersion, runId, startedAt, keyCheck } = run ?? {};
  if (schemaVersion !== 1 || typeof runId !== "string" || !/^[0-9a-f]{16}$/.test(runId)) return undefined;
  if (typeof startedAt !== "string" || Number.isNaN(Date.parse(startedAt))) return undefined;
  return keyCheck === null || typeof keyCheck === "string" ? (run as RunFile) : undefined;
}

export async function writeRunFile(root: string, run: RunFile): Promise<void> {
  await writeFile(join(root, PARTIAL_RUN_FILE), `${JSON.stringify(run)}\n`);
  await rename(join(root, PARTIAL_RUN_FILE), join(root, RUN_FILE));
}

/** What the folder's run has finished, by package name. */
export async function finishedPackages(root: string): Promise<ReadonlyMap<string, PackageRecord>> {
  const finished = new Map<string, PackageRecord>();
  for await (const record of readNdjson<PackageRecord>(join(root, PACKAGES_FILE))) finished.set(record.name, record);
  return finished;
}
