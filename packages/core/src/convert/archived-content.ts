import { PrimepackError } from "../errors/index.ts";
import { archivedFilesFile } from "../manifest/names.ts";
import { ARCHIVE_MAX_BYTES, ARCHIVED_FILE_BYTES, type BlobContainer, PACKAGE_MAX_BYTES } from "../model/index.ts";
import { ZipFault, zipEntries } from "../seal/zip-entries.ts";
import type { ContentResolver } from "./content.ts";
import { exportRecords } from "./export-records.ts";
import { type OpenBlobOptions, openedBlob } from "./opened-blob.ts";

/** Members that are remembered; a package has no more files than that, and an archive travels with its package. */
const MAX_MEMBERS = 10_000;
/** What an archive is read up to: somewhat more than the service takes. */
const READ_MAX_BYTES: number = 2 * ARCHIVE_MAX_BYTES;
const limits = { entryBytes: 10 * ARCHIVED_FILE_BYTES, totalBytes: PACKAGE_MAX_BYTES };

/** Archives of a package by the `FileValue` of their members. Without ArchivedFiles.xml there are none. */
async function readArchives(manifest: BlobContainer, options: OpenBlobOptions): Promise<ReadonlyMap<string, string>> {
  const archives = new Map<string, string>();
  const blob = await openedBlob(manifest, archivedFilesFile.file, options);
  if (blob === undefined) return archives;
  for await (const { attributes, children } of exportRecords(blob, archivedFilesFile.root)) {
    for (const { attributes: member } of children) {
      if (attributes.Name && member.FileValue && archives.size < MAX_MEMBERS) {
        archives.set(member.FileValue, attributes.Name);
      }
    }
  }
  return archives;
}

/**
 * Finds the contents of a package that travel in archives (package format, 2.5). Archives are small, and the one that was
 * read last is kept.
 */
export function archivedContent(
  manifest: BlobContainer,
  content: BlobContainer,
  options: OpenBlobOptions,
): ContentResolver {
  let archives: ReadonlyMap<string, string> | undefined;
  let last: { readonly name: string; readonly members: ReadonlyMap<string, Uint8Array> } | undefined;
  return async ({ blob: member }) => {
    archives ??= await readArchives(manifest, options);
    const name = archives.get(member ?? "");
    if (name === undefined || member === undefined) return undefined;
    if (last?.name !== name) last = { name, members: await membersOf(content, name, options) };
    const bytes = last.members.get(member);
    return bytes === undefined ? undefined : { content: Uint8Array.from(bytes), size: bytes.byteLength };
  };
}

async function membersOf(
  content: BlobContainer,
  name: string,
  options: OpenBlobOptions,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const blob = await openedBlob(content, name, options);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of blob?.read() ?? []) {
    size += chunk.byteLength;
    if (size > READ_MAX_BYTES) throw corrupt(name, `it must have at most ${READ_MAX_BYTES} bytes`);
    chunks.push(Uint8Array.from(chunk));
  }
  try {
    const zip = Buffer.concat(chunks, size);
    return new Map([...zipEntries(zip, limits)].map((entry) => [entry.name, entry.bytes]));
  } catch (reason) {
    if (reason instanceof ZipFault) throw corrupt(name, reason.message);
    throw reason;
  }
}

function corrupt(name: string, because: string): PrimepackError {
  return new PrimepackError("BLOB_CORRUPT", `Cannot read the archive ${JSON.stringify(name)} as ${because}`);
}
