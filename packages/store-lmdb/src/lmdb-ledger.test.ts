import { randomUUID } from "node:crypto";
import type { Ledger } from "@primepack/core";
import { describeLedger, temporaryFolder } from "@primepack/test-support";
import { openLmdbLedger } from "./lmdb-ledger.ts";

const path = temporaryFolder();
const listIds = new WeakMap<Ledger, string>();

async function openList(listId: string): Promise<Ledger> {
  const ledger = await openLmdbLedger({ path: path("ledger"), listId });
  listIds.set(ledger, listId);
  return ledger;
}

describeLedger("openLmdbLedger()", {
  make: () => openList(randomUUID()),
  reopen: async (ledger) => {
    await ledger.close();
    return openList(listIds.get(ledger) ?? "");
  },
});
