import { readFile } from "node:fs/promises";
import { BlobServiceClient } from "@azure/storage-blob";

/** A container of the emulator, as the owner of its storage account sees it. */
export interface StoredContainer {
  readonly name: string;
  /** The job that it was given to; undefined: none. */
  readonly jobId: string | undefined;
}

/** The storage account behind an emulator. */
export class EmulatedStorage {
  readonly #service: BlobServiceClient;

  private constructor(service: BlobServiceClient) {
    this.#service = service;
  }

  /** By the file that `primepack emulator` names. */
  static async open(storageFile: string): Promise<EmulatedStorage> {
    return new EmulatedStorage(BlobServiceClient.fromConnectionString((await readFile(storageFile, "utf8")).trim()));
  }

  /** Those that the service provided. */
  async containers(): Promise<readonly StoredContainer[]> {
    const found: StoredContainer[] = [];
    for await (const { name, metadata } of this.#service.listContainers({ includeMetadata: true })) {
      if (metadata?.provided !== undefined) found.push({ name, jobId: metadata.job });
    }
    return found;
  }

  /** How many snapshots each blob of a container has. */
  async snapshots(container: string): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    const blobs = this.#service.getContainerClient(container).listBlobsFlat({ includeSnapshots: true });
    for await (const { name, snapshot } of blobs) {
      counts.set(name, (counts.get(name) ?? 0) + (snapshot ? 1 : 0));
    }
    return counts;
  }
}

/** Name of the container that a URL leads to. */
export function containerOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.split("/").at(-1) ?? "");
}
