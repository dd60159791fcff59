import { readFileSync } from "node:fs";
import { join } from "node:path";
import { exampleTarget, specFolder, specIsMissing } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import type { PackagePlan, PlannedFile, PlannedFolder, PlannedItem, SealedBlob, Target } from "../model/index.ts";
import { type ManifestObject, readManifest } from "./manifest.ts";
import { countPackageObjects, packageObjects } from "./package-objects.ts";

function planOf(items: readonly PlannedItem[], target: Target = exampleTarget): PackagePlan {
  const base = { schemaVersion: 1, name: "000001", kind: "content", dependsOn: [], portable: true, bytes: 0 } as const;
  return { ...base, target, items };
}

type Times = readonly [created: string, modified: string];

function folder(
  path: string,
  ids: readonly [string, string, number],
  parentId: string,
  [created, modified]: Times,
): PlannedFolder {
  const [id, listItemId, itemId] = ids;
  const names = path.split("/");
  return { kind: "folder", source: names, path: names, id, listItemId, itemId, parentId, created, modified };
}

function file(
  path: string,
  ids: readonly [string, string, number],
  parentId: string,
  times: Times,
  blob: string,
): PlannedFile {
  const content = { kind: "path", path: `/source/${path}` } as const;
  return { ...folder(path, ids, parentId, times), kind: "file", size: 1, content, blob };
}

const root = exampleTarget.rootFolderId;
const projects = "5f510440-5689-5a95-a29c-ba1fb232de2d";
const year = "a44d2e88-4f67-5c50-a2e0-25e8d87df2d2";
const odd = "74ef622c-93fb-5b54-ac31-08fd5678b2ac";

/** The worked example of the specification, as plans. */
const structure: readonly PlannedFolder[] = [
  folder("Projects", [projects, "7263d305-75ae-5cc3-a373-fdd990e736a4", 1], root, [
    "2023-05-01T06:00:00Z",
    "2024-03-12T10:45:00Z",
  ]),
  folder("Projects/2024", [year, "b7779cca-30d1-5141-a251-0ec37176b6e3", 2], projects, [
    "2024-01-02T07:15:00Z",
    "2024-03-12T10:45:00Z",
  ]),
  folder("Projects/2024/R&D #1 100%", [odd, "e3bce64b-7d63-599a-8c10-168173e66f4f", 3], year, [
    "2024-01-05T12:00:00Z",
    "2024-02-20T16:20:00Z",
  ]),
];
const content: readonly PlannedFile[] = [
  file(
    "Projects/2024/plan.txt",
    ["2cf8e7c1-a37d-5afb-ace0-49e8268c5de8", "f94a2a43-3b20-5b2d-8a32-f92cfbef19dc", 4],
    year,
    ["2024-01-10T08:00:00Z", "2024-03-12T10:45:00Z"],
    "00000003.dat",
  ),
  file(
    "Projects/2024/R&D #1 100%/notes.md",
    ["435dff3b-8f16-5f4a-9fda-96b015ae50b4", "d8d96119-6122-50ab-8004-f611df282345", 5],
    odd,
    ["2024-01-06T12:30:00Z", "2024-02-20T16:20:00Z"],
    "00000004.dat",
  ),
  file(
    "empty.bin",
    ["bc7867d7-1826-5822-ba35-99d4ddf2c9c2", "f5367939-158d-5166-8c0f-1d0073d5d596", 6],
    root,
    ["2022-12-31T23:59:59Z", "2022-12-31T23:59:59Z"],
    "00000005.dat",
  ),
];
const blobs: Readonly<Record<string, SealedBlob>> = {
  "00000003.dat": {
    name: "00000003.dat",
    size: 15,
    storedSize: 16,
    iv: "MDEyMzQ1Njc4OTo7PD0+Pw==",
    md5: "Tig6/euyRKlCKfMGXKe1nA==",
    quickXorHash: "cGBDGNwAAjvMgAUgP0Ma3BAGNig=",
  },
  "00000004.dat": {
    name: "00000004.dat",
    size: 8,
    storedSize: 16,
    iv: "QEFCQ0RFRkdISUpLTE1OTw==",
    md5: "BZndpSqGYZV45+T/2cZnkA==",
    quickXorHash: "IwCBE95AhzLMQQEACAAAAAAAAAA=",
  },
  "00000005.dat": {
    name: "00000005.dat",
    size: 0,
    storedSize: 16,
    iv: "UFFSU1RVVldYWVpbXF1eXw==",
    md5: "YgGvGykGOn9jFrxhM78aKQ==",
    quickXorHash: "AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
  },
};
const sealed = (planned: PlannedFile): SealedBlob | undefined => blobs[planned.blob];

async function sample(name: string): Promise<ManifestObject[]> {
  const objects: ManifestObject[] = [];
  const bytes = readFileSync(join(specFolder, "xsd/samples", name, "Manifest.xml"));
  for await (const object of readManifest([bytes])) objects.push(object);
  return objects;
}

/** Without what this release's plans have no place for: people, columns, versions and comments on them. */
function expressible(object: ManifestObject): unknown {
  const without = <T extends object>(element: T | undefined, version: boolean): unknown => {
    const { Author, ModifiedBy, Fields, Versions, CheckinComment, Version, ...rest } = element as Record<
      string,
      unknown
    >;
    return version ? { ...rest, Version } : rest;
  };
  if (object.ObjectType === "SPFile") return { ...object, File: without(object.File, !object.File?.Versions) };
  if (object.ObjectType === "SPListItem")
    return { ...object, ListItem: without(object.ListItem, !object.ListItem?.Versions) };
  return object;
}

describe.skipIf(specIsMissing)("packageObjects() on the worked example (skipped where ../shared is missing)", () => {
  it("gives the folders of valid-structure, attribute by attribute", async () => {
    const objects = [...packageObjects({ plan: planOf(structure), sealed, userId: "1" })];
    expect(objects.map(expressible)).toEqual((await sample("valid-structure")).map(expressible));
  });

  it("gives the files of valid-content, attribute by attribute, but for versions", async () => {
    const objects = [...packageObjects({ plan: planOf(content), sealed, userId: "1" })];
    const expected = (await sample("valid-content")).filter(({ ObjectType }) => !ObjectType.startsWith("Deployment"));
    const [plan, planItem] = objects;
    expect(plan).toMatchObject({ File: { Version: "1.0" } });
    expect(planItem).toMatchObject({ ListItem: { Version: "1.0" } });
    const comparable = objects.map((object, index) => {
      const given = expressible(object) as { File?: { Version?: string }; ListItem?: { Version?: string } };
      if (index > 1) return given;
      const { Version: _, ...rest } = (given.File ?? given.ListItem) as { Version?: string };
      return given.File === undefined ? { ...given, ListItem: rest } : { ...given, File: rest };
    });
    expect(comparable).toEqual(expected.map(expressible));
  });
});

describe("packageObjects()", () => {
  const [notes, notesItem] = [...packageObjects({ plan: planOf(content.slice(1, 2)), sealed, userId: "7" })];

  it("writes each URL in its form, unencoded", () => {
    expect(notes).toMatchObject({
      Url: "/sites/archive/Shared Documents/Projects/2024/R&D #1 100%/notes.md",
      File: { Url: "Shared Documents/Projects/2024/R&D #1 100%/notes.md" },
    });
    expect(notesItem).toMatchObject({
      ListItem: {
        FileUrl: "Shared Documents/Projects/2024/R&D #1 100%/notes.md",
        DirName: "sites/archive/Shared Documents/Projects/2024/R&D #1 100%",
      },
    });
  });

  it("writes URLs of a root web without its slash, except as the web's own", () => {
    const target: Target = { ...exampleTarget, siteUrl: "https://contoso.sharepoint.com", webUrl: "/" };
    const [empty, emptyItem] = [...packageObjects({ plan: planOf(content.slice(2), target), sealed, userId: "1" })];
    expect(empty).toMatchObject({ ParentWebUrl: "/", Url: "/Shared Documents/empty.bin" });
    expect(empty).toMatchObject({ File: { Url: "Shared Documents/empty.bin", ParentWebUrl: "/" } });
    expect(emptyItem).toMatchObject({
      ListItem: { DirName: "Shared Documents", FileUrl: "Shared Documents/empty.bin" },
    });
  });

  it("joins file and item by DocId, integer id and list", () => {
    expect(notesItem).toMatchObject({
      ParentId: exampleTarget.listId,
      ListItem: { DocId: notes?.Id, IntId: 5, Order: 500, ContentTypeId: "0x0101", Author: "7", ModifiedBy: "7" },
    });
    expect(notes).toMatchObject({ ParentId: odd, File: { ListItemIntId: 5, Author: "7", ModifiedBy: "7" } });
  });

  it("leaves out files that were not sealed, both objects of them", () => {
    const input = {
      plan: planOf([...structure, ...content]),
      sealed: (planned: PlannedFile) => (planned.itemId === 5 ? undefined : sealed(planned)),
      userId: "1",
    };
    const ids = [...packageObjects(input)].map(({ Id }) => Id);
    expect(ids).toHaveLength(10);
    expect(ids).not.toContain(notes?.Id);
    expect(ids).not.toContain(notesItem?.Id);
    expect(countPackageObjects(input)).toBe(10);
  });

  it("takes the modification time of the bytes that were read, within what SharePoint's dates hold", () => {
    const times = (modified: string): unknown[] =>
      [
        ...packageObjects({
          plan: planOf(content.slice(2)),
          sealed: () => ({ ...(blobs["00000005.dat"] as SealedBlob), modified }),
          userId: "1",
        }),
      ].map((object) =>
        object.ObjectType === "SPFile"
          ? object.File?.TimeLastModified
          : object.ObjectType === "SPListItem" && object.ListItem?.TimeLastModified,
      );
    expect(times("2025-01-02T03:04:05Z")).toEqual(["2025-01-02T03:04:05", "2025-01-02T03:04:05"]);
    expect(times("1601-01-01T00:00:00Z")[0]).toBe("1900-01-01T00:00:00");
    expect(times("-000001-01-01T00:00:00Z")[0]).toBe("1900-01-01T00:00:00");
    expect(times("+010000-01-01T00:00:00Z")[0]).toBe("9999-12-31T23:59:59");
  });

  it("writes neither versions nor an IV", () => {
    expect(notes).not.toHaveProperty("File.Versions");
    expect(notes).not.toHaveProperty("File.InitializationVector");
  });
});
