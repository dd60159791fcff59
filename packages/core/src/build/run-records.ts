import { createWriteStream } from "node:fs";
import { type FileHandle, open, rename } from "node:fs/promises";
import { join } from "node:path";
import type { ItemOutcome, PackageRecord } from "../model/index.ts";
import { formatNdjsonLine, readNdjson } from "./ndjson.ts";
import type { BuildEvent } from "./types.ts";

/** Characters of lines that are gathered before they are written. */
const GATHERED = 64 * 1024;

export interface RunRecordFiles {
  readonly items: string;
  readonly packages: string;
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
  readonly #packagesPath: string;
  /** With nothing finished, what the file holds is a line that was cut off. */
  readonly #packagesFlags: "a" | "w";
  #packages: FileHandle | undefined;
  #gathered: string[] = [];
  #gatheredLength = 0;

  private constructor(items: FileHandle, packagesPath: string, packagesFlags: "a" | "w") {
    this.#items = items;
    this.#packagesPath = packagesPath;
    this.#packagesFlags = packagesFlags;
  }

  static async open(directory: string, files: RunRecordFiles): Promise<RunRecords> {
    const path = join(directory, files.items);
    const packagesPath = join(directory, files.packages);
    const { finished } = files;
    if (finished.size > 0) {
      await rewrite<ItemOutcome>(path, (item) => "package" in item && finished.has(item.package ?? ""));
      // A line that was cut off by a kill goes.
      await rewrite<PackageRecord>(packagesPath, () => true);
    }
    const flags = finished.size > 0 ? "a" : "w";
    return new RunRecords(await open(path, flags), packagesPath, flags);
  }

  async write(event: BuildEvent): Promise<void> {
    if (event.type === "item") {
      const line = formatNdjsonLine(event.outcome);
      this.#gathered.push(line);
      this.#gatheredLength += line.length;
      if (this.#gatheredLength >= GATHERED) await this.#flush();
    } else if (event.type === "packageFinished") {
      await this.#flush();
      this.#packages ??= await open(this.#packagesPath, this.#packagesFlags);
      await this.#packages.appendFile(formatNdjsonLine(event.record));
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
  const output = createWriteStream(partial);
  const failed = new Promise<never>((_, reject) => output.once("error", reject));
  failed.catch(() => undefined);
  for await (const value of readNdjson<T>(path)) {
    if (wanted(value) && !output.write(formatNdjsonLine(value))) {
      await Promise.race([new Promise<void>((resolve) => output.once("drain", () => resolve())), failed]);
    }
  }
  await Promise.race([new Promise<void>((resolve) => output.end(() => resolve())), failed]);
  await rename(partial, path);
}
