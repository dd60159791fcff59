import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { memoryJournal } from "@primepack/core/model";
import { temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { applyMappings } from "../apply-mappings.ts";
import type { IdentityMappings, UserMapping } from "../mapping-types.ts";
import { writeMappingReport } from "./write-mapping-report.ts";

const folder = temporaryFolder();
const now = () => new Date("2027-01-01T01:00:00Z");

/** Refuses one user with a message that no spreadsheet and no page may take for more than text. */
const service: IdentityMappings<UserMapping> = {
  kind: "users",
  find: async () => undefined,
  update: async (changes) =>
    changes.map(({ mapping }) =>
      mapping.sourceUserPrincipalName.startsWith("bad")
        ? { type: "refused", code: "x", message: "=1+1 <b>no</b>" }
        : { type: "set", mapping: { ...mapping, id: "opaque", isDeleted: false } },
    ),
  close: async () => {},
};

async function* file(): AsyncGenerator<Uint8Array> {
  yield Buffer.from(
    "sourceUserPrincipalName,targetUserPrincipalName\nana@south.example,ana@north.example\nbad@south.example,bad@north.example\nnobody,x@north.example\n",
  );
}

async function applied(skipInvalid: boolean) {
  const journal = memoryJournal();
  const rows = { file: file(), format: "csv" } as const;
  const run = applyMappings({ kind: "users", rows, journal, service, place: "north.example", skipInvalid, now });
  return { journal, summary: await run.result };
}

describe("writeMappingReport()", () => {
  it("writes every entry as CSV and NDJSON, the totals, and a page", async () => {
    const { journal, summary } = await applied(true);
    const directory = folder("whole");
    const { files, summary: written } = await writeMappingReport({ journal, directory, summary });
    expect(written).toBe(summary);
    expect((await readdir(directory)).sort()).toEqual([
      "mappings.csv",
      "mappings.ndjson",
      "report.html",
      "summary.json",
    ]);
    const invalid =
      '"Cannot use line 4 of the mapping file as sourceUserPrincipalName must be a user principal name like ana@contoso.com: current value is ""nobody"""';
    expect((await readFile(files.mappingsCsv, "utf8")).split("\r\n")).toEqual([
      "\ufeffline,source,target,outcome,code,message,id",
      `4,nobody,,invalid,MAPPING_INVALID,${invalid},`,
      "2,ana@south.example,ana@north.example,added,,,opaque",
      "3,bad@south.example,bad@north.example,failed,MAPPING_REFUSED,'=1+1 <b>no</b>,",
      "",
    ]);
    const lines = (await readFile(files.mappingsNdjson, "utf8")).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).outcome)).toEqual(["invalid", "added", "failed"]);
    expect(JSON.parse(await readFile(files.summary, "utf8"))).toEqual({
      ...summary,
      place: "north.example",
      codes: { MAPPING_INVALID: 1, MAPPING_REFUSED: 1 },
    });
    const page = await readFile(files.page, "utf8");
    expect(page).toContain("complete, 2 mappings not applied");
    expect(page).toContain("=1+1 &lt;b&gt;no&lt;/b&gt;");
    expect(page).toContain("north.example");
  });

  it("makes the summary of what the journal holds", async () => {
    for (const skipInvalid of [true, false]) {
      const { journal, summary } = await applied(skipInvalid);
      const written = await writeMappingReport({ journal, directory: folder(`own ${skipInvalid}`), now });
      expect(written.summary).toEqual({ ...summary, requests: 0 });
    }
  });

  it("throws JOURNAL_MISSING where there are no mappings, REPORT_FAILED where it can't write", async () => {
    const journal = memoryJournal();
    await expect(writeMappingReport({ journal, directory: folder("none") })).rejects.toMatchObject({
      code: "JOURNAL_MISSING",
    });
    const { journal: whole } = await applied(true);
    const blocked = folder("a file");
    await writeFile(blocked, "");
    await expect(writeMappingReport({ journal: whole, directory: join(blocked, "report") })).rejects.toMatchObject({
      code: "REPORT_FAILED",
    });
  });
});
