import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BlobRecord } from "../model/index.ts";
import { BLOB_RECORDS_FILE, formatBlobRecords } from "./blob-records.ts";
import { writeError } from "./file-error.ts";

/** Begins the name of a folder that holds a package which is not complete. */
const PARTIAL_FOLDER_PREFIX = ".partial-";

/** The folder of one package, before and after it has its name. Also keeps the records of packages that are elsewhere. */
export class PackageFolder {
  readonly name: string;
  readonly partial: string;
  readonly final: string;

  constructor(root: string, name: string) {
    this.name = name;
    this.partial = join(root, PARTIAL_FOLDER_PREFIX + name);
    this.final = join(root, name);
  }

  /** Drops both. Errors are those of the file system. */
  async clear(): Promise<void> {
    await rm(this.partial, { recursive: true, force: true });
    await rm(this.final, { recursive: true, force: true });
  }

  /** Writes the list of blobs and gives the folder its name. */
  async complete(blobs: readonly BlobRecord[]): Promise<void> {
    try {
      await mkdir(this.partial, { recursive: true });
      await writeFile(join(this.partial, BLOB_RECORDS_FILE), formatBlobRecords(blobs));
      await rename(this.partial, this.final);
    } catch (error) {
      throw writeError(error, `complete the package in ${this.final}`);
    }
  }

  async discard(): Promise<void> {
    try {
      await this.clear();
    } catch (error) {
      throw writeError(error, `drop the package in ${this.final}`);
    }
  }
}
