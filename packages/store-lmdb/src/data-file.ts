import { open } from "node:fs/promises";
import { PrimepackError } from "@primepack/core";
import type { StoreKind } from "./store-error.ts";

const MAGIC = 0xbeefc0de;
/** The page header before the description of a database file differs with the format version of LMDB. */
const HEADER_SIZES = [24, 16];
/** Of the description, behind its magic number. */
const PAGE_SIZE_AT = 24;
const ROOTS_AT = [64, 112];
const LAST_PAGE_AT = 120;
const TRANSACTION_AT = 128;
const DESCRIPTION_BYTES = 136;
const NO_PAGE = 2n ** 64n - 1n;
/** Pages that a whole file may lack at its end: taken and freed again before they were ever written. */
const UNWRITTEN_PAGES = 64n;

/**
 * Looks at a file before LMDB maps it into memory, where a file of another kind, or one that was cut, ends the process.
 * True: the file is there and can be opened. False: there is none, or it has no byte yet.
 *
 * Throws the kind's code `invalid`. Damage in the middle isn't looked for.
 */
export async function checkDataFile(kind: StoreKind, path: string): Promise<boolean> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
  try {
    const { size } = await file.stat();
    if (size === 0) return false;
    const first = await bytesAt(file, 0, 4096);
    const headerSize = HEADER_SIZES.find((bytes) => magicAt(first, bytes));
    if (headerSize === undefined) throw invalid(kind, path, "its beginning is that of no LMDB file");
    const pageSize = first.readUInt32LE(headerSize + PAGE_SIZE_AT);
    if (pageSize < 256 || pageSize > 65_536) throw invalid(kind, path, `its page size is ${pageSize}`);
    const second = await bytesAt(file, pageSize, headerSize + DESCRIPTION_BYTES);
    if (!magicAt(second, headerSize)) throw invalid(kind, path, "its second page is missing or damaged");
    const newest = transactionOf(first, headerSize) >= transactionOf(second, headerSize) ? first : second;
    const pages = BigInt(Math.floor(size / pageSize));
    for (const at of ROOTS_AT) {
      const page = newest.readBigUInt64LE(headerSize + at);
      if (page !== NO_PAGE && page >= pages) throw cut(kind, path, pages, page);
    }
    const lastPage = newest.readBigUInt64LE(headerSize + LAST_PAGE_AT);
    if (lastPage >= pages + UNWRITTEN_PAGES) throw cut(kind, path, pages, lastPage);
    return true;
  } finally {
    await file.close();
  }
}

async function bytesAt(file: Awaited<ReturnType<typeof open>>, position: number, length: number): Promise<Buffer> {
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer;
}

function magicAt(page: Buffer, headerSize: number): boolean {
  return page.readUInt32LE(headerSize) === MAGIC;
}

function transactionOf(page: Buffer, headerSize: number): bigint {
  return page.readBigUInt64LE(headerSize + TRANSACTION_AT);
}

function cut(kind: StoreKind, path: string, pages: bigint, page: bigint): PrimepackError {
  return invalid(kind, path, `it was cut, as it has ${pages} pages and page ${page} is in use`);
}

function invalid({ noun, codes }: StoreKind, path: string, found: string): PrimepackError {
  return new PrimepackError(
    codes.invalid,
    `Cannot open the ${noun} as its data file is none of primepack or was damaged: current value of ${path}: ${found}`,
  );
}
