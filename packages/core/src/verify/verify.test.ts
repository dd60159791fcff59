import { createDecipheriv, createHash } from "node:crypto";
import {
  type HandMadePackage,
  handMadeKey,
  handMadePackages,
  type SealedHandMadePackage,
  sealHandMade,
  sealText,
} from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { MemoryContainer } from "../container/memory.ts";
import { type Code, PrimepackError, Secret } from "../errors/index.ts";
import type { BlobContainer, BlobRecord, Target } from "../model/index.ts";
import type { Finding } from "./finding.ts";
import type { VerifyOptions, VerifyPackage } from "./types.ts";
import { verify } from "./verify.ts";

const key = new Secret(handMadeKey);

const target: Target = {
  siteUrl: "https://t.example/sites/t",
  webId: "aaaaaaaa-0000-4000-8000-000000000001",
  webUrl: "/sites/t",
  listId: "bbbbbbbb-0000-4000-8000-000000000002",
  listTitle: "Docs",
  listUrl: "Docs",
  rootFolderId: "cccccccc-0000-4000-8000-000000000003",
  baseTemplate: "101",
  firstItemId: 1,
};

/** Packages, records and options before they are verified; what a fault may change. */
interface Broken {
  readonly structure: HandMadePackage;
  readonly content: HandMadePackage;
}
interface Sealed {
  readonly structure: SealedHandMadePackage;
  readonly content: SealedHandMadePackage;
  /** Records of the content package. */
  readonly records: BlobRecord[];
}

/** A fault in the packages: in their texts, in what is sealed, or in what is asked; and what must be found then. */
interface Fault {
  readonly break?: (packages: Broken) => void;
  readonly breakSealed?: (packages: Sealed) => void;
  readonly options?: Partial<VerifyOptions> | "no key";
  readonly change?: (packages: VerifyPackage[]) => VerifyPackage[];
}

async function findingsOf(fault: Fault): Promise<Finding[]> {
  const [structure, content] = handMadePackages();
  fault.break?.({ structure, content });
  const sealed = [sealHandMade(structure), sealHandMade(content)] as const;
  const records = [recordsOf(sealed[0]), recordsOf(sealed[1])] as const;
  fault.breakSealed?.({ structure: sealed[0], content: sealed[1], records: records[1] });
  const packages: VerifyPackage[] = [];
  for (const [index, each] of sealed.entries()) {
    packages.push({
      name: each.name,
      dependsOn: each.dependsOn,
      content: await containerOf(each.content),
      manifest: await containerOf(each.manifest),
      blobs: records[index] ?? [],
    });
  }
  const run = verify({
    packages: fault.change?.(packages) ?? packages,
    ...(fault.options === "no key" ? {} : { key, ...fault.options }),
  });
  const findings: Finding[] = [];
  for await (const event of run) if (event.type === "finding") findings.push(event.finding);
  const summary = await run.result;
  expect(summary.ok).toBe(!findings.some(({ severity }) => severity === "error"));
  return findings;
}

function recordsOf(source: SealedHandMadePackage): BlobRecord[] {
  return (["content", "manifest"] as const).flatMap((container) =>
    Array.from(source[container], ([name, { bytes, iv, md5 }]) => ({ container, name, iv, md5, size: bytes.length })),
  );
}

async function containerOf(blobs: SealedHandMadePackage["content"]): Promise<MemoryContainer> {
  const container = new MemoryContainer();
  for (const [name, { bytes, md5, iv }] of blobs) {
    await container.putBlob(name, bytes, iv === "" ? { md5 } : { md5, iv });
  }
  return container;
}

/** Changes a text at the first place, and makes sure that it does. */
function edit(source: HandMadePackage, file: string, from: string | RegExp, to: string): void {
  const before = source.manifest[file] ?? "";
  const after = before.replace(from, to);
  expect(after, "the fault changes the text").not.toBe(before);
  source.manifest[file] = after;
}

const inStructure = (file: string, from: string | RegExp, to: string): Fault => ({
  break: ({ structure }) => edit(structure, file, from, to),
});
const inContent = (file: string, from: string | RegExp, to: string): Fault => ({
  break: ({ content }) => edit(content, file, from, to),
});
const inManifest = (from: string | RegExp, to: string): Fault => inContent("Manifest.xml", from, to);
const inFolders = (from: string | RegExp, to: string): Fault => inStructure("Manifest.xml", from, to);

/** Renames the file `hello.txt` everywhere. */
const renamed = (name: string): Fault => ({
  break: ({ content }) => {
    content.manifest["Manifest.xml"] = (content.manifest["Manifest.xml"] ?? "").replaceAll("hello.txt", name);
  },
});
/** Renames the folder `2024` everywhere. */
const renamedFolder = (name: string): Fault => ({
  break: (packages) => {
    for (const { manifest } of [packages.structure, packages.content]) {
      manifest["Manifest.xml"] = (manifest["Manifest.xml"] ?? "")
        .replaceAll('Name="2024"', `Name="${name}"`)
        .replaceAll("Docs/Reports/2024", `Docs/Reports/${name}`);
    }
  },
});
const inRecords = (name: string, change: (record: BlobRecord) => BlobRecord): Fault => ({
  breakSealed: ({ records }) => {
    const at = records.findIndex((record) => record.name === name);
    const record = records[at];
    if (record !== undefined) records[at] = change(record);
  },
});

const web = target.webId;
const list = target.listId;
const hello = "30000000-0000-4000-8000-000000000003";
const reports = "10000000-0000-4000-8000-000000000001";
const year = "10000000-0000-4000-8000-000000000002";
const stranger = "99999999-0000-4000-8000-000000000009";
const otherHash = "AAAAAAAAAAAAAAAAAAAAAA==";
const longName = "n".repeat(240);

/** The spacious manifest: so many plain list items that the package is too large. */
const manyItems = Array.from({ length: 250 }, (_, index) => {
  const number = index + 1000;
  const id = `60000000-0000-4000-8000-00000000${number}`;
  return `<SPObject Id="${id}" ObjectType="SPListItem"><ListItem Id="${id}" DocId="70000000-0000-4000-8000-00000000${number}" IntId="${number}" FileUrl="Docs/${number}_.000" Name="${number}_.000" DirName="sites/t/Docs" ParentWebId="${web}" ParentListId="${list}" ParentFolderId="${target.rootFolderId}"/></SPObject>`;
}).join("");

const faults: readonly (readonly [title: string, codes: readonly Code[], fault: Fault])[] = [
  // Files of the package
  [
    "a required file is missing",
    ["MANIFEST_FILE_MISSING"],
    { break: ({ content }) => delete content.manifest["UserGroup.xml"] },
  ],
  [
    "an optional file is missing",
    ["MANIFEST_FILE_MISSING"],
    { break: ({ content }) => delete content.manifest["Requirements.xml"] },
  ],
  [
    "a manifest is listed and missing",
    ["MANIFEST_FILE_MISSING"],
    inStructure("SystemData.xml", "</ManifestFiles>", '<ManifestFile Name="B.xml"/></ManifestFiles>'),
  ],
  [
    "nobody lists a file",
    ["MANIFEST_FILE_UNLISTED"],
    {
      break: ({ content }) => {
        content.manifest["Extra.xml"] = "<a/>";
      },
    },
  ],
  ["XML is ill-formed", ["XML_MALFORMED"], inStructure("Requirements.xml", "/>", ">")],
  [
    "a file has another root",
    ["MANIFEST_UNEXPECTED"],
    inStructure("LookupListMap.xml", "LookupLists", "LookupListMap"),
  ],
  [
    "a file has another namespace",
    ["MANIFEST_UNEXPECTED"],
    inStructure("ViewFormsList.xml", "viewformlist", "viewformslist"),
  ],
  [
    "a control character stands in a text",
    ["XML_CHARACTER"],
    inStructure("RootObjectMap.xml", "/sites/t/Docs", "/sites/t/D&#xB;ocs"),
  ],

  // Schema
  [
    "a closed element has another attribute",
    ["SCHEMA_ATTRIBUTE_UNDECLARED"],
    inFolders("<Folder ", '<Folder Description="x" '),
  ],
  [
    "an element declares another namespace",
    ["SCHEMA_ATTRIBUTE_UNDECLARED"],
    inFolders("<Folder ", '<Folder xmlns="urn:x" '),
  ],
  ["a required attribute is missing", ["SCHEMA_ATTRIBUTE_MISSING"], inManifest('Title="View Only" ', "")],
  ["a number is empty", ["SCHEMA_VALUE"], inManifest('Order="300"', 'Order=""')],
  [
    "an integer is too large",
    ["SCHEMA_VALUE"],
    inContent("UserGroup.xml", '<User Id="8"', '<User Id="8" Flags="0" IsSiteAdmin="yes"'),
  ],
  ["a status is a number", ["SCHEMA_ENUMERATION"], inManifest('ModerationStatus="Approved"', 'ModerationStatus="0"')],
  ["a day doesn't exist", ["SCHEMA_DATE"], inManifest("2024-01-02T03:04:05", "2024-02-30T03:04:05")],
  ["an unknown element", ["SCHEMA_CHILD_UNEXPECTED"], inManifest("<Fields/>", "<Fields/><Foo/>")],
  ["children stand in another order", ["SCHEMA_CHILD_ORDER"], inManifest("</Versions>", "</Versions><Properties/>")],
  ["a required child is missing", ["SCHEMA_CHILD_MISSING"], inManifest("<Fields/>", "<Versions></Versions>")],
  ["a child stands twice", ["SCHEMA_CHILD_TOO_MANY"], inManifest("</Versions>", "</Versions><Links/><Links/>")],
  ["an object holds two elements", ["SCHEMA_CHILD_TOO_MANY"], inManifest("</Roles>", "</Roles><Roles/>")],
  ["text stands in an element", ["SCHEMA_TEXT"], inManifest("<Versions>", "<Versions>x")],
  [
    "SchemaVersion is attributes",
    ["SCHEMA_VERSION_ATTRIBUTES", "SCHEMA_VERSION_ATTRIBUTES"],
    inStructure("SystemData.xml", /><SchemaVersion[^>]*\/>/, ' Version="15.0.0.0">'),
  ],
  [
    "a documented element is outside the schema",
    ["SCHEMA_EXTENSION"],
    inManifest("<Fields/>", "<Fields/><SharedWithEvents/>"),
  ],
  [
    "a GUID has braces",
    ["GUID_INVALID"],
    inManifest('ScopeId="50000000-0000-4000-8000-000000000001"', 'ScopeId="{50000000-0000-4000-8000-000000000001}"'),
  ],
  [
    "a hash isn't base64",
    ["HASH_INVALID", "CHECKSUM_MISMATCH"],
    inManifest("aCgDG9jwBhDc4Q1yawMZAAAAAAA=", "6828031bd8f00610dce10d726b03190000000000"),
  ],
  ["a user has no SystemId", ["SYSTEM_ID_MISSING"], inContent("UserGroup.xml", ' SystemId="c29s"', "")],
  ["a user's SystemId is empty", ["SYSTEM_ID_MISSING"], inContent("UserGroup.xml", ' SystemId="c29s"', ' SystemId=""')],

  // Objects and ids
  [
    "an attribute that only the import needs is missing",
    ["IMPORT_ATTRIBUTE_MISSING"],
    inManifest(' DirName="sites/t/Docs/Reports/2024"', ""),
  ],
  ["an object is empty", ["OBJECT_MISMATCH", "ROLE_UNKNOWN"], inManifest(/<Roles>.*<\/Roles>/, "")],
  [
    "an object's type isn't its element's",
    ["OBJECT_MISMATCH", "ROLE_UNKNOWN"],
    inManifest('ObjectType="DeploymentRoles"', 'ObjectType="SPFile"'),
  ],
  [
    "an object's id isn't its element's",
    ["OBJECT_MISMATCH"],
    inManifest('<ListItem Id="20000000-0000-4000-8000-000000000003"', `<ListItem Id="${stranger}"`),
  ],
  [
    "roles stand before content",
    [...Array<Code>(4).fill("OBJECT_ORDER"), "COUNT_MISMATCH"],
    inFolders("<SPObject ", `<SPObject Id="${stranger}" ObjectType="DeploymentRoles"><Roles/></SPObject><SPObject `),
  ],
  [
    "an id stands twice",
    ["DUPLICATE_ID"],
    inManifest('Id="40000000-0000-4000-8000-000000000002"', 'Id="40000000-0000-4000-8000-000000000001"'),
  ],
  [
    "an id stands in two packages",
    ["DUPLICATE_ID"],
    inManifest(/20000000-0000-4000-8000-000000000003/g, "20000000-0000-4000-8000-000000000001"),
  ],
  [
    "an item's number stands in two packages",
    ["DUPLICATE_ITEM_ID"],
    inManifest(/(ListItemIntId|IntId)="3"/g, '$1="2"'),
  ],
  ["an item's number is 0", ["ITEM_ID_TAKEN"], inManifest(/(ListItemIntId|IntId)="3"/g, '$1="0"')],
  ["an item's number may be in use", ["ITEM_ID_TAKEN"], { options: { target: { ...target, firstItemId: 2 } } }],
  [
    "two files name one blob",
    ["DUPLICATE_BLOB_REFERENCE", "BLOB_UNREFERENCED"],
    inManifest(/FileValue="2.dat" FileSize="0" MD5Hash="{md5:2.dat}" Checksum="[^"]*"/, 'FileValue="1.dat"'),
  ],
  [
    "a system object is defined",
    ["SYSTEM_OBJECT_REDEFINED"],
    inContent(
      "SystemData.xml",
      "</SystemObjects>",
      `<SystemObject Id="${hello}" Type="File" Url="/x"/></SystemObjects>`,
    ),
  ],
  [
    "a system object stands twice",
    ["DUPLICATE_ID"],
    inContent(
      "SystemData.xml",
      "</SystemObjects>",
      `<SystemObject Id="${web}" Type="Web" Url="/sites/t"/></SystemObjects>`,
    ),
  ],
  [
    "ObjectsProcessed counts otherwise",
    ["COUNT_MISMATCH"],
    inContent("SystemData.xml", 'ObjectsProcessed="8"', 'ObjectsProcessed="7"'),
  ],

  // Links
  [
    "an item's file isn't there",
    ["ITEM_WITHOUT_FILE", "FILE_WITHOUT_ITEM"],
    inManifest(`DocId="${hello}"`, `DocId="${stranger}"`),
  ],
  [
    "a file names an item that isn't there",
    ["FILE_WITHOUT_ITEM", "COUNT_MISMATCH"],
    inManifest(/<SPObject Id="20000000-0000-4000-8000-000000000003"[\s\S]*?<\/SPObject>/, ""),
  ],
  ["a file has no content", ["FILE_WITHOUT_CONTENT", "BLOB_UNREFERENCED"], inManifest('FileValue="1.dat" ', "")],
  ["a version has no content", ["FILE_WITHOUT_CONTENT", "BLOB_UNREFERENCED"], inManifest('FileValue="3.dat" ', "")],
  ["item and file have other numbers", ["LINK_MISMATCH"], inManifest('ListItemIntId="3"', 'ListItemIntId="33"')],
  [
    "item and file have other versions",
    ["LINK_MISMATCH"],
    inManifest('Order="300" Version="1.0"', 'Order="300" Version="2.0"'),
  ],
  [
    "item and file have other folders",
    ["LINK_MISMATCH", "URL_MISMATCH"],
    inManifest(`ParentFolderId="${year}"`, `ParentFolderId="${reports}"`),
  ],
  [
    "an item's object isn't in the list",
    ["LINK_MISMATCH"],
    inManifest(`ObjectType="SPListItem" ParentId="${list}"`, `ObjectType="SPListItem" ParentId="${web}"`),
  ],
  [
    "an item has its file's id",
    ["DUPLICATE_ID", "LINK_MISMATCH"],
    inManifest(/20000000-0000-4000-8000-000000000003/g, hello),
  ],
  [
    "an item stands before its file",
    ["OBJECT_ORDER"],
    inManifest(
      /(<SPObject Id="30000000-0000-4000-8000-000000000003"[\s\S]*?<\/SPObject>)\s*(<SPObject[\s\S]*?<\/SPObject>)/,
      "$2$1",
    ),
  ],
  [
    "a folder's item is a file's",
    ["CONTENT_TYPE_MISMATCH", "LINK_MISMATCH"],
    inFolders('DocType="Folder"', 'DocType="File"'),
  ],
  [
    "a file has a folder's content type",
    ["CONTENT_TYPE_MISMATCH"],
    inManifest('ContentTypeId="0x0101"', 'ContentTypeId="0x012001"'),
  ],
  [
    "a content type is no number",
    ["CONTENT_TYPE_MISMATCH"],
    inManifest('ContentTypeId="0x0101"', 'ContentTypeId="Document"'),
  ],

  // Parents and dependencies
  ["no package defines a parent", ["PARENT_UNKNOWN", "PARENT_UNKNOWN"], inManifest(new RegExp(year, "g"), stranger)],
  [
    "a parent is a file",
    ["PARENT_UNKNOWN", "PARENT_UNKNOWN"],
    inManifest(/(ParentId|ParentFolderId)="cccccccc-0000-4000-8000-000000000003"/g, `$1="${hello}"`),
  ],
  [
    "a folder stands after what is in it",
    ["PARENT_AFTER_CHILD", "PARENT_AFTER_CHILD"],
    inFolders(
      /(<SPObject Id[\s\S]*<\/SPObject>)\s*(<SPObject Id="10000000-0000-4000-8000-000000000002"[\s\S]*<\/SPObject>)/,
      "$2$1",
    ),
  ],
  [
    "a package doesn't depend on its folders'",
    Array<Code>(4).fill("PARENT_NOT_REQUIRED"),
    { change: (packages) => packages.map((each) => ({ ...each, dependsOn: [] })) },
  ],
  [
    "a package depends on one that isn't there",
    ["DEPENDENCY_UNKNOWN"],
    {
      change: (packages) =>
        packages.map((each) => ({
          ...each,
          dependsOn: [...(each.dependsOn ?? []), "x"].slice(0, each.name === "content" ? 2 : 0),
        })),
    },
  ],
  [
    "packages depend on each other",
    ["DEPENDENCY_CYCLE", "DEPENDENCY_CYCLE"],
    { change: (packages) => packages.map((each) => ({ ...each, dependsOn: ["structure", "content"] })) },
  ],
  ["packages come in another order", [], { change: (packages) => packages.reverse() }],
  [
    "packages have no records of dependencies",
    [],
    { change: (packages) => packages.reverse().map(({ dependsOn: _, ...each }) => each) },
  ],

  // URLs, names and limits
  [
    "an object's URL is relative",
    ["URL_FORM"],
    inManifest('Url="/sites/t/Docs/Reports/2024/hello.txt"', 'Url="Docs/Reports/2024/hello.txt"'),
  ],
  [
    "a file's URL begins with a slash",
    ["URL_FORM", "LINK_MISMATCH"],
    inManifest('Url="Docs/Reports/2024/hello.txt" Name', 'Url="/Docs/Reports/2024/hello.txt" Name'),
  ],
  [
    "a file's URL repeats the web's",
    ["URL_FORM", "URL_MISMATCH", "LINK_MISMATCH"],
    inManifest('Url="Docs/Reports/2024/hello.txt" Name', 'Url="sites/t/Docs/Reports/2024/hello.txt" Name'),
  ],
  ["a directory begins with a slash", ["URL_FORM"], inManifest('DirName="sites/t/Docs"', 'DirName="/sites/t/Docs"')],
  ["a directory is web-relative", ["URL_MISMATCH"], inManifest('DirName="sites/t/Docs"', 'DirName="Docs"')],
  [
    "an object's URL is another",
    ["URL_MISMATCH"],
    inManifest('Url="/sites/t/Docs/Reports/2024/hello.txt"', 'Url="/sites/t/Docs/Reports/2024/hallo.txt"'),
  ],
  [
    "a name isn't the URL's",
    ["URL_MISMATCH"],
    inManifest('Name="hello.txt" ListItemIntId', 'Name="hallo.txt" ListItemIntId'),
  ],
  [
    "a file lies in another folder than its parent",
    ["URL_MISMATCH", "URL_MISMATCH"],
    inManifest(/(ParentId|ParentFolderId)="10000000-0000-4000-8000-000000000002"/g, `$1="${reports}"`),
  ],
  [
    "the web's URL has a slash too much",
    ["URL_FORM"],
    inManifest('ParentWebUrl="/sites/t"', 'ParentWebUrl="/sites/t/"'),
  ],
  [
    "the site's URL is a path",
    ["URL_FORM"],
    inContent("ExportSettings.xml", 'SiteUrl="https://t.example/sites/t"', 'SiteUrl="/sites/t"'),
  ],
  ["a name holds a refused character", ["NAME_NOT_ALLOWED"], renamed("a|b")],
  ["a name is reserved", ["NAME_NOT_ALLOWED"], renamed("CON")],
  ["a name ends with a period", ["NAME_NOT_ALLOWED"], renamed("a.")],
  ["a folder's name begins with ~", ["NAME_NOT_ALLOWED"], renamedFolder("~x")],
  ["a folder's name marks a saved page", ["NAME_UNUSUAL"], renamedFolder("x_files")],
  ["a name is too long", ["NAME_NOT_ALLOWED"], renamed("n".repeat(256))],
  [
    "a path is too long",
    ["PATH_TOO_LONG"],
    {
      break: (packages) => {
        renamedFolder(longName).break?.(packages);
        renamed("n".repeat(138)).break?.(packages);
      },
    },
  ],
  [
    "names differ in case only",
    ["NAME_CLASH"],
    {
      break: ({ content }) => {
        content.manifest["Manifest.xml"] = (content.manifest["Manifest.xml"] ?? "")
          .replaceAll("Docs/empty.bin", "Docs/REPORTS")
          .replaceAll('Name="empty.bin"', 'Name="REPORTS"');
      },
    },
  ],
  [
    "a package holds too many items",
    ["COUNT_MISMATCH", "PACKAGE_OVER_LIMIT"],
    inFolders("</SPObjects>", `${manyItems}</SPObjects>`),
  ],
  ["a date is before 1900", ["DATE_OUT_OF_RANGE"], inManifest("2024-01-02T03:04:05", "1899-12-31T03:04:05")],

  // Target and settings
  ["a web is another", ["TARGET_MISMATCH"], inManifest(`ParentWebId="${web}"`, `ParentWebId="${stranger}"`)],
  ["a web's URL is another", ["TARGET_MISMATCH"], inManifest('ParentWebUrl="/sites/t"', 'ParentWebUrl="/sites/u"')],
  ["a list is another", ["TARGET_MISMATCH", "LINK_MISMATCH"], inManifest(`ListId="${list}"`, `ListId="${stranger}"`)],
  [
    "there are permissions and the settings say none",
    ["SETTINGS_MISMATCH"],
    inContent("ExportSettings.xml", 'IncludeSecurity="All"', 'IncludeSecurity="None"'),
  ],
  [
    "there are versions and the settings say none",
    ["SETTINGS_MISMATCH"],
    inContent("ExportSettings.xml", 'IncludeVersions="All"', 'IncludeVersions="CurrentVersion"'),
  ],
  [
    "the settings name no kind of source",
    ["SETTINGS_MISMATCH"],
    inContent("ExportSettings.xml", ' SourceType="FileShare"', ""),
  ],

  // Versions
  [
    "a version's label has a minor of 512",
    ["VERSION_LABEL"],
    inManifest('Version="1.0" FileValue="3.dat"', 'Version="1.512" FileValue="3.dat"'),
  ],
  [
    "a version holds versions",
    ["VERSION_NESTED"],
    inManifest(
      /(Version="1\.0" FileValue="3\.dat"[^>]*)\/>/,
      '$1><Versions><File Id="30000000-0000-4000-8000-000000000005"/></Versions></File>',
    ),
  ],
  [
    "two versions have one label",
    ["VERSION_DUPLICATE", "VERSION_CURRENT"],
    inManifest('Version="1.0" FileValue="3.dat"', 'Version="2.0" FileValue="3.dat"'),
  ],
  [
    "versions stand newest first",
    ["VERSION_ORDER"],
    inManifest(/<Versions>(<File [^>]*>)\s*(<File [^>]*>)/, "<Versions>$2$1"),
  ],
  [
    "no version is the current one",
    ["VERSION_CURRENT"],
    inManifest(/Version="2\.0" (FileValue="4\.dat"[^>]*\/>)/, 'Version="1.5" $1'),
  ],
  [
    "a version is above the current one",
    ["VERSION_CURRENT", "VERSION_CURRENT"],
    inManifest(/Version="2\.0" (FileValue="4\.dat"[^>]*\/>)/, 'Version="3.0" $1'),
  ],
  [
    "the outer file has an older version's blob",
    ["VERSION_CURRENT", "BLOB_MD5_MISMATCH", "FILE_SIZE_MISMATCH", "CHECKSUM_MISMATCH"].filter(
      (code) => code !== "FILE_SIZE_MISMATCH",
    ) as Code[],
    inManifest(/FileValue="4\.dat"(?![^>]*\/>)/, 'FileValue="3.dat"'),
  ],
  [
    "a version is in another folder",
    ["VERSION_LINK"],
    inManifest(new RegExp(`ParentId="${reports}"(?=[^>]*FileValue="3)`), `ParentId="${year}"`),
  ],

  // Users and permissions
  ["an author isn't in the user map", ["USER_UNKNOWN"], inManifest('Author="7"', 'Author="77"')],
  ["a group's member isn't in the user map", ["USER_UNKNOWN"], inContent("UserGroup.xml", 'UserId="8"', 'UserId="88"')],
  [
    "a principal isn't in the user map",
    ["USER_UNKNOWN"],
    inManifest('<Assignment RoleId="1073741827" PrincipalId="8"', '<Assignment RoleId="1073741827" PrincipalId="88"'),
  ],
  [
    "a user field names nobody",
    ["USER_UNKNOWN"],
    inManifest("<Fields/>", '<Fields><Field Name="Owner" Type="User" Value="13;UserInfo"/></Fields>'),
  ],
  [
    "somebody shared whom the map lacks",
    ["SCHEMA_EXTENSION", "USER_UNKNOWN"],
    inManifest(
      "<Fields/>",
      '<Fields/><SharedWithEvents><SharedWithEvent SharedTime="2024-01-02T03:04:05Z" SharingInitiatorId="7" SharedById="13"><SharedWithMembers><SharedWithMember SharedWithId="8"/></SharedWithMembers></SharedWithEvent></SharedWithEvents>',
    ),
  ],
  ["the System Account needs no entry", [], inManifest('Author="7"', 'Author="1073741823"')],
  [
    "an id is a user's and a group's",
    ["USER_DUPLICATE"],
    {
      break: ({ content }) => {
        edit(content, "UserGroup.xml", '<Group Id="9"', '<Group Id="8"');
        edit(content, "Manifest.xml", 'PrincipalId="9"', 'PrincipalId="8"');
      },
    },
  ],
  ["a login stands twice", ["USER_DUPLICATE"], inContent("UserGroup.xml", "|sol@t.example", "|KIM@t.example")],
  [
    "a role is unknown",
    ["ROLE_UNKNOWN"],
    inManifest('<Assignment RoleId="1073741924"', '<Assignment RoleId="1073741925"'),
  ],
  [
    "Limited Access is assigned",
    ["LIMITED_ACCESS_ASSIGNED"],
    inManifest('<Assignment RoleId="1073741924"', '<Assignment RoleId="1073741825"'),
  ],
  [
    "an object has two scopes",
    ["SCOPE_DUPLICATE"],
    inManifest(
      "</RoleAssignments>",
      `<RoleAssignment ScopeId="${stranger}" RoleDefWebId="${web}" RoleDefWebUrl="sites/t" ObjectId="${hello}" ObjectType="2" ObjectUrl="sites/t/Docs/Reports/2024/hello.txt"/></RoleAssignments>`,
    ),
  ],
  [
    "a scope's object is unknown",
    ["SCOPE_OBJECT_UNKNOWN"],
    inManifest(`ObjectId="${hello}"`, `ObjectId="${stranger}"`),
  ],
  [
    "a scope holds too many assignments",
    ["SCOPE_OVER_LIMIT"],
    inManifest(
      "</RoleAssignment>",
      `${'<Assignment RoleId="1073741826" PrincipalId="7"/>'.repeat(5_000)}</RoleAssignment>`,
    ),
  ],

  // Blobs
  ["a blob is missing", ["BLOB_MISSING"], { breakSealed: ({ content }) => content.content.delete("1.dat") }],
  [
    "a blob and its record are missing",
    ["BLOB_MISSING"],
    {
      breakSealed: ({ content, records }) => {
        content.content.delete("1.dat");
        records.splice(
          records.findIndex(({ name }) => name === "1.dat"),
          1,
        );
      },
    },
  ],
  [
    "no file names a blob",
    ["BLOB_UNREFERENCED"],
    {
      break: ({ content }) => {
        content.content["5.dat"] = "x";
      },
    },
  ],
  [
    "a blob isn't recorded",
    ["BLOB_UNRECORDED"],
    {
      breakSealed: ({ records }) =>
        records.splice(
          records.findIndex(({ name }) => name === "1.dat"),
          1,
        ),
    },
  ],
  [
    "a blob is recorded twice",
    ["RECORDS_INVALID"],
    { breakSealed: ({ records }) => records.push(...records.slice(0, 1)) },
  ],
  ["a record is no record", ["RECORDS_INVALID"], { breakSealed: ({ records }) => records.push(undefined as never) }],
  ["a recorded size is another", ["BLOB_SIZE_MISMATCH"], inRecords("1.dat", (record) => ({ ...record, size: 17 }))],
  ["a recorded MD5 is another", ["BLOB_MD5_MISMATCH"], inRecords("1.dat", (record) => ({ ...record, md5: otherHash }))],
  ["a recorded IV is another", ["IV_MISMATCH"], inRecords("1.dat", (record) => ({ ...record, iv: otherHash }))],
  ["a recorded IV is missing", ["IV_MISMATCH"], inRecords("1.dat", (record) => ({ ...record, iv: null }))],
  [
    "a stored MD5 is another",
    ["BLOB_MD5_MISMATCH"],
    {
      breakSealed: ({ content }) => {
        const blob = content.content.get("1.dat");
        if (blob !== undefined) blob.md5 = otherHash;
      },
    },
  ],
  [
    "a stored byte is another",
    ["UNSEAL_FAILED", "BLOB_MD5_MISMATCH", "BLOB_MD5_MISMATCH", "BLOB_MD5_MISMATCH"],
    {
      breakSealed: ({ content }) => {
        const blob = content.content.get("1.dat");
        if (blob !== undefined) blob.bytes[3] = (blob.bytes[3] ?? 0) ^ 1;
      },
    },
  ],
  [
    "a stored blob was cut",
    ["UNSEAL_FAILED", "BLOB_SIZE_MISMATCH", "BLOB_MD5_MISMATCH", "BLOB_MD5_MISMATCH", "BLOB_MD5_MISMATCH"],
    {
      breakSealed: ({ content }) => {
        const blob = content.content.get("1.dat");
        if (blob !== undefined) blob.bytes = blob.bytes.slice(0, 15);
      },
    },
  ],
  [
    "a manifest file was changed",
    ["UNSEAL_FAILED", "BLOB_MD5_MISMATCH", "BLOB_MD5_MISMATCH"],
    {
      breakSealed: ({ content }) => {
        const blob = content.manifest.get("Requirements.xml");
        if (blob !== undefined)
          blob.bytes = Uint8Array.from(blob.bytes, (byte, at) => (at === blob.bytes.length - 20 ? byte ^ 1 : byte));
      },
    },
  ],
  [
    "content is another, sealed well",
    ["CHECKSUM_MISMATCH"],
    {
      break: ({ content }) => {
        content.content["1.dat"] = "hallo world";
      },
    },
  ],
  [
    "content is longer, sealed well",
    ["FILE_SIZE_MISMATCH", "CHECKSUM_MISMATCH"],
    {
      break: ({ content }) => {
        content.content["1.dat"] = "hello world!";
      },
    },
  ],
  [
    "no place tells the MD5",
    ["BLOB_MD5_MISSING"],
    {
      break: ({ content }) => edit(content, "Manifest.xml", ' MD5Hash="{md5:1.dat}"', ""),
      change: (packages) => packages.map((each) => ({ ...each, content: withoutMd5(each.content) })),
    },
  ],
  [
    "a blob has no IV",
    ["IV_MISSING"],
    {
      breakSealed: ({ content, records }) => {
        const blob = content.content.get("1.dat");
        if (blob !== undefined) blob.iv = "";
        const at = records.findIndex(({ name }) => name === "1.dat");
        const record = records[at];
        if (record !== undefined) records[at] = { ...record, iv: null };
      },
    },
  ],
  [
    "only the manifest tells the IV",
    ["IV_MISSING"],
    {
      breakSealed: ({ content }) => {
        const blob = content.content.get("1.dat");
        if (blob !== undefined) blob.iv = "";
      },
    },
  ],
  [
    "an IV is too short",
    ["IV_INVALID"],
    {
      breakSealed: ({ content, records }) => {
        const blob = content.content.get("1.dat");
        if (blob !== undefined) blob.iv = "AAAA";
        const at = records.findIndex(({ name }) => name === "1.dat");
        const record = records[at];
        if (record !== undefined) records[at] = { ...record, iv: "AAAA" };
      },
    },
  ],
  [
    "a manifest's IV is another",
    ["IV_MISMATCH"],
    inManifest('MD5Hash="{md5:1.dat}"', `MD5Hash="{md5:1.dat}" InitializationVector="${otherHash}"`),
  ],
  [
    "two blobs share an IV",
    ["IV_REUSED"],
    {
      breakSealed: ({ content, records }) => {
        const twin = sealText("content content 1.dat", "");
        content.content.set("2.dat", twin);
        const at = records.findIndex(({ name }) => name === "2.dat");
        records[at] = { container: "content", name: "2.dat", iv: twin.iv, md5: twin.md5, size: twin.bytes.length };
      },
      break: ({ content }) => edit(content, "Manifest.xml", ' MD5Hash="{md5:2.dat}"', ""),
    },
  ],
  ["no key is given", ["KEY_MISSING", "KEY_MISSING"], { options: "no key" }],
];

/** The container as one whose rights lack listing, or that can't be reached. */
function withoutList(container: BlobContainer, code: Code): BlobContainer {
  return {
    ...container,
    read: (name, signal) => container.read(name, signal),
    properties: (name, signal) => container.properties(name, signal),
    list: () => ({
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.reject(new PrimepackError(code, "Cannot list the blobs as this test forbids it")),
      }),
    }),
  };
}

/** The container as one that keeps no MD5. */
function withoutMd5(container: BlobContainer): BlobContainer {
  return {
    ...container,
    read: (name, signal) => container.read(name, signal),
    async properties(name) {
      const { md5: _, ...properties } = await container.properties(name);
      return properties;
    },
    async *list() {
      for await (const { md5: _, ...properties } of container.list()) yield properties;
    },
  };
}

describe("verify()", () => {
  it("finds nothing in good packages", async () => {
    expect(await findingsOf({})).toEqual([]);
  });

  it("finds nothing in good packages that are compared with their target", async () => {
    expect(await findingsOf({ options: { target } })).toEqual([]);
  });

  it("holds packages against another target", async () => {
    for (const other of [{ listId: stranger }, { webId: stranger }, { webUrl: "/sites/u" }]) {
      const codes = (await findingsOf({ options: { target: { ...target, ...other } } })).map(({ code }) => code);
      expect(codes).toContain("TARGET_MISMATCH");
    }
  });

  it.each(faults)("finds it when %s", async (_, codes, fault) => {
    const findings = await findingsOf(fault);
    expect(findings.map(({ code }) => code)).toEqual(codes);
    for (const { place, message, remedy } of findings) {
      expect(place).toMatch(/^(manifest|content|blobs\.ndjson|packages\.ndjson)/);
      expect(message).not.toMatch(/undefined|\.$/);
      expect(remedy).not.toBe("");
    }
  });

  it("finds every blob without listing, by the records or by asking for each", async () => {
    const unlistable = (packages: VerifyPackage[], withRecords: boolean): VerifyPackage[] =>
      packages.map(({ blobs, ...each }) => ({
        ...each,
        content: withoutList(each.content, "CONTAINER_FORBIDDEN"),
        manifest: withoutList(each.manifest, "CONTAINER_FORBIDDEN"),
        ...(withRecords && blobs !== undefined ? { blobs } : {}),
      }));
    expect(await findingsOf({ change: (packages) => unlistable(packages, true) })).toEqual([]);
    const notes = await findingsOf({ change: (packages) => unlistable(packages, false) });
    expect(notes.map(({ code, severity }) => [code, severity])).toEqual(Array(4).fill(["BLOB_UNLISTABLE", "note"]));
    const missing = await findingsOf({
      change: (packages) => unlistable(packages, false),
      breakSealed: ({ content }) => {
        content.content.delete("1.dat");
        content.manifest.delete("Requirements.xml");
      },
    });
    expect(missing.map(({ code }) => code).slice(4)).toEqual(["MANIFEST_FILE_MISSING", "BLOB_MISSING"]);
  });

  it("ends the run where a store can't be reached", async () => {
    const run = findingsOf({
      change: (packages) =>
        packages.map((each) => ({ ...each, content: withoutList(each.content, "CONTAINER_UNREACHABLE") })),
    });
    await expect(run).rejects.toMatchObject({ code: "CONTAINER_UNREACHABLE" });
  });

  it("finds nothing in plain packages that are read without a key", async () => {
    const plain = async (container: BlobContainer): Promise<BlobContainer> => {
      const result = new MemoryContainer();
      for await (const { name, iv = "" } of container.list()) {
        const stored: Uint8Array[] = [];
        for await (const chunk of container.read(name)) stored.push(chunk);
        const decipher = createDecipheriv("aes-256-cbc", handMadeKey, Buffer.from(iv, "base64"));
        const bytes = Buffer.concat([decipher.update(Buffer.concat(stored)), decipher.final()]);
        await result.putBlob(name, bytes, { md5: createHash("md5").update(bytes).digest("base64") });
      }
      return result;
    };
    const [structure, content] = handMadePackages();
    edit(content, "Manifest.xml", / MD5Hash="[^"]*"/g, "");
    const packages: VerifyPackage[] = [];
    for (const { name, manifest, content: contents } of [structure, content].map(sealHandMade)) {
      packages.push({
        name,
        content: await plain(await containerOf(contents)),
        manifest: await plain(await containerOf(manifest)),
      });
    }
    const run = verify({ packages });
    const findings: Finding[] = [];
    for await (const event of run) if (event.type === "finding") findings.push(event.finding);
    expect(findings).toEqual([]);
  });
});
