import { PrimepackError, type Secret } from "../errors/index.ts";
import { headerOf } from "../http/http-reply.ts";
import type { HttpTransport } from "../http/http-transport.ts";
import type { BlobContainer, BlobProperties, BlobWriteOptions, ContainerLocator } from "../model/index.ts";
import type { ListedBlob } from "./azure-list.ts";
import { AzureRest } from "./azure-rest.ts";
import { checkBlobName } from "./blob-name.ts";
import { mayList } from "./sas-uri.ts";

/** Name of the metadata that holds a blob's IV. API page, "Azure" section. */
const IV_HEADER = "x-ms-meta-IV";

const DEFAULT_CONTENT_TYPE = "application/octet-stream";

/**
 * One container of the Azure Blob service, without retries.
 *
 * MD5 and IV go into the request that makes the blob, so no blob is ever without them. `read` and `properties` are those
 * of the newest snapshot where there is one: the one that this instance made last, else what a listing says; without
 * the right to list, those of the blob. Azure drops uncommitted blocks by itself after a week; `remove` drops blobs, and
 * needs the right to delete, which provided containers do not give (CONTAINER_FORBIDDEN).
 */
export class AzureContainer implements BlobContainer {
  readonly locator: ContainerLocator;
  readonly #rest: AzureRest;
  /** Bytes of each block by index, to compare with the size that the commit declares. */
  readonly #blocks: Map<string, number[]> = new Map();
  readonly #snapshots: Map<string, string> = new Map();
  #mayList: boolean;

  /** @param url - without a query. @param sas - a SAS query without the question mark. */
  constructor(url: string, sas: Secret | undefined, transport: HttpTransport) {
    this.#rest = new AzureRest(url, sas, transport);
    this.#mayList = sas === undefined || mayList(sas);
    this.locator = { kind: "azure", url: this.#rest.url };
  }

  async putBlob(name: string, body: Uint8Array, { md5, iv, contentType, signal }: BlobWriteOptions): Promise<void> {
    checkBlobName(name);
    await this.#rest.send({
      method: "PUT",
      name,
      headers: {
        "x-ms-blob-type": "BlockBlob",
        // Checked against the bytes that arrive, and kept as the blob's property.
        "content-md5": md5,
        "content-type": contentType ?? DEFAULT_CONTENT_TYPE,
        ...(iv === undefined ? {} : { [IV_HEADER]: iv }),
      },
      body,
      signal,
      doing: `write the blob ${name}`,
    });
  }

  async putBlock(name: string, index: number, _offset: number, body: Uint8Array, signal?: AbortSignal): Promise<void> {
    checkBlobName(name);
    await this.#rest.send({
      method: "PUT",
      name,
      query: `comp=block&blockid=${blockId(index)}`,
      body,
      signal,
      doing: `write block ${index} of the blob ${name}`,
    });
    const lengths = this.#blocks.get(name) ?? [];
    lengths[index] = body.byteLength;
    this.#blocks.set(name, lengths);
  }

  async putBlockList(
    name: string,
    count: number,
    size: number,
    { md5, iv, contentType, signal }: BlobWriteOptions,
  ): Promise<void> {
    checkBlobName(name);
    this.#checkSize(name, count, size);
    // `Latest` takes a committed block too, so that a repeat succeeds after an answer that was lost.
    const ids = Array.from({ length: count }, (_, index) => `<Latest>${blockId(index)}</Latest>`);
    await this.#rest.send({
      method: "PUT",
      name,
      query: "comp=blocklist",
      headers: {
        "content-type": "application/xml",
        "x-ms-blob-content-md5": md5,
        "x-ms-blob-content-type": contentType ?? DEFAULT_CONTENT_TYPE,
        ...(iv === undefined ? {} : { [IV_HEADER]: iv }),
      },
      body: `<?xml version="1.0" encoding="utf-8"?><BlockList>${ids.join("")}</BlockList>`,
      signal,
      doing: `write the blob ${name}`,
    });
    this.#blocks.delete(name);
  }

  /** Blocks that another instance sent are the service's to check. */
  #checkSize(name: string, count: number, size: number): void {
    const lengths = this.#blocks.get(name);
    if (lengths === undefined) return;
    let stored = 0;
    for (let index = 0; index < count; index++) stored += lengths[index] ?? Number.NaN;
    if (stored === size || Number.isNaN(stored)) return;
    throw new PrimepackError(
      "CONTAINER_REFUSED",
      `Cannot write the blob ${name} as its blocks must have ${size} bytes together: current value is ${stored}`,
    );
  }

  async snapshot(name: string, signal?: AbortSignal): Promise<void> {
    checkBlobName(name);
    const reply = await this.#rest.send({
      method: "PUT",
      name,
      query: "comp=snapshot",
      signal,
      doing: `snapshot the blob ${name}`,
    });
    const snapshot = headerOf(reply.headers, "x-ms-snapshot");
    if (snapshot !== undefined) this.#snapshots.set(name, snapshot);
  }

  async remove(name: string, signal?: AbortSignal): Promise<void> {
    checkBlobName(name);
    this.#blocks.delete(name);
    this.#snapshots.delete(name);
    try {
      await this.#rest.send({
        method: "DELETE",
        name,
        headers: { "x-ms-delete-snapshots": "include" },
        signal,
        doing: `remove the blob ${name}`,
      });
    } catch (error) {
      if (!(error instanceof PrimepackError && error.code === "BLOB_NOT_FOUND")) throw error;
    }
  }

  async *read(name: string, signal?: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    const query = await this.#newestQuery(name, signal);
    const doing = `read the blob ${name}`;
    const reply = await this.#rest.receive({ method: "GET", name, query, signal, doing });
    yield* reply.body;
  }

  async properties(name: string, signal?: AbortSignal): Promise<BlobProperties> {
    const query = await this.#newestQuery(name, signal);
    const doing = `read the properties of the blob ${name}`;
    const { headers } = await this.#rest.send({ method: "HEAD", name, query, signal, doing });
    const md5 = headerOf(headers, "content-md5");
    const iv = headerOf(headers, IV_HEADER.toLowerCase());
    return {
      name,
      size: Number(headerOf(headers, "content-length")),
      ...(md5 === undefined ? {} : { md5 }),
      ...(iv === undefined ? {} : { iv }),
    };
  }

  /** Selects the newest snapshot; empty for the blob itself. */
  async #newestQuery(name: string, signal: AbortSignal | undefined): Promise<string> {
    checkBlobName(name);
    const snapshot = this.#snapshots.get(name) ?? (await this.#listedSnapshot(name, signal));
    return snapshot === undefined ? "" : `snapshot=${encodeURIComponent(snapshot)}`;
  }

  async #listedSnapshot(name: string, signal: AbortSignal | undefined): Promise<string | undefined> {
    if (!this.#mayList) return undefined;
    try {
      // Other names with this prefix come after it.
      for await (const blob of this.#listed(name, signal)) return blob.name === name ? blob.snapshot : undefined;
    } catch (error) {
      if (!(error instanceof PrimepackError && error.code === "CONTAINER_FORBIDDEN")) throw error;
      this.#mayList = false;
    }
    return undefined;
  }

  async *list(signal?: AbortSignal): AsyncGenerator<BlobProperties, void, undefined> {
    for await (const { snapshot: _, ...properties } of this.#listed("", signal)) yield properties;
  }

  /** Each blob once, with its newest snapshot where it has one. */
  async *#listed(prefix: string, signal: AbortSignal | undefined): AsyncGenerator<ListedBlob, void, undefined> {
    // Loaded only here, since writing needs no XML reader.
    const { readBlobList } = await import("./azure-list.ts");
    let marker = "";
    let newest: ListedBlob | undefined;
    do {
      const page = await this.#rest.send({
        method: "GET",
        query: [
          "restype=container&comp=list&include=metadata,snapshots&maxresults=1000",
          prefix && `prefix=${encodeURIComponent(prefix)}`,
          marker && `marker=${encodeURIComponent(marker)}`,
        ]
          .filter(Boolean)
          .join("&"),
        signal,
        doing: "list the blobs",
      });
      const { blobs, nextMarker } = await readBlobList(page.body);
      for (const blob of blobs) {
        if (newest !== undefined && newest.name !== blob.name) yield newest;
        newest = newest?.name === blob.name ? newerOf(newest, blob) : blob;
      }
      marker = nextMarker;
    } while (marker !== "");
    if (newest !== undefined) yield newest;
  }
}

/** Snapshots are named by their time, which sorts as text; the blob itself counts only where there is none. */
function newerOf(a: ListedBlob, b: ListedBlob): ListedBlob {
  return (b.snapshot ?? "") > (a.snapshot ?? "") ? b : a;
}

/** Six digits name the 50,000 blocks that a blob may have; all ids of a blob must have the same length. */
function blockId(index: number): string {
  return Buffer.from(String(index).padStart(6, "0"), "latin1").toString("base64");
}
