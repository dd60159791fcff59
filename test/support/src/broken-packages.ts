import { createCipheriv, createHash } from "node:crypto";

/** A stored blob, as a container would hold it. */
export interface HandMadeBlob {
  bytes: Uint8Array;
  /** Base64. */
  md5: string;
  /** Base64. */
  iv: string;
}

/** One package before its blobs are sealed: text of the XML files, and plaintext of the contents. */
export interface HandMadePackage {
  readonly name: string;
  readonly dependsOn: readonly string[];
  readonly manifest: Record<string, string>;
  readonly content: Record<string, string | Uint8Array>;
}

export interface SealedHandMadePackage {
  readonly name: string;
  readonly dependsOn: readonly string[];
  readonly manifest: Map<string, HandMadeBlob>;
  readonly content: Map<string, HandMadeBlob>;
}

/** Bytes 0 to 31. */
export const handMadeKey: Uint8Array = Uint8Array.from({ length: 32 }, (_, index) => index);

const web = "aaaaaaaa-0000-4000-8000-000000000001";
const list = "bbbbbbbb-0000-4000-8000-000000000002";
const root = "cccccccc-0000-4000-8000-000000000003";
const reports = "10000000-0000-4000-8000-000000000001";
const year = "10000000-0000-4000-8000-000000000002";

const xml = '<?xml version="1.0" encoding="utf-8"?>';
const onWeb = `ParentWebId="${web}" ParentWebUrl="/sites/t"`;
const authors = 'Author="7" ModifiedBy="7"';
const times = 'TimeCreated="2024-01-02T03:04:05" TimeLastModified="2024-02-03T04:05:06"';

/** Only whom the manifest names. */
const ownerOnly = `${xml}
<UserGroupMap xmlns="urn:deployment-usergroupmap-schema"><Users><User Id="7" Name="Kim" Login="i:0#.f|membership|kim@t.example" SystemId="a2lt" IsDeleted="false"/></Users><Groups/></UserGroupMap>`;

const sideFiles = {
  "ExportSettings.xml": `${xml}
<ExportSettings xmlns="urn:deployment-exportsettings-schema" SiteUrl="https://t.example/sites/t" IncludeSecurity="All" IncludeVersions="All" SourceType="FileShare"><ExportObjects><DeploymentObject Id="${list}" Type="List" ParentId="${web}" Url="/sites/t/Docs"/></ExportObjects></ExportSettings>`,
  "UserGroup.xml": `${xml}
<UserGroupMap xmlns="urn:deployment-usergroupmap-schema">
<Users><User Id="7" Name="Kim" Login="i:0#.f|membership|kim@t.example" SystemId="a2lt" IsDeleted="false"/>
<User Id="8" Name="Sol" Login="i:0#.f|membership|sol@t.example" SystemId="c29s"/></Users>
<Groups><Group Id="9" Name="Readers" Owner="7" OwnerIsUser="true"><Member UserId="8"/></Group></Groups>
</UserGroupMap>`,
  "RootObjectMap.xml": `${xml}
<RootObjects xmlns="urn:deployment-rootobjectmap-schema"><RootObject Id="${list}" Type="List" ParentId="${web}" WebUrl="/sites/t" Url="/sites/t/Docs" IsDependency="false"/></RootObjects>`,
  "LookupListMap.xml": `${xml}<LookupLists xmlns="urn:deployment-lookuplistmap-schema"/>`,
  "Requirements.xml": `${xml}<Requirements xmlns="urn:deployment-requirements-schema"/>`,
  "ViewFormsList.xml": `${xml}<ViewFormsList xmlns="urn:deployment-viewformlist-schema"/>`,
};

function systemData(objects: number): string {
  return `${xml}
<SystemData xmlns="urn:deployment-systemdata-schema"><SchemaVersion Version="15.0.0.0" Build="16.0.3111.1200" DatabaseVersion="11552" SiteVersion="15" ObjectsProcessed="${objects}"/>
<ManifestFiles><ManifestFile Name="Manifest.xml"/></ManifestFiles>
<SystemObjects><SystemObject Id="${web}" Type="Web" Url="/sites/t"/><SystemObject Id="${list}" Type="List" Url="/sites/t/Docs"/><SystemObject Id="${root}" Type="Folder" Url="/sites/t/Docs"/></SystemObjects></SystemData>`;
}

function folder(id: string, parentId: string, path: string, itemId: number): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return `<SPObject Id="${id}" ObjectType="SPFolder" ParentId="${parentId}" ${onWeb} Url="/sites/t/${path}">
<Folder Id="${id}" Url="${path}" Name="${name}" ParentFolderId="${parentId}" ${onWeb} ContainingDocumentLibrary="${list}" ListItemIntId="${itemId}" ${times}/></SPObject>
${item("Folder", id, parentId, path, itemId, "0x0120", "1.0", "")}`;
}

function item(
  type: string,
  docId: string,
  parentId: string,
  path: string,
  itemId: number,
  contentType: string,
  version: string,
  inside: string,
): string {
  const id = `20000000-0000-4000-8000-00000000000${itemId}`;
  const cut = path.lastIndexOf("/");
  return `<SPObject Id="${id}" ObjectType="SPListItem" ParentId="${list}" ${onWeb} Url="/sites/t/${path}">
<ListItem Id="${id}" DocId="${docId}" IntId="${itemId}" DocType="${type}" FileUrl="${path}" DirName="sites/t/${path.slice(0, cut)}" Name="${path.slice(cut + 1)}" ParentWebId="${web}" ParentListId="${list}" ParentFolderId="${parentId}" Order="${itemId}00" Version="${version}" ContentTypeId="${contentType}" ${authors} ${times} ModerationStatus="Approved">${inside}</ListItem></SPObject>`;
}

function file(id: string, parentId: string, path: string, itemId: number, content: string, versions = ""): string {
  const version = versions === "" ? "1.0" : "2.0";
  return `<SPObject Id="${id}" ObjectType="SPFile" ParentId="${parentId}" ${onWeb} Url="/sites/t/${path}">
<File Id="${id}" Url="${path}" Name="${path.slice(path.lastIndexOf("/") + 1)}" ListItemIntId="${itemId}" ListId="${list}" ParentId="${parentId}" ${onWeb} ${times} Version="${version}" ${content} ${authors}>${versions}</File></SPObject>
${item("File", id, parentId, path, itemId, "0x0101", version, "<Fields/>")}`;
}

const structureManifest = `${xml}
<SPObjects xmlns="urn:deployment-manifest-schema">
${folder(reports, root, "Docs/Reports", 1)}
${folder(year, reports, "Docs/Reports/2024", 2)}
</SPObjects>`;

/** QuickXorHash of `hello world` and of nothing, and of single bytes, as published. `{md5:...}` is filled in. */
const hello = 'FileValue="1.dat" FileSize="11" MD5Hash="{md5:1.dat}" Checksum="aCgDG9jwBhDc4Q1yawMZAAAAAAA="';
const nothing = 'FileValue="2.dat" FileSize="0" MD5Hash="{md5:2.dat}" Checksum="AAAAAAAAAAAAAAAAAAAAAAAAAAA="';
const letter = 'FileValue="3.dat" FileSize="1" MD5Hash="{md5:3.dat}" Checksum="YQAAAAAAAAAAAAAAAQAAAAAAAAA="';
const older = 'FileValue="0.dat" FileSize="1" MD5Hash="{md5:0.dat}" Checksum="YgAAAAAAAAAAAAAAAQAAAAAAAAA="';
const capital = 'FileValue="4.dat" FileSize="1" MD5Hash="{md5:4.dat}" Checksum="SgAAAAAAAAAAAAAAAQAAAAAAAAA="';

const versioned = "30000000-0000-4000-8000-000000000005";
const helloId = "30000000-0000-4000-8000-000000000003";

function version(label: string, content: string): string {
  return `<File Id="${versioned}" Url="Docs/Reports/v.txt" Name="v.txt" ListItemIntId="5" ListId="${list}" ParentId="${reports}" ${onWeb} ${times} Version="${label}" ${content} ${authors}/>`;
}

const contentManifest = `${xml}
<SPObjects xmlns="urn:deployment-manifest-schema">
${file(helloId, year, "Docs/Reports/2024/hello.txt", 3, hello)}
${file("30000000-0000-4000-8000-000000000004", root, "Docs/empty.bin", 4, nothing)}
${file(versioned, reports, "Docs/Reports/v.txt", 5, capital, `<Versions>${version("0.1", older)}\n${version("1.0", letter)}\n${version("2.0", capital)}</Versions>`)}
<SPObject Id="40000000-0000-4000-8000-000000000001" ObjectType="DeploymentRoles" ParentId="${web}" ${onWeb}><Roles><Role RoleId="1073741924" Title="View Only" PermMask="756052856897" Hidden="false"/></Roles></SPObject>
<SPObject Id="40000000-0000-4000-8000-000000000002" ObjectType="DeploymentRoleAssignments" ParentId="${web}" ${onWeb}><RoleAssignments><RoleAssignment ScopeId="50000000-0000-4000-8000-000000000001" RoleDefWebId="${web}" RoleDefWebUrl="sites/t" ObjectId="${helloId}" ObjectType="2" ObjectUrl="sites/t/Docs/Reports/2024/hello.txt" AnonymousPermMask="0"><Assignment RoleId="1073741924" PrincipalId="9"/><Assignment RoleId="1073741827" PrincipalId="8"/></RoleAssignment></RoleAssignments></SPObject>
</SPObjects>`;

/**
 * Two packages without a fault, written by hand: `structure` with two folders, and `content`, which depends on it, with
 * three files in them. Each call gives copies, to be broken.
 */
export function handMadePackages(): [structure: HandMadePackage, content: HandMadePackage] {
  return [
    {
      name: "structure",
      dependsOn: [],
      manifest: {
        ...sideFiles,
        "UserGroup.xml": ownerOnly,
        "SystemData.xml": systemData(4),
        "Manifest.xml": structureManifest,
      },
      content: {},
    },
    {
      name: "content",
      dependsOn: ["structure"],
      manifest: { ...sideFiles, "SystemData.xml": systemData(8), "Manifest.xml": contentManifest },
      content: { "0.dat": "b", "1.dat": "hello world", "2.dat": "", "3.dat": "a", "4.dat": "J" },
    },
  ];
}

/** Seals all blobs with {@link handMadeKey} and IVs that differ, and puts the MD5 of each content into the manifests. */
export function sealHandMade(source: HandMadePackage): SealedHandMadePackage {
  const content = sealAll(`${source.name} content`, source.content);
  const texts = Object.entries(source.manifest).map(([name, text]) => [
    name,
    text.replace(/\{md5:([^}]*)\}/g, (_, blob: string) => content.get(blob)?.md5 ?? ""),
  ]);
  const manifest = sealAll(`${source.name} manifest`, Object.fromEntries(texts));
  return { name: source.name, dependsOn: source.dependsOn, manifest, content };
}

function sealAll(label: string, texts: Record<string, string | Uint8Array>): Map<string, HandMadeBlob> {
  return new Map(Object.entries(texts).map(([name, text]) => [name, sealText(`${label} ${name}`, text)]));
}

/** One blob of the text; the IV comes from the label. */
export function sealText(label: string, text: string | Uint8Array): HandMadeBlob {
  const iv = createHash("md5").update(label).digest();
  const cipher = createCipheriv("aes-256-cbc", handMadeKey, iv);
  const bytes = Buffer.concat([
    cipher.update(typeof text === "string" ? Buffer.from(text, "utf8") : text),
    cipher.final(),
  ]);
  return { bytes, md5: createHash("md5").update(bytes).digest("base64"), iv: iv.toString("base64") };
}
