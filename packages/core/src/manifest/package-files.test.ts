import { readFileSync } from "node:fs";
import { join } from "node:path";
import { canonicalXml, exampleTarget, schemaOf, specFolder, specIsMissing, validateXsd } from "@primepack/test-support";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type {
  PackagePlan,
  PlannedFile,
  PlannedFolder,
  PlannedItem,
  PlannedListItem,
  PlannedUser,
  SealedBlob,
  SerializedElement,
  Target,
} from "../model/index.ts";
import { readArchivedFiles } from "./archived-files.ts";
import type { ResolvedManifestForms } from "./forms.ts";
import { type ManifestObject, readManifest } from "./manifest.ts";
import { type PackageFilesInput, packageFiles } from "./package-files.ts";
import { packageObjects } from "./package-objects.ts";
import { readSystemData } from "./system-data.ts";
import { readUserGroupMap } from "./user-group.ts";
import { WrittenFacts } from "./written-facts.ts";

const forms: ResolvedManifestForms = {
  outerFileValue: true,
  versionIds: "same",
  attachmentUrl: "webRelative",
  manifestBytes: 25_000_000,
};
const ids = (number: number): Pick<PlannedFolder, "id" | "listItemId" | "itemId"> => ({
  id: `00000000-0000-5000-8000-${String(number).padStart(12, "0")}`,
  listItemId: `00000000-0000-5000-9000-${String(number).padStart(12, "0")}`,
  itemId: number,
});
const details = {
  author: 1,
  modifiedBy: 1,
  version: "1.0",
  created: "2024-01-02T03:04:05Z",
  modified: "2024-02-03T04:05:06Z",
} as const;

function folder(number: number, path: readonly string[], parentId: string): PlannedFolder {
  return { kind: "folder", source: path, path, ...ids(number), parentId, ...details };
}

const content = { kind: "local", handle: 0 } as const;

function file(number: number, path: readonly string[], parentId: string): PlannedFile {
  return { ...folder(number, path, parentId), kind: "file", size: 3, content, blob: `${number}.dat` };
}

const users: readonly PlannedUser[] = [
  { id: 1, name: "System Account", login: "SHAREPOINT\\system", systemId: "U0hBUkVQT0lOVFxzeXN0ZW0=" },
  { id: 2, name: "Ana", login: "i:0#.f|membership|ana@contoso.com", email: "ana@contoso.com", systemId: "AA==" },
  { id: 3, name: "Ben", login: "i:0#.f|membership|ben@contoso.com", systemId: "AA==", isDeleted: true },
  { id: 4, name: "Nobody's", login: "i:0#.f|membership|nobody@contoso.com", systemId: "AA==" },
];

function planOf(items: PackagePlan["items"], target: Target = exampleTarget): PackagePlan {
  const base = { schemaVersion: 2, name: "000001", kind: "content", dependsOn: [], portable: false } as const;
  return { ...base, target, items, users, groups: [], entries: items.length, bytes: 3 };
}

const sealed = (blob: string): SealedBlob => ({
  name: blob,
  size: 3,
  storedSize: 16,
  iv: "AAAAAAAAAAAAAAAAAAAAAA==",
  md5: "kAFQmDzST7DWlj99KOF/cg==",
  quickXorHash: "YRDDGAAAAAAAAAAAAwAAAAAAAAA=",
});

const { rootFolderId: root } = exampleTarget;
const items = [folder(1, ["R&D"], root), file(2, ["R&D", 'say "hi" <1>.txt'], ids(1).id)];
const input: PackageFilesInput = { plan: planOf(items), sealed, sourceType: "FileShare", forms };

function bytesOf(given: PackageFilesInput): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const { name, chunks } of packageFiles(given)) files.set(name, Buffer.concat([...chunks]));
  return files;
}

function textsOf(given: PackageFilesInput): Map<string, string> {
  return new Map([...bytesOf(given)].map(([name, bytes]) => [name, bytes.toString("utf8")]));
}

async function objectsOf(bytes: Uint8Array): Promise<ManifestObject[]> {
  const objects: ManifestObject[] = [];
  for await (const object of readManifest([bytes])) objects.push(object);
  return objects;
}

const manifest = `<?xml version="1.0" encoding="utf-8"?>
<SPObjects xmlns="urn:deployment-manifest-schema">
  <SPObject Id="00000000-0000-5000-8000-000000000001" ObjectType="SPFolder" ParentId="c3333333-0000-4000-8000-000000000003" ParentWebId="a1111111-0000-4000-8000-000000000001" ParentWebUrl="/sites/archive" Url="/sites/archive/Shared Documents/R&amp;D">
    <Folder Id="00000000-0000-5000-8000-000000000001" Url="Shared Documents/R&amp;D" Name="R&amp;D" ParentFolderId="c3333333-0000-4000-8000-000000000003" ParentWebId="a1111111-0000-4000-8000-000000000001" ParentWebUrl="/sites/archive" ContainingDocumentLibrary="b2222222-0000-4000-8000-000000000002" ListItemIntId="1" TimeCreated="2024-01-02T03:04:05" TimeLastModified="2024-02-03T04:05:06" SortBehavior="1"/>
  </SPObject>
  <SPObject Id="00000000-0000-5000-9000-000000000001" ObjectType="SPListItem" ParentId="b2222222-0000-4000-8000-000000000002" ParentWebId="a1111111-0000-4000-8000-000000000001" ParentWebUrl="/sites/archive" Url="/sites/archive/Shared Documents/R&amp;D">
    <ListItem FileUrl="Shared Documents/R&amp;D" DocType="Folder" ParentFolderId="c3333333-0000-4000-8000-000000000003" Order="100" Id="00000000-0000-5000-9000-000000000001" ParentWebId="a1111111-0000-4000-8000-000000000001" ParentListId="b2222222-0000-4000-8000-000000000002" Name="R&amp;D" DirName="sites/archive/Shared Documents" IntId="1" DocId="00000000-0000-5000-8000-000000000001" Version="1.0" ContentTypeId="0x0120" Author="1" ModifiedBy="1" TimeCreated="2024-01-02T03:04:05" TimeLastModified="2024-02-03T04:05:06" ModerationStatus="Approved">
      <Fields/>
    </ListItem>
  </SPObject>
  <SPObject Id="00000000-0000-5000-8000-000000000002" ObjectType="SPFile" ParentId="00000000-0000-5000-8000-000000000001" ParentWebId="a1111111-0000-4000-8000-000000000001" ParentWebUrl="/sites/archive" Url="/sites/archive/Shared Documents/R&amp;D/say &quot;hi&quot; &lt;1&gt;.txt">
    <File Url="Shared Documents/R&amp;D/say &quot;hi&quot; &lt;1&gt;.txt" Id="00000000-0000-5000-8000-000000000002" ParentWebId="a1111111-0000-4000-8000-000000000001" ParentWebUrl="/sites/archive" Name="say &quot;hi&quot; &lt;1&gt;.txt" ListItemIntId="2" ListId="b2222222-0000-4000-8000-000000000002" ParentId="00000000-0000-5000-8000-000000000001" TimeCreated="2024-01-02T03:04:05" TimeLastModified="2024-02-03T04:05:06" Version="1.0" FileValue="2.dat" FileSize="3" MD5Hash="kAFQmDzST7DWlj99KOF/cg==" Checksum="YRDDGAAAAAAAAAAAAwAAAAAAAAA=" Author="1" ModifiedBy="1"/>
  </SPObject>
  <SPObject Id="00000000-0000-5000-9000-000000000002" ObjectType="SPListItem" ParentId="b2222222-0000-4000-8000-000000000002" ParentWebId="a1111111-0000-4000-8000-000000000001" ParentWebUrl="/sites/archive" Url="/sites/archive/Shared Documents/R&amp;D/say &quot;hi&quot; &lt;1&gt;.txt">
    <ListItem FileUrl="Shared Documents/R&amp;D/say &quot;hi&quot; &lt;1&gt;.txt" DocType="File" ParentFolderId="00000000-0000-5000-8000-000000000001" Order="200" Id="00000000-0000-5000-9000-000000000002" ParentWebId="a1111111-0000-4000-8000-000000000001" ParentListId="b2222222-0000-4000-8000-000000000002" Name="say &quot;hi&quot; &lt;1&gt;.txt" DirName="sites/archive/Shared Documents/R&amp;D" IntId="2" DocId="00000000-0000-5000-8000-000000000002" Version="1.0" ContentTypeId="0x0101" Author="1" ModifiedBy="1" TimeCreated="2024-01-02T03:04:05" TimeLastModified="2024-02-03T04:05:06" ModerationStatus="Approved">
      <Fields/>
    </ListItem>
  </SPObject>
</SPObjects>
`;

const userGroup = `<?xml version="1.0" encoding="utf-8"?>
<UserGroupMap xmlns="urn:deployment-usergroupmap-schema">
  <Users>
    <User Id="1" Name="System Account" Login="SHAREPOINT\\system" IsDomainGroup="false" IsSiteAdmin="false" SystemId="U0hBUkVQT0lOVFxzeXN0ZW0=" IsDeleted="false" Flags="0"/>
  </Users>
  <Groups/>
</UserGroupMap>
`;

const systemData = `<?xml version="1.0" encoding="utf-8"?>
<SystemData xmlns="urn:deployment-systemdata-schema">
  <SchemaVersion Version="15.0.0.0" Build="16.0.3111.1200" DatabaseVersion="11552" SiteVersion="15" ObjectsProcessed="4"/>
  <ManifestFiles>
    <ManifestFile Name="Manifest.xml"/>
  </ManifestFiles>
  <SystemObjects>
    <SystemObject Id="a1111111-0000-4000-8000-000000000001" Type="Web" Url="/sites/archive"/>
    <SystemObject Id="b2222222-0000-4000-8000-000000000002" Type="List" Url="/sites/archive/Shared Documents"/>
    <SystemObject Id="c3333333-0000-4000-8000-000000000003" Type="Folder" Url="/sites/archive/Shared Documents"/>
  </SystemObjects>
  <RootWebOnlyLists/>
</SystemData>
`;

const exportSettings = `<?xml version="1.0" encoding="utf-8"?>
<ExportSettings xmlns="urn:deployment-exportsettings-schema" SiteUrl="https://contoso.sharepoint.com/sites/archive" FileLocation="C:\\export" IncludeSecurity="None" IncludeVersions="CurrentVersion" ExportMethod="ExportAll" SourceType="FileShare" IgnoreWebParts="true">
  <ExportObjects>
    <DeploymentObject Id="b2222222-0000-4000-8000-000000000002" Type="List" ParentId="a1111111-0000-4000-8000-000000000001" Url="/sites/archive/Shared Documents" ExcludeChildren="false" IncludeDescendants="All"/>
  </ExportObjects>
</ExportSettings>
`;

/** Every element that packages may hold, with text that XML can't hold as it is. */
const element = (name: string, attributes: Record<string, string>): SerializedElement => ({
  name,
  attributes,
  children: [],
});
const links = [element("Link", { TargetId: ids(2).id, TargetUrl: "/sites/archive/x", IsDirty: "false" })];
const receiver = { Id: ids(9).id, Name: "R", WebId: exampleTarget.webId, HostId: ids(2).id, HostType: "ListItem" };
const everything = {
  contentTypeId: "0x0101009D",
  moderation: { status: "Pending", comment: "line\nbreak \u000b" },
  fields: [
    { name: "Title", type: "Text", value: 'A "quoted" <title>\t' },
    { name: "Owner", type: "User", value: "2;UserInfo", principals: [2] },
    { name: "Site", type: "URL", fieldId: ids(9).id, value: "https://x?a&b", value2: "X" },
  ],
  properties: [{ name: "vti_x", type: "Integer", access: "ReadOnly", value: "1", value2: "2", id: ids(9).id }],
  retentionLabel: { name: "Keep", setBy: 3, setAt: "2024-02-03T04:05:06Z", flags: 1 },
  comments: [{ id: "1", text: "Hé", author: 2, created: "2024-02-03T04:05:06.007Z", uiVersion: 512 }],
  sharing: [{ time: "2024-02-03T04:05:06.007Z", initiator: 2, sharedBy: 2, sharedWith: [3, 10] }],
  links,
  eventReceivers: [element("EventReceiver", { ...receiver, Type: "ItemAdded", SequenceNumber: "1" })],
} satisfies Partial<PlannedFolder>;
const richFile: PlannedFile = {
  ...file(2, ["R&D", "a.txt"], ids(1).id),
  ...everything,
  version: "2.1",
  versions: ["1.0", "2.0"].map((version, index) => ({
    ...details,
    version,
    size: 3,
    content,
    blob: `2-${index}.dat`,
    checkinComment: `to ${version}`,
    properties: [{ name: "vti_x" }],
    fields: [{ name: "Title", type: "Text", value: version }],
    modifiedBy: 3,
  })),
  checkinComment: "now",
  webParts: [element("WebPart", { ID: ids(9).id })],
  versionEvents: [element("VersionEvent", { Id: "1", UIVersion: "512", Type: "1", Time: "2024-02-03T04:05:06" })],
};
const richItem: PlannedListItem = {
  ...folder(3, ["R&D", "3_.000"], ids(1).id),
  ...everything,
  kind: "item",
  version: "2.0",
  versions: [{ ...details, fields: [{ name: "Title", value: "old" }] }],
  attachments: [{ ...details, name: "a & b.txt", id: ids(8).id, size: 3, content, blob: "3-0.dat" }],
};
const richPlan: PackagePlan = {
  ...planOf([
    { ...folder(1, ["R&D"], root), ...everything, progId: "P" },
    richFile,
    richItem,
    { kind: "deletion", of: "file", source: ["b"], path: ["b"], ...ids(4), parentId: root },
  ]),
  groups: [{ id: 10, name: "Team", ownerIsUser: true, owner: 3, members: [2] }],
  roles: [{ id: 1073741826, title: "Read", permMask: "756052856929", hidden: false, description: "May read" }],
  scopes: [
    {
      id: ids(7).id,
      objectId: ids(2).id,
      objectType: "item",
      path: ["R&D", "a.txt"],
      assignments: [{ principalId: 10, roleId: 1073741826 }],
    },
    { id: ids(6).id, objectId: exampleTarget.listId, objectType: "list", path: [], assignments: [] },
  ],
};
const archives = [{ name: "pack0.zip", checksum: "SgAAAAAAAAAAAAAAAQAAAAAAAAA=", files: ["2-0.dat", "2-1.dat"] }];
const richInput: PackageFilesInput = { ...input, plan: richPlan, archives };

const names = (given: PackageFilesInput): string[] => [...bytesOf(given).keys()];
const sideFiles = ["ExportSettings.xml", "RootObjectMap.xml", "LookupListMap.xml", "Requirements.xml"];

describe("packageFiles()", () => {
  it("gives the eight files, the manifest first, users after it and SystemData.xml last", () => {
    expect(names(input)).toEqual([
      "Manifest.xml",
      ...sideFiles,
      "ViewFormsList.xml",
      "UserGroup.xml",
      "SystemData.xml",
    ]);
  });

  it("gives ArchivedFiles.xml where there are archives", async () => {
    const files = bytesOf(richInput);
    expect([...files.keys()].slice(-3)).toEqual(["ArchivedFiles.xml", "UserGroup.xml", "SystemData.xml"]);
    const read: unknown[] = [];
    for await (const archive of readArchivedFiles([files.get("ArchivedFiles.xml") as Buffer])) read.push(archive);
    expect(read).toEqual([
      {
        Name: "pack0.zip",
        Checksum: "SgAAAAAAAAAAAAAAAQAAAAAAAAA=",
        File: [{ FileValue: "2-0.dat" }, { FileValue: "2-1.dat" }],
      },
    ]);
  });

  it("writes a folder and a file in it to the byte", () => {
    const texts = textsOf(input);
    expect(texts.get("Manifest.xml")).toBe(manifest);
    expect(texts.get("UserGroup.xml")).toBe(userGroup);
    expect(texts.get("SystemData.xml")).toBe(systemData);
    expect(texts.get("ExportSettings.xml")).toBe(exportSettings);
  });

  it("gives the same bytes each time", () => {
    expect(bytesOf(richInput)).toEqual(bytesOf(richInput));
  });

  it("refuses to go on before a manifest was read to its end", () => {
    const files = packageFiles(input);
    files.next();
    expect(() => files.next()).toThrow(expect.objectContaining({ code: "INTERNAL" }));
  });

  it("writes those only whom something written names, with owners and members of groups", async () => {
    const idsOf = async (given: PackageFilesInput): Promise<unknown[]> => {
      const { Users = [], Groups = [] } = await readUserGroupMap([bytesOf(given).get("UserGroup.xml") as Buffer]);
      return [...Users, ...Groups].map(({ Id }) => Id);
    };
    expect(await idsOf(richInput)).toEqual(["1", "2", "3", "10"]);
    expect(await idsOf(input)).toEqual(["1"]);
    expect(await idsOf({ ...input, plan: planOf(items.slice(1)), sealed: () => undefined })).toEqual([]);
  });

  it("says that there are permissions and versions where there are", () => {
    const settingsOf = (plan: PackagePlan): string => textsOf({ ...input, plan }).get("ExportSettings.xml") ?? "";
    expect(settingsOf(richPlan)).toContain('IncludeSecurity="All" IncludeVersions="All"');
    const { scopes = [], ...plain } = { ...richPlan, items };
    expect(settingsOf(plain)).toContain('IncludeSecurity="None" IncludeVersions="CurrentVersion"');
    expect(settingsOf({ ...plain, scopes: scopes.slice(1) })).toContain('IncludeSecurity="All"');
    const [first, second] = items as [PlannedFolder, PlannedFile];
    expect(settingsOf({ ...plain, items: [first, { ...second, author: 10 }] })).toContain('IncludeSecurity="All"');
  });

  it("lets the service look at web parts where the source is SharePoint", () => {
    expect(textsOf({ ...input, sourceType: { other: "Object store" } }).get("ExportSettings.xml")).toContain(
      'SourceType="Other" DetailedSource="Object store" IgnoreWebParts="true"',
    );
    expect(textsOf({ ...input, sourceType: "SharePointOnline" }).get("ExportSettings.xml")).not.toContain(
      "IgnoreWebParts",
    );
  });

  it("counts and writes nothing of a file that failed", () => {
    const texts = textsOf({ ...input, sealed: () => undefined });
    expect(texts.get("Manifest.xml")).not.toContain("SPFile");
    expect(texts.get("Manifest.xml")).not.toContain("FileValue");
    expect(texts.get("SystemData.xml")).toContain('ObjectsProcessed="2"');
  });

  it("writes a root web as a slash, and its library below it", () => {
    const target: Target = { ...exampleTarget, webUrl: "/" };
    const texts = textsOf({ ...input, plan: planOf(items, target) });
    expect(texts.get("RootObjectMap.xml")).toContain(`WebUrl="/" Url="/Shared Documents"`);
    expect(texts.get("SystemData.xml")).toContain(`Type="Web" Url="/"`);
    expect(texts.get("ExportSettings.xml")).toContain(`Url="/Shared Documents"`);
  });

  it("reads back as the objects that were planned, with characters that XML can't hold replaced", async () => {
    const objects = [...packageObjects(richInput, new WrittenFacts())];
    const read = await objectsOf(bytesOf(richInput).get("Manifest.xml") as Buffer);
    expect(comparable(read)).toEqual(comparable(objects));
  });
});

/** Without where elements were read, and with no difference between no assignments and none. */
function comparable(objects: readonly ManifestObject[]): unknown {
  const text = JSON.stringify(objects, (key, value) => {
    if (["line", "column", "attributeCount"].includes(key)) return undefined;
    return key === "Assignment" && value.length === 0 ? undefined : value;
  });
  return JSON.parse(text.replaceAll("\\u000b", "\ufffd"));
}

describe("packageFiles() over several manifests", () => {
  const manifests = async (given: PackageFilesInput): Promise<Map<string, Buffer>> => {
    const files = bytesOf(given);
    const listed = (await readSystemData([files.get("SystemData.xml") as Buffer])).ManifestFiles ?? [];
    return new Map(listed.map(({ Name = "" }) => [Name, files.get(Name) as Buffer]));
  };

  it("holds the same objects in the same order, each manifest within the limit unless one object is larger", async () => {
    const plan = (versions: readonly number[]): PackagePlan => {
      const files = versions.map((count, index): PlannedItem => {
        const base = file(index + 1, [`${index} 日本`], root);
        const older = Array.from({ length: count }, (_, at) => ({
          ...base,
          version: `1.${at}`,
          blob: `${index}-${at}.dat`,
        }));
        return { ...base, version: "2.0", versions: older };
      });
      return planOf(files);
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(5), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1500, max: 20_000 }),
        async (versions, manifestBytes) => {
          const whole = { ...input, plan: plan(versions) };
          const split = await manifests({ ...whole, forms: { ...forms, manifestBytes } });
          expect([...split.keys()]).toEqual(
            Array.from(split, (_, index) => (index === 0 ? "Manifest.xml" : `Manifest${index}.xml`)),
          );
          const read = await Promise.all([...split.values()].map(objectsOf));
          for (const [index, bytes] of [...split.values()].entries()) {
            if (bytes.length > manifestBytes) expect(read[index]).toHaveLength(1);
          }
          expect(read.flat()).toEqual(await objectsOf(bytesOf(whole).get("Manifest.xml") as Buffer));
        },
      ),
      { numRuns: 50 },
    );
  });

  it("stores all manifests before the other files and counts all objects", () => {
    const texts = textsOf({ ...richInput, forms: { ...forms, manifestBytes: 1 } });
    const all = [...texts.keys()];
    expect(all.slice(0, 3)).toEqual(["Manifest.xml", "Manifest1.xml", "Manifest2.xml"]);
    expect(all[8]).toBe("ExportSettings.xml");
    expect(texts.get("SystemData.xml")).toContain('ObjectsProcessed="8"');
    expect(texts.get("SystemData.xml")).toContain('<ManifestFile Name="Manifest7.xml"/>');
    expect(texts.get("Manifest7.xml")).toContain("RoleAssignments");
  });
});

describe.skipIf(specIsMissing)("packageFiles() against the specification (skipped where ../shared is missing)", () => {
  const formsInUse: readonly Partial<ResolvedManifestForms>[] = [
    {},
    { outerFileValue: false, versionIds: "distinct", attachmentUrl: "serverRelative" },
    { manifestBytes: 1000 },
  ];
  for (const some of formsInUse) {
    it(`fits the schemas with everything that a package may hold, in the forms ${JSON.stringify(some)}`, async () => {
      for (const [name, bytes] of bytesOf({ ...richInput, forms: { ...forms, ...some } })) {
        const schema = schemaOf(name.replace(/^Manifest\d+/, "Manifest"));
        const strict = !name.startsWith("Manifest");
        expect(await validateXsd(schema, bytes, { strict }), name).toEqual([]);
      }
    });
  }

  it("fits the schemas, whatever names there are", async () => {
    const name = fc.string({ unit: "binary", minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(name, name, async (folderName, fileName) => {
        const named = planOf([folder(1, [folderName], root), file(2, [folderName, fileName], ids(1).id)]);
        for (const [file, text] of textsOf({ ...input, plan: named })) {
          expect(await validateXsd(schemaOf(file), text, { strict: true })).toEqual([]);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("writes the files beside the manifest as in the worked example, but for users and the count", async () => {
    const texts = textsOf(input);
    for (const [name, text] of texts) {
      if (name === "Manifest.xml" || name === "UserGroup.xml") continue;
      const sample = readFileSync(join(specFolder, "xsd/samples/valid-structure", name), "utf8");
      const expected = sample.replace('ObjectsProcessed="6"', 'ObjectsProcessed="4"');
      expect(await canonicalXml(text), name).toBe(await canonicalXml(expected));
    }
  });
});
