import { exampleTarget } from "@primepack/test-support";
import { describe, expect, test } from "vitest";
import type { PlannedFolder, SourceContent } from "../model/index.ts";
import { type FileEntry, Packer } from "./packer.ts";

const entry = {
  source: ["x"],
  path: ["x"],
  listItemId: "11111111-0000-4000-8000-000000000001",
  created: "2024-01-02T03:04:05Z",
  modified: "2024-01-02T03:04:05Z",
  author: 1,
  modifiedBy: 1,
  version: "1.0",
};
const ROOT = exampleTarget.rootFolderId;
const forms = {
  dateTimeFields: "iso",
  userFields: "native",
  twoVersions: "keep",
  roles: "write",
  archives: false,
} as const;
const people = { closure: () => ({ users: [], groups: [] }) };
const permissions = { roles: () => undefined };
const open: SourceContent = { open: async function* () {} };

/** A packer that is told of items in shorthand, and answers with lines like `000002 content <- 000001: f1 f2`. */
class Script {
  readonly packer: Packer;
  readonly homes = new Map<string, string>();
  #itemId = 0;

  constructor(maxItems: number, maxBytes: number, archives = false) {
    const options = { target: exampleTarget, limits: { maxItems, maxBytes }, forms: { ...forms, archives } };
    this.packer = new Packer(options, people, permissions);
  }

  folder(id: string, parent = ROOT as string): this {
    this.#itemId += 1;
    const folder: PlannedFolder = { ...entry, kind: "folder", id, parentId: parent, itemId: this.#itemId };
    this.homes.set(id, this.packer.addFolder(folder, this.homes.get(parent)));
    return this;
  }

  file(id: string, size: number, parent = ROOT as string, content: SourceContent = { path: "/x" }): this {
    this.#itemId += 1;
    const file: FileEntry = { ...entry, kind: "file", id, parentId: parent, itemId: this.#itemId, size, content };
    this.packer.add(file, this.homes.get(parent));
    return this;
  }

  take(): string[] {
    return this.packer.take().map(({ plan: { name, kind, dependsOn, items } }) => {
      const needs = dependsOn.length === 0 ? "" : ` <- ${dependsOn.join(" ")}`;
      return `${name} ${kind}${needs}: ${items.map(({ id }) => id).join(" ")}`;
    });
  }

  end(): string[] {
    this.packer.end();
    return this.take();
  }
}

describe("Packer", () => {
  test("makes one package of folders and files that fit one", () => {
    const script = new Script(4, 100).folder("d1").file("f1", 60, "d1").folder("d2", "d1").file("f2", 40, "d2");
    expect(script.take()).toEqual([]);
    expect(script.end()).toEqual(["000001 content: d1 f1 d2 f2"]);
  });

  test("makes a structure package where there are folders only, and none where there is nothing", () => {
    expect(new Script(4, 100).folder("d1").end()).toEqual(["000001 structure: d1"]);
    expect(new Script(4, 100).end()).toEqual([]);
  });

  test("parts folders from files as soon as one package does not hold them", () => {
    const script = new Script(3, 100).folder("d1").file("f1", 1, "d1").file("f2", 1);
    expect(script.take()).toEqual([]);
    expect(script.folder("d2").end()).toEqual(["000001 structure: d1 d2", "000002 content <- 000001: f1 f2"]);
  });

  test("parts them for bytes too, and keeps the root's files free of dependencies", () => {
    expect(new Script(9, 100).folder("d1").file("f1", 60).file("f2", 41, "d1").end()).toEqual([
      "000002 content: f1",
      "000001 structure: d1",
      "000003 content <- 000001: f2",
    ]);
  });

  test("keeps files without folders in content packages from the first on", () => {
    const script = new Script(2, 100).file("f1", 1).file("f2", 1);
    expect(script.take()).toEqual([]);
    expect(script.file("f3", 1).take()).toEqual(["000001 content: f1 f2"]);
    expect(script.folder("d1").file("f4", 1, "d1").take()).toEqual(["000002 content <- 000003: f3 f4"]);
    expect(script.end()).toEqual(["000003 structure: d1"]);
  });

  test("puts a file that is larger than a package alone and leaves the open package open", () => {
    const script = new Script(3, 100).folder("d1").file("big", 101, "d1");
    expect(script.take()).toEqual(["000002 content <- 000001: big"]);
    script.file("f1", 1).file("huge", 500).file("f2", 99);
    expect(script.take()).toEqual(["000004 content: huge", "000003 content: f1 f2"]);
    expect(script.end()).toEqual(["000001 structure: d1"]);
  });

  test("leaves a larger file alone where it comes first, and even beside an empty one", () => {
    const script = new Script(3, 100).file("big", 101).file("empty", 0);
    expect(script.take()).toEqual(["000001 content: big"]);
    expect(script.end()).toEqual(["000002 content: empty"]);
    expect(new Script(3, 100).file("big", 101).end()).toEqual(["000001 content: big"]);
  });

  test("lets structure packages depend on those that hold the folders above", () => {
    const script = new Script(2, 100)
      .folder("d1")
      .folder("d2", "d1")
      .folder("d3", "d2")
      .folder("d4", "d3")
      .folder("d5", "d2");
    expect(script.take()).toEqual(["000001 structure: d1 d2", "000002 structure <- 000001: d3 d4"]);
    expect(script.file("f1", 1, "d4").file("f2", 1, "d5").take()).toEqual(["000004 content <- 000002 000003: f1 f2"]);
    expect(script.end()).toEqual(["000003 structure <- 000001: d5"]);
  });

  test("keeps blob names and handles when folders are parted from files", () => {
    const script = new Script(3, 100).file("f1", 1, ROOT, open).folder("d1").file("f2", 1, ROOT, open).folder("d2");
    script.packer.end();
    const [structure, content] = script.packer.take();
    expect(structure).toMatchObject({ plan: { portable: true, bytes: 0 }, local: new Map() });
    expect(content?.plan).toMatchObject({
      portable: false,
      bytes: 2,
      items: [
        { blob: "00000001.dat", content: { kind: "local", handle: 1 } },
        { blob: "00000002.dat", content: { kind: "local", handle: 2 } },
      ],
    });
    expect([...(content?.local.keys() ?? [])]).toEqual([1, 2]);
  });

  test("leaves the target's existing folders out of plans", () => {
    const target = { ...exampleTarget, existingFolders: { a: ROOT } };
    const packer = new Packer({ target, limits: { maxItems: 1, maxBytes: 1 }, forms }, people, permissions);
    packer.addFolder({ ...entry, kind: "folder", id: ROOT, parentId: ROOT, itemId: 1 }, undefined);
    packer.end();
    expect(packer.take()[0]?.plan.target).toEqual(exampleTarget);
  });
});
