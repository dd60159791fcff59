import { createDecipheriv, createHash, type Hash } from "node:crypto";
import type { JobContainer, StoredBlob } from "../ports.ts";
import { Fault, fatal } from "./fault.ts";

/** A blob that the import may read: it exists, is a block blob and has a snapshot. */
export async function findBlob(
  container: JobContainer,
  name: string,
  rules: { readonly missingSnapshot: "object" | "job" },
): Promise<StoredBlob | undefined> {
  const blob = await container.find(name);
  if (blob === undefined) return undefined;
  if (blob.blobType !== "BlockBlob") throw new Fault(`The blob '${name}' is not a block blob: it is ${blob.blobType}.`);
  if (!blob.isSnapshot) {
    const isFatal = rules.missingSnapshot === "job";
    throw new Fault(`The blob '${name}' has no snapshot.`, { isFatal });
  }
  return blob;
}

/** What the stored bytes of a blob were. */
export interface StoredFacts {
  /** Base64, over the bytes as they are stored. */
  md5: string;
  size: number;
}

/** The plaintext of the blob; `facts` are filled in when its end has been read. */
export async function* plainBytes(
  blob: StoredBlob,
  key: Uint8Array | undefined,
  signal: AbortSignal,
  facts?: Partial<StoredFacts>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const md5 = createHash("md5");
  const stored = countedBytes(blob.open(), md5, signal, facts);
  if (key === undefined) {
    yield* stored;
    return;
  }
  yield* decrypted(stored, key, ivNamed(blob.iv, blob.name), blob.name);
}

async function* countedBytes(
  bytes: AsyncIterable<Uint8Array>,
  md5: Hash,
  signal: AbortSignal,
  facts: Partial<StoredFacts> | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  let size = 0;
  for await (const chunk of bytes) {
    signal.throwIfAborted();
    md5.update(chunk);
    size += chunk.length;
    yield chunk;
  }
  if (facts) Object.assign(facts, { md5: md5.digest("base64"), size });
}

async function* decrypted(
  bytes: AsyncIterable<Uint8Array>,
  key: Uint8Array,
  iv: Uint8Array,
  name: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const cipher = createDecipheriv("aes-256-cbc", key, iv);
  for await (const chunk of bytes) {
    const plain = cipher.update(chunk);
    if (plain.length > 0) yield plain;
  }
  yield end(() => cipher.final(), name);
}

/** A member of an archive that is encrypted by itself. Its IV stands in the manifest, as there is no other place for it. */
export function decryptedMember(bytes: Uint8Array, key: Uint8Array, iv: string | undefined, name: string): Uint8Array {
  const cipher = createDecipheriv("aes-256-cbc", key, ivNamed(iv, name));
  const start = cipher.update(bytes);
  return Buffer.concat([start, end(() => cipher.final(), name)]);
}

function end(final: () => Uint8Array, name: string): Uint8Array {
  try {
    return final();
  } catch (cause) {
    throw new Fault(`Padding is invalid and cannot be removed: blob '${name}'.`, { type: "cryptography", cause });
  }
}

/** The 16 bytes that a text in base64 stands for; undefined: it is something else. */
export function ivBytes(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.length === 16 && bytes.toString("base64") === text ? bytes : undefined;
}

function ivNamed(text: string | undefined, name: string): Uint8Array {
  const iv = text === undefined ? undefined : ivBytes(text);
  if (iv) return iv;
  const found = text === undefined ? "is missing" : "is not 16 bytes in base64";
  throw new Fault(`The encryption IV of the blob '${name}' ${found}.`, { type: "cryptography" });
}

/** A file of the package's own: whatever is wrong with it ends the job. */
export async function* packageFile(
  blob: StoredBlob,
  key: Uint8Array | undefined,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const facts: Partial<StoredFacts> = {};
  try {
    yield* plainBytes(blob, key, signal, facts);
  } catch (error) {
    if (error instanceof Fault) throw fatal(error.message, "cryptography", error);
    throw error;
  }
}
