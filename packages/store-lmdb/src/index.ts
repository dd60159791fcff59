// Promises: what stands here keeps its meaning within a major version.

export { LEDGER_VERSION } from "./ledger-file.ts";
export { type LmdbLedgerOptions, ledgerLists, openLmdbLedger } from "./lmdb-ledger.ts";
