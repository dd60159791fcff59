// Promises: what stands here keeps its meaning within a major version.

export { JOURNAL_VERSION, type LmdbJournalOptions, openLmdbJournal } from "./lmdb-journal.ts";
export { LEDGER_VERSION, type LmdbLedgerOptions, ledgerLists, openLmdbLedger } from "./lmdb-ledger.ts";
