import { describe, expect, it } from "vitest";
import { readConvertArguments } from "./convert-arguments.ts";
import { readInspectArguments } from "./inspect-arguments.ts";

const least = ["export", "--target", "t.json", "--out", "o"];

describe("readConvertArguments()", () => {
  it("takes one export and all that packaging takes", () => {
    expect(readConvertArguments([...least, "--no-encryption", "--max-items", "5"])).toEqual({
      directory: "export",
      target: "t.json",
      out: "o",
      encryption: "none",
      continue: false,
      deleteMissing: false,
      forms: {},
      settings: { names: {}, limits: { maxItems: 5 }, dryRun: false },
      json: false,
      quiet: false,
    });
  });

  it("reads what is of the export alone", () => {
    const flags = ["--content=c", "--export-key-file=k", "--list=Tasks", "--job=j", "--ids=new", "--item-ids=keep"];
    expect(readConvertArguments([...least, ...flags, "--versions=current", "--temp=/t"])).toMatchObject({
      content: "c",
      exportKeyFile: "k",
      list: "Tasks",
      jobId: "j",
      ids: "new",
      itemIds: "keep",
      versions: "current",
      temp: "/t",
    });
  });

  it("takes people and forms as build does", () => {
    const flags = ["--user-map=m.csv", "--unmapped=keep", "--two-versions=current-only", "--archives"];
    expect(readConvertArguments([...least, ...flags])).toMatchObject({
      userMap: "m.csv",
      unmapped: "keep",
      forms: { twoVersions: "currentOnly", archives: true },
    });
  });

  it("refuses other values, and none or several exports", () => {
    for (const argv of [[...least, "--ids=other"], [...least, "--list="], [...least, "second"], least.slice(1)]) {
      expect(() => readConvertArguments(argv)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    }
  });
});

describe("readInspectArguments()", () => {
  it("reads a path and its bounds", () => {
    const argv = ["p", "--depth=3", "--max-folders=7", "--key-file=k", "--json"];
    expect(readInspectArguments(argv)).toEqual({ directory: "p", depth: 3, maxFolders: 7, keyFile: "k", json: true });
    expect(() => readInspectArguments(["p", "--depth=x"])).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    expect(() => readInspectArguments([])).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  });
});
