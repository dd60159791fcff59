import { execFile } from "node:child_process";
import { mkdir, readdir, stat, truncate, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Journal } from "@primepack/core";
import { describeJournal, temporaryFolder } from "@primepack/test-support";
import { open } from "lmdb";
import { describe, expect, it } from "vitest";
import { openLmdbJournal } from "./lmdb-journal.ts";
import { openLmdbLedger } from "./lmdb-ledger.ts";

const path = temporaryFolder();
const built = fileURLToPath(new URL("../dist/index.js", import.meta.url));
const paths = new WeakMap<Journal, string>();
let made = 0;

async function openAt(folder: string): Promise<Journal> {
  const journal = await openLmdbJournal({ path: folder });
  paths.set(journal, folder);
  return journal;
}

describeJournal("openLmdbJournal()", {
  make: () => {
    made += 1;
    return openAt(path(`conformance-${made}`));
  },
  reopen: async (journal) => {
    await journal.close();
    return openAt(paths.get(journal) ?? "");
  },
});

async function fill(name: string, count = 1): Promise<void> {
  const journal = await openLmdbJournal({ path: path(name) });
  await journal.write(Array.from({ length: count }, (_, index) => ({ key: `key ${index}`, value: "v".repeat(100) })));
  await journal.close();
}

const mode = async (...names: string[]): Promise<string> => ((await stat(path(...names))).mode & 0o777).toString(8);

describe("openLmdbJournal()", () => {
  it.skipIf(process.platform === "win32").each(["0", "22", "77"])(
    "makes its folder and files for the owner only under the umask 0%s",
    async (umask) => {
      const folder = `umask-${umask}`;
      await mkdir(path(folder));
      const program = `
        import { openLmdbJournal } from ${JSON.stringify(built)};
        process.umask(0o${umask});
        const journal = await openLmdbJournal({ path: ${JSON.stringify(path(folder, "journal"))} });
        await journal.write([{ key: "secret", value: "sig=1" }]);
        await journal.close();`;
      await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program]);
      expect(await mode(folder, "journal")).toBe("700");
      expect((await readdir(path(folder, "journal"))).sort()).toEqual(["journal.mdb", "journal.mdb-lock"]);
      expect(await mode(folder, "journal/journal.mdb")).toBe("600");
      expect(await mode(folder, "journal/journal.mdb-lock")).toBe("600");
    },
  );

  it("is open for writing once, and may be read meanwhile", async () => {
    const journal = await openLmdbJournal({ path: path("twice") });
    await expect(openLmdbJournal({ path: path("twice") })).rejects.toMatchObject({ code: "JOURNAL_IN_USE" });
    const reader = await openLmdbJournal({ path: path("twice"), readOnly: true });
    expect(reader.get("a")).toBeUndefined();
    await journal.write([{ key: "a", value: 1 }]);
    expect(reader.get("a")).toBe(1);
    await expect(reader.write([{ key: "a", value: 2 }])).rejects.toMatchObject({ code: "JOURNAL_FAILED" });
    await reader.close();
    await journal.close();
    await (await openLmdbJournal({ path: path("twice") })).close();
  });

  it("makes nothing when it is opened to be read only: a journal that isn't there is JOURNAL_MISSING", async () => {
    const reading = { path: path("nowhere/journal"), readOnly: true };
    await expect(openLmdbJournal(reading)).rejects.toMatchObject({ code: "JOURNAL_MISSING" });
    await expect(stat(path("nowhere"))).rejects.toMatchObject({ code: "ENOENT" });
    await mkdir(path("empty"));
    await expect(openLmdbJournal({ ...reading, path: path("empty") })).rejects.toMatchObject({
      code: "JOURNAL_MISSING",
    });
  });
});

describe("openLmdbJournal() of what is no journal", () => {
  const refused = (name: string, code: string): Promise<void> =>
    expect(openLmdbJournal({ path: path(name) })).rejects.toMatchObject({ code });

  it("refuses a file, a folder with other things, and a data file of something else", async () => {
    await writeFile(path("a-file"), "text");
    await refused("a-file", "JOURNAL_INVALID");
    await mkdir(path("a-folder"));
    await writeFile(path("a-folder/notes.txt"), "text");
    await refused("a-folder", "JOURNAL_INVALID");
    await mkdir(path("noise"));
    await writeFile(path("noise/journal.mdb"), "this is no database ".repeat(1000));
    await refused("noise", "JOURNAL_INVALID");
    const ledger = await openLmdbLedger({ path: path("ledger"), listId: "b2222222-0000-4000-8000-000000000002" });
    await ledger.close();
    await refused("ledger", "JOURNAL_INVALID");
  });

  it("refuses a data file that was cut", async () => {
    await fill("cut", 5000);
    const { size } = await stat(path("cut/journal.mdb"));
    await truncate(path("cut/journal.mdb"), Math.floor(size / 2));
    await refused("cut", "JOURNAL_INVALID");
  });

  it("refuses a journal of another format version", async () => {
    await fill("newer");
    const root = open({ path: path("newer/journal.mdb"), noSubdir: true, encoding: "json", keyEncoding: "binary" });
    const meta = root.openDB({ name: "primepack", encoding: "json", keyEncoding: "binary" });
    await meta.put(Buffer.from("format"), { format: "primepack journal", version: 2 });
    await root.close();
    await refused("newer", "JOURNAL_VERSION");
  });

  it("tells of a record that can't be read as JOURNAL_INVALID", async () => {
    await fill("damaged");
    const root = open({ path: path("damaged/journal.mdb"), noSubdir: true });
    const records = root.openDB({ name: "records", encoding: "binary", keyEncoding: "binary" });
    for (const key of [...records.getKeys()]) await records.put(key, Buffer.from('{"cut'));
    await root.close();
    const journal = await openLmdbJournal({ path: path("damaged") });
    const invalid = expect.objectContaining({ code: "JOURNAL_INVALID" });
    expect(() => journal.get("key 0")).toThrow(invalid);
    expect(() => [...journal.entries("")]).toThrow(invalid);
    await journal.close();
  });
});
