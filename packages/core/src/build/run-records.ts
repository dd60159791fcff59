import { createWriteStream } from "node:fs";
import { type FileHandle, open, rename } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { ItemOutcome, PackageRecord } from "../model/index.ts";
import { formatNdjsonLine, readNdjson } from "./ndjson.ts";
import type { BuildEvent } from "./types.ts";

/** Characters of lines that are gathered before they are written. */
const GATHERED = 64 * 1024;

export interface RunRecordFiles {
  readonly items: string;
  /** Undefined for a dry run, which makes no packages. */
  readonly packages: string | undefined;
  /** Packages of an earlier run that stand: their items' lines are kept, all others are dropped. */
  readonly finished: ReadonlyMap<string, PackageRecord>;
}

/**
 * Writes `items.ndjson` and `packages.ndjson` from a run's events.
 *
 * A package's line is written after the lines of its items are, so that a run that was killed at any moment has, for
 * every package that is recorded, all of its items.
 */
export class RunRecords {
  readonly #items: FileHandle;
  readonly #packages: FileHandle | undefined;
  #gathered: string[] = [];
  #gatheredLength = 0;

  private constructor(items: FileHandle, packages: FileHandle | undefined) {
    this.#items = items;
    this.#packages = packages;
  }

  /** Makes both files, so that a run without packages has its records too. */
  static async open(directory: string, files: RunRecordFiles): Promise<RunRecords> {
    const path = join(directory, files.items);
    const packagesPath = files.packages === undefined ? undefined : join(directory, files.packages);
    const { finished } = files;
    if (finished.size > 0) {
      await rewrite<ItemOutcome>(path, (item) => "package" in item && finished.has(item.package ?? ""));
      // A line that was cut off by a kill goes.
      if (packagesPath !== undefined) await rewrite<PackageRecord>(packagesPath, () => true);
    }
    // With nothing finished, what the files hold stands for no package.
    const flags = finished.size > 0 ? "a" : "w";
    const items = await open(path, flags);
    try {
      return new RunRecords(items, packagesPath === undefined ? undefined : await open(packagesPath, flags));
    } catch (error) {
      await items.close();
      throw error;
    }
  }

  async write(event: BuildEvent): Promise<void> {
    if (event.type === "item") {
      const line = formatNdjsonLine(event.outcome);
      this.#gathered.push(line);
      this.#gatheredLength += line.length;
      if (this.#gatheredLength >= GATHERED) await this.#flush();
    } else if (event.type === "packageFinished") {
      await this.#flush();
      await this.#packages?.appendFile(formatNdjsonLine(event.record));
    }
  }

  async close(): Promise<void> {
    try {
      await this.#flush();
    } finally {
      await this.#items.close();
      await this.#packages?.close();
    }
  }

  async #flush(): Promise<void> {
    const lines = this.#gathered.join("");
    this.#gathered = [];
    this.#gatheredLength = 0;
    // Not `write()`, which on a disk that gets full writes a part and says nothing.
    if (lines !== "") await this.#items.appendFile(lines);
  }
}

/** Leaves only the lines that are wanted; the old file stands until the new one is whole. */
async function rewrite<T>(path: string, wanted: (value: T) => boolean): Promise<void> {
  const partial = `${path}.partial`;
  await pipeline(wantedLines(path, wanted), createWriteStream(partial));
  await rename(partial, path);
}

async function* wantedLines<T>(path: string, wanted: (value: T) => boolean): AsyncGenerator<string, void, undefined> {
  for await (const value of readNdjson<T>(path)) if (wanted(value)) yield formatNdjsonLine(value);
}
