import { chmod, mkdir, readdir, realpath, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { PrimepackError } from "@primepack/core";
import { type Database, open, type RootDatabase } from "lmdb";
import { checkDataFile } from "./data-file.ts";
import { type StoreKind, storeError } from "./store-error.ts";

const FORMAT_KEY = Buffer.from("format");
const META_TABLE = "primepack";
/** As its key in the file, which LMDB ends with a NUL or not. */
const META_KEY = /^primepack\0?$/;

/** A store's folder, open in this process. */
export interface StoreFile {
  /** The real path of the folder. */
  readonly directory: string;
  readonly root: RootDatabase<unknown, Buffer>;
  /** Of the file and of what it holds: JSON by text. */
  readonly meta: Database<unknown, Buffer>;
  /** Whoever opened it closes it, once. */
  close(): Promise<void>;
}

interface OpenFile {
  readonly root: RootDatabase<unknown, Buffer>;
  readonly meta: Database<unknown, Buffer>;
  uses: number;
}

/** By path of the data file and mode: LMDB maps a file once in a process. */
const openFiles = new Map<string, OpenFile>();
/** Opening and closing one after the other, so that none is opened while it is being closed. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * Opens the store in the folder. With `create` folder (0700) and files (0600) are made where there are none.
 *
 * Throws the kind's codes `missing`, `invalid`, `version` or `failed`, or DISK_FULL.
 */
export function openStoreFile(
  kind: StoreKind,
  path: string,
  { create }: { readonly create: boolean },
): Promise<StoreFile> {
  const opened = turn.then(() => openInTurn(kind, resolve(path), create));
  turn = opened.catch(() => undefined);
  return opened;
}

async function openInTurn(kind: StoreKind, path: string, create: boolean): Promise<StoreFile> {
  try {
    const directory = await prepareFolder(kind, path, create);
    const dataFile = join(directory, kind.dataFile);
    const there = openFiles.get(dataFile);
    if (there === undefined && !(await checkDataFile(kind, dataFile)) && !create) throw missing(kind, path);
    const file = there ?? (await openDataFile(kind, dataFile, path));
    openFiles.set(dataFile, file);
    file.uses += 1;
    let closed = false;
    const close = async (): Promise<void> => {
      if (closed) return;
      closed = true;
      file.uses -= 1;
      if (file.uses > 0) return;
      openFiles.delete(dataFile);
      await file.root.close();
    };
    return {
      directory,
      root: file.root,
      meta: file.meta,
      close: () => {
        const done = turn.then(close);
        turn = done.catch(() => undefined);
        return done;
      },
    };
  } catch (error) {
    throw storeError(kind, error, `open the ${kind.noun} ${path}`, dirname(path));
  }
}

/**
 * Bytes of address space that the file is mapped into from the start: a map that grows with its file keeps its smaller
 * ones, each of which counts as memory of the process. Windows would make the file as large at once.
 */
const MAPPED = process.platform === "win32" ? {} : { mapSize: 2 ** 28 };

async function openDataFile(kind: StoreKind, dataFile: string, path: string): Promise<OpenFile> {
  const options = {
    path: dataFile,
    noSubdir: true,
    // The type of the options lacks it.
    permissionsMode: 0o600,
    // A write that has resolved is on the disk.
    overlappingSync: false,
    maxDbs: kind.maxDatabases,
    keyEncoding: "binary",
    encoding: "json",
    ...MAPPED,
  } as const;
  const root: RootDatabase<unknown, Buffer> = open(options);
  try {
    const tables = [...root.getKeys({ limit: 2 })];
    const meta = root.openDB<unknown, Buffer>({ name: META_TABLE, keyEncoding: "binary", encoding: "json" });
    const format = meta.get(FORMAT_KEY);
    // A process that was killed as it made the store may have come as far as its first table, with nothing in it.
    const isNew = tables.every((name) => META_KEY.test(name.toString("latin1"))) && meta.getCount() === 0;
    if (format === undefined && isNew) {
      root.transactionSync(() => meta.putSync(FORMAT_KEY, { format: kind.format, version: kind.version }));
    } else checkFormat(kind, format, path);
    await Promise.all([dataFile, `${dataFile}-lock`].map((name) => chmod(name, 0o600)));
    return { root, meta, uses: 0 };
  } catch (error) {
    await root.close();
    throw error;
  }
}

function checkFormat(kind: StoreKind, found: unknown, path: string): void {
  const { format, version } = (found ?? {}) as { format?: unknown; version?: unknown };
  if (format !== kind.format) throw invalid(kind, path, "a database of something else");
  if (version !== kind.version) {
    throw new PrimepackError(
      kind.codes.version,
      `Cannot open the ${kind.noun} ${path} as it must have format version ${kind.version}: current value is ${String(version)}`,
    );
  }
}

/** The real path of the folder, which holds such a store or nothing. */
async function prepareFolder(kind: StoreKind, path: string, create: boolean): Promise<string> {
  if (create) {
    await mkdir(dirname(path), { recursive: true });
    await mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") throw missing(kind, path);
    throw error;
  });
  if (!found.isDirectory()) throw invalid(kind, path, "no folder");
  const names = await readdir(path);
  if (!names.includes(kind.dataFile)) {
    if (names.length > 0) throw invalid(kind, path, "a folder with other things in it");
    if (!create) throw missing(kind, path);
    await chmod(path, 0o700);
  }
  return realpath(path);
}

function missing({ noun, codes }: StoreKind, path: string): PrimepackError {
  return new PrimepackError(codes.missing, `Cannot open the ${noun} as there is none: current value is ${path}`);
}

function invalid({ noun, codes }: StoreKind, path: string, found: string): PrimepackError {
  return new PrimepackError(
    codes.invalid,
    `Cannot open the ${noun} as the path must lead to one, or to nothing: current value of ${path} is ${found}`,
  );
}
