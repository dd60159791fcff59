import type { BlobContainer, BlobProperties } from "../model/index.ts";
import { FILE_MAX_BYTES, IV_BYTES } from "../model/index.ts";
import { quoted, type ReportAt } from "./finding.ts";
import type { ContainerName, KnownBlob } from "./inventory.ts";
import { isFindable } from "./inventory.ts";
import type { ContentReference } from "./package-facts.ts";
import type { RunFacts } from "./run-facts.ts";
import { type BlobFacts, type Opening, StoredBlob } from "./stored-blob.ts";

/** Above this, `Checksum` is required. "SharePoint Import Migration API", 2023. */
const CHECKSUM_REQUIRED_ABOVE = 15_000_000_000;

/** Bytes of an attachment. Limits page. */
const ATTACHMENT_MAX_BYTES = 250_000_000;

export interface BlobAccess {
  readonly container: BlobContainer;
  readonly containerName: ContainerName;
  readonly key: Uint8Array | undefined;
  readonly run: RunFacts;
  readonly signal: AbortSignal | undefined;
  /** Called when an encrypted blob can't be opened as there is no key. */
  readonly onKeyMissing: () => void;
}

/** A blob of which reading may begin. */
export interface OpenedBlob {
  readonly place: string;
  readonly known: KnownBlob;
  readonly properties: BlobProperties | undefined;
  readonly references: readonly ContentReference[];
  readonly reading: StoredBlob;
}

/**
 * Finds out how the blob is to be read; undefined, with a finding, if it isn't there.
 *
 * @param withoutIv How a blob is read that has no IV where there is a key. Default: `closed`, with a finding.
 */
export async function openBlob(
  access: BlobAccess,
  known: KnownBlob,
  references: readonly ContentReference[],
  report: ReportAt,
  withoutIv: "closed" | "plain" = "closed",
): Promise<OpenedBlob | undefined> {
  const place = `${access.containerName}/${known.name}`;
  const { container, signal } = access;
  try {
    const properties = known.properties ?? (await container.properties(known.name, signal));
    const opening = chooseOpening(access, place, known, properties, references, report, withoutIv);
    return {
      place,
      known,
      properties,
      references,
      reading: new StoredBlob(container.read(known.name, signal), opening),
    };
  } catch (reason) {
    reportUnreadable(reason, place, report);
    return undefined;
  }
}

/** A blob that can't be read is a finding; a store that can't be reached ends the run. */
export function reportUnreadable(reason: unknown, place: string, report: ReportAt): void {
  if (!isFindable(reason)) throw reason;
  const code = reason.code === "BLOB_NOT_FOUND" ? "BLOB_MISSING" : reason.code;
  report(code, place, reason.message);
}

/** What was read against everything that tells of the blob. */
export function checkFacts(opened: OpenedBlob, facts: BlobFacts, report: ReportAt): void {
  const { place, known, properties, references } = opened;
  if (facts.fault !== undefined) {
    report(
      "UNSEAL_FAILED",
      place,
      `The blob can't be decrypted as ${facts.fault}: current value is ${facts.storedSize} bytes`,
    );
  }
  const sizes = [
    ["blobs.ndjson", known.record?.size],
    ["the container", properties?.size],
  ] as const;
  for (const [source, size] of sizes) {
    if (size === undefined || size === facts.storedSize) continue;
    report(
      "BLOB_SIZE_MISMATCH",
      place,
      `The blob must have the ${size} bytes that ${source} tells: current value is ${facts.storedSize}`,
    );
  }
  checkMd5(known.name, "blobs.ndjson", place, known.record?.md5, facts, report);
  checkMd5(known.name, "the blob's properties", place, properties?.md5, facts, report);
  checkReferences(references, facts, report);
}

/** What was read against all that manifests say of it. */
export function checkReferences(references: readonly ContentReference[], facts: BlobFacts, report: ReportAt): void {
  for (const { blob, place, md5 } of references) checkMd5(blob, "MD5Hash", place, md5, facts, report);
  for (const reference of references) checkReference(reference, facts, report);
}

function checkMd5(
  blob: string,
  source: string,
  place: string,
  md5: string | undefined,
  facts: BlobFacts,
  report: ReportAt,
): void {
  if (md5 === undefined || md5 === facts.md5) return;
  report(
    "BLOB_MD5_MISMATCH",
    place,
    `The stored bytes of ${quoted(blob)} must have the MD5 of ${source}, ${quoted(md5)}: current value is ${facts.md5}`,
  );
}

/** An import fails unless either the manifest or the blob itself tells the MD5. */
export function checkHasMd5({ place, properties, references }: OpenedBlob, report: ReportAt): void {
  if (properties?.md5 !== undefined || references.some(({ md5 }) => md5 !== undefined)) return;
  report("BLOB_MD5_MISSING", place, "Neither the manifest nor the blob tells its MD5");
}

function checkReference(reference: ContentReference, { plaintext }: BlobFacts, report: ReportAt): void {
  const { place, size, checksum, blob } = reference;
  if (plaintext === undefined) return;
  if (size !== undefined && size !== String(plaintext.size)) {
    report(
      "FILE_SIZE_MISMATCH",
      place,
      `FileSize must be the size of ${quoted(blob)}, ${plaintext.size}: current value is ${quoted(size)}`,
    );
  }
  if (checksum !== undefined && checksum !== plaintext.quickXorHash) {
    report(
      "CHECKSUM_MISMATCH",
      place,
      `Checksum must be that of ${quoted(blob)}, ${plaintext.quickXorHash}: current value is ${quoted(checksum)}`,
    );
  }
  if (checksum === undefined && plaintext.size > CHECKSUM_REQUIRED_ABOVE) {
    report("CHECKSUM_MISSING", place, `A file of more than ${CHECKSUM_REQUIRED_ABOVE} bytes must have Checksum`);
  }
  const [what, most] = reference.isAttachment ? ["An attachment", ATTACHMENT_MAX_BYTES] : ["A file", FILE_MAX_BYTES];
  if (plaintext.size > most) {
    report("FILE_TOO_LARGE", place, `${what} has at most ${most} bytes: current value is ${plaintext.size}`);
  }
}

function chooseOpening(
  access: BlobAccess,
  place: string,
  known: KnownBlob,
  properties: BlobProperties,
  references: readonly ContentReference[],
  report: ReportAt,
  withoutIv: "closed" | "plain",
): Opening {
  const told = [
    ["the blob's metadata", place, properties.iv],
    ["blobs.ndjson", place, known.record?.iv ?? undefined],
    ...references.map((reference) => ["InitializationVector", reference.place, reference.iv] as const),
  ] as const;
  const text = told.find(([, , iv]) => iv !== undefined)?.[2];
  if (text === undefined && (access.key === undefined || withoutIv === "plain")) return "plain";
  if (properties.iv === undefined) {
    report("IV_MISSING", place, "An encrypted blob must have its IV in its metadata");
  }
  if (known.record?.iv === null && properties.iv !== undefined) {
    report("IV_MISMATCH", place, "blobs.ndjson must tell the IV of the blob's metadata: current value is null");
  }
  if (text === undefined) return "closed";
  for (const [source, at, iv] of told) {
    if (iv === undefined || iv === text) continue;
    report(
      "IV_MISMATCH",
      at,
      `${source} must tell the IV of ${quoted(known.name)}, ${text}: current value is ${quoted(iv)}`,
    );
  }
  const iv = Buffer.from(text, "base64");
  if (iv.length !== IV_BYTES || iv.toString("base64") !== text) {
    report("IV_INVALID", place, `The IV must be ${IV_BYTES} bytes in base64: current value is ${quoted(text)}`);
    return "closed";
  }
  const words = Uint32Array.of(iv.readUInt32LE(0), iv.readUInt32LE(4), iv.readUInt32LE(8), iv.readUInt32LE(12));
  if (!access.run.ivs.add(words)) {
    report("IV_REUSED", place, `Each blob must have an IV of its own: current value is ${text}`);
  }
  if (access.key !== undefined) return { key: access.key, iv };
  access.onKeyMissing();
  return "closed";
}
