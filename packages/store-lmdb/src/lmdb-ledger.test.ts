import { randomUUID } from "node:crypto";
import type { Ledger } from "@primepack/core";
import { describeLedger, temporaryFolder } from "@primepack/test-support";
import { expect, it } from "vitest";
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

it("openLmdbLedger() opens hundreds of lists one after the other while one stays open", async () => {
  const first = await openList(randomUUID());
  for (let count = 0; count < 150; count += 1) {
    const other = await openList(randomUUID());
    expect(other.size).toBe(0);
    await other.close();
  }
  await first.close();
}, 60_000);
