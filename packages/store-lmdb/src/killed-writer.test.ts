import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { collectLedger, ledgerEntry, temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { openLmdbLedger } from "./lmdb-ledger.ts";

const path = temporaryFolder();
const listId = "b2222222-0000-4000-8000-000000000002";
const ITEMS = 50;
const built = fileURLToPath(new URL("../dist/index.js", import.meta.url));

/**
 * A process that writes to the ledger, a package at a time from package `first` on, and says the number of each that is
 * written. Every package moves the items of the one before it to new paths.
 */
function writer(folder: string, first: number) {
  const source = `
    import { openLmdbLedger } from ${JSON.stringify(built)};
    const ledger = await openLmdbLedger(${JSON.stringify({ path: path(folder), listId })}).catch((error) => {
      console.log(error.code);
      process.exit();
    });
    const entry = (number, index) => ({ ...${JSON.stringify(ledgerEntry([""]))},
      source: ["package " + number, "file " + index], itemId: number * ${ITEMS} + index + 1,
      id: "11111111-0000-4000-8000-" + String(index).padStart(12, "0"), identity: "inode " + index,
      built: { package: "run-1/" + number, fingerprint: "" } });
    console.log("open");
    for (let number = ${first}; ; number += 1) {
      const put = Array.from({ length: ${ITEMS} }, (_, index) => entry(number, index));
      const remove = put.map((_, index) => ["package " + (number - 1), "file " + index]);
      await ledger.write({ put, remove });
      await ledger.beginRun("run-" + number, number);
      console.log(number);
    }`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", source], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return { child, lines: createInterface({ input: child.stdout }) };
}

describe("openLmdbLedger() of a writer that was killed", () => {
  it("holds the last write that had resolved, or the one that was under way, whole", async () => {
    let next = 1;
    for (let round = 1; round <= 6; round += 1) {
      const { child, lines } = writer("killed", next);
      let said = 0;
      lines.on("line", (line) => {
        said = line === "open" ? 0 : Number(line);
        // At another point of the writer's work each round.
        if (said >= next + round) child.kill("SIGKILL");
      });
      await once(child, "close");
      const ledger = await openLmdbLedger({ path: path("killed"), listId });
      const entries = collectLedger(ledger);
      const number = Number(entries[0]?.built.package.slice("run-1/".length));
      expect(said).toBeGreaterThan(0);
      expect([said, said + 1, said + 2]).toContain(number);
      expect(entries).toHaveLength(ITEMS);
      expect(ledger.size).toBe(ITEMS);
      expect(ledger.highestItemId).toBe((number + 1) * ITEMS);
      expect([...ledger.ofPackage(`run-1/${number}`)]).toHaveLength(ITEMS);
      expect([...ledger.ofPackage(`run-1/${number - 1}`)]).toEqual([]);
      expect(ledger.firstItemId(`run-${said}`)).toBe(said);
      for (let index = 0; index < ITEMS; index += 1) {
        const entry = ledger.byIdentity(`inode ${index}`);
        expect(entry?.source).toEqual([`package ${number}`, `file ${index}`]);
        expect(ledger.hasId(entry?.id ?? "")).toBe(true);
        expect(ledger.get([`package ${number - 1}`, `file ${index}`])).toBeUndefined();
      }
      next = number + 1;
      await ledger.close();
    }
  });

  it("is refused while another process has it open, and not after that was killed", async () => {
    const { child, lines } = writer("other", 1);
    const closed = once(child, "close");
    await once(lines, "line");
    await expect(openLmdbLedger({ path: path("other"), listId })).rejects.toMatchObject({ code: "LEDGER_IN_USE" });
    const reader = await openLmdbLedger({ path: path("other"), listId, readOnly: true });
    await reader.close();
    child.kill("SIGKILL");
    await closed;
    const ledger = await openLmdbLedger({ path: path("other"), listId });
    const second = writer("other", 1);
    const secondClosed = once(second.child, "close");
    const [said] = (await once(second.lines, "line")) as [string];
    expect(said).toBe("LEDGER_IN_USE");
    await secondClosed;
    await ledger.close();
  });

  it.skipIf(process.platform === "win32")(
    "tells of a write that the system refuses, and holds what it held",
    async () => {
      const script = `
      import { openLmdbLedger } from ${JSON.stringify(built)};
      process.on("SIGXFSZ", () => undefined);
      const ledger = await openLmdbLedger(${JSON.stringify({ path: path("full"), listId })});
      const entry = (index) => ({ ...${JSON.stringify(ledgerEntry([""]))}, source: ["file " + index], itemId: index + 1 });
      let written = 0;
      try {
        for (let from = 0; ; from += 500) {
          await ledger.write({ put: Array.from({ length: 500 }, (_, index) => entry(from + index)) });
          written = from + 500;
        }
      } catch (error) {
        console.log(JSON.stringify({ code: error.code, written, size: ledger.size }));
      }
      await ledger.close();`;
      const command = `ulimit -f 1000; exec ${JSON.stringify(process.execPath)} --input-type=module -e "$SCRIPT"`;
      const child = spawn("bash", ["-c", command], {
        env: { ...process.env, SCRIPT: script },
        stdio: ["ignore", "pipe", "inherit"],
      });
      const lines: string[] = [];
      createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
      await once(child, "close");
      const told = JSON.parse(lines[0] ?? "{}") as { code: string; written: number; size: number };
      expect(told.code).toBe("LEDGER_FAILED");
      expect(told.written).toBeGreaterThan(0);
      expect(told.size).toBe(told.written);
      const ledger = await openLmdbLedger({ path: path("full"), listId });
      expect(ledger.size).toBe(told.written);
      expect(collectLedger(ledger)).toHaveLength(told.written);
      await ledger.close();
    },
  );
});
