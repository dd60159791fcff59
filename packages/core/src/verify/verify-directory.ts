import { readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { DirectoryContainer } from "../container/directory.ts";
import { PrimepackError, type Secret } from "../errors/index.ts";
import type {
  BlobContainer,
  BlobRecord,
  ContainerLocator,
  ItemOutcome,
  PackageRecord,
  Source,
  Target,
} from "../model/index.ts";
import { isContainerLocation } from "./container-location.ts";
import { quoted } from "./finding.ts";
import { Findings } from "./findings.ts";
import { mayBeKeyOf } from "./key-check.ts";
import { ITEMS_FILE } from "./outcome-records.ts";
import { isFile, isFolder, readRecordFile } from "./record-file.ts";
import { PacedRun } from "./run.ts";
import type { PackageCounts, VerifyEvent, VerifyOptions, VerifyPackage, VerifyRun, VerifySummary } from "./types.ts";
import { verifyEvents } from "./verify.ts";

const PACKAGES_FILE = "packages.ndjson";
const BLOBS_FILE = "blobs.ndjson";
/** Marks the output folder of a run, which has records. */
const RUN_FILE = "run.json";

/** What {@link verifyDirectory} needs to know beside the folder. */
export interface VerifyDirectoryOptions {
  /** AES-256 key of 32 bytes. */
  readonly key?: Secret<Uint8Array>;
  /** The source of the build, to compare with. Needs the folder's `items.ndjson`. */
  readonly source?: Source;
  /** Given, web, list and folders must be those of the target. */
  readonly target?: Target;
  /** Opens the containers of packages that lie in Azure Blob Storage. Without it such a package is an INVALID_OPTION. */
  readonly openContainer?: (locator: Extract<ContainerLocator, { kind: "azure" }>) => BlobContainer;
  /** Blobs that are read at once. Default: 8. */
  readonly concurrency?: number;
  /** Ends the run at once: `result` rejects with code ABORTED. */
  readonly signal?: AbortSignal;
}

/**
 * {@link verify} for what is on disk: the output folder of a run (`packages.ndjson`, `items.ndjson`, and a folder for
 * each package that isn't elsewhere), one package's folder (`content`, `manifest`), or a folder of such folders.
 *
 * A key that isn't the run's is one finding, and nothing else is looked at.
 *
 * Rejects as {@link verify} does, and with OUTPUT_UNREADABLE where the folder or its records can't be read, or hold no
 * package.
 */
export function verifyDirectory(directory: string, options: VerifyDirectoryOptions = {}): VerifyRun {
  return new PacedRun(work(resolve(directory), options));
}

async function* work(
  root: string,
  options: VerifyDirectoryOptions,
): AsyncGenerator<VerifyEvent, VerifySummary, undefined> {
  const { key, target, source, concurrency, signal } = options;
  const findings = new Findings();
  if (key !== undefined && (await isFile(join(root, RUN_FILE)))) {
    const isKey = await mayBeKeyOf(join(root, RUN_FILE), RUN_FILE, key, findings.reportFor());
    // Nothing could be said of any blob but that it can't be decrypted.
    if (!isKey) return yield* verifyEvents({ packages: [], key }, findings);
  }
  const packages = await findPackages(root, options, findings);
  const itemsFile = join(root, ITEMS_FILE);
  const hasItems = await isFile(itemsFile);
  if (!hasItems && (await isFile(join(root, RUN_FILE)))) reportMissing(ITEMS_FILE, findings);
  if (source !== undefined && !hasItems) {
    throw new PrimepackError(
      "OUTPUT_UNREADABLE",
      `Cannot compare with a source as the folder must hold ${ITEMS_FILE}: current value is ${root}`,
    );
  }
  // What a line holds is checked by who reads it.
  const items = () => readRecordFile(itemsFile) as AsyncGenerator<ItemOutcome, void, undefined>;
  const resolved: VerifyOptions = {
    packages,
    ...(key === undefined ? {} : { key }),
    ...(target === undefined ? {} : { target }),
    ...(hasItems ? { compare: source === undefined ? { items } : { items, source } } : {}),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(signal === undefined ? {} : { signal }),
  };
  return yield* verifyEvents(resolved, findings);
}

async function findPackages(
  root: string,
  options: VerifyDirectoryOptions,
  findings: Findings,
): Promise<VerifyPackage[]> {
  const folders = await listFolders(root);
  const recordsFile = join(root, PACKAGES_FILE);
  if (await isFile(recordsFile)) {
    const records = inOrderOfDependencies(await readPackageRecords(recordsFile, findings));
    const known = new Set(records.map(({ name }) => name));
    for (const name of folders) {
      if (known.has(name) || !(await isPackage(join(root, name)))) continue;
      const report = findings.reportFor(name);
      report("RECORD_MISSING", PACKAGES_FILE, "The output folder holds a package that packages.ndjson doesn't tell of");
    }
    return Promise.all(records.map((record) => recordedPackage(root, record, options, findings)));
  }
  if (await isFile(join(root, RUN_FILE))) reportMissing(PACKAGES_FILE, findings);
  if (await isPackage(root)) return [await barePackage(root)];
  const paths = folders.map((name) => join(root, name));
  const found: VerifyPackage[] = [];
  for (const path of paths) if (await isPackage(path)) found.push(await barePackage(path));
  if (found.length === 0) {
    throw new PrimepackError(
      "OUTPUT_UNREADABLE",
      `Cannot verify as the folder must hold a package: current value is ${root}`,
    );
  }
  return found;
}

function reportMissing(file: string, findings: Findings): void {
  findings.reportFor()(
    "RECORDS_INVALID",
    file,
    "The output folder of a run must hold its records: current value is none",
  );
}

/** Names of the folders in it, sorted; without those of packages that are still being written. */
async function listFolders(root: string): Promise<string[]> {
  try {
    const entries = await readdir(root, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
      .map((entry) => entry.name)
      .sort();
  } catch (reason) {
    throw PrimepackError.from(reason, "OUTPUT_UNREADABLE", `read the folder ${root}`);
  }
}

function isPackage(path: string): Promise<boolean> {
  return isFolder(join(path, "manifest"));
}

async function barePackage(path: string): Promise<VerifyPackage> {
  const blobs = join(path, BLOBS_FILE);
  return {
    name: basename(path),
    content: new DirectoryContainer(join(path, "content")),
    manifest: new DirectoryContainer(join(path, "manifest")),
    ...((await isFile(blobs)) ? { blobs: blobRecords(blobs) } : {}),
  };
}

async function recordedPackage(
  root: string,
  record: PackageRecord,
  options: VerifyDirectoryOptions,
  findings: Findings,
): Promise<VerifyPackage> {
  const { name, dependsOn } = record;
  const containers = record.containers ?? {
    content: { kind: "directory", path: `${name}/content` },
    manifest: { kind: "directory", path: `${name}/manifest` },
  };
  const open = (locator: ContainerLocator) => openContainer(root, name, locator, options);
  const blobsFile = join(root, name, BLOBS_FILE);
  const hasBlobs = await isFile(blobsFile);
  if (!hasBlobs) {
    findings.reportFor(name)(
      "RECORDS_INVALID",
      BLOBS_FILE,
      "The package must have a record of its blobs: current value is none",
    );
  }
  return {
    name,
    content: open(containers.content),
    manifest: open(containers.manifest),
    ...(hasBlobs ? { blobs: blobRecords(blobsFile) } : {}),
    dependsOn,
    counts: countsOf(record),
  };
}

function openContainer(
  root: string,
  name: string,
  locator: ContainerLocator,
  { openContainer: open }: VerifyDirectoryOptions,
): BlobContainer {
  if (locator.kind === "directory") return new DirectoryContainer(resolve(root, locator.path));
  if (open !== undefined) return open(locator);
  throw new PrimepackError(
    "INVALID_OPTION",
    `Cannot verify the package ${name} as its containers need a storage credential: current value is none`,
  );
}

function blobRecords(path: string): AsyncIterable<BlobRecord> {
  // What a line holds is checked by who reads it.
  return readRecordFile(path) as AsyncGenerator<BlobRecord, void, undefined>;
}

async function readPackageRecords(path: string, findings: Findings): Promise<PackageRecord[]> {
  const records = new Map<string, PackageRecord>();
  const report = findings.reportFor();
  let line = 0;
  for await (const value of readRecordFile(path)) {
    line++;
    const place = `${PACKAGES_FILE}:${line}`;
    if (!isPackageRecord(value)) report("RECORDS_INVALID", place, "The line must hold the record of a package");
    else if (records.has(value.name)) {
      report("RECORDS_INVALID", place, `A package must be recorded once: current value is ${quoted(value.name)}`);
    } else records.set(value.name, value);
  }
  return [...records.values()];
}

const countNames = [
  "folders",
  "files",
  "items",
  "lists",
  "deletions",
  "versions",
  "attachments",
  "scopes",
  "bytes",
  "storedBytes",
  "blobs",
] as const satisfies readonly (keyof PackageCounts)[];

function countsOf(record: PackageRecord): PackageCounts {
  const { folders, files, items, lists, deletions, versions, attachments, scopes } = record;
  const { bytes, storedBytes, blobs, encrypted } = record;
  return {
    folders,
    files,
    items,
    lists,
    deletions,
    versions,
    attachments,
    scopes,
    bytes,
    storedBytes,
    blobs,
    encrypted,
  };
}

function isPackageRecord(value: unknown): value is PackageRecord {
  if (typeof value !== "object" || value === null) return false;
  const record = value as Partial<Record<keyof PackageRecord, unknown>>;
  const counts = countNames.map((count) => record[count]);
  return (
    typeof record.name === "string" &&
    record.name !== "" &&
    // It names a folder: nothing outside of the output is read because a record says so.
    !/[/\\]|^\.\.?$/.test(record.name) &&
    !record.name.includes("\0") &&
    Array.isArray(record.dependsOn) &&
    record.dependsOn.every((name) => typeof name === "string") &&
    isContainerLocation(record.containers) &&
    counts.every((count) => typeof count === "number") &&
    typeof record.encrypted === "boolean"
  );
}

/** What others depend on comes first; otherwise, and in circles, the order of the records. */
function inOrderOfDependencies(records: readonly PackageRecord[]): PackageRecord[] {
  const byName = new Map(records.map((record) => [record.name, record]));
  const ordered = new Set<PackageRecord>();
  for (const record of records) {
    const begun = new Set<PackageRecord>();
    // A stack of its own, since chains of packages may be long.
    const open = [record];
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      begun.add(top);
      const next = top.dependsOn
        .map((name) => byName.get(name))
        .find((before) => before !== undefined && !ordered.has(before) && !begun.has(before));
      if (next !== undefined) open.push(next);
      else ordered.add(open.pop() ?? top);
    }
  }
  return [...ordered];
}
