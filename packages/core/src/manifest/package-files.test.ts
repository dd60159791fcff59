import { readFileSync } from "node:fs";
import { join } from "node:path";
import { canonicalXml, exampleTarget, schemaOf, specFolder, specIsMissing, validateXsd } from "@primepack/test-support";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PackagePlan, PlannedFile, PlannedFolder, SealedBlob, Target } from "../model/index.ts";
import { type PackageFilesInput, packageFiles } from "./package-files.ts";

const ids = (number: number): Pick<PlannedFolder, "id" | "listItemId" | "itemId"> => ({
  id: `00000000-0000-5000-8000-${String(number).padStart(12, "0")}`,
  listItemId: `00000000-0000-5000-9000-${String(number).padStart(12, "0")}`,
  itemId: number,
});
const times = { created: "2024-01-02T03:04:05Z", modified: "2024-02-03T04:05:06Z" } as const;

function folder(number: number, path: readonly string[], parentId: string): PlannedFolder {
  return { kind: "folder", source: path, path, ...ids(number), parentId, ...times };
}

function file(number: number, path: readonly string[], parentId: string): PlannedFile {
  const content = { kind: "local", handle: number } as const;
  return { ...folder(number, path, parentId), kind: "file", size: 3, content, blob: `${number}.dat` };
}

function planOf(items: PackagePlan["items"], target: Target = exampleTarget): PackagePlan {
  const base = { schemaVersion: 1, name: "000001", kind: "content", dependsOn: [], portable: false, bytes: 3 } as const;
  return { ...base, target, items };
}

const sealed = ({ blob }: PlannedFile): SealedBlob => ({
  name: blob,
  size: 3,
  storedSize: 16,
  iv: "AAAAAAAAAAAAAAAAAAAAAA==",
  md5: "kAFQmDzST7DWlj99KOF/cg==",
  quickXorHash: "YRDDGAAAAAAAAAAAAwAAAAAAAAA=",
});

const { rootFolderId: root } = exampleTarget;
const items = [folder(1, ["R&D"], root), file(2, ["R&D", 'say "hi" <1>.txt'], ids(1).id)];
const input: PackageFilesInput = { plan: planOf(items), sealed, sourceType: "FileShare" };

function textsOf(given: PackageFilesInput): Map<string, string> {
  return new Map(packageFiles(given).map(({ name, chunks }) => [name, Buffer.concat([...chunks]).toString("utf8")]));
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

describe("packageFiles()", () => {
  it("gives the eight files, the manifest first, users after it and SystemData.xml last", () => {
    expect(packageFiles(input).map(({ name }) => name)).toEqual([
      "Manifest.xml",
      "ExportSettings.xml",
      "RootObjectMap.xml",
      "LookupListMap.xml",
      "Requirements.xml",
      "ViewFormsList.xml",
      "UserGroup.xml",
      "SystemData.xml",
    ]);
  });

  it("writes a folder and a file in it to the byte", () => {
    const texts = textsOf(input);
    expect(texts.get("Manifest.xml")).toBe(manifest);
    expect(texts.get("UserGroup.xml")).toBe(userGroup);
    expect(texts.get("SystemData.xml")).toBe(systemData);
    expect(texts.get("ExportSettings.xml")).toBe(exportSettings);
  });

  it("gives the same bytes each time that a file is read", () => {
    for (const { chunks } of packageFiles(input))
      expect(Buffer.concat([...chunks])).toEqual(Buffer.concat([...chunks]));
  });

  it("writes the given author, whose SystemId is the login", () => {
    const login = "i:0#.f|membership|ana@contoso.com";
    const author = { name: "Ana", login, email: "ana@contoso.com" };
    expect(textsOf({ ...input, author }).get("UserGroup.xml")).toContain(
      `<User Id="1" Name="Ana" Login="${login}" Email="ana@contoso.com" IsDomainGroup="false" IsSiteAdmin="false" SystemId="aTowIy5mfG1lbWJlcnNoaXB8YW5hQGNvbnRvc28uY29t"`,
    );
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
});

describe.skipIf(specIsMissing)("packageFiles() against the specification (skipped where ../shared is missing)", () => {
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
