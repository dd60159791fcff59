import { inflateRawSync } from "node:zlib";

/** A file of a zip. */
export interface ZipEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly isStored: boolean;
}

/** What a stranger's zip may make its reader do. */
export interface ZipLimits {
  /** Bytes of one entry. */
  readonly entryBytes: number;
  /** Bytes of all entries. */
  readonly totalBytes: number;
}

/** Why a zip can't be read, in words that follow "as". */
export class ZipFault extends Error {}

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const COMMENT_MAX = 0xffff;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_BYTES = 46;
const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED_FLAG = 1;
const CRC_POLYNOMIAL = 0xedb88320;

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ CRC_POLYNOMIAL : value >>> 1;
  return value;
});

/**
 * Reads the files of a zip in memory, by its directory: stored and deflated entries, as the documents allow.
 *
 * The zip is a stranger's: entries inflate within the limits, may not share bytes of the zip, and have to have their
 * checksums. So work and memory are bounded by the zip's own size and by the limits. (fflate goes by the sizes that the
 * directory claims, and inflates on for as long as a stream goes.)
 *
 * Throws ZipFault at the first entry that is none of these.
 */
export function* zipEntries(zip: Uint8Array, limits: ZipLimits): Generator<ZipEntry, void, undefined> {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.length);
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  let used = 0;
  let total = 0;
  for (let index = 0; index < count; index++) {
    if (at + ENTRY_BYTES > end || view.getUint32(at, true) !== ENTRY_SIGNATURE) {
      throw new ZipFault(`its directory must have ${count} entries`);
    }
    const nameLength = view.getUint16(at + 28, true);
    const nameStart = at + ENTRY_BYTES;
    const next = nameStart + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > end) throw new ZipFault(`its directory must have ${count} entries`);
    const name = Buffer.from(zip.subarray(nameStart, nameStart + nameLength)).toString("utf8");
    const stored = storedBytes(zip, view, at, name);
    used += stored.length;
    if (used > zip.length) throw new ZipFault("its entries must not share bytes");
    const method = view.getUint16(at + 10, true);
    const bytes = method === STORED ? stored : inflated(stored, method, name, limits.entryBytes);
    total += bytes.length;
    if (total > limits.totalBytes) throw new ZipFault(`it must hold at most ${limits.totalBytes} bytes`);
    if (bytes.length !== view.getUint32(at + 24, true) || crcOf(bytes) !== view.getUint32(at + 16, true)) {
      throw new ZipFault(`its entry ${JSON.stringify(name.slice(0, 100))} must have its size and checksum`);
    }
    // A folder's own entry has no bytes, and is no file.
    if (!name.endsWith("/")) yield { name, bytes, isStored: method === STORED };
    at = next;
  }
}

/** Where the end of the directory begins: it is the last thing in a zip but for a comment. */
function findEnd(view: DataView): number {
  const first = Math.max(0, view.byteLength - END_BYTES - COMMENT_MAX);
  for (let at = view.byteLength - END_BYTES; at >= first; at--) {
    if (view.getUint32(at, true) === END_SIGNATURE) return at;
  }
  throw new ZipFault("it must end with a zip's directory");
}

/** The bytes of an entry as they lie in the zip, by what the directory says at `at`. */
function storedBytes(zip: Uint8Array, view: DataView, at: number, name: string): Uint8Array {
  if ((view.getUint16(at + 8, true) & ENCRYPTED_FLAG) !== 0) {
    throw new ZipFault(`its entry ${JSON.stringify(name.slice(0, 100))} must have no password`);
  }
  const size = view.getUint32(at + 20, true);
  const local = view.getUint32(at + 42, true);
  if (local + LOCAL_BYTES > zip.length || view.getUint32(local, true) !== LOCAL_SIGNATURE) {
    throw new ZipFault(`its entry ${JSON.stringify(name.slice(0, 100))} must lie in it`);
  }
  const start = local + LOCAL_BYTES + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (start + size > zip.length) throw new ZipFault(`its entry ${JSON.stringify(name.slice(0, 100))} must lie in it`);
  return zip.subarray(start, start + size);
}

function inflated(stored: Uint8Array, method: number, name: string, most: number): Uint8Array {
  const entry = JSON.stringify(name.slice(0, 100));
  if (method !== DEFLATED) throw new ZipFault(`its entry ${entry} must be stored or deflated`);
  try {
    return inflateRawSync(stored, { maxOutputLength: most });
  } catch {
    throw new ZipFault(`its entry ${entry} must inflate to at most ${most} bytes`);
  }
}

function crcOf(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (value >>> 8) ^ (crcTable[(value ^ byte) & 0xff] ?? 0);
  return (value ^ 0xffffffff) >>> 0;
}
