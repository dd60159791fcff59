import { zipSync } from "fflate";
import { PrimepackError } from "../errors/index.ts";
import {
  ARCHIVE_MAX_BYTES,
  ARCHIVED_FILE_BYTES,
  IV_BYTES,
  type PlannedContent,
  type SourceContent,
} from "../model/index.ts";
import { storedSize } from "../seal/cipher.ts";
import { type ReadFileResult, readStableFile } from "../source/read-file.ts";
import { ofExactSize } from "./worker/exact-size.ts";
import { openLocalContent } from "./worker/local-content.ts";

// What is hashed and encrypted, as the documents leave it open (package format, 2.5): the members are stored in the zip
// as they are, neither compressed nor encrypted one by one; `Checksum` of a `File` is the QuickXorHash of the member's
// own bytes, and `Checksum` of an `ArchivedFile` that of the zip's bytes; then the zip as a whole is encrypted under an
// IV of its own, like any content blob, with the MD5 of the encrypted bytes at the blob. A member has no MD5, for it is
// no blob.

/** A file that changed while it was read is read once more. */
const ATTEMPTS = 2;

/** Bytes of a stored zip besides those of its members, and for each member besides twice its name. */
const ZIP_END_BYTES = 22;
const ZIP_ENTRY_BYTES = 30 + 46;

/** The bytes of a content that goes into an archive. */
export interface ArchiveMember {
  /** Blob name of the content. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Last modification of a file, as {@link ReadFileResult.modified}. */
  readonly modified?: string;
}

/**
 * Reads a content whole. Throws SOURCE_CHANGED for a file that has grown beyond what an archive takes, else as sealing
 * does.
 */
export async function readMember(
  content: PlannedContent,
  local: ReadonlyMap<number, SourceContent>,
  signal: AbortSignal,
): Promise<ArchiveMember> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await readOnce(content, local, signal);
    } catch (reason) {
      signal.throwIfAborted();
      const error = PrimepackError.from(reason, "SOURCE_FAILED", `read the content of blob ${content.blob}`);
      if (error.code !== "SOURCE_CHANGED" || attempt === ATTEMPTS) throw error;
    }
  }
}

async function readOnce(
  planned: PlannedContent,
  local: ReadonlyMap<number, SourceContent>,
  signal: AbortSignal,
): Promise<ArchiveMember> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reading = open(planned, local, signal);
  for (;;) {
    signal.throwIfAborted();
    const step = await reading.next();
    if (step.done) {
      const modified = step.value?.modified;
      const bytes = Buffer.concat(chunks, size);
      return { name: planned.blob, bytes, ...(modified === undefined ? {} : { modified }) };
    }
    size += step.value.length;
    if (storedSize(size, true) >= ARCHIVED_FILE_BYTES) {
      await reading.return(undefined);
      throw new PrimepackError(
        "SOURCE_CHANGED",
        `Cannot put the file into its archive as a member has less than ${ARCHIVED_FILE_BYTES} bytes: current value is more than the ${planned.size} that were listed`,
      );
    }
    // The buffer of a chunk is used again.
    chunks.push(Buffer.from(step.value));
  }
}

async function* open(
  { content, size, blob }: PlannedContent,
  local: ReadonlyMap<number, SourceContent>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, ReadFileResult | undefined, void> {
  const held = content.kind === "path" ? content : local.get(content.handle);
  if (held !== undefined && "path" in held) {
    const facts = yield* readStableFile(held.path, { signal });
    return held.keepsDates ? undefined : facts;
  }
  yield* ofExactSize(openLocalContent(held, signal), size, blob);
  return undefined;
}

/**
 * A zip of stored (uncompressed) members, in the order given, all of one date: the same members give the same bytes.
 */
export function zipStored(members: readonly ArchiveMember[]): Uint8Array {
  // Parts of local time, by which it is the same date everywhere.
  const mtime = new Date(1980, 0, 1);
  return zipSync(Object.fromEntries(members.map(({ name, bytes }) => [name, bytes])), { level: 0, mtime });
}

/** Bytes that the members of an archive have room for together, so that the encrypted zip keeps its limit. */
export function archiveRoom(names: readonly string[]): number {
  const entries = names.reduce((total, name) => total + ZIP_ENTRY_BYTES + 2 * Buffer.byteLength(name), 0);
  return ARCHIVE_MAX_BYTES - IV_BYTES - ZIP_END_BYTES - entries;
}
