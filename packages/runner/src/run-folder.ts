import { chmod, mkdir, open, rename } from "node:fs/promises";
import { join, resolve } from "node:path";
import { formatNdjsonLine, isWithin, lockPath, PrimepackError } from "@primepack/core";

/** Lines of entries that are in no package, by the scan. */
export const SCAN_ITEMS_FILE = "scan-items.ndjson";
const PACKAGE_ITEMS_FOLDER = "items";

/** Lines of the items of a package that was built. */
export function packageItemsFile(directory: string, name: string): string {
  return join(directory, PACKAGE_ITEMS_FOLDER, `${name}.ndjson`);
}

/**
 * Makes the run's folder for this user only, and keeps other processes of this machine from it until the function that
 * it gives is called. Throws RUN_IN_USE, OUTPUT_CONTAINS_SOURCE, OUTPUT_UNWRITABLE.
 */
export async function openRunFolder(directory: string, sources: readonly string[]): Promise<() => void> {
  const root = resolve(directory);
  for (const source of sources) {
    const path = resolve(source);
    if ((await isWithin(root, path)) || (await isWithin(path, root))) {
      throw new PrimepackError(
        "OUTPUT_CONTAINS_SOURCE",
        `Cannot keep the run in its folder as it lies in or around a source: current value is ${root}`,
      );
    }
  }
  try {
    await mkdir(join(root, PACKAGE_ITEMS_FOLDER), { recursive: true, mode: 0o700 });
    await chmod(root, 0o700);
  } catch (error) {
    throw PrimepackError.from(error, "OUTPUT_UNWRITABLE", `use the run's folder ${root}`);
  }
  const release = await lockPath(root, { name: "run" });
  if (release !== undefined) return release;
  throw new PrimepackError(
    "RUN_IN_USE",
    `Cannot go on with the run as another process works on it: current value is ${root}`,
  );
}

/** Writes a file of lines that appears as a whole. */
export async function writeLines(path: string, values: Iterable<unknown>): Promise<void> {
  const partial = `${path}.partial`;
  try {
    const file = await open(partial, "w", 0o600);
    try {
      await file.writeFile([...values].map(formatNdjsonLine).join(""));
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (error) {
    throw recordError(error, path);
  }
}

/** Characters of lines that are gathered before they are written. */
const GATHERED = 64 * 1024;

/** A file of lines that begins empty. */
export class LineWriter {
  readonly #path: string;
  readonly #file: Awaited<ReturnType<typeof open>>;
  #gathered: string[] = [];
  #length = 0;

  private constructor(path: string, file: Awaited<ReturnType<typeof open>>) {
    this.#path = path;
    this.#file = file;
  }

  static async open(path: string): Promise<LineWriter> {
    try {
      return new LineWriter(path, await open(path, "w", 0o600));
    } catch (error) {
      throw recordError(error, path);
    }
  }

  async write(value: unknown): Promise<void> {
    const line = formatNdjsonLine(value);
    this.#gathered.push(line);
    this.#length += line.length;
    if (this.#length >= GATHERED) await this.flush();
  }

  async flush(): Promise<void> {
    const lines = this.#gathered.join("");
    this.#gathered = [];
    this.#length = 0;
    try {
      // Not `write()`, which on a disk that gets full writes a part and says nothing.
      if (lines !== "") await this.#file.appendFile(lines);
    } catch (error) {
      throw recordError(error, this.#path);
    }
  }

  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.#file.close();
    }
  }
}

function recordError(error: unknown, path: string): PrimepackError {
  const code = (error as NodeJS.ErrnoException)?.code;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new PrimepackError("DISK_FULL", `Cannot write the run's records as the disk is full: ${path}`, {
      cause: error,
    });
  }
  return PrimepackError.from(error, "OUTPUT_UNWRITABLE", `write the run's records into ${path}`);
}
