import { createHash } from "node:crypto";
import type { ContainerClient } from "@azure/storage-blob";
import type { JobContainer, StoredBlob } from "../ports.ts";
import { inTime } from "./in-time.ts";

/** What listing shows of the newest snapshot of a blob, or of the blob where it has none. */
interface Listed {
  readonly name: string;
  readonly snapshot: string | undefined;
  readonly size: number;
  readonly md5: string | undefined;
  readonly iv: string | undefined;
  readonly blobType: string;
}

export interface BlobContainerOptions {
  /** Throws once the SAS that the job was given is over. */
  readonly assertValid: () => void;
  /** Ends what is being read. */
  readonly signal: AbortSignal | undefined;
  /** Milliseconds that the storage may take to write a blob. */
  readonly patience: number;
}

/**
 * A container of a job.
 *
 * Blobs are looked up in one listing, made when the first is asked for: what is uploaded later is not seen.
 */
export function blobContainer(client: ContainerClient, options: BlobContainerOptions): JobContainer {
  let listing: Promise<Map<string, Listed>> | undefined;
  const listed = (): Promise<Map<string, Listed>> => {
    listing ??= list(client, options.signal);
    return listing;
  };
  return {
    async find(name) {
      const blob = (await listed()).get(name);
      return blob === undefined ? undefined : stored(client, blob, options);
    },
    async list() {
      listing = undefined;
      return [...(await listed()).keys()];
    },
    async write(name, body, iv) {
      options.assertValid();
      listing = undefined;
      await inTime(options.patience, undefined, (abortSignal) =>
        client.getBlockBlobClient(name).upload(body, body.length, {
          abortSignal,
          blobHTTPHeaders: { blobContentMD5: createHash("md5").update(body).digest() },
          ...(iv === undefined ? {} : { metadata: { IV: iv } }),
        }),
      );
    },
  };
}

async function list(client: ContainerClient, signal: AbortSignal | undefined): Promise<Map<string, Listed>> {
  const newest = new Map<string, Listed>();
  const wanted = { includeSnapshots: true, includeMetadata: true, ...abortedBy(signal) };
  for await (const blob of client.listBlobsFlat(wanted)) {
    const known = newest.get(blob.name);
    const snapshot = blob.snapshot || undefined;
    // Times of snapshots are of one length, so that their text is ordered as they are.
    if (known !== undefined && (snapshot ?? "") <= (known.snapshot ?? "")) continue;
    const { contentLength = 0, contentMD5, blobType = "" } = blob.properties;
    newest.set(blob.name, {
      name: blob.name,
      snapshot,
      size: contentLength,
      md5: contentMD5 === undefined || contentMD5.length === 0 ? undefined : Buffer.from(contentMD5).toString("base64"),
      iv: Object.entries(blob.metadata ?? {}).find(([name]) => name.toLowerCase() === "iv")?.[1],
      blobType,
    });
  }
  return newest;
}

function abortedBy(signal: AbortSignal | undefined): { readonly abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}

function stored(client: ContainerClient, blob: Listed, { assertValid, signal }: BlobContainerOptions): StoredBlob {
  const { name, size, md5, iv, snapshot, blobType } = blob;
  return {
    name,
    size,
    md5,
    iv,
    isSnapshot: snapshot !== undefined,
    blobType,
    async *open() {
      assertValid();
      const bare = client.getBlobClient(name);
      const read = snapshot === undefined ? bare : bare.withSnapshot(snapshot);
      const reply = await read.download(0, undefined, abortedBy(signal));
      if (reply.readableStreamBody === undefined) return;
      for await (const chunk of reply.readableStreamBody) yield chunk as Uint8Array;
    },
  };
}
