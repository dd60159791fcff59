import { createHash } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ImportContext } from "./context.ts";
import { demand, Fault } from "./fault.ts";
import { QuickXorHash } from "./quick-xor-hash.ts";
import { decryptedMember, findBlob, ivBytes, plainBytes, type StoredFacts } from "./stored-bytes.ts";

/** What the manifest says about a blob. */
export interface ContentClaims {
  readonly fileValue: string;
  readonly md5Hash?: string | undefined;
  readonly checksum?: string | undefined;
  readonly initializationVector?: string | undefined;
  readonly fileSize?: string | undefined;
}

/** Content that was received and checked, waiting to be put in its place. */
export interface ReceivedContent {
  /** Absolute. */
  readonly temporary: string;
  readonly size: number;
  readonly sha256: string;
  readonly quickXorHash: string;
}

const gigabyte = 1024 ** 3;
/** From this size on MD5 may be missing where there is a checksum. */
const md5NeededBelow = 2 * gigabyte;
/** Above this size a checksum is needed. */
const checksumNeededAbove = 15 * gigabyte;
export const mostAttachmentBytes: number = 250 * 1024 * 1024;

/** Reads, decrypts and checks the content into a temporary file. */
export async function receive(context: ImportContext, claims: ContentClaims): Promise<ReceivedContent> {
  const facts: Partial<StoredFacts> = {};
  const member = context.archives.get(claims.fileValue);
  const bytes = member ? memberBytes(context, member.read(), claims, facts) : await blobBytes(context, claims, facts);
  const received = await writeDown(context, bytes);
  try {
    checkHashes(context, claims, received, facts);
  } catch (error) {
    await discard([received]);
    throw error;
  }
  if (claims.fileSize !== undefined && claims.fileSize !== `${received.size}`) {
    context.warn(`The FileSize '${claims.fileSize}' of '${claims.fileValue}' is not its size: ${received.size}.`);
  }
  return received;
}

/** Moves the content to where it stays, relative to the emulator's folder. */
export async function settle(context: ImportContext, content: ReceivedContent, path: string): Promise<void> {
  const absolute = join(context.site.directory, path);
  try {
    await rename(content.temporary, absolute);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    await mkdir(dirname(absolute), { recursive: true });
    await rename(content.temporary, absolute);
  }
}

export async function discard(contents: Iterable<ReceivedContent>): Promise<void> {
  for (const { temporary } of contents) await rm(temporary, { force: true });
}

async function blobBytes(
  context: ImportContext,
  claims: ContentClaims,
  facts: Partial<StoredFacts>,
): Promise<AsyncIterable<Uint8Array>> {
  const { request } = context;
  const blob = await findBlob(request.data, claims.fileValue, request.switches);
  demand(blob !== undefined, `The blob '${claims.fileValue}' does not exist.`);
  const { md5Hash, checksum, initializationVector } = claims;
  if (request.key !== undefined && initializationVector !== undefined && blob.iv !== undefined) {
    const same = ivBytes(initializationVector) !== undefined && initializationVector === blob.iv;
    demand(same, "Blob exists however the encryption IV does not match", "cryptography");
  }
  demand(
    blob.size <= checksumNeededAbove || checksum !== undefined,
    `The file '${claims.fileValue}' above 15 GB has no Checksum.`,
  );
  const isMd5Needed = checksum === undefined || blob.size < md5NeededBelow;
  demand(!isMd5Needed || blob.md5 !== undefined || md5Hash !== undefined, missingMd5);
  Object.assign(facts, { expected: blob.md5 });
  return plainBytes(blob, request.key, request.signal, facts);
}

const missingMd5 = "Missing MD5 property in Manifest and Azure Blob";

function checkHashes(
  context: ImportContext,
  claims: ContentClaims,
  received: ReceivedContent,
  facts: Partial<StoredFacts & { expected: string | undefined }>,
): void {
  const { md5Hash, checksum, fileValue } = claims;
  for (const [where, value] of [
    ["MD5Hash in the manifest", md5Hash],
    ["Content-MD5 of the blob", facts.expected],
  ]) {
    if (value === undefined || value === facts.md5) continue;
    if (context.request.switches.md5Error === "missing") throw new Fault(missingMd5);
    throw new Fault(`MD5 mismatch of '${fileValue}': ${where} is '${value}', the stored bytes have '${facts.md5}'.`);
  }
  demand(
    checksum === undefined || checksum === received.quickXorHash,
    `Checksum mismatch of '${fileValue}': the manifest says '${checksum}', the file has '${received.quickXorHash}'.`,
  );
}

async function* memberBytes(
  { request }: ImportContext,
  bytes: Uint8Array,
  { fileValue, initializationVector }: ContentClaims,
  facts: Partial<StoredFacts>,
): AsyncGenerator<Uint8Array, void, undefined> {
  Object.assign(facts, { md5: createHash("md5").update(bytes).digest("base64"), size: bytes.length });
  const isEncrypted = request.switches.archiveEncryption === "members" && request.key !== undefined;
  yield isEncrypted ? decryptedMember(bytes, request.key, initializationVector, fileValue) : bytes;
}

async function writeDown(context: ImportContext, bytes: AsyncIterable<Uint8Array>): Promise<ReceivedContent> {
  const temporary = context.site.temporaryFile();
  const sha256 = createHash("sha256");
  const quickXor = new QuickXorHash();
  let size = 0;
  const file = await open(temporary, "w");
  try {
    for await (const chunk of bytes) {
      context.request.signal.throwIfAborted();
      sha256.update(chunk);
      quickXor.update(chunk);
      await file.write(chunk);
      size += chunk.length;
    }
  } catch (error) {
    await file.close();
    await rm(temporary, { force: true });
    throw error;
  }
  await file.close();
  return { temporary, size, sha256: sha256.digest("hex"), quickXorHash: quickXor.digest() };
}
