// Promises: what stands here keeps its meaning within a major version.

export { type LmdbLedgerOptions, openLmdbLedger } from "./lmdb-ledger.ts";
