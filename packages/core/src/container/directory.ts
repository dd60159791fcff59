import { constants } from "node:fs";
import { type FileHandle, mkdir, open, opendir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { errnoOf, PrimepackError, throwIfAborted } from "../errors/index.ts";
import type { BlobContainer, BlobProperties, BlobRecord, BlobWriteOptions, ContainerLocator } from "../model/index.ts";
import { checkBlobName } from "./blob-name.ts";
import { BLOB_RECORDS_FILE, parseBlobRecords } from "./blob-records.ts";
import { readError, writeError } from "./file-error.ts";

/** Ends the name of a file that is still being written; no blob's name may end so. */
export const PARTIAL_FILE_SUFFIX = ".primepack-partial";

/** Bytes that are read at once. */
const READ_CHUNK_BYTES = 256 * 1024;

type WrittenProperties = Pick<BlobProperties, "md5" | "iv">;

/**
 * Blobs as plain files below a folder, which must exist; `/` in a blob's name makes folders.
 *
 * A blob appears by a rename when it is whole. Its IV and MD5 have no place in a file: the instance that wrote it knows
 * them, and any other reads them from the package's `blobs.ndjson` beside the folder, which the package store writes.
 * The blocks of one blob and their commit go through one instance. Files are not flushed to the disk one by one: a
 * package survives a killed process, not the loss of power.
 */
export class DirectoryContainer implements BlobContainer {
  readonly locator: ContainerLocator;
  readonly #root: string;
  readonly #written: Map<string, WrittenProperties> = new Map();
  readonly #blocks: Map<string, Set<number>> = new Map();
  #records: ReadonlyMap<string, BlobRecord> | undefined;

  constructor(path: string) {
    this.#root = resolve(path);
    this.locator = { kind: "directory", path: this.#root };
  }

  async putBlob(name: string, body: Uint8Array, options: BlobWriteOptions): Promise<void> {
    const doing = `write the blob ${name}`;
    const file = this.#file(name);
    const partial = file + PARTIAL_FILE_SUFFIX;
    throwIfAborted(options.signal, doing);
    try {
      await this.#inFolder(name, file, () => writeFile(partial, body));
      await rename(partial, file);
    } catch (error) {
      // What a full disk took should not stay.
      await rm(partial, { force: true }).catch(() => undefined);
      throw writeError(error, doing);
    }
    this.#remember(name, options);
  }

  async putBlock(name: string, index: number, offset: number, body: Uint8Array, signal?: AbortSignal): Promise<void> {
    const doing = `write block ${index} of the blob ${name}`;
    const file = this.#file(name);
    throwIfAborted(signal, doing);
    try {
      const handle = await this.#inFolder(name, file, () =>
        open(file + PARTIAL_FILE_SUFFIX, constants.O_RDWR | constants.O_CREAT),
      );
      try {
        await writeFully(handle, body, offset);
      } finally {
        await handle.close();
      }
    } catch (error) {
      throw writeError(error, doing);
    }
    const arrived = this.#blocks.get(name) ?? new Set();
    this.#blocks.set(name, arrived.add(index));
  }

  async putBlockList(name: string, count: number, size: number, options: BlobWriteOptions): Promise<void> {
    const doing = `write the blob ${name}`;
    const file = this.#file(name);
    const partial = file + PARTIAL_FILE_SUFFIX;
    throwIfAborted(options.signal, doing);
    this.#checkBlocks(name, count);
    try {
      const handle = await this.#inFolder(name, file, () => open(partial, constants.O_RDWR | constants.O_CREAT));
      try {
        const stored = (await handle.stat()).size;
        if (stored < size) {
          throw new PrimepackError(
            "CONTAINER_REFUSED",
            `Cannot ${doing} as its blocks must have ${size} bytes together: current value is ${stored}`,
          );
        }
        await handle.truncate(size);
      } finally {
        await handle.close();
      }
      await rename(partial, file);
    } catch (error) {
      throw writeError(error, doing);
    }
    this.#blocks.delete(name);
    this.#remember(name, options);
  }

  #checkBlocks(name: string, count: number): void {
    const arrived = this.#blocks.get(name);
    for (let index = 0; index < count; index++) {
      if (arrived?.has(index)) continue;
      throw new PrimepackError(
        "CONTAINER_REFUSED",
        `Cannot write the blob ${name} as all of its ${count} blocks must be there: current value is none of index ${index}`,
      );
    }
  }

  /** A directory has none: the package's folder is final once it has its name. */
  async snapshot(name: string, signal?: AbortSignal): Promise<void> {
    checkBlobName(name);
    throwIfAborted(signal, `snapshot the blob ${name}`);
  }

  async remove(name: string, signal?: AbortSignal): Promise<void> {
    const doing = `remove the blob ${name}`;
    const file = this.#file(name);
    throwIfAborted(signal, doing);
    try {
      await rm(file + PARTIAL_FILE_SUFFIX, { force: true });
      await rm(file, { force: true });
    } catch (error) {
      throw writeError(error, doing);
    }
    this.#written.delete(name);
    this.#blocks.delete(name);
  }

  async *read(name: string, signal?: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    const doing = `read the blob ${name}`;
    const file = this.#file(name);
    throwIfAborted(signal, doing);
    const handle = await open(file).catch((error: unknown) => {
      throw readError(error, doing);
    });
    try {
      let left = (await handle.stat()).size;
      while (left > 0) {
        throwIfAborted(signal, doing);
        const buffer = Buffer.allocUnsafeSlow(Math.min(left, READ_CHUNK_BYTES));
        const { bytesRead } = await handle.read(buffer);
        if (bytesRead === 0) return;
        left -= bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    } catch (error) {
      throw readError(error, doing);
    } finally {
      await handle.close();
    }
  }

  async properties(name: string, signal?: AbortSignal): Promise<BlobProperties> {
    const doing = `read the properties of the blob ${name}`;
    const file = this.#file(name);
    throwIfAborted(signal, doing);
    try {
      const found = await stat(file);
      if (!found.isFile()) throw Object.assign(new Error("not a file"), { code: "ENOENT" });
      return await this.#describe(name, found.size);
    } catch (error) {
      throw readError(error, doing);
    }
  }

  async *list(signal?: AbortSignal): AsyncGenerator<BlobProperties, void, undefined> {
    try {
      yield* this.#listFolder("", signal);
    } catch (error) {
      const missing = errnoOf(error) === "ENOENT";
      const doing = `list the blobs in ${this.#root}`;
      throw missing ? writeError(error, doing) : readError(error, doing);
    }
  }

  async *#listFolder(prefix: string, signal: AbortSignal | undefined): AsyncGenerator<BlobProperties, void, undefined> {
    throwIfAborted(signal, "list the blobs");
    for await (const entry of await opendir(join(this.#root, prefix))) {
      throwIfAborted(signal, "list the blobs");
      const name = prefix + entry.name;
      if (entry.isDirectory()) yield* this.#listFolder(`${name}/`, signal);
      else if (entry.isFile() && !name.endsWith(PARTIAL_FILE_SUFFIX)) {
        yield await this.#describe(name, (await stat(join(this.#root, name))).size);
      }
    }
  }

  async #describe(name: string, size: number): Promise<BlobProperties> {
    const written = this.#written.get(name);
    if (written !== undefined) return { name, size, ...written };
    this.#records ??= await this.#readRecords();
    const record = this.#records?.get(name);
    if (record === undefined) return { name, size };
    return { name, size, md5: record.md5, ...(record.iv === null ? {} : { iv: record.iv }) };
  }

  /** Undefined while the package is not complete. */
  async #readRecords(): Promise<ReadonlyMap<string, BlobRecord> | undefined> {
    const file = join(dirname(this.#root), BLOB_RECORDS_FILE);
    const text = await readRegularFile(file).catch((error: unknown) => {
      if (errnoOf(error) === "ENOENT") return undefined;
      throw readError(error, `read ${file}`);
    });
    if (text === undefined) return undefined;
    const records = parseBlobRecords(text);
    if (records === undefined) {
      throw new PrimepackError(
        "BLOB_CORRUPT",
        `Cannot read ${file} as each line must be the JSON record of one blob: current value is another text`,
      );
    }
    const container = basename(this.#root);
    return new Map(records.filter((record) => record.container === container).map((record) => [record.name, record]));
  }

  #remember(name: string, { md5, iv }: BlobWriteOptions): void {
    this.#written.set(name, { md5, ...(iv === undefined ? {} : { iv }) });
  }

  #file(name: string): string {
    checkBlobName(name);
    const file = resolve(this.#root, name);
    // On Windows, a drive or a stream can hide in a name that is plain elsewhere.
    if (file.startsWith(this.#root + sep) && !name.endsWith(PARTIAL_FILE_SUFFIX)) return file;
    throw new PrimepackError(
      "BLOB_NAME_INVALID",
      `Cannot use a blob name as it must name a file in the container's folder: current value is ${JSON.stringify(name)}`,
    );
  }

  /** Runs `write`, a second time after making the folders that the name needs; never makes the container's own. */
  async #inFolder<T>(name: string, file: string, write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      if (errnoOf(error) !== "ENOENT" || !name.includes("/")) throw error;
      await stat(this.#root);
      await mkdir(dirname(file), { recursive: true });
      return write();
    }
  }
}

/** Undefined for pipes and devices, which might never end. */
async function readRegularFile(file: string): Promise<string | undefined> {
  return (await stat(file)).isFile() ? readFile(file, "utf8") : undefined;
}

async function writeFully(handle: FileHandle, body: Uint8Array, offset: number): Promise<void> {
  let written = 0;
  while (written < body.byteLength) {
    written += (await handle.write(body, written, body.byteLength - written, offset + written)).bytesWritten;
  }
}
