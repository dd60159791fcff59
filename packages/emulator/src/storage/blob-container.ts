import { createHash } from "node:crypto";
import type { ContainerClient } from "@azure/storage-blob";
import type { JobContainer, StoredBlob } from "../ports.ts";

/** What listing shows of the newest snapshot of a blob, or of the blob where it has none. */
interface Listed {
  readonly name: string;
  readonly snapshot: string | undefined;
  readonly size: number;
  readonly md5: string | undefined;
  readonly iv: string | undefined;
  readonly blobType: string;
}

/**
 * A container of a job.
 *
 * `assertValid` throws once the SAS that the job was given is over.
 *
 * Blobs are looked up in one listing, made when the first is asked for: what is uploaded later is not seen.
 */
export function blobContainer(client: ContainerClient, assertValid: () => void): JobContainer {
  let listing: Promise<Map<string, Listed>> | undefined;
  const listed = (): Promise<Map<string, Listed>> => {
    listing ??= list(client);
    return listing;
  };
  return {
    async find(name) {
      const blob = (await listed()).get(name);
      return blob === undefined ? undefined : stored(client, blob, assertValid);
    },
    async list() {
      listing = undefined;
      return [...(await listed()).keys()];
    },
    async write(name, body, iv) {
      assertValid();
      listing = undefined;
      await client.getBlockBlobClient(name).upload(body, body.length, {
        blobHTTPHeaders: { blobContentMD5: createHash("md5").update(body).digest() },
        ...(iv === undefined ? {} : { metadata: { IV: iv } }),
      });
    },
  };
}

async function list(client: ContainerClient): Promise<Map<string, Listed>> {
  const newest = new Map<string, Listed>();
  for await (const blob of client.listBlobsFlat({ includeSnapshots: true, includeMetadata: true })) {
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

function stored(client: ContainerClient, blob: Listed, assertValid: () => void): StoredBlob {
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
      const reply = await (snapshot === undefined ? bare : bare.withSnapshot(snapshot)).download();
      if (reply.readableStreamBody === undefined) return;
      for await (const chunk of reply.readableStreamBody) yield chunk as Uint8Array;
    },
  };
}
