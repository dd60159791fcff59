import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseODataPath } from "./odata-path.ts";

const one = (path: string) => parseODataPath(path)?.at(-1);
const jobId = "6fea9b24-1a2b-4c3d-8e4f-5a6b7c8d9e0f";

describe("parseODataPath()", () => {
  it.each([
    `GetMigrationJobProgress(jobId='${jobId}',nextToken=0)`,
    `GetMigrationJobProgress(jobId=guid'${jobId}',nextToken='0')`,
    `GetMigrationJobProgress(jobId=' ${jobId} ', nextToken= 0 )`,
    `GetMigrationJobProgress( jobId = ${jobId} , nextToken = 0 )`,
  ])("reads %s", (path) => {
    expect(one(path)).toEqual({
      name: "GetMigrationJobProgress",
      arguments: [
        { name: "jobId", value: jobId },
        { name: "nextToken", value: "0" },
      ],
    });
  });

  it("reads what is given by its place", () => {
    expect(one(`DeleteMigrationJob('${jobId}')`)?.arguments).toEqual([{ name: undefined, value: jobId }]);
    expect(one("ProvisionMigrationQueue()")?.arguments).toEqual([]);
  });

  it("takes slashes, commas, brackets and doubled quotes within quotes for text", () => {
    expect(parseODataPath("web/GetFolderByServerRelativeUrl('/sites/x/a, (b)/it''s')/Folders")).toEqual([
      { name: "web", arguments: [] },
      { name: "GetFolderByServerRelativeUrl", arguments: [{ name: undefined, value: "/sites/x/a, (b)/it's" }] },
      { name: "Folders", arguments: [] },
    ]);
  });

  it("puts what an alias stands for in its place, and fails without it", () => {
    const aliases = (name: string) => (name === "u" ? "'/sites/x'" : undefined);
    expect(parseODataPath("GetList(@u)", aliases)).toEqual([
      { name: "GetList", arguments: [{ name: undefined, value: "/sites/x" }] },
    ]);
    expect(parseODataPath("GetList(@v)", aliases)).toBeUndefined();
  });

  it.each(["a('b", "a('b')c", "a(b))", "(a)", "a((b)", "a'b", "a(b='c'd)"])("refuses %s", (path) => {
    expect(parseODataPath(path)).toBeUndefined();
  });

  it("gives back any text that was quoted", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const path = `GetList('${text.replaceAll("'", "''")}')`;
        expect(one(path)?.arguments).toEqual([{ name: undefined, value: text.trim() }]);
      }),
    );
  });

  it("never throws", () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(..."ab'()/,=@ ") }), (path) => void parseODataPath(path)));
  });
});
