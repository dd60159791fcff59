import { randomBytes } from "node:crypto";
import { mkdir, readdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { directoryPackageStore } from "../container/directory-store.ts";
import { PrimepackError, Secret } from "../errors/index.ts";
import {
  type Clock,
  KEY_BYTES,
  type PackagePlan,
  type PackageRecord,
  type PackageStore,
  type RandomBytes,
} from "../model/index.ts";
import { planHash } from "../plan/plan-json.ts";
import { checkOfKey } from "../seal/key-check.ts";
import { isWithin } from "./is-within.ts";
import { KEY_FILE, readKeyFile, writeKeyFile } from "./key-file.ts";
import { lockOutput } from "./output-lock.ts";
import type { Encryption } from "./package-key.ts";
import {
  finishedPackages,
  PACKAGES_FILE,
  PARTIAL_RUN_FILE,
  PROVIDED_KEYS,
  RUN_FILE,
  readRunFile,
  writeRunFile,
} from "./run-file.ts";
import { type RunRecordFiles, RunRecords } from "./run-records.ts";
import { systemClock } from "./system-clock.ts";
import type { BuildEvent, BuildRun } from "./types.ts";

/** Where the key of a folder's packages is: one for all in a file, one with the containers of each, or nowhere. */
type OutputEncryption = "key" | "provided" | "none";

/** How an output folder is opened. */
export interface OutputDirectoryOptions<Encryption extends OutputEncryption = OutputEncryption> {
  /** `provided`: each package's key comes with its containers, so that the folder has none; `none` writes plain blobs. */
  readonly encryption: Encryption;
  /** A file of one line: 32 bytes in base64. Default: `DIR/key`, made if it isn't there. */
  readonly keyFile?: string;
  /** Go on with the run that the folder holds; an empty folder begins one. Default: false, the folder must be empty. */
  readonly continue?: boolean;
  /** Folders and files that are read: none may lie in or around the output. */
  readonly sources?: readonly string[];
  /** Makes the store of packages that go elsewhere than into this folder, for example to Azure Blob Storage. */
  readonly store?: (run: { readonly runId: string; readonly directory: string }) => PackageStore;
  /** Default: node:crypto's. */
  readonly random?: RandomBytes;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Nothing of the folder but `dry-run-items.ndjson` is written. Default: false. */
  readonly dryRun?: boolean;
}

/** An output folder: where packages, key and records of one run are. */
export interface OutputDirectory<Encryption extends OutputEncryption = OutputEncryption> {
  readonly directory: string;
  /** 16 hexadecimal digits, the same when the run is continued: for {@link LedgerOptions.runId}. */
  readonly runId: string;
  /** The packages, for {@link BuildOptions.packages}. */
  readonly packages: PackageStore;
  /** For {@link BuildOptions.encryption}: the key, or the word that the folder was opened with. */
  readonly encryption: Encryption extends "key" ? Secret<Uint8Array> : Exclude<Encryption, "key">;
  /**
   * For {@link BuildOptions.clock}: stands still at the moment when the folder's run began, so that items without dates
   * of their own are planned alike when it is continued.
   */
  readonly clock: Clock;
  /**
   * For {@link BuildOptions.finished}: what an earlier run of this folder finished. Throws PLAN_CHANGED when that run
   * planned the package otherwise (its ids would not fit those of the packages to come), or had another source type or
   * other forms.
   */
  readonly finished: (plan: PackagePlan, settings: string) => PackageRecord | undefined;
  /**
   * Passes the run's events on, each after it is recorded in `items.ndjson` or `packages.ndjson`. If recording fails
   * (a full disk), the run is drained and the loop throws.
   */
  record(run: BuildRun): AsyncGenerator<BuildEvent, void, undefined>;
}

const ITEMS_FILE = "items.ndjson";
const DRY_RUN_ITEMS_FILE = "dry-run-items.ndjson";

/**
 * Opens or makes the folder. Other processes of this machine are kept from it (dry runs apart) until the run that is
 * given to `record()` has ended, or this process has. Throws OUTPUT_CONTAINS_SOURCE, OUTPUT_NOT_EMPTY, OUTPUT_IN_USE,
 * RECORDS_INVALID, INVALID_KEY, KEY_UNREADABLE, OUTPUT_UNWRITABLE, DISK_FULL or INVALID_OPTION.
 */
export async function openOutputDirectory<Encryption extends OutputEncryption>(
  directory: string,
  options: OutputDirectoryOptions<Encryption>,
): Promise<OutputDirectory<Encryption>> {
  // What the option says of the key is beyond what the compiler can follow.
  return (await open(directory, options)) as OutputDirectory as OutputDirectory<Encryption>;
}

async function open(directory: string, options: OutputDirectoryOptions): Promise<OutputDirectory> {
  const root = resolve(directory);
  await refuseOverlap(root, options.sources ?? []);
  const { random = (size) => randomBytes(size), clock = systemClock } = options;

  let unlock = () => {};
  try {
    await makeFolder(root);
    if (options.dryRun) return dryRunDirectory(root, options, random);
    unlock = await lockOutput(root);
    const run = await readRunFile(root);
    const left = (await readdir(root)).filter((name) => name !== DRY_RUN_ITEMS_FILE);
    // Killed before it was marked: the key may be there, which has sealed nothing yet.
    const begun = options.continue && left.every((name) => name === KEY_FILE || name === PARTIAL_RUN_FILE);
    if (!run && left.length > 0 && !begun) throw notEmpty(root, "the folder is not empty");
    if (run && !options.continue) throw notEmpty(root, "it holds a run already");

    const encryption =
      options.encryption === "key" ? await openKey(root, options.keyFile, left, random) : options.encryption;
    const keyCheck = keyCheckOf(encryption);
    if (run && run.keyCheck !== keyCheck) throw otherEncryption(run.keyCheck, keyCheck);
    const runId = run?.runId ?? newRunId(random);
    const startedAt = new Date(run?.startedAt ?? clock());
    if (!run) await writeRunFile(root, { schemaVersion: 1, runId, startedAt: startedAt.toISOString(), keyCheck });

    const packages = options.store?.({ runId, directory: root }) ?? directoryPackageStore(root);
    const finished = await finishedPackages(root);
    return {
      directory: root,
      runId,
      packages,
      encryption,
      clock: () => startedAt,
      finished: (plan, settings) => {
        const record = finished.get(plan.name);
        if (record && record.plan !== planHash(plan)) throw planChanged(`package ${plan.name} was planned otherwise`);
        if (record && record.settings !== settings) {
          throw planChanged(`package ${plan.name} was written with another source type or other forms`);
        }
        return record;
      },
      record: (events) => {
        events.result.then(unlock, unlock);
        return record(events, root, { items: ITEMS_FILE, packages: PACKAGES_FILE, finished });
      },
    };
  } catch (error) {
    unlock();
    throw outputError(error, root);
  }
}

/** Unlike a recursive `mkdir` of Node it ends where a file system says that a folder which is there is not (`/proc`). */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" && dirname(path) !== path) {
      await makeFolder(dirname(path));
      await mkdir(path);
    } else if (!(await isFolder(path))) throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

function record(run: BuildRun, root: string, { finished, ...files }: RunRecordFiles) {
  // The iterator is made now, in the turn in which the run was: later ones would miss events.
  const events = run[Symbol.asyncIterator]();
  return (async function* recorded(): AsyncGenerator<BuildEvent, void, undefined> {
    const unseen = new Set(finished.keys());
    let records: RunRecords | undefined;
    let scanned = false;
    let closed = false;
    const close = async (): Promise<void> => {
      if (closed) return;
      closed = true;
      await records?.close();
    };
    try {
      records = await RunRecords.open(root, { ...files, finished });
      for (let step = await events.next(); !step.done; step = await events.next()) {
        await records.write(step.value);
        if (step.value.type === "packageReused") unseen.delete(step.value.record.name);
        scanned ||= step.value.type === "scanned";
        yield step.value;
      }
      if (scanned && unseen.size > 0) throw planChanged(`${unseen.size} finished packages are planned no more`);
      await close();
    } catch (error) {
      run.drain();
      // The first error counts.
      await close().catch(() => undefined);
      throw outputError(error, root);
    } finally {
      await events.return?.();
      await close();
    }
  })();
}

function dryRunDirectory(root: string, options: OutputDirectoryOptions, random: RandomBytes): OutputDirectory {
  return {
    directory: root,
    runId: newRunId(random),
    clock: options.clock ?? systemClock,
    packages: directoryPackageStore(root),
    encryption: options.encryption === "key" ? new Secret(random(KEY_BYTES, "key")) : options.encryption,
    finished: () => undefined,
    record: (run) => record(run, root, { items: DRY_RUN_ITEMS_FILE, packages: undefined, finished: new Map() }),
  };
}

function newRunId(random: RandomBytes): string {
  return Buffer.from(random(8, "run-id")).toString("hex");
}

function keyCheckOf(encryption: Encryption): string | null {
  if (encryption === "none") return null;
  return encryption === "provided" ? PROVIDED_KEYS : checkOfKey(encryption);
}

function otherEncryption(first: string | null, now: string | null): PrimepackError {
  const named = (check: string | null, key: string) => {
    if (check === null) return "no encryption";
    return check === PROVIDED_KEYS ? "the keys of the containers" : key;
  };
  return new PrimepackError(
    "INVALID_KEY",
    `Cannot continue the run as its packages need ${named(first, "one key")}: current value is ${named(now, "another key")}`,
  );
}

/** The key of the folder: the file that was named, or `DIR/key`, made for a new run. */
async function openKey(root: string, keyFile: string | undefined, left: readonly string[], random: RandomBytes) {
  if (keyFile !== undefined) return readKeyFile(keyFile);
  const path = join(root, KEY_FILE);
  if (left.includes(RUN_FILE) || left.includes(KEY_FILE)) return readKeyFile(path);
  const key = new Secret(random(KEY_BYTES, "key"));
  await writeKeyFile(path, key);
  return key;
}

async function refuseOverlap(root: string, sources: readonly string[]): Promise<void> {
  for (const source of sources) {
    const path = resolve(source);
    if ((await isWithin(root, path)) || (await isWithin(path, root))) {
      throw new PrimepackError(
        "OUTPUT_CONTAINS_SOURCE",
        `Cannot build into the output folder as it lies in or around a source: current value is ${root}`,
      );
    }
  }
}

function planChanged(found: string): PrimepackError {
  return new PrimepackError(
    "PLAN_CHANGED",
    `Cannot continue the run as it needs the source, target and options of its finished packages: ${found}`,
  );
}

function notEmpty(root: string, constraint: string): PrimepackError {
  return new PrimepackError("OUTPUT_NOT_EMPTY", `Cannot begin a run as ${constraint}: current value is ${root}`);
}

function outputError(error: unknown, root: string): PrimepackError {
  if (error instanceof PrimepackError) return error;
  const code = (error as NodeJS.ErrnoException)?.code;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new PrimepackError("DISK_FULL", `Cannot write to the output folder as its disk is full: ${root}`, {
      cause: error,
    });
  }
  return PrimepackError.from(error, "OUTPUT_UNWRITABLE", `use the output folder ${root}`);
}
