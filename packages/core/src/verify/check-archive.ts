import { createDecipheriv, createHash } from "node:crypto";
import { ARCHIVE_MAX_BYTES, ARCHIVED_FILE_BYTES, IV_BYTES, PACKAGE_MAX_BYTES } from "../model/index.ts";
import { QuickXorHash } from "../seal/quick-xor-hash.ts";
import { type ZipEntry, ZipFault, zipEntries } from "../seal/zip-entries.ts";
import {
  type BlobAccess,
  checkFacts,
  checkHasMd5,
  checkReferences,
  type OpenedBlob,
  openBlob,
  reportUnreadable,
} from "./check-blob.ts";
import { quoted, type ReportAt } from "./finding.ts";
import type { KnownBlob } from "./inventory.ts";
import type { ArchiveReference, ContentReference, PackageFacts } from "./package-facts.ts";
import type { BlobFacts } from "./stored-blob.ts";

/** What an archive is looked into up to; beyond the limits of the service, so that these can be reported. */
const READ_MAX_BYTES: number = 2 * ARCHIVE_MAX_BYTES;
const limits = { entryBytes: 10 * ARCHIVED_FILE_BYTES, totalBytes: PACKAGE_MAX_BYTES };

/** An archive and what is in it. */
export interface CheckedArchive {
  readonly blob: BlobFacts;
  /** The files of the archive by their FileValue; undefined where it could not be opened. */
  readonly members: ReadonlyMap<string, BlobFacts> | undefined;
}

/**
 * Looks at an archive and at the files in it. The documents leave open whether the zip is encrypted as a whole or its
 * files one by one, and which of its bytes the checksum covers: all are taken, and a note says which it was.
 */
export async function checkArchive(
  access: BlobAccess,
  known: KnownBlob,
  archive: ArchiveReference,
  facts: PackageFacts,
  report: ReportAt,
): Promise<CheckedArchive | undefined> {
  const opened = await openBlob(access, known, [], report, "plain");
  if (opened === undefined) return undefined;
  try {
    const plaintext = await collect(opened);
    const blob = await opened.reading.finish();
    checkFacts(opened, blob, report);
    checkHasMd5(opened, report);
    if (blob.storedSize > ARCHIVE_MAX_BYTES) {
      report(
        "ARCHIVE_OVER_LIMIT",
        opened.place,
        `An archive has at most ${ARCHIVE_MAX_BYTES} bytes: current value is ${blob.storedSize}`,
      );
    }
    if (opened.reading.isClosed) {
      report("ARCHIVE_UNOPENED", opened.place, "The files in the archive could not be looked at", "note");
    }
    if (blob.plaintext === undefined || plaintext === undefined) return { blob, members: undefined };
    await checkChecksum(access, archive, blob, blob.plaintext.quickXorHash, report);
    const members = checkMembers(access, opened, archive, facts, plaintext, report);
    return { blob, members };
  } catch (reason) {
    reportUnreadable(reason, opened.place, report);
    return undefined;
  } finally {
    await opened.reading.close();
  }
}

/** The archive's bytes; undefined for one that is closed, or too large to be one. */
async function collect({ reading }: OpenedBlob): Promise<Uint8Array | undefined> {
  if (reading.isClosed) return undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of reading.read()) {
    size += chunk.length;
    if (size > READ_MAX_BYTES) return undefined;
    chunks.push(Uint8Array.from(chunk));
  }
  return Buffer.concat(chunks, size);
}

/** By the general rule the checksum covers the plaintext; the stored bytes are the other reading. */
async function checkChecksum(
  access: BlobAccess,
  { blob: name, checksum, place }: ArchiveReference,
  blob: BlobFacts,
  ofPlaintext: string,
  report: ReportAt,
): Promise<void> {
  if (checksum === undefined || checksum === ofPlaintext) return;
  const stored = new QuickXorHash();
  for await (const chunk of access.container.read(name, access.signal)) stored.update(chunk);
  if (checksum === base64(stored.digest())) {
    report("ARCHIVE_READING", place, `Checksum is that of the encrypted archive: ${quoted(name)}`, "note");
    return;
  }
  report(
    "CHECKSUM_MISMATCH",
    place,
    `Checksum must be that of ${quoted(name)}, of ${blob.storedSize} stored bytes, ${ofPlaintext}: current value is ${quoted(checksum)}`,
  );
}

function checkMembers(
  access: BlobAccess,
  { place, properties }: OpenedBlob,
  archive: ArchiveReference,
  facts: PackageFacts,
  zip: Uint8Array,
  report: ReportAt,
): ReadonlyMap<string, BlobFacts> | undefined {
  const members = new Map<string, BlobFacts>();
  let single = 0;
  try {
    for (const entry of zipEntries(zip, limits)) {
      if (!archive.members.has(entry.name)) {
        report(
          "ARCHIVE_MEMBER_UNLISTED",
          place,
          `ArchivedFiles.xml must list the file: current value is ${quoted(entry.name)}`,
          "warning",
        );
        continue;
      }
      if (members.has(entry.name)) throw new ZipFault(`its files must have names that differ: ${quoted(entry.name)}`);
      const references = facts.contents.get(entry.name) ?? [];
      const member = memberFacts(entry, references, access.key);
      if (member.isSingle) single++;
      members.set(entry.name, member.facts);
      checkMemberSize(place, entry, member.isSingle, report);
      checkReferences(references, member.facts, report);
    }
  } catch (reason) {
    if (!(reason instanceof ZipFault)) throw reason;
    report("ARCHIVE_INVALID", place, `The archive must be a zip as ${reason.message}`);
    return undefined;
  }
  for (const name of archive.members) {
    if (members.has(name)) continue;
    report(
      "ARCHIVE_MEMBER_MISSING",
      facts.archived.get(name) ?? archive.place,
      `The archive ${quoted(archive.blob)} must hold the file: current value is ${quoted(name)}`,
    );
  }
  const isWhole = properties?.iv !== undefined;
  if (!isWhole && single === 0) {
    report("ARCHIVE_NOT_ENCRYPTED", place, "An archive must be encrypted: current value is a plain zip");
  } else {
    const how = isWhole ? (single > 0 ? "as a whole, and its files one by one" : "as a whole") : "file by file";
    report("ARCHIVE_READING", place, `The archive is encrypted ${how}; the documents leave it open`, "note");
  }
  return members;
}

/** The file in an entry: its bytes as they lie there, unless these are wrong and right when they are decrypted. */
function memberFacts(
  { bytes }: ZipEntry,
  references: readonly ContentReference[],
  key: Uint8Array | undefined,
): { readonly facts: BlobFacts; readonly isSingle: boolean } {
  const facts = { storedSize: bytes.length, md5: createHash("md5").update(bytes).digest("base64") };
  const plain = digestOf(bytes);
  const reference = references[0];
  const iv = Buffer.from(reference?.iv ?? "", "base64");
  if (reference === undefined || fits(reference, plain) || key === undefined || iv.length !== IV_BYTES) {
    return { facts: { ...facts, plaintext: plain }, isSingle: false };
  }
  try {
    const decipher = createDecipheriv("aes-256-cbc", key, iv);
    const opened = digestOf(Buffer.concat([decipher.update(bytes), decipher.final()]));
    return { facts: { ...facts, plaintext: opened }, isSingle: true };
  } catch {
    return { facts: { ...facts, plaintext: plain }, isSingle: false };
  }
}

function fits({ size, checksum }: ContentReference, digest: { readonly size: number; readonly quickXorHash: string }) {
  if (checksum !== undefined) return checksum === digest.quickXorHash;
  return size !== undefined && size === String(digest.size);
}

function checkMemberSize(place: string, { name, bytes }: ZipEntry, isSingle: boolean, report: ReportAt): void {
  const size = isSingle ? bytes.length : IV_BYTES * (Math.floor(bytes.length / IV_BYTES) + 1);
  if (size < ARCHIVED_FILE_BYTES) return;
  report(
    "ARCHIVE_OVER_LIMIT",
    place,
    `A file in an archive must have less than ${ARCHIVED_FILE_BYTES} bytes when encrypted: current value is ${size} of ${quoted(name)}`,
  );
}

function digestOf(bytes: Uint8Array): { readonly size: number; readonly quickXorHash: string } {
  const hash = new QuickXorHash();
  hash.update(bytes);
  return { size: bytes.length, quickXorHash: base64(hash.digest()) };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
