import { memoryLedger } from "@primepack/core";
import { ledgerEntry } from "@primepack/test-support";
import { expect, it } from "vitest";
import { countLedger } from "./ledger-counts.ts";

it("countLedger() tells what is received, what isn't, and how far each run came", async () => {
  const ledger = memoryLedger();
  await ledger.beginRun("r1", 1);
  const first = { package: "r1/000001", fingerprint: "1" };
  const second = { package: "r2/000001", fingerprint: "2" };
  await ledger.write({
    put: [
      ledgerEntry(["received"], { built: first, received: first, itemId: 9 }),
      ledgerEntry(["outdated"], { built: second, received: first }),
      ledgerEntry(["built"], { built: { ...first, package: "r1/000002" } }),
      ledgerEntry(["going"], { built: first, received: first, deletedBy: "r2/000002" }),
      ledgerEntry(["moved"], { built: first, movedBy: "r2" }),
    ],
  });
  expect(await countLedger(ledger, new AbortController().signal)).toEqual({
    items: 4,
    received: 2,
    outdated: 1,
    built: 1,
    deletions: 1,
    moved: 1,
    highestItemId: 9,
    runs: [
      { runId: "r1", firstItemId: 1, packages: 2, items: 3, received: 2 },
      { runId: "r2", packages: 1, items: 1, received: 0 },
    ],
  });
  await expect(countLedger(ledger, AbortSignal.abort())).rejects.toThrow();
});
