import { describe, expect, it } from "vitest";
import type { Code } from "../errors/index.ts";
import { checkPackageSize } from "./package-end.ts";
import { PackageFacts } from "./package-facts.ts";

interface Shape {
  readonly files?: number;
  readonly folders?: number;
  /** Of each file. */
  readonly versions?: number;
  readonly bytes?: number;
  /** List items without a file. */
  readonly items?: number;
  readonly attachments?: number;
}

function codesOf({ files = 0, folders = 0, versions = 1, bytes = 0, items = 0, attachments = 0 }: Shape): Code[] {
  const facts = new PackageFacts(undefined);
  facts.files = files;
  facts.folders = folders;
  for (let number = 0; number < files + folders; number++) {
    const kind = number < files ? "file" : "folder";
    const unknown = { name: undefined, url: undefined, parentId: undefined, listId: undefined, webId: undefined };
    const object = {
      ...unknown,
      itemId: undefined,
      version: undefined,
      blob: undefined,
      place: "",
      order: 0,
      labels: [],
      contents: [],
    };
    const id = `${kind}${number}`;
    facts.defined.set(id, { ...object, kind, id, versions: kind === "file" ? versions : 1, hasItem: true });
    facts.items.push({
      id: `item${number}`,
      docId: id,
      attributes: {},
      place: "",
      order: 0,
      labels: [],
      attachments: [],
    });
  }
  facts.attachments = attachments;
  const item = { attributes: {}, place: "", order: 0, labels: [], attachments: [] };
  for (let number = 0; number < items; number++)
    facts.items.push({ ...item, id: `plain${number}`, docId: `none${number}` });
  const codes: Code[] = [];
  checkPackageSize(facts, bytes, (code) => codes.push(code));
  return codes;
}

describe("checkPackageSize()", () => {
  it("takes 250 items, a file and its item counting once", () => {
    expect(codesOf({ files: 200, folders: 50 })).toEqual([]);
    expect(codesOf({ files: 200, folders: 51 })).toEqual(["PACKAGE_OVER_LIMIT"]);
  });

  it("counts each version", () => {
    expect(codesOf({ files: 2, versions: 125 })).toEqual([]);
    expect(codesOf({ files: 2, versions: 126 })).toEqual(["PACKAGE_OVER_LIMIT"]);
  });

  it("warns of a file with more versions that stands alone", () => {
    expect(codesOf({ files: 1, versions: 251 })).toEqual(["MANY_VERSIONS"]);
    expect(codesOf({ files: 1, folders: 1, versions: 251 })).toEqual(["PACKAGE_OVER_LIMIT"]);
  });

  it("takes a list item with more or larger attachments that stands alone, with a warning of many", () => {
    expect(codesOf({ items: 1, attachments: 250 })).toEqual(["MANY_VERSIONS"]);
    expect(codesOf({ items: 2, attachments: 250 })).toEqual(["PACKAGE_OVER_LIMIT"]);
    expect(codesOf({ items: 1, attachments: 2, bytes: 400_000_000 })).toEqual([]);
    expect(codesOf({ items: 1, folders: 1, attachments: 2, bytes: 400_000_000 })).toEqual(["PACKAGE_OVER_LIMIT"]);
  });

  it("takes more than 250 MB only of a file that stands alone", () => {
    expect(codesOf({ files: 3, bytes: 250_000_000 })).toEqual([]);
    expect(codesOf({ files: 3, bytes: 250_000_001 })).toEqual(["PACKAGE_OVER_LIMIT"]);
    expect(codesOf({ files: 1, bytes: 250_000_001 })).toEqual([]);
  });
});
