import { chmod, mkdir, readdir, realpath, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { PrimepackError } from "@primepack/core";
import { type Database, open, type RootDatabase } from "lmdb";
import { checkDataFile } from "./data-file.ts";
import { ledgerError } from "./lmdb-error.ts";

/** The version of what stands in the file; others are refused. */
export const LEDGER_VERSION = 1;

const FORMAT = "primepack ledger";
const FORMAT_KEY = Buffer.from("format");
const DATA_FILE = "ledger.mdb";
const LOCK_FILE = "ledger.mdb-lock";
/** Databases of a file that one process may open until it closes the file: four for each list, and one for the file. */
const MAX_DATABASES = 4096;

/** A ledger's folder, open in this process. */
export interface LedgerFile {
  /** The real path of the folder. */
  readonly directory: string;
  readonly root: RootDatabase<unknown, Buffer>;
  /** Of the file and of its lists: JSON by text. */
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
 * Opens the ledger in the folder. With `create` folder (0700) and files (0600) are made where there are none.
 *
 * Throws LEDGER_MISSING, LEDGER_INVALID, LEDGER_VERSION, DISK_FULL or LEDGER_FAILED.
 */
export function openLedgerFile(path: string, { create }: { readonly create: boolean }): Promise<LedgerFile> {
  const opened = turn.then(() => openInTurn(resolve(path), create));
  turn = opened.catch(() => undefined);
  return opened;
}

async function openInTurn(path: string, create: boolean): Promise<LedgerFile> {
  try {
    const directory = await prepareFolder(path, create);
    const dataFile = join(directory, DATA_FILE);
    const there = openFiles.get(dataFile);
    if (there === undefined && !(await checkDataFile(dataFile)) && !create) throw missing(path);
    const file = there ?? (await openDataFile(dataFile, path));
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
    throw ledgerError(error, `open the ledger ${path}`, dirname(path));
  }
}

async function openDataFile(dataFile: string, path: string): Promise<OpenFile> {
  const options = {
    path: dataFile,
    noSubdir: true,
    // The type of the options lacks it.
    permissionsMode: 0o600,
    // A write that has resolved is on the disk.
    overlappingSync: false,
    maxDbs: MAX_DATABASES,
    keyEncoding: "binary",
    encoding: "json",
  } as const;
  const root: RootDatabase<unknown, Buffer> = open(options);
  try {
    const lists = [...root.getKeys({ limit: 1 })];
    const meta = root.openDB<unknown, Buffer>({ name: "primepack", keyEncoding: "binary", encoding: "json" });
    const format = meta.get(FORMAT_KEY);
    if (format === undefined && lists.length === 0) {
      root.transactionSync(() => meta.putSync(FORMAT_KEY, { format: FORMAT, version: LEDGER_VERSION }));
    } else checkFormat(format, path);
    await Promise.all([DATA_FILE, LOCK_FILE].map((name) => chmod(join(dirname(dataFile), name), 0o600)));
    return { root, meta, uses: 0 };
  } catch (error) {
    await root.close();
    throw error;
  }
}

function checkFormat(found: unknown, path: string): void {
  const { format, version } = (found ?? {}) as { format?: unknown; version?: unknown };
  if (format !== FORMAT) throw invalid(path, "a database of something else");
  if (version !== LEDGER_VERSION) {
    throw new PrimepackError(
      "LEDGER_VERSION",
      `Cannot open the ledger ${path} as it must have format version ${LEDGER_VERSION}: current value is ${String(version)}`,
    );
  }
}

/** The real path of the folder, which holds a ledger or nothing. */
async function prepareFolder(path: string, create: boolean): Promise<string> {
  if (create) {
    await mkdir(dirname(path), { recursive: true });
    await mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") throw missing(path);
    throw error;
  });
  if (!found.isDirectory()) throw invalid(path, "no folder");
  const names = await readdir(path);
  if (!names.includes(DATA_FILE)) {
    if (names.length > 0) throw invalid(path, "a folder with other things in it");
    if (!create) throw missing(path);
    await chmod(path, 0o700);
  }
  return realpath(path);
}

function missing(path: string): PrimepackError {
  return new PrimepackError("LEDGER_MISSING", `Cannot open the ledger as there is none: current value is ${path}`);
}

function invalid(path: string, found: string): PrimepackError {
  return new PrimepackError(
    "LEDGER_INVALID",
    `Cannot open the ledger as the path must lead to one, or to nothing: current value of ${path} is ${found}`,
  );
}
