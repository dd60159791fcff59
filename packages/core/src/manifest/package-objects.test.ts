import { readFileSync } from "node:fs";
import { join } from "node:path";
import { exampleTarget, specFolder, specIsMissing } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import type {
  PackagePlan,
  PlannedField,
  PlannedFile,
  PlannedFolder,
  PlannedItem,
  PlannedListItem,
  PlannedScope,
  SealedBlob,
  Target,
} from "../model/index.ts";
import type { ResolvedManifestForms } from "./forms.ts";
import { type ManifestObject, readManifest } from "./manifest.ts";
import { type PackageObjectsInput, packageObjects } from "./package-objects.ts";
import { WrittenFacts } from "./written-facts.ts";

const forms: ResolvedManifestForms = {
  outerFileValue: true,
  versionIds: "same",
  attachmentUrl: "webRelative",
  manifestBytes: 25_000_000,
};

const planBase = {
  schemaVersion: 2,
  name: "000001",
  kind: "content",
  dependsOn: [],
  portable: true,
  entries: 0,
  bytes: 0,
  users: [],
  groups: [],
} as const;

function planOf(items: readonly PlannedItem[], target: Target = exampleTarget): PackagePlan {
  return { ...planBase, target, items };
}

function objectsOf(input: Partial<PackageObjectsInput> & Pick<PackageObjectsInput, "plan">): ManifestObject[] {
  return [...packageObjects({ sealed, forms, ...input }, new WrittenFacts())];
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
  const base = { kind: "folder", author: 1, modifiedBy: 1, version: "1.0" } as const;
  return { ...base, source: names, path: names, id, listItemId, itemId, parentId, created, modified };
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
const title = (value: string): PlannedField[] => [
  { name: "Title", value, type: "Text", fieldId: "fa564e0f-0c70-4ab9-b863-0177e6ddd247" },
];
const projectsFolder: PlannedFolder = {
  ...folder("Projects", [projects, "7263d305-75ae-5cc3-a373-fdd990e736a4", 1], root, [
    "2023-05-01T06:00:00Z",
    "2024-03-12T10:45:00Z",
  ]),
  modifiedBy: 2,
  fields: title("Projects, all years"),
};
const structure: readonly PlannedFolder[] = [
  projectsFolder,
  folder("Projects/2024", [year, "b7779cca-30d1-5141-a251-0ec37176b6e3", 2], projects, [
    "2024-01-02T07:15:00Z",
    "2024-03-12T10:45:00Z",
  ]),
  {
    ...folder("Projects/2024/R&D #1 100%", [odd, "e3bce64b-7d63-599a-8c10-168173e66f4f", 3], year, [
      "2024-01-05T12:00:00Z",
      "2024-02-20T16:20:00Z",
    ]),
    author: 2,
  },
];
const older = { size: 1, content: { kind: "path", path: "/source" }, author: 1 } as const;
const planFile: PlannedFile = {
  ...file(
    "Projects/2024/plan.txt",
    ["2cf8e7c1-a37d-5afb-ace0-49e8268c5de8", "f94a2a43-3b20-5b2d-8a32-f92cfbef19dc", 4],
    year,
    ["2024-01-10T08:00:00Z", "2024-03-12T10:45:00Z"],
    "00000003.dat",
  ),
  version: "3.0",
  checkinComment: "final",
  fields: title("Plan"),
  versions: [
    {
      ...older,
      blob: "00000001.dat",
      version: "1.0",
      modified: "2024-01-10T08:00:00Z",
      modifiedBy: 1,
      checkinComment: "first",
      fields: title("Plan (draft)"),
    },
    {
      ...older,
      blob: "00000002.dat",
      version: "2.0",
      modified: "2024-02-11T09:30:00Z",
      modifiedBy: 2,
      checkinComment: "after review",
      fields: title("Plan (reviewed)"),
    },
  ],
};
const notesFile: PlannedFile = {
  ...file(
    "Projects/2024/R&D #1 100%/notes.md",
    ["435dff3b-8f16-5f4a-9fda-96b015ae50b4", "d8d96119-6122-50ab-8004-f611df282345", 5],
    odd,
    ["2024-01-06T12:30:00Z", "2024-02-20T16:20:00Z"],
    "00000004.dat",
  ),
  author: 2,
};
const content: readonly PlannedFile[] = [
  planFile,
  notesFile,
  file(
    "empty.bin",
    ["bc7867d7-1826-5822-ba35-99d4ddf2c9c2", "f5367939-158d-5166-8c0f-1d0073d5d596", 6],
    root,
    ["2022-12-31T23:59:59Z", "2022-12-31T23:59:59Z"],
    "00000005.dat",
  ),
];
const scope: PlannedScope = {
  id: "510b99df-95cc-5474-98e4-603a7afcbbee",
  objectId: notesFile.id,
  objectType: "item",
  path: notesFile.path,
  assignments: [
    { roleId: 1073741827, principalId: 1 },
    { roleId: 1073741826, principalId: 3 },
  ],
};
const roles = [
  { id: 1073741826, title: "Read", permMask: "756052856929", hidden: false, order: 128, type: 2 },
  { id: 1073741827, title: "Contribute", permMask: "1856436900591", hidden: false, order: 64, type: 3 },
];
const blobs: Readonly<Record<string, SealedBlob>> = {
  "00000001.dat": {
    name: "00000001.dat",
    size: 8,
    storedSize: 16,
    iv: "EBESExQVFhcYGRobHB0eHw==",
    md5: "IVJCRr6YV3l3d9cwyotRgQ==",
    quickXorHash: "cGBDGNwAAjvEQAEACAAAAAAAAAA=",
  },
  "00000002.dat": {
    name: "00000002.dat",
    size: 16,
    storedSize: 32,
    iv: "ICEiIyQlJicoKSorLC0uLw==",
    md5: "ier+PlQ76/M03c5cRbCOOQ==",
    quickXorHash: "MWFDGNwAAjvIgAUgcMMb3HCGMsg=",
  },
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
const sealed = (blob: string): SealedBlob | undefined => blobs[blob];

async function sample(name: string): Promise<ManifestObject[]> {
  const objects: ManifestObject[] = [];
  const bytes = readFileSync(join(specFolder, "xsd/samples", name, "Manifest.xml"));
  for await (const object of readManifest([bytes])) objects.push(object);
  return objects;
}

describe.skipIf(specIsMissing)("packageObjects() on the worked example (skipped where ../shared is missing)", () => {
  it("gives the folders of valid-structure, attribute by attribute", async () => {
    expect(objectsOf({ plan: planOf(structure) })).toEqual(await sample("valid-structure"));
  });

  it("gives versions, people, columns, roles and permissions of valid-content, attribute by attribute", async () => {
    const objects = objectsOf({ plan: { ...planOf(content), scopes: [scope], roles } });
    const withoutOwnIds = (object: ManifestObject) =>
      object.ObjectType.startsWith("D") ? { ...object, Id: "" } : object;
    expect(objects.map(withoutOwnIds)).toEqual((await sample("valid-content")).map(withoutOwnIds));
  });
});

const items = (objects: readonly ManifestObject[]) =>
  objects.flatMap((object) => (object.ObjectType === "SPListItem" ? (object.ListItem ?? []) : []));
const files = (objects: readonly ManifestObject[]) =>
  objects.flatMap((object) => (object.ObjectType === "SPFile" ? (object.File ?? []) : []));

describe("packageObjects()", () => {
  const [notes, notesItem] = objectsOf({ plan: planOf([notesFile]) });

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
    const listScope: PlannedScope = { ...scope, objectId: target.listId, objectType: "list", path: [] };
    const plan = { ...planOf(content.slice(2), target), scopes: [listScope] };
    const [empty, emptyItem, assignments] = objectsOf({ plan });
    expect(empty).toMatchObject({ ParentWebUrl: "/", Url: "/Shared Documents/empty.bin" });
    expect(empty).toMatchObject({ File: { Url: "Shared Documents/empty.bin", ParentWebUrl: "/" } });
    expect(emptyItem).toMatchObject({
      ListItem: { DirName: "Shared Documents", FileUrl: "Shared Documents/empty.bin" },
    });
    expect(assignments).toMatchObject({
      RoleAssignments: {
        RoleAssignment: [
          { ObjectType: "1", ObjectId: target.listId, ObjectUrl: "Shared Documents", RoleDefWebUrl: "" },
        ],
      },
    });
  });

  it("joins file and item by DocId, integer id and list", () => {
    expect(notesItem).toMatchObject({
      ParentId: exampleTarget.listId,
      ListItem: { DocId: notes?.Id, IntId: 5, Order: 500, ContentTypeId: "0x0101", Author: "2", ModifiedBy: "1" },
    });
    expect(notes).toMatchObject({ ParentId: odd, File: { ListItemIntId: 5, Author: "2", ModifiedBy: "1" } });
  });

  it("leaves out files of which some version was not sealed, with both objects and the scope", () => {
    const plan = { ...planOf([...structure, ...content]), scopes: [scope], roles };
    const without = (missing: string): ManifestObject[] =>
      objectsOf({ plan, sealed: (blob) => (blob === missing ? undefined : sealed(blob)) });
    expect(without("00000004.dat")).toHaveLength(10);
    expect(without("00000004.dat").map(({ Id }) => Id)).not.toContain(notesFile.listItemId);
    expect(without("00000002.dat").map(({ Id }) => Id)).not.toContain(planFile.id);
    expect(without("00000002.dat").at(-1)).toMatchObject({ ObjectType: "DeploymentRoleAssignments" });
  });

  it("notes what it writes", () => {
    const facts = new WrittenFacts();
    const input = { plan: { ...planOf(content), scopes: [scope], roles }, sealed, forms };
    const objects = [...packageObjects(input, facts)];
    expect(facts).toMatchObject({ objects: objects.length, versions: true, scopes: true });
    expect([...facts.principals].sort()).toEqual([1, 2, 3]);
    const bare = new WrittenFacts();
    for (const _ of packageObjects({ ...input, sealed: () => undefined }, bare));
    expect(bare).toMatchObject({ objects: 0, versions: false, scopes: false, principals: new Set() });
  });

  it("takes the modification time of the bytes that were read where they are all that a file has", () => {
    const touched = (blob: string): SealedBlob => ({
      ...(sealed(blob) as SealedBlob),
      modified: "2025-01-02T03:04:05Z",
    });
    const times = (file: PlannedFile): unknown[] => {
      const objects = objectsOf({ plan: planOf([file]), sealed: touched });
      return [...files(objects), ...items(objects)].map(({ TimeLastModified }) => TimeLastModified);
    };
    expect(times(notesFile)).toEqual(["2025-01-02T03:04:05", "2025-01-02T03:04:05"]);
    expect(times(planFile)).toEqual(["2024-03-12T10:45:00", "2024-03-12T10:45:00"]);
  });

  it("writes neither versions nor an IV for files of one version", () => {
    for (const versions of [undefined, []]) {
      const file: PlannedFile = { ...notesFile, ...(versions && { versions }) };
      const objects = objectsOf({ plan: planOf([file]), forms: { ...forms, outerFileValue: false } });
      expect(objects).toEqual([notes, notesItem]);
    }
    expect(notes).not.toHaveProperty("File.Versions");
    expect(notes).not.toHaveProperty("File.InitializationVector");
  });

  it("names the current bytes in the versions only, where the form says so", () => {
    const [file] = files(objectsOf({ plan: planOf([planFile]), forms: { ...forms, outerFileValue: false } }));
    expect(file).not.toHaveProperty("FileValue");
    expect(file).not.toHaveProperty("MD5Hash");
    expect(file?.Versions?.map(({ FileValue }) => FileValue)).toEqual(["00000001.dat", "00000002.dat", "00000003.dat"]);
  });

  it("gives each version an id of its own, always the same, where the form says so", () => {
    const distinct = () => objectsOf({ plan: planOf([planFile]), forms: { ...forms, versionIds: "distinct" } });
    const [file] = files(distinct());
    const [item] = items(distinct());
    expect([file?.Id, item?.Id, item?.DocId]).toEqual([planFile.id, planFile.listItemId, planFile.id]);
    const ids = [...(file?.Versions ?? []), ...(item?.Versions ?? [])].map(({ Id }) => Id);
    expect(new Set([...ids, file?.Id, item?.Id]).size).toBe(8);
    expect(distinct()).toEqual(distinct());
  });

  it("writes no MD5 for a member of an archive", () => {
    const objects = objectsOf({
      plan: planOf([notesFile]),
      sealed: () => ({ ...(sealed("00000004.dat") as SealedBlob), md5: "" }),
    });
    expect(files(objects)[0]).toMatchObject({ FileValue: "00000004.dat", FileSize: 8, Checksum: expect.any(String) });
    expect(files(objects)[0]).not.toHaveProperty("MD5Hash");
  });

  it("writes a list item alone, with its attachments", () => {
    const listTarget: Target = { ...exampleTarget, listUrl: "Lists/Tasks", baseTemplate: "100" };
    const { size, content: where } = older;
    const item: PlannedListItem = {
      ...projectsFolder,
      kind: "item",
      path: ["Sub", "7_.000"],
      itemId: 7,
      attachments: [
        {
          name: "a & b.txt",
          id: "00000000-0000-5000-a000-000000000001",
          size,
          content: where,
          blob: "00000004.dat",
          author: 4,
          modifiedBy: 5,
          created: "2024-01-02T03:04:05Z",
          modified: "2024-01-02T03:04:06Z",
        },
      ],
    };
    const plan = planOf([item], listTarget);
    const objects = objectsOf({ plan });
    expect(objects).toHaveLength(1);
    expect(items(objects)[0]).toMatchObject({
      DocType: "File",
      Name: "7_.000",
      DirName: "sites/archive/Lists/Tasks/Sub",
      FileUrl: "Lists/Tasks/Sub/7_.000",
      ContentTypeId: "0x01",
    });
    const attachment = {
      Name: "a & b.txt",
      DirName: "sites/archive/Lists/Tasks/Attachments/7",
      Url: "Lists/Tasks/Attachments/7/a & b.txt",
      Id: "00000000-0000-5000-a000-000000000001",
      ParentWebId: exampleTarget.webId,
      FileValue: "00000004.dat",
      Author: "4",
      ModifiedBy: "5",
      TimeCreated: "2024-01-02T03:04:05",
      TimeLastModified: "2024-01-02T03:04:06",
    };
    expect(items(objects)[0]?.Attachments).toEqual([attachment]);
    const serverRelative = objectsOf({ plan, forms: { ...forms, attachmentUrl: "serverRelative" } });
    const Url = "/sites/archive/Lists/Tasks/Attachments/7/a & b.txt";
    expect(items(serverRelative)[0]?.Attachments).toEqual([{ ...attachment, Url }]);
    expect(objectsOf({ plan, sealed: () => undefined })).toEqual([]);
  });

  it("writes approval, content type, comments and sharing on the list item", () => {
    const folder: PlannedFolder = {
      ...projectsFolder,
      contentTypeId: "0x0120D520",
      moderation: { status: "Draft", comment: "not yet" },
      progId: "OneNote.Notebook",
      comments: [
        { id: "1", text: "Grüße", author: 2, created: "2024-01-02T03:04:05.006Z", uiVersion: 512 },
        { id: "2", parentId: "1", text: "", author: 3, created: "2024-01-02T03:04:05.006Z" },
      ],
      sharing: [{ time: "2024-01-02T03:04:05.006Z", initiator: 2, sharedBy: 3, sharedWith: [4, 5] }],
    };
    const objects = objectsOf({ plan: planOf([folder]) });
    expect(objects[0]).toMatchObject({ Folder: { ProgId: "OneNote.Notebook" } });
    expect(items(objects)[0]).toMatchObject({
      ContentTypeId: "0x0120D520",
      ModerationStatus: "Draft",
      ModerationComment: "not yet",
      Comments: [
        {
          Id: "1",
          Text: "R3LDvMOfZQ==",
          ParentId: "0",
          UserId: "2",
          Created: "2024-01-02T03:04:05.006Z",
          UIVersion: "512",
        },
        { Id: "2", Text: "", ParentId: "1", UserId: "3" },
      ],
      SharedWithEvents: [
        {
          SharedTime: "2024-01-02T03:04:05.0060000Z",
          SharingInitiatorId: "2",
          SharedById: "3",
          SharedWithMembers: [{ SharedWithId: "4" }, { SharedWithId: "5" }],
        },
      ],
    });
  });

  it("writes deletions as one object without a child", () => {
    const common = { kind: "deletion", source: [], path: ["a"], id: "1-1", listItemId: "2-2" } as const;
    const { webId, webUrl, listId } = exampleTarget;
    const rest = {
      ParentWebId: webId,
      ParentWebUrl: webUrl,
      Url: "/sites/archive/Shared Documents/a",
      IsDeleted: true,
    };
    expect(
      objectsOf({
        plan: planOf([
          { ...common, of: "file", parentId: odd },
          { ...common, of: "folder" },
          { ...common, of: "item", parentId: odd },
        ]),
      }),
    ).toEqual([
      { Id: "1-1", ObjectType: "SPFile", ParentId: odd, ...rest },
      { Id: "1-1", ObjectType: "SPFolder", ...rest },
      { Id: "2-2", ObjectType: "SPListItem", ParentId: listId, ...rest },
    ]);
  });

  it("defines only the roles that written scopes name, and none where the plan has none", () => {
    const one: PlannedScope = { ...scope, assignments: [{ roleId: 1073741826, principalId: 1 }] };
    const plan = { ...planOf([notesFile]), scopes: [one] };
    const typesOf = (objects: readonly ManifestObject[]) => objects.slice(2).map(({ ObjectType }) => ObjectType);
    const both = objectsOf({ plan: { ...plan, roles } });
    expect(both[2]).toMatchObject({ Roles: { Role: [{ Title: "Read" }] } });
    expect(both[2]).not.toHaveProperty("Roles.Role.1");
    expect(typesOf(both)).toEqual(["DeploymentRoles", "DeploymentRoleAssignments"]);
    expect(typesOf(objectsOf({ plan }))).toEqual(["DeploymentRoleAssignments"]);
    expect(both[2]?.Id).not.toBe(both[3]?.Id);
    expect(objectsOf({ plan: { ...plan, name: "000002" } })[2]?.Id).not.toBe(both[3]?.Id);
  });

  it("passes links and event receivers on: a file's on the file, others' on the list item", () => {
    const links = [{ name: "Link", attributes: { TargetId: "1", TargetUrl: "/a", IsDirty: "false" }, children: [] }];
    const webParts = [{ name: "WebPart", attributes: { ID: "1" }, children: [] }];
    const versionEvents = [{ name: "VersionEvent", attributes: { Id: "1" }, children: [] }];
    const objects = objectsOf({
      plan: planOf([
        { ...projectsFolder, links },
        { ...notesFile, links, webParts, versionEvents },
      ]),
    });
    expect(items(objects).map(({ Links }) => Links?.length)).toEqual([1, undefined]);
    expect(files(objects)[0]).toMatchObject({
      Links: [{ TargetId: "1", IsDirty: false }],
      WebParts: [{ name: "WebPart" }],
      VersionEvents: [{ Id: 1 }],
    });
  });
});
