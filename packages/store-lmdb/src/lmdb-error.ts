import { constants } from "node:os";
import { PrimepackError } from "@primepack/core";

/** MDB_PAGE_NOTFOUND, MDB_CORRUPTED, MDB_PANIC, MDB_VERSION_MISMATCH, MDB_INVALID, MDB_BAD_TXN's neighbour MDB_BAD_DBI. */
const damaged: readonly unknown[] = [-30797, -30796, -30795, -30794, -30793];

/** What LMDB or the file system threw, as a PrimepackError: DISK_FULL, LEDGER_INVALID or LEDGER_FAILED. */
export function ledgerError(reason: unknown, doing: string): PrimepackError {
  if (reason instanceof PrimepackError) return reason;
  const { ENOSPC, EDQUOT } = constants.errno;
  const code = (reason as { code?: unknown } | null)?.code;
  if (code === "ENOSPC" || code === "EDQUOT" || code === ENOSPC || code === EDQUOT) {
    return PrimepackError.from(reason, "DISK_FULL", doing);
  }
  return PrimepackError.from(reason, damaged.includes(code) ? "LEDGER_INVALID" : "LEDGER_FAILED", doing);
}
