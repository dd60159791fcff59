import type { Stats } from "node:fs";
import { sep } from "node:path";
import { type Code, throwIfAborted } from "../errors/index.ts";
import type { SourceFile, SourceFolder, SourcePath, SourceProblem } from "../model/index.ts";
import { entryDates } from "./entry-dates.ts";
import { entryIdentity } from "./entry-identity.ts";
import { isAbove } from "./folder-loop.ts";
import type { GlobFilter } from "./glob.ts";
import { linkTarget, listNames, nameOf, STAT_BATCH, statAll } from "./listing.ts";
import { localOwners, type OwnerOf } from "./owners.ts";
import { compareRoots, type FoundRoot, findRoot, listRoot, type NamedRoot } from "./root.ts";
import { readSidecar } from "./sidecar.ts";
import { sourceError } from "./source-error.ts";

/** What a file system yields. */
export type FileSystemItem = SourceFolder | SourceFile | SourceProblem;

export interface WalkOptions {
  readonly roots: readonly NamedRoot[];
  /** Undefined: all entries are included. */
  readonly included: GlobFilter | undefined;
  readonly excluded: GlobFilter;
  /** What is said of an entry beside what the scan knows anyway. */
  readonly extras: Extras;
  /** End of the names of sidecars; undefined: there are none. */
  readonly sidecar: string | undefined;
  /** Whether a folder that leads to nothing included is left out, which takes a look ahead into it. */
  readonly pruneFolders: boolean;
  readonly signal: AbortSignal | undefined;
}

/** What costs more than the scan itself. */
export interface Extras {
  readonly owners: boolean;
  readonly identity: boolean;
  /** Whether sidecars are read, and not only passed over. */
  readonly details: boolean;
}

/** For walks that only look which entries there are. */
export const NO_EXTRAS: Extras = { owners: false, identity: false, details: false };

/** A name in a folder, and what `lstat` said of it. */
interface Entry {
  readonly name: string;
  readonly absolute: string;
  readonly found: Stats | NodeJS.ErrnoException;
}

/** A folder that the walk is in: all that it remembers. */
interface OpenFolder {
  readonly path: SourcePath;
  readonly absolute: string;
  /** Undefined for the place above several roots, which is on no disk. */
  readonly stats: Stats | undefined;
  readonly parent: OpenFolder | undefined;
  /** As stored, in order. */
  readonly names: readonly string[];
  /** How many of `names` have become entries. */
  taken: number;
  entries: readonly Entry[];
  /** How many of `entries` have been visited. */
  visited: number;
  /** Names in the folder, where sidecars are looked for. */
  readonly known: ReadonlySet<string> | undefined;
}

interface Visit {
  readonly item: FileSystemItem;
  /** Set if the item is a folder: where the walk goes on. */
  readonly folder?: OpenFolder;
}

/**
 * Each entry below the roots once, depth first, names in the order of their bytes.
 *
 * Entries are looked at {@link STAT_BATCH} at a time, so that the facts of some are as old as the walk through the
 * folders between them.
 */
export async function* walk(options: WalkOptions): AsyncGenerator<FileSystemItem, void, void> {
  throwIfAborted(options.signal, "scan the source");
  const roots: FoundRoot[] = [];
  for (const root of options.roots) roots.push(await findRoot(root));
  const owners = options.extras.owners ? await localOwners() : undefined;
  yield* walkBelow(await openRoots(roots, options.sidecar), options, owners);
}

async function* walkBelow(
  start: OpenFolder,
  options: WalkOptions,
  owners?: OwnerOf,
): AsyncGenerator<FileSystemItem, void, void> {
  const { identity, details } = options.extras;
  const hasExtras = identity || details || owners !== undefined;
  const lookout = new Lookout(options);
  let folder = start;
  for (;;) {
    throwIfAborted(options.signal, "scan the source");
    const entry = folder.entries[folder.visited];
    if (entry !== undefined) {
      folder.visited += 1;
      const parent = folder;
      const sidecar = options.sidecar === undefined ? undefined : visitSidecar(parent, entry, options.sidecar);
      if (sidecar !== undefined && sidecar.item === undefined) continue;
      const visit = sidecar?.item ?? (await visitEntry(folder, entry, options, lookout));
      const item = hasExtras ? await withExtras(visit.item, entry, parent, options, owners) : visit.item;
      // What is in a folder whose metadata can't be read isn't handed over, as it could be more open than it was meant.
      if (item.kind === "folder") folder = visit.folder ?? folder;
      if (isHit(item)) lookout.reach();
      yield item;
    } else if (folder.taken < folder.names.length) {
      await takeEntries(folder);
    } else {
      lookout.leave(folder.path);
      if (folder === start || folder.parent === undefined) return;
      folder = folder.parent;
    }
  }
}

/** A single folder without a name of its own is where the walk starts; else the roots stand beside each other. */
async function openRoots(roots: readonly FoundRoot[], sidecar: string | undefined): Promise<OpenFolder> {
  const [first] = roots;
  if (first !== undefined && first.name === undefined) {
    return openFolder([], first.path, first.stats, undefined, await listRoot(first), sidecar);
  }
  // A root that can't be listed is the caller's mistake, and not an entry's problem.
  for (const root of roots) if (root.stats.isDirectory()) await listRoot(root);
  const entries = roots.toSorted(compareRoots).map(({ name = "", path, stats }) => {
    return { name, absolute: path, found: stats };
  });
  const names = sidecar === undefined ? [] : await namesAround(entries, sidecar);
  return { ...openFolder([], "", undefined, undefined, names, sidecar), names: [], entries };
}

/** Names of the roots, and of the sidecars that lie beside them. */
async function namesAround(entries: readonly Entry[], sidecar: string): Promise<string[]> {
  const names = entries.map(({ name }) => name);
  const beside = await statAll(entries.map(({ absolute }) => absolute + sidecar));
  const missing = (facts: Entry["found"] | undefined) => facts instanceof Error && facts.code === "ENOENT";
  return [...names, ...names.filter((_, index) => !missing(beside[index])).map((name) => name + sidecar)];
}

function openFolder(
  path: SourcePath,
  absolute: string,
  stats: Stats | undefined,
  parent: OpenFolder | undefined,
  names: readonly string[],
  sidecar: string | undefined,
): OpenFolder {
  const known = sidecar === undefined ? undefined : new Set(names.map(nameOf));
  return { path, absolute, stats, parent, names, taken: 0, entries: [], visited: 0, known };
}

async function takeEntries(folder: OpenFolder): Promise<void> {
  const before = folder.absolute.endsWith(sep) ? folder.absolute : folder.absolute + sep;
  const names = folder.names.slice(folder.taken, folder.taken + STAT_BATCH).map(nameOf);
  const paths = names.map((name) => before + name);
  const found = await statAll(paths);
  folder.taken += names.length;
  folder.visited = 0;
  folder.entries = found.map((facts, index) => {
    return { name: names[index] ?? "", absolute: paths[index] ?? "", found: facts };
  });
}

async function visitEntry(parent: OpenFolder, entry: Entry, options: WalkOptions, lookout: Lookout): Promise<Visit> {
  const { absolute, found } = entry;
  const path = [...parent.path, entry.name];
  const joined = path.join("/");
  const pattern = options.excluded(joined);
  if (pattern !== undefined) return excluded(path, `Left out by the exclude pattern ${JSON.stringify(pattern)}`);
  const isFolder = !(found instanceof Error) && found.isDirectory();
  if (!isFolder && options.included !== undefined && options.included(joined) === undefined) {
    return excluded(path, "Left out as no include pattern matches it");
  }
  if (found instanceof Error) return failed(path, found, "look at the entry", absolute);
  if (found.isFile()) {
    return { item: { kind: "file", path, size: found.size, ...entryDates(found), content: { path: absolute } } };
  }
  if (isFolder) return visitFolder(parent, path, absolute, found, lookout, options.sidecar);
  if (found.isSymbolicLink()) return skippedLink(path, absolute);
  return skipped(path, "SOURCE_SPECIAL", `it is neither file nor folder: current value is a ${kindOf(found)}`);
}

/** What becomes of an entry that is a sidecar, which is no item: nothing, or a problem. Undefined for other entries. */
function visitSidecar(parent: OpenFolder, { name }: Entry, suffix: string): { readonly item?: Visit } | undefined {
  if (!name.endsWith(suffix) || parent.known === undefined) return undefined;
  if (hasSidecar(parent, name.slice(0, -suffix.length), suffix)) return {};
  const because = "it is a sidecar, and the entry that it tells of isn't there";
  return { item: skipped([...parent.path, name], "SOURCE_INVALID_ITEM", because) };
}

/** Whether the entry is one that a sidecar can tell of, and has one. */
function hasSidecar({ known }: OpenFolder, name: string, suffix: string): boolean {
  if (known === undefined || !known.has(name) || !known.has(name + suffix)) return false;
  return !name.endsWith(suffix);
}

/** The item with what is asked for beside what the scan knows anyway; at once, where nothing has to be looked up. */
function withExtras(
  item: FileSystemItem,
  entry: Entry,
  parent: OpenFolder,
  options: WalkOptions,
  owners: OwnerOf | undefined,
): FileSystemItem | Promise<FileSystemItem> {
  const { absolute, found } = entry;
  if (found instanceof Error || (item.kind === "problem" && !options.extras.identity)) return item;
  if ((!options.extras.details && owners === undefined) || item.kind === "problem") {
    const identity = entryIdentity(absolute, found);
    if (identity === undefined) return item;
    if (typeof identity === "string") return Object.assign(item, { identity });
  }
  return withAllExtras(item, entry, parent, options, owners);
}

async function withAllExtras(
  item: FileSystemItem,
  { name, absolute, found }: Entry,
  parent: OpenFolder,
  { extras, sidecar, signal }: WalkOptions,
  owners: OwnerOf | undefined,
): Promise<FileSystemItem> {
  if (found instanceof Error) return item;
  const identity = extras.identity ? await entryIdentity(absolute, found) : undefined;
  if (item.kind === "problem") return identity === undefined ? item : { ...item, identity };
  const author = owners?.(found);
  const known = {
    ...item,
    ...(author === undefined ? {} : { author }),
    ...(identity === undefined ? {} : { identity }),
  };
  if (!extras.details || sidecar === undefined || !hasSidecar(parent, name, sidecar)) return known;
  const told = await readSidecar(absolute + sidecar, signal);
  if ("fault" in told) {
    const problem = { kind: "problem", path: item.path, outcome: "failed", ...told.fault } as const;
    return identity === undefined ? problem : { ...problem, identity };
  }
  const detailed = { ...known, ...told.details };
  if (detailed.kind !== "file" || told.details.modified === undefined) return detailed;
  return { ...detailed, content: { path: absolute, keepsDates: true } };
}

async function visitFolder(
  parent: OpenFolder,
  path: SourcePath,
  absolute: string,
  stats: Stats,
  lookout: Lookout,
  sidecar: string | undefined,
): Promise<Visit> {
  if (await isAbove(parent, absolute, stats)) {
    return skipped(path, "SOURCE_LOOP", `it is a folder above itself: current value is ${JSON.stringify(absolute)}`);
  }
  let names: readonly string[];
  try {
    names = await listNames(absolute);
  } catch (reason) {
    return failed(path, reason, "list the folder", absolute);
  }
  const replaced = await replacement(path, absolute, stats);
  if (replaced) return replaced;
  const folder = openFolder(path, absolute, stats, parent, names, sidecar);
  if (!(await lookout.leadsToIncluded(folder)))
    return excluded(path, "Left out as no include pattern matches anything in it");
  return { item: { kind: "folder", path, ...entryDates(stats) }, folder };
}

/**
 * What became of the folder if something else took its place after it was looked at, undefined if it still stands. Only
 * now, as the system follows a link when it lists: what was listed is the folder's own if it is there before and after.
 */
async function replacement(path: SourcePath, absolute: string, stats: Stats): Promise<Visit | undefined> {
  const [now] = await statAll([absolute]);
  if (now === undefined || now instanceof Error) return failed(path, now, "list the folder", absolute);
  if (now.isSymbolicLink()) return skippedLink(path, absolute);
  if (now.isDirectory() && now.ino === stats.ino && now.dev === stats.dev) return undefined;
  const message = `Cannot list the folder as another entry took its place: current value is ${JSON.stringify(absolute)}`;
  return { item: { kind: "problem", path, outcome: "failed", code: "SOURCE_CHANGED", message } };
}

/**
 * Knows whether a folder leads to anything that is included, by a second walk that runs ahead to the first such entry.
 *
 * What can't be read counts, so that a folder isn't left out for want of looking.
 */
class Lookout {
  readonly #options: WalkOptions;
  /** The path of the next entry that is included, while the walk has not come to it. */
  #next: SourcePath | undefined;

  constructor(options: WalkOptions) {
    this.#options = options;
  }

  async leadsToIncluded(folder: OpenFolder): Promise<boolean> {
    const { included, pruneFolders } = this.#options;
    if (included === undefined || !pruneFolders) return true;
    if (this.#next === undefined) this.#next = await this.#lookAhead(folder);
    return this.#next !== undefined && startsWith(this.#next, folder.path);
  }

  /** The walk has come to an entry that is included, which is the one that was seen ahead. */
  reach(): void {
    this.#next = undefined;
  }

  /** The walk has done with a folder; what was seen ahead in it is behind now. */
  leave(path: SourcePath): void {
    if (this.#next !== undefined && startsWith(this.#next, path)) this.#next = undefined;
  }

  async #lookAhead(folder: OpenFolder): Promise<SourcePath | undefined> {
    for await (const item of walkBelow({ ...folder }, { ...this.#options, pruneFolders: false, extras: NO_EXTRAS })) {
      if (isHit(item)) return item.path;
    }
    return undefined;
  }
}

function isHit(item: FileSystemItem): boolean {
  return item.kind === "file" || (item.kind === "problem" && item.outcome !== "excluded");
}

function startsWith(path: SourcePath, start: SourcePath): boolean {
  return start.every((name, index) => path[index] === name);
}

function kindOf(stats: Stats): string {
  if (stats.isFIFO()) return "named pipe";
  if (stats.isSocket()) return "socket";
  if (stats.isBlockDevice()) return "block device";
  return stats.isCharacterDevice() ? "character device" : "thing that this platform has no name for";
}

function excluded(path: SourcePath, message: string): Visit {
  return { item: { kind: "problem", path, outcome: "excluded", message } };
}

function skipped(path: SourcePath, code: Code, because: string): Visit {
  return {
    item: { kind: "problem", path, outcome: "skipped", code, message: `Cannot package the entry as ${because}` },
  };
}

async function skippedLink(path: SourcePath, absolute: string): Promise<Visit> {
  const target = await linkTarget(absolute);
  return skipped(
    path,
    "SOURCE_SYMLINK",
    `links are not followed: current value is a link to ${JSON.stringify(target)}`,
  );
}

function failed(path: SourcePath, reason: unknown, doing: string, absolute: string): Visit {
  const { code, message } = sourceError(reason, doing, absolute);
  const item: SourceProblem = { kind: "problem", path, outcome: "failed", code, message };
  return { item };
}
