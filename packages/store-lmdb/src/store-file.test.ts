import { randomBytes } from "node:crypto";
import { chmod, mkdir, readdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import type { LedgerEntry } from "@primepack/core";
import { ledgerEntry, temporaryFolder } from "@primepack/test-support";
import { open } from "lmdb";
import { describe, expect, it } from "vitest";
import { LEDGER_VERSION, ledgerLists, openLmdbLedger } from "./lmdb-ledger.ts";

const path = temporaryFolder();
const listId = "b2222222-0000-4000-8000-000000000002";
const otherListId = "c3333333-0000-4000-8000-000000000003";

const entry = (name: string, itemId: number): LedgerEntry => ledgerEntry(["folder", name], { itemId });

async function fill(name: string, count: number): Promise<void> {
  const ledger = await openLmdbLedger({ path: path(name), listId });
  await ledger.write({ put: Array.from({ length: count }, (_, index) => entry(`${index}.txt`, index + 1)) });
  await ledger.close();
}

const mode = async (...names: string[]): Promise<string> => ((await stat(path(...names))).mode & 0o777).toString(8);

describe("openLmdbLedger()", () => {
  it.skipIf(process.platform === "win32")(
    "makes folders above, its own folder and files for the owner only",
    async () => {
      await fill("above/modes", 1);
      expect(await mode("above/modes")).toBe("700");
      expect((await readdir(path("above/modes"))).sort()).toEqual(["ledger.mdb", "ledger.mdb-lock"]);
      expect(await mode("above/modes/ledger.mdb")).toBe("600");
      expect(await mode("above/modes/ledger.mdb-lock")).toBe("600");
      await chmod(path("above/modes/ledger.mdb"), 0o644);
      await fill("above/modes", 1);
      expect(await mode("above/modes/ledger.mdb")).toBe("600");
    },
  );

  it("keeps lists of one ledger apart, each open for itself, by their ids in any form", async () => {
    const one = await openLmdbLedger({ path: path("lists"), listId: `{${listId.toUpperCase()}}` });
    const other = await openLmdbLedger({ path: path("lists"), listId: otherListId });
    await Promise.all([one.write({ put: [entry("a", 1)] }), other.write({ put: [entry("a", 2), entry("b", 3)] })]);
    await one.close();
    expect(other.get(["folder", "a"])?.itemId).toBe(2);
    await other.write({ remove: [["folder", "b"]] });
    await other.close();
    const again = await openLmdbLedger({ path: path("lists"), listId, readOnly: true });
    expect([...again.entries()].map(({ itemId }) => itemId)).toEqual([1]);
    await again.close();
    expect([...(await ledgerLists(path("lists")))].sort()).toEqual([listId, otherListId]);
  });

  it("refuses a list that this process has open for writing, until that is closed", async () => {
    const ledger = await openLmdbLedger({ path: path("twice"), listId });
    await expect(openLmdbLedger({ path: path("twice"), listId })).rejects.toMatchObject({ code: "LEDGER_IN_USE" });
    const reader = await openLmdbLedger({ path: path("twice"), listId, readOnly: true });
    await ledger.write({ put: [entry("a", 1)] });
    expect(reader.size).toBe(1);
    await reader.close();
    await ledger.close();
    await (await openLmdbLedger({ path: path("twice"), listId })).close();
  });

  it("writes nothing when it is opened to be read only", async () => {
    await fill("reading", 1);
    const reader = await openLmdbLedger({ path: path("reading"), listId, readOnly: true });
    await expect(reader.write({ put: [entry("a", 1)] })).rejects.toMatchObject({ code: "LEDGER_FAILED" });
    await expect(reader.beginRun("run-1", 1)).rejects.toMatchObject({ code: "LEDGER_FAILED" });
    await reader.close();
  });

  it("makes nothing when it is opened to be read only: a ledger or list that isn't there is LEDGER_MISSING", async () => {
    const reading = { path: path("nowhere/ledger"), listId, readOnly: true };
    await expect(openLmdbLedger(reading)).rejects.toMatchObject({ code: "LEDGER_MISSING" });
    await expect(stat(path("nowhere"))).rejects.toMatchObject({ code: "ENOENT" });
    await mkdir(path("empty"));
    await expect(openLmdbLedger({ ...reading, path: path("empty") })).rejects.toMatchObject({ code: "LEDGER_MISSING" });
    await fill("one-list", 1);
    const other = { path: path("one-list"), listId: otherListId, readOnly: true };
    await expect(openLmdbLedger(other)).rejects.toMatchObject({ code: "LEDGER_MISSING" });
    await expect(ledgerLists(path("nowhere/ledger"))).rejects.toMatchObject({ code: "LEDGER_MISSING" });
  });

  it("refuses a list id that is no GUID", async () => {
    const open = openLmdbLedger({ path: path("no-guid"), listId: "Documents" });
    await expect(open).rejects.toMatchObject({ code: "INVALID_OPTION" });
  });
});

describe("openLmdbLedger() of what is no ledger", () => {
  const refused = (name: string, code: string): Promise<void> =>
    expect(openLmdbLedger({ path: path(name), listId })).rejects.toMatchObject({ code });

  it("refuses a file, and a folder with other things", async () => {
    await writeFile(path("a-file"), "text");
    await refused("a-file", "LEDGER_INVALID");
    await mkdir(path("a-folder"));
    await writeFile(path("a-folder/notes.txt"), "text");
    await refused("a-folder", "LEDGER_INVALID");
    expect(await readdir(path("a-folder"))).toEqual(["notes.txt"]);
  });

  it.each([
    ["text", Buffer.from("this is no database ".repeat(1000))],
    ["a few bytes", Buffer.from("short")],
    ["zeros", Buffer.alloc(65_536)],
    ["noise", randomBytes(65_536)],
  ])("refuses a data file of %s", async (name, bytes) => {
    await mkdir(path(name));
    await writeFile(path(name, "ledger.mdb"), bytes);
    await refused(name, "LEDGER_INVALID");
    expect(await readFile(path(name, "ledger.mdb"))).toEqual(bytes);
  });

  it.each([0.05, 0.5, 0.8])("refuses a data file that was cut to %d of its length", async (share) => {
    const name = `cut-${share}`;
    await fill(name, 5000);
    const { size } = await stat(path(name, "ledger.mdb"));
    await truncate(path(name, "ledger.mdb"), Math.floor(size * share));
    await refused(name, "LEDGER_INVALID");
  });

  it("takes an empty data file, which a killed process leaves behind, for a new one", async () => {
    await mkdir(path("begun"));
    await writeFile(path("begun/ledger.mdb"), "");
    await fill("begun", 1);
    const ledger = await openLmdbLedger({ path: path("begun"), listId, readOnly: true });
    expect(ledger.size).toBe(1);
    await ledger.close();
  });

  it("takes a store that was killed before it had its format for a new one, and no table with something in it", async () => {
    for (const [name, key] of [
      ["unformatted", undefined],
      ["formatted otherwise", "other"],
    ] as const) {
      await mkdir(path(name));
      const root = open({ path: path(name, "ledger.mdb"), noSubdir: true, keyEncoding: "binary", encoding: "json" });
      const table = root.openDB({ name: "primepack", keyEncoding: "binary", encoding: "json" });
      if (key !== undefined) await table.put(Buffer.from(key), 1);
      await root.close();
    }
    await fill("unformatted", 1);
    expect(await ledgerLists(path("unformatted"))).toEqual([listId]);
    await expect(fill("formatted otherwise", 1)).rejects.toMatchObject({ code: "LEDGER_INVALID" });
  });

  it("refuses a database of something else", async () => {
    await mkdir(path("foreign"));
    const root = open({ path: path("foreign/ledger.mdb"), noSubdir: true });
    await root.put("key", "value");
    await root.close();
    await refused("foreign", "LEDGER_INVALID");
  });

  it("refuses a ledger of another format version", async () => {
    await fill("newer", 1);
    const root = open({ path: path("newer/ledger.mdb"), noSubdir: true, encoding: "json", keyEncoding: "binary" });
    const meta = root.openDB({ name: "primepack", encoding: "json", keyEncoding: "binary" });
    await meta.put(Buffer.from("format"), { format: "primepack ledger", version: LEDGER_VERSION + 1 });
    await root.close();
    await refused("newer", "LEDGER_VERSION");
  });

  it("tells of an entry that can't be read as LEDGER_INVALID", async () => {
    await fill("damaged", 1);
    const root = open({ path: path("damaged/ledger.mdb"), noSubdir: true });
    const entries = root.openDB({ name: `${listId}/entries`, encoding: "json", keyEncoding: "binary" });
    for (const key of [...entries.getKeys()]) await entries.put(key, ["nonsense"]);
    await root.close();
    const ledger = await openLmdbLedger({ path: path("damaged"), listId });
    expect(() => ledger.get(["folder", "0.txt"])).toThrow(expect.objectContaining({ code: "LEDGER_INVALID" }));
    expect(() => [...ledger.entries()]).toThrow(expect.objectContaining({ code: "LEDGER_INVALID" }));
    await expect(ledger.write({ put: [entry("0.txt", 1), entry("1.txt", 2)] })).rejects.toMatchObject({
      code: "LEDGER_INVALID",
    });
    expect(ledger.get(["folder", "1.txt"])).toBeUndefined();
    await ledger.close();
  });
});
