import { statfsSync } from "node:fs";
import { constants } from "node:os";
import { type Code, PrimepackError } from "@primepack/core";

/** What a store of this package keeps, and how it speaks of itself. */
export interface StoreKind {
  readonly noun: string;
  /** Name of its data file, the only thing in its folder beside the file's lock. */
  readonly dataFile: string;
  /** What its data file says that it is. */
  readonly format: string;
  /** The version of what stands in the file; others are refused. */
  readonly version: number;
  /** Databases of a file that one process may open until it closes the file. */
  readonly maxDatabases: number;
  readonly codes: {
    readonly missing: Code;
    readonly invalid: Code;
    readonly version: Code;
    readonly failed: Code;
  };
}

/** MDB_PAGE_NOTFOUND, MDB_CORRUPTED, MDB_PANIC, MDB_VERSION_MISMATCH and MDB_INVALID. */
const damaged: readonly unknown[] = [-30797, -30796, -30795, -30794, -30793];
/** Less is not enough for a write. */
const LEAST_FREE_BYTES = 1024 * 1024;

/**
 * What LMDB or the file system threw, as a PrimepackError: DISK_FULL, or the kind's `invalid` or `failed`. LMDB gives
 * numbers of the system, and takes a write that a full disk cut short for EIO; `directory` is where it wrote.
 */
export function storeError({ codes }: StoreKind, reason: unknown, doing: string, directory?: string): PrimepackError {
  if (reason instanceof PrimepackError) return reason;
  const { ENOSPC, EDQUOT, EIO } = constants.errno;
  const code = (reason as { code?: unknown } | null)?.code;
  const isFull = code === "ENOSPC" || code === "EDQUOT" || code === ENOSPC || code === EDQUOT;
  if (isFull || (code === EIO && directory !== undefined && hasNoSpace(directory))) {
    return PrimepackError.from(reason, "DISK_FULL", doing);
  }
  return PrimepackError.from(reason, damaged.includes(code) ? codes.invalid : codes.failed, doing);
}

function hasNoSpace(directory: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize < LEAST_FREE_BYTES;
  } catch {
    return false;
  }
}
