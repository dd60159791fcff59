import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { DirectoryContainer } from "../container/directory.ts";
import { errnoOf, PrimepackError, type Secret, throwIfAborted } from "../errors/index.ts";
import { manifestFile, systemDataFile } from "../manifest/names.ts";
import type { BlobContainer } from "../model/index.ts";
import { exportRecords } from "./export-records.ts";
import { type OpenedBlob, openedBlob } from "./opened-blob.ts";

/** What an export or package is read from. */
export interface ExportPlace {
  /**
   * A folder, or the container that holds the manifest files, at its root or below the name of one job. A folder may also
   * be a package of primepack's own (with a folder `manifest`), or the output folder of a run, whose packages are then
   * read as one.
   */
  readonly from: string | BlobContainer;
  /** AES-256 key of 32 bytes, for encrypted files. The IVs come from the blobs' metadata, or from `blobs.ndjson`. */
  readonly key?: Secret<Uint8Array>;
  /** The job whose files are meant, where the container holds those of several or may not be listed. */
  readonly jobId?: string;
  readonly signal?: AbortSignal;
}

/** The manifest files of one package or job. */
export interface ExportFiles {
  /** Name of the package's folder; empty where there is but one. */
  readonly name: string;
  readonly manifest: BlobContainer;
  /** Stands before the names of the files: empty, or `<job id>/`. */
  readonly prefix: string;
  /** Names of the manifests, without the prefix. */
  readonly manifests: readonly string[];
  /** Of a package that brings its contents along: the folder that holds both of its containers. */
  readonly folder?: string;
}

/** Files below one more folder than this are no export's. */
const MAX_JOBS_NAMED = 10;

/**
 * Finds the packages of a place, and in each the manifests that SystemData.xml lists, or without that file all those
 * called `Manifest*.xml`.
 *
 * Throws EXPORT_UNREADABLE where there are none, or where there are several jobs and `jobId` names none; errors of the
 * container come through.
 */
export async function* findExports(place: ExportPlace): AsyncGenerator<ExportFiles, void, undefined> {
  const { from } = place;
  if (typeof from !== "string") {
    yield await exportIn(place, "", from);
    return;
  }
  const root = resolve(from);
  const folders = await foldersOf(root);
  if (folders.includes(MANIFEST_FOLDER)) {
    yield await packageIn(place, "", root);
    return;
  }
  let found = 0;
  for (const name of folders) {
    throwIfAborted(place.signal, "read the export");
    const folder = join(root, name);
    if (!(await isPackage(folder))) continue;
    found++;
    yield await packageIn(place, name, folder);
  }
  if (found === 0) yield await exportIn(place, "", new DirectoryContainer(root));
}

/** The container of manifests in a package's folder. */
export const MANIFEST_FOLDER = "manifest";

/** Names of the folders in it, sorted; without those that are still being written. */
async function foldersOf(root: string): Promise<string[]> {
  try {
    const entries = await readdir(root, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
      .map(({ name }) => name)
      .sort();
  } catch (reason) {
    throw PrimepackError.from(reason, "EXPORT_UNREADABLE", `read the folder ${root}`);
  }
}

async function isPackage(folder: string): Promise<boolean> {
  try {
    return (await foldersOf(folder)).includes(MANIFEST_FOLDER);
  } catch (reason) {
    const cause = reason instanceof PrimepackError ? reason.cause : reason;
    // A folder that went away, or that belongs to others, is no package of this run.
    if (errnoOf(cause) !== undefined) return false;
    throw reason;
  }
}

async function packageIn(place: ExportPlace, name: string, folder: string): Promise<ExportFiles> {
  const manifest = new DirectoryContainer(join(folder, MANIFEST_FOLDER));
  return { ...(await exportIn(place, name, manifest)), folder };
}

async function exportIn(place: ExportPlace, name: string, manifest: BlobContainer): Promise<ExportFiles> {
  const prefix = await findPrefix(place, manifest);
  const file = await openedBlob(manifest, prefix + systemDataFile.file, place);
  const manifests = file === undefined ? await listManifests(place, manifest, prefix) : await readManifestNames(file);
  if (manifests.length > 0) return { name, manifest, prefix, manifests };
  throw unreadable("it must name or hold a manifest", nameOf(place));
}

async function findPrefix({ jobId, key, signal, from }: ExportPlace, manifest: BlobContainer): Promise<string> {
  if (jobId !== undefined) return `${jobId}/`;
  const options = { ...(key && { key }), ...(signal && { signal }) };
  if ((await openedBlob(manifest, systemDataFile.file, options)) !== undefined) return "";
  const jobs: string[] = [];
  for await (const { name } of listed(manifest, signal)) {
    const [job = "", file = "", ...more] = name.split("/");
    // Manifests at the root win over those of jobs: such an export lacks SystemData.xml.
    if (file === "" && isManifestName(job)) return "";
    if (more.length > 0 || file !== systemDataFile.file || jobs.length > MAX_JOBS_NAMED) continue;
    jobs.push(job);
  }
  const [job, ...others] = jobs.sort();
  if (others.length > 0) {
    const named = jobs.slice(0, MAX_JOBS_NAMED).join(", ");
    throw unreadable("it holds several jobs, of which one must be named", named);
  }
  if (job !== undefined) return `${job}/`;
  throw unreadable("it must hold manifest files", nameOf({ from }));
}

/** The manifests that SystemData.xml lists, in its order, each once. */
async function readManifestNames(systemData: OpenedBlob): Promise<string[]> {
  const names = new Set<string>();
  for await (const record of exportRecords(systemData, systemDataFile.root)) {
    if (record.name !== "ManifestFiles") continue;
    for (const { attributes } of record.children) if (attributes.Name) names.add(attributes.Name);
  }
  return [...names];
}

async function listManifests({ signal }: ExportPlace, manifest: BlobContainer, prefix: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of listed(manifest, signal)) {
    const file = name.startsWith(prefix) ? name.slice(prefix.length) : "";
    if (isManifestName(file)) names.push(file);
  }
  return names.sort(byNumbers);
}

async function* listed(manifest: BlobContainer, signal: AbortSignal | undefined): AsyncGenerator<{ name: string }> {
  try {
    yield* manifest.list(signal);
  } catch (reason) {
    if (!(reason instanceof PrimepackError && reason.code === "CONTAINER_FORBIDDEN")) throw reason;
    throw new PrimepackError(reason.code, reason.message, {
      cause: reason,
      hint: "Name the job, as the container may be read but not listed.",
    });
  }
}

function isManifestName(name: string): boolean {
  const stem = manifestFile.file.slice(0, -".xml".length).toLowerCase();
  const lower = name.toLowerCase();
  return lower.startsWith(stem) && lower.endsWith(".xml") && !lower.includes("/");
}

/** `Manifest2.xml` before `Manifest10.xml`. */
function byNumbers(one: string, other: string): number {
  const numberOf = (name: string) => Number(/(\d{1,15})\.xml$/i.exec(name)?.[1] ?? -1);
  return numberOf(one) - numberOf(other) || (one < other ? -1 : 1);
}

function nameOf({ from }: Pick<ExportPlace, "from">): string {
  if (typeof from === "string") return resolve(from);
  const { locator } = from;
  if (locator === undefined) return "a container";
  return locator.kind === "azure" ? locator.url : locator.path;
}

function unreadable(constraint: string, value: string): PrimepackError {
  return new PrimepackError("EXPORT_UNREADABLE", `Cannot read the export as ${constraint}: current value is ${value}`);
}
