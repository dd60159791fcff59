import { constants } from "node:fs";
import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, errnoOf, PrimepackError } from "../errors/index.ts";

/**
 * A file without a name: it is unlinked once it is open, so that its bytes are gone when it is closed, however the
 * process ends. Mode 0600, in a folder of mode 0700 that only this file is ever in.
 *
 * Where an open file can't be unlinked (some file systems of Windows), `close` removes it.
 */
export class TemporaryFile {
  readonly #handle: FileHandle;
  /** Undefined: nothing is left to remove. */
  readonly #folder: string | undefined;
  #size = 0;

  private constructor(handle: FileHandle, folder: string | undefined) {
    this.#handle = handle;
    this.#folder = folder;
  }

  /** @throws TEMPORARY_FILE_FAILED */
  static async create(directory: string): Promise<TemporaryFile> {
    let folder: string | undefined;
    try {
      folder = await mkdtemp(join(directory, "primepack-"));
      const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL;
      const handle = await open(join(folder, "items"), flags, 0o600);
      return new TemporaryFile(handle, (await removeFolder(folder)) ? undefined : folder);
    } catch (reason) {
      if (folder !== undefined) await removeFolder(folder);
      throw temporaryFileError(reason, directory);
    }
  }

  /** Bytes. */
  get size(): number {
    return this.#size;
  }

  /** Writes all of `bytes` at the end; one call at a time. */
  async append(bytes: Uint8Array): Promise<void> {
    try {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, this.#size);
        done += bytesWritten;
        this.#size += bytesWritten;
      }
    } catch (reason) {
      throw temporaryFileError(reason, "a file that was written to");
    }
  }

  /** The bytes from `position`, at most `length`; fewer at the end of the file only. */
  async read(position: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(length, this.#size - position)));
    try {
      for (let done = 0; done < buffer.length; ) {
        const { bytesRead } = await this.#handle.read(buffer, done, buffer.length - done, position + done);
        if (bytesRead === 0) throw new Error("the file ends before its end");
        done += bytesRead;
      }
    } catch (reason) {
      throw temporaryFileError(reason, "a file that was read");
    }
    return buffer;
  }

  async close(): Promise<void> {
    // What can't be closed is closed with the process; nothing in it is wanted any more.
    await this.#handle.close().catch(() => undefined);
    if (this.#folder !== undefined) await removeFolder(this.#folder);
  }
}

function removeFolder(folder: string): Promise<boolean> {
  return rm(folder, { recursive: true, force: true }).then(
    () => true,
    () => false,
  );
}

function temporaryFileError(reason: unknown, where: string): PrimepackError {
  return new PrimepackError(
    "TEMPORARY_FILE_FAILED",
    `Cannot keep items in a temporary file as the operating system answers ${errnoOf(reason) ?? describe(reason)}: current value is ${JSON.stringify(where)}`,
    { cause: reason },
  );
}
