import { statfsSync } from "node:fs";
import { constants } from "node:os";
import { PrimepackError } from "@primepack/core";

/** MDB_PAGE_NOTFOUND, MDB_CORRUPTED, MDB_PANIC, MDB_VERSION_MISMATCH and MDB_INVALID. */
const damaged: readonly unknown[] = [-30797, -30796, -30795, -30794, -30793];
/** Less is not enough for a write of the ledger. */
const LEAST_FREE_BYTES = 1024 * 1024;

/**
 * What LMDB or the file system threw, as a PrimepackError: DISK_FULL, LEDGER_INVALID or LEDGER_FAILED. LMDB gives numbers
 * of the system, and takes a write that a full disk cut short for EIO; `directory` is where it wrote.
 */
export function ledgerError(reason: unknown, doing: string, directory?: string): PrimepackError {
  if (reason instanceof PrimepackError) return reason;
  const { ENOSPC, EDQUOT, EIO } = constants.errno;
  const code = (reason as { code?: unknown } | null)?.code;
  const isFull = code === "ENOSPC" || code === "EDQUOT" || code === ENOSPC || code === EDQUOT;
  if (isFull || (code === EIO && directory !== undefined && hasNoSpace(directory))) {
    return PrimepackError.from(reason, "DISK_FULL", doing);
  }
  return PrimepackError.from(reason, damaged.includes(code) ? "LEDGER_INVALID" : "LEDGER_FAILED", doing);
}

function hasNoSpace(directory: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize < LEAST_FREE_BYTES;
  } catch {
    return false;
  }
}
