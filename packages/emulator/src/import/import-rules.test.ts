import {
  type BlobFaults,
  collect,
  type HandMadeBlob,
  type HandMadePackage,
  handMadeKey,
  handMadePackages,
  memoryJobContainer,
  richPackage,
  sealHandMade,
  sealText,
  temporaryFolder,
} from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import type { ImportRequest, ImportStep } from "../ports.ts";
import { openSite, type SiteState } from "../site/site-state.ts";
import { importPackage } from "./import-package.ts";

const folder = temporaryFolder();
let sites = 0;

const web = "aaaaaaaa-0000-4000-8000-000000000001";
const docs = "bbbbbbbb-0000-4000-8000-000000000002";
const docsRoot = "cccccccc-0000-4000-8000-000000000003";
const hello = "30000000-0000-4000-8000-000000000003";
const reports = "10000000-0000-4000-8000-000000000001";
const unknownId = "12345678-0000-4000-8000-000000000000";

const switches: ImportRequest["switches"] = {
  badJobStatus: 400,
  missingSnapshot: "object",
  sideFiles: "lenient",
  manifestOrder: "listed",
  existingFiles: "append",
  errorLimit: 100,
  md5Error: "mismatch",
  archiveEncryption: "archive",
  logLines: "fields",
  deleteRunning: "cancel",
  movedItems: "refuse",
  deletedObjects: "delete",
};

type Blobs = Map<string, HandMadeBlob>;

interface Case {
  /** Which package is broken: `structure`, `content` (after an import of `structure`), or `rich`. Default: `content`. */
  readonly of?: "structure" | "content" | "rich";
  /** Texts to be replaced in the named files; without a file, in `Manifest.xml`. */
  readonly replace?: readonly (readonly [from: string | RegExp, to: string, file?: string])[];
  readonly remove?: readonly string[];
  readonly change?: (source: HandMadePackage) => void;
  readonly reseal?: (blobs: { readonly content: Blobs; readonly manifest: Blobs }) => void;
  readonly blobFaults?: Readonly<Record<string, BlobFaults>>;
  readonly switches?: Partial<ImportRequest["switches"]>;
  readonly key?: undefined;
}

/** All problems of the broken package, each as `level objectType: message`. */
async function problemsOf(broken: Case): Promise<string[]> {
  const [structure, content] = handMadePackages();
  const source = { structure, content, rich: richPackage() }[broken.of ?? "content"];
  const site = await newSite();
  try {
    if (source === content) expect(told(await run(site, structure, {}))).toEqual([]);
    const steps = await run(site, source, broken);
    return told(steps).filter((problem) => !problem.endsWith("to be deleted does not exist."));
  } finally {
    await site.close();
  }
}

function newSite(): Promise<SiteState> {
  sites += 1;
  return openSite(folder(`${sites}`), {
    url: "/sites/t",
    webId: web,
    lists: [
      { title: "Docs", url: "Docs", id: docs, rootFolderId: docsRoot },
      {
        ...{ title: "Tasks", url: "Lists/Tasks", baseTemplate: 100 },
        ...{ id: "dddddddd-0000-4000-8000-000000000004", rootFolderId: "eeeeeeee-0000-4000-8000-000000000005" },
      },
    ],
  });
}

function told(steps: readonly ImportStep[]): string[] {
  return steps.flatMap((step) =>
    step.type === "problem" ? [`${step.level} ${step.objectType}: ${step.message}`] : [],
  );
}

async function run(site: SiteState, source: HandMadePackage, broken: Case): Promise<ImportStep[]> {
  for (const [from, to, file = "Manifest.xml"] of broken.replace ?? []) {
    const text = source.manifest[file] ?? "";
    const changed = text.replace(from, to);
    expect(changed, `${file} has no ${from}`).not.toBe(text);
    source.manifest[file] = changed;
  }
  for (const name of broken.remove ?? []) {
    delete source.manifest[name];
    delete source.content[name];
  }
  broken.change?.(source);
  const sealed = sealHandMade(source);
  broken.reseal?.(sealed);
  const request: ImportRequest = {
    ...{ jobId: source.name, key: "key" in broken ? undefined : handMadeKey },
    data: memoryJobContainer(sealed.content, broken.blobFaults),
    manifest: memoryJobContainer(sealed.manifest, broken.blobFaults),
    ...{ site, switches: { ...switches, ...broken.switches }, faults: () => ({}) },
    signal: new AbortController().signal,
  };
  return collect(importPackage(request));
}

/** The permissions of a list item that failed. */
const taskScope = /^error : The object '33000000-0000-4000-8000-000000000001' of a scope does not exist/;
const helloFile = `<File Id="${hello}"`;
const helloItem = `<ListItem Id="20000000-0000-4000-8000-000000000003"`;
const at = (element: string, name: string) => new RegExp(`(${element}[^>]*?) ${name}="[^"]*"`);
const deep = `${"d".repeat(200)}`;

const cases: readonly (readonly [
  what: string,
  broken: Case,
  problem: string | RegExp | readonly (string | RegExp)[],
])[] = [
  // The files of a package
  ...["ExportSettings.xml", "SystemData.xml", "UserGroup.xml", "Manifest.xml"].map(
    (file) =>
      [
        `lacks ${file}`,
        { remove: [file] },
        `fatal : The file '${file}' does not exist in the manifest container.`,
      ] as const,
  ),
  ["lacks RootObjectMap.xml", { remove: ["RootObjectMap.xml"] }, []],
  ...["LookupListMap.xml", "Requirements.xml", "ViewFormsList.xml"].map(
    (file) => [`lacks ${file}`, { remove: [file] }, new RegExp(`^warning : The file '${file}'`)] as const,
  ),
  [
    "has a manifest without a snapshot",
    { blobFaults: { "Manifest.xml": { isSnapshot: false } } },
    /^fatal : .*snapshot/,
  ],
  [
    "has a manifest that is no block blob",
    { blobFaults: { "Manifest.xml": { blobType: "PageBlob" } } },
    /^fatal : .*PageBlob/,
  ],
  ["has a manifest without an IV", { blobFaults: { "Manifest.xml": { iv: undefined } } }, /^fatal : .*IV.*missing/],
  ["has a manifest with a bad IV", { blobFaults: { "Manifest.xml": { iv: "AAAA" } } }, /^fatal : .*not 16 bytes/],
  ["was encrypted, and the job has no key", { key: undefined }, /^fatal : ExportSettings.xml: /],
  [
    "has SchemaVersion as attributes",
    {
      replace: [
        [/<SchemaVersion[^>]*>/, "", "SystemData.xml"],
        ["<SystemData ", '<SystemData Version="15.0.0.0" ', "SystemData.xml"],
      ],
    },
    "fatal : Invalid schema version XML",
  ],
  ["lists no manifest", { replace: [[/<ManifestFile Name[^>]*>/, "", "SystemData.xml"]] }, /^fatal : .*no manifest/],
  [
    "lacks SystemObjects",
    { replace: [[/<SystemObjects>.*<\/SystemObjects>/, "", "SystemData.xml"]] },
    /^fatal : .*SystemObjects/,
  ],
  [
    "lists a manifest that is not there",
    {
      replace: [["</ManifestFiles>", '<ManifestFile Name="More.xml"/></ManifestFiles>', "SystemData.xml"]],
    },
    /^fatal : The file 'More.xml'/,
  ],
  [
    "has no SiteUrl",
    { replace: [[/ SiteUrl="[^"]*"/, "", "ExportSettings.xml"]] },
    "fatal : The required attribute 'SiteUrl' is missing.",
  ],
  [
    "has no SourceType",
    { replace: [[/ SourceType="[^"]*"/, "", "ExportSettings.xml"]] },
    "warning : The source type is not specified",
  ],
  [
    "has no SourceType, read strictly",
    {
      replace: [[/ SourceType="[^"]*"/, "", "ExportSettings.xml"]],
      switches: { sideFiles: "strict" },
    },
    "fatal : The source type is not specified",
  ],
  [
    "has an unknown SourceType",
    { replace: [[/SourceType="[^"]*"/, 'SourceType="Tape"', "ExportSettings.xml"]] },
    /^warning : The source type 'Tape'/,
  ],
  ["has a RootObjectMap.xml that is cut off", { replace: [["</RootObjects>", "", "RootObjectMap.xml"]] }, []],
  [
    "has a RootObjectMap.xml that is cut off, read strictly",
    {
      replace: [["</RootObjects>", "", "RootObjectMap.xml"]],
      switches: { sideFiles: "strict" },
    },
    /^fatal : RootObjectMap.xml: /,
  ],
  ["has Type Web in RootObjectMap.xml", { replace: [['Type="List"', 'Type="SPWeb"', "RootObjectMap.xml"]] }, []],
  [
    "has Type Web in RootObjectMap.xml, read strictly",
    {
      replace: [['Type="List"', 'Type="SPWeb"', "RootObjectMap.xml"]],
      switches: { sideFiles: "strict" },
    },
    /^fatal : The 'Type' attribute is invalid .*Enumeration constraint failed/,
  ],
  [
    "has a LookupListMap.xml with a wrong root in its namespace",
    {
      replace: [["LookupLists", "LookupListMap", "LookupListMap.xml"]],
    },
    /^fatal : .*LookupListMap' element is not declared/,
  ],
  [
    "has a LookupListMap.xml with a wrong root in none",
    {
      replace: [[/<LookupLists.*/, "<LookupListMap/>", "LookupListMap.xml"]],
    },
    [],
  ],
  [
    "has a document type",
    { replace: [["<SPObjects", "<!DOCTYPE SPObjects><SPObjects"]] },
    /^fatal : Manifest.xml: .*DTD is prohibited/,
  ],
  ["has a manifest that is cut off", { replace: [["</SPObjects>", ""]] }, /^fatal : Manifest.xml: /],
  ["has a control character", { replace: [["hello.txt", "hello\u000b.txt"]] }, /^fatal : Manifest.xml: /],
  [
    "has bytes that are no UTF-8",
    {
      reseal: ({ manifest }) =>
        manifest.set("Manifest.xml", sealText("m", Buffer.from("<SPObjects a='\xff'/>", "latin1"))),
    },
    /^fatal : Manifest.xml: .*utf-8/,
  ],
  [
    "has a manifest of another namespace",
    { replace: [["deployment-manifest-schema", "deployment-other"]] },
    /^fatal : .*is not declared/,
  ],

  // The schema of manifests
  [
    "has an undeclared attribute on a folder",
    { of: "structure", replace: [["<Folder ", '<Folder Hidden="false" ']] },
    "fatal : The 'Hidden' attribute is not declared.",
  ],
  [
    "has an undeclared attribute on an object",
    { replace: [["<SPObject ", '<SPObject Title="x" ']] },
    "fatal : The 'Title' attribute is not declared.",
  ],
  [
    "has Description on a library",
    {
      replace: [
        [
          "</SPObjects>",
          `<SPObject Id="${docs}" ObjectType="SPDocumentLibrary"><DocumentLibrary Id="${docs}" Title="Docs" RootFolderUrl="/sites/t/Docs" ParentWebId="${web}" BaseTemplate="101" Description=""/></SPObject></SPObjects>`,
        ],
      ],
    },
    "fatal : The 'Description' attribute is not declared.",
  ],
  [
    "has hashes on an attachment",
    { of: "rich", replace: [["<Attachment ", '<Attachment MD5Hash="x" ', "Manifest1.xml"]] },
    "fatal : The 'MD5Hash' attribute is not declared.",
  ],
  ["has an unknown attribute on a file", { replace: [[helloFile, `${helloFile} Level="1"`]] }, []],
  [
    "has an empty integer",
    { replace: [[at(helloItem, "IntId"), '$1 IntId=""']] },
    /^fatal : The 'IntId' attribute is invalid .*The string '' is not a valid Int32 value/,
  ],
  [
    "has an integer beyond 32 bits",
    { replace: [[at(helloItem, "IntId"), '$1 IntId="2147483648"']] },
    /^fatal : The 'IntId' .*too large/,
  ],
  [
    "has ModerationStatus as a number",
    { replace: [[at(helloItem, "ModerationStatus"), '$1 ModerationStatus="0"']] },
    /^fatal : The 'ModerationStatus' .*Enumeration constraint failed/,
  ],
  [
    "has a date that isn't one",
    { replace: [[at(helloFile, "TimeCreated"), '$1 TimeCreated="2024-02-30T00:00:00"']] },
    /^fatal : The 'TimeCreated' .*DateTime/,
  ],
  [
    "has an unknown object type",
    { replace: [['ObjectType="SPFile"', 'ObjectType="SPWeb"']] },
    /^fatal : The 'ObjectType' .*Enumeration/,
  ],
  [
    "has two elements in an object",
    { replace: [[/(<ListItem.*?<\/ListItem>)/, "$1$1"]] },
    /^fatal : .*invalid child element 'ListItem'/,
  ],
  [
    "has the properties of a file after its versions",
    { replace: [["</Versions>", "</Versions><Properties/>"]] },
    /^fatal : .*invalid child element 'Properties'/,
  ],
  [
    "has a required attribute missing",
    { replace: [[/<Role RoleId="[^"]*"/, "<Role"]] },
    "fatal : The required attribute 'RoleId' is missing.",
  ],

  // Users and groups
  [
    "has a user without SystemId",
    { replace: [[/ SystemId="[^"]*"/, "", "UserGroup.xml"]] },
    /^fatal : DeserializeUserGroupMap: .*SystemId/,
  ],
  ["has a user with an empty SystemId", { replace: [[/SystemId="[^"]*"/, 'SystemId=""', "UserGroup.xml"]] }, []],
  [
    "has a SystemId that is no base64",
    { replace: [[/SystemId="[^"]*"/, 'SystemId="?"', "UserGroup.xml"]] },
    /^fatal : .*Base-64/,
  ],
  ["has one id for two", { replace: [['<User Id="8"', '<User Id="7"', "UserGroup.xml"]] }, /^fatal : .*same key/],
  [
    "has one id for a user and a group",
    { replace: [['<Group Id="9"', '<Group Id="7"', "UserGroup.xml"]] },
    /^fatal : .*same key/,
  ],
  [
    "has an id that is no number",
    { replace: [['<User Id="8"', '<User Id="x"', "UserGroup.xml"]] },
    /^fatal : Input string/,
  ],
  [
    "has a person twice",
    { replace: [["sol@t.example", "KIM@t.example", "UserGroup.xml"]] },
    /^fatal : .*more than once/,
  ],
  [
    "has a person under two logins",
    { replace: [["i:0#.f|membership|sol@t.example", "i:0#.w|kim@t.example", "UserGroup.xml"]] },
    /^fatal : .*more than once/,
  ],
  [
    "has a login that can't be found",
    { replace: [["i:0#.f|membership|sol@t.example", "sol", "UserGroup.xml"]] },
    "warning : Failed to retrieve user 'sol' attributes from the SiteUsers; falling back to passed in values",
  ],
  [
    "has a login that can't be found and no SystemId",
    {
      replace: [
        ["i:0#.f|membership|sol@t.example", "sol", "UserGroup.xml"],
        ['SystemId="c29s"', 'SystemId=""', "UserGroup.xml"],
      ],
    },
    "warning : Failed to ensure user 'sol'",
  ],
  [
    "has an author who is in no map",
    { replace: [[at(helloFile, "Author"), '$1 Author="77"']] },
    /^warning File: The user '77' is not in the user map/,
  ],
  [
    "has a group with an unknown member",
    { replace: [['<Member UserId="8"', '<Member UserId="80"', "UserGroup.xml"]] },
    /^fatal : .*member '80'/,
  ],
  [
    "has a group with an unknown owner",
    { replace: [['Owner="7"', 'Owner="70"', "UserGroup.xml"]] },
    /^fatal : .*owner '70'/,
  ],
  [
    "has the group of a sharing link",
    {
      replace: [
        [
          "</Groups>",
          '<Group Id="10" Name="SharingLinks.x.y.z" Owner="7" OwnerIsUser="true"/></Groups>',
          "UserGroup.xml",
        ],
      ],
    },
    /^warning : The group 'SharingLinks/,
  ],
  [
    "has an undeclared attribute on a user",
    { replace: [['<User Id="8"', '<User Id="8" Title="x"', "UserGroup.xml"]] },
    "fatal : The 'Title' attribute is not declared.",
  ],

  // Objects and their ids
  [
    "is for another web",
    {
      replace: [[at(helloFile, "ParentWebId"), `$1 ParentWebId="${unknownId}"`]],
    },
    [/^error File: Parent web not found/, /^error ListItem: Missing file info/, /^error : The object/],
  ],
  [
    "is for a web at another URL",
    { replace: [[at(helloFile, "ParentWebUrl"), '$1 ParentWebUrl="/sites/u"']] },
    [/^error File: Parent web not found/, /Missing file info/, /^error : /],
  ],
  [
    "is for another list",
    { replace: [[at(helloFile, "ListId"), `$1 ListId="${unknownId}"`]] },
    [/^error File: The list/, /Missing file info/, /^error : /],
  ],
  [
    "has an item of another list",
    { replace: [[at(helloItem, "ParentListId"), `$1 ParentListId="${unknownId}"`]] },
    /^error ListItem: List does not exist/,
  ],
  [
    "has an id twice",
    {
      replace: [
        ['<SPObject Id="20000000-0000-4000-8000-000000000004"', '<SPObject Id="20000000-0000-4000-8000-000000000003"'],
      ],
    },
    /^error ListItem: .*more than once/,
  ],
  [
    "has an object with another id than its element",
    { replace: [[`<SPObject Id="${hello}"`, `<SPObject Id="${unknownId}"`]] },
    [/^error File: .*not that of its File/, /Missing file info/, /^error : /],
  ],
  [
    "has an id in braces",
    { replace: [[`<SPObject Id="${hello}"`, `<SPObject Id="{${hello}}"`]] },
    [/^error File: Guid should contain 32 digits/, /Missing file info/, /^error : /],
  ],
  [
    "has an object of another type than its element",
    { replace: [['ObjectType="SPFile"', 'ObjectType="SPFolder"']] },
    [/^error Folder: .*holds 'File'/, /Missing file info/, /^error : /],
  ],
  [
    "has a file in an unknown folder",
    { replace: [[at(helloFile, "ParentId"), `$1 ParentId="${unknownId}"`]] },
    [/^error File: The parent folder/, /Missing file info/, /^error : /],
  ],
  [
    "has a file whose URL is not below its folder",
    { replace: [[at(helloFile, "Url"), '$1 Url="Docs/hello.txt"']] },
    [/^error File: The folder '\/sites\/t\/Docs'/, /Missing file info/, /^error : /],
  ],
  [
    "has a server-relative URL at a file",
    { replace: [[at(helloFile, "Url"), '$1 Url="/sites/t/Docs/Reports/2024/hello.txt"']] },
    [/^error File: The folder '\/sites\/t\/sites\/t\/Docs/, /Missing file info/, /^error : /],
  ],
  [
    "has a name that is not that of the URL",
    { replace: [[at(helloFile, "Name"), '$1 Name="x.txt"']] },
    [/^error File: The name/, /Missing file info/, /^error : /],
  ],
  [
    "has a child before its parent",
    {
      of: "structure",
      change: (source) => {
        const objects = source.manifest["Manifest.xml"]?.match(/<SPObject .*?<\/SPObject>/gs) ?? [];
        source.manifest["Manifest.xml"] =
          `<SPObjects xmlns="urn:deployment-manifest-schema">${[2, 3, 0, 1].map((index) => objects[index]).join("")}</SPObjects>`;
      },
    },
    [/^error Folder: The parent folder/, /^error ListItem: Missing file info/],
  ],
  [
    "has the folder of others fail",
    {
      of: "structure",
      replace: [[at(`<Folder Id="${reports}"`, "ParentFolderId"), `$1 ParentFolderId="${unknownId}"`]],
    },
    [/^error Folder: /, /^error ListItem: Missing/, /^error Folder: The parent folder/, /^error ListItem: Missing/],
  ],
  [
    "has an item id that another has",
    { replace: [[/ListItemIntId="3"/, 'ListItemIntId="1"']] },
    [/^error File: The item id 1 .*already exists/, /Missing file info/, /^error : /],
  ],
  [
    "has the root folder under another id",
    {
      of: "structure",
      replace: [
        [
          '<SPObjects xmlns="urn:deployment-manifest-schema">',
          `<SPObjects xmlns="urn:deployment-manifest-schema"><SPObject Id="${unknownId}" ObjectType="SPFolder"><Folder Id="${unknownId}" Name="Docs" Url="Docs" ParentFolderId="${web}" ParentWebId="${web}"/></SPObject>`,
        ],
      ],
    },
    /^error Folder: The root folder/,
  ],

  // List items
  [
    "has an item with the id of its file",
    {
      change: (source) => {
        source.manifest["Manifest.xml"] = (source.manifest["Manifest.xml"] ?? "").replaceAll(
          "20000000-0000-4000-8000-000000000003",
          hello,
        );
      },
    },
    /^error ListItem: .*more than once/,
  ],
  [
    "has an item with another number than its file",
    { replace: [[at(helloItem, "IntId"), '$1 IntId="9"']] },
    /^error ListItem: Missing file info for list item/,
  ],
  [
    "has an item without a number",
    { replace: [[at(helloItem, "IntId"), '$1 IntId="0"']] },
    /^error ListItem: Missing file info for list item/,
  ],
  [
    "has an item in an unknown folder",
    { replace: [[at(helloItem, "ParentFolderId"), `$1 ParentFolderId="${unknownId}"`]] },
    /^error ListItem: Missing file info for list item/,
  ],
  [
    "has an item of a document that isn't there",
    { replace: [[at(helloItem, "DocId"), `$1 DocId="${unknownId}"`]] },
    /^error ListItem: Missing file info for list item/,
  ],
  [
    "has an item below its file's folder",
    {
      replace: [
        [/(<SPObject Id="20000000-0000-4000-8000-000000000003"[^>]*?) ParentId="[^"]*"/, `$1 ParentId="${reports}"`],
      ],
    },
    /^error ListItem: Missing file info for list item/,
  ],
  [
    "has a web-relative DirName",
    { replace: [[at(helloItem, "DirName"), '$1 DirName="Docs/Reports/2024"']] },
    /^error ListItem: Missing file info for list item/,
  ],
  [
    "has a DirName with a leading slash",
    { replace: [[at(helloItem, "DirName"), '$1 DirName="/sites/t/Docs/Reports/2024"']] },
    [],
  ],
  [
    "has an item of the wrong DocType",
    { replace: [[at(helloItem, "DocType"), '$1 DocType="Folder"']] },
    /^error ListItem: Missing file info for list item/,
  ],
  ...["Name", "DocId", "DirName", "ParentFolderId", "Order", "FileUrl"].map(
    (name) =>
      [
        `has an item without ${name}`,
        { replace: [[at(helloItem, name), "$1"]] },
        new RegExp(`^error ListItem: .*no '${name}'`),
      ] as const,
  ),
  [
    "has a content type that isn't one",
    { replace: [[at(helloItem, "ContentTypeId"), '$1 ContentTypeId="1x"']] },
    /^error ListItem: The content type/,
  ],
  [
    "doesn't name the root folder of a new list",
    {
      of: "rich",
      replace: [[new RegExp(`<SystemObject Id="${docsRoot}"[^>]*>`), "", "SystemData.xml"]],
    },
    [/^error ListItem: Missing file info .*new list/, /^error ListItem: Missing file info .*new list/],
  ],
  [
    "has attachments in a library",
    {
      replace: [
        [
          "<Fields/></ListItem>",
          '<Fields/><Attachments><Attachment Name="a" FileValue="0.dat"/></Attachments></ListItem>',
        ],
      ],
    },
    /^error ListItem: Items of a library have no attachments/,
  ],
  [
    "has an attachment without MD5",
    { of: "rich", blobFaults: { "4.dat": { md5: undefined } } },
    ["error ListItem: Missing MD5 property in Manifest and Azure Blob", taskScope],
  ],
  [
    "has an attachment whose blob is missing",
    { of: "rich", remove: ["5.dat"] },
    [/^error ListItem: The blob '5.dat' does not exist/, taskScope],
  ],
  [
    "has an attachment twice",
    { of: "rich", replace: [['Name="plan.txt" DirName', 'Name="NOTE.txt" DirName', "Manifest1.xml"]] },
    [/^error ListItem: The attachment .*twice/, taskScope],
  ],
  [
    "has a plain item of another name",
    { of: "rich", replace: [[/2_\.000/g, "3_.000", "Manifest1.xml"]] },
    [/^error ListItem: The name '3_.000'/, taskScope],
  ],
  [
    "has a version of an item twice",
    { of: "rich", replace: [[/Version="1\.1"/, 'Version="1.0"', "Manifest1.xml"]] },
    /^error ListItem: The version '1.0'/,
  ],
  [
    "has a label of more than 511 minor versions",
    { replace: [[at(helloItem, "Version"), '$1 Version="1.512"']] },
    /^error ListItem: The version '1.512'/,
  ],
  ...(
    [
      ["Number", "1e3", "x"],
      ["Integer", "7", "7.5"],
      ["Boolean", 'Type="Boolean" Value="1"', 'Type="Boolean" Value="true"'],
      ["DateTime", "2024-12-31T23:59:59", "31.12.2024"],
      ["MultiChoice", ";#A;#B;#", "A;B"],
      ["User", "7;UserInfo", "7"],
      ["User", "7;UserInfo", "77;UserInfo"],
      ["Lookup", `54;# ;${docs}`, "54"],
      ["TaxonomyFieldType", "-1;#Red; blue|", "Red; blue|"],
    ] as const
  ).map(
    ([type, from, to]) =>
      [
        `has ${to} in a column of type ${type}`,
        {
          of: "rich",
          replace: [
            [from.includes("=") ? from : `Value="${from}`, to.includes("=") ? to : `Value="${to}`, "Manifest1.xml"],
          ],
        },
        [/^error ListItem: The (?:value|user)/, taskScope],
      ] as const,
  ),

  // Contents
  [
    "lacks a blob",
    { remove: ["1.dat"] },
    [/^error File: The blob '1.dat' does not exist/, /Missing file info/, /^error : /],
  ],
  [
    "names no blob",
    { replace: [[at(helloFile, "FileValue"), "$1"]] },
    [/^error File: .*no FileValue/, /Missing file info/, /^error : /],
  ],
  [
    "has a blob without a snapshot",
    { blobFaults: { "1.dat": { isSnapshot: false } } },
    [/^error File: .*snapshot/, /Missing file info/, /^error : /],
  ],
  [
    "has a blob without a snapshot, which fails the job",
    {
      blobFaults: { "1.dat": { isSnapshot: false } },
      switches: { missingSnapshot: "job" },
    },
    /^fatal : .*snapshot/,
  ],
  [
    "has an append blob",
    { blobFaults: { "1.dat": { blobType: "AppendBlob" } } },
    [/^error File: .*AppendBlob/, /Missing file info/, /^error : /],
  ],
  [
    "has an MD5 nowhere",
    { blobFaults: { "1.dat": { md5: undefined } }, replace: [[at(helloFile, "MD5Hash"), "$1"]] },
    [/^error File: Missing MD5 property in Manifest and Azure Blob$/, /Missing file info/, /^error : /],
  ],
  ["has its MD5 at the blob only", { replace: [[at(helloFile, "MD5Hash"), "$1"]] }, []],
  ["has its MD5 in the manifest only", { blobFaults: { "1.dat": { md5: undefined } } }, []],
  [
    "has a wrong MD5",
    { replace: [[at(helloFile, "MD5Hash"), '$1 MD5Hash="1B2M2Y8AsgTpgAmY7PhCfg=="']] },
    [/^error File: MD5 mismatch/, /Missing file info/, /^error : /],
  ],
  [
    "has a wrong MD5, told as a missing one",
    {
      replace: [[at(helloFile, "MD5Hash"), '$1 MD5Hash="1B2M2Y8AsgTpgAmY7PhCfg=="']],
      switches: { md5Error: "missing" },
    },
    [/^error File: Missing MD5 property/, /Missing file info/, /^error : /],
  ],
  [
    "has a wrong checksum",
    { replace: [[at(helloFile, "Checksum"), '$1 Checksum="AAAAAAAAAAAAAAAAAAAAAAAAAAA="']] },
    [/^error File: Checksum mismatch/, /Missing file info/, /^error : /],
  ],
  [
    "has another size than it says",
    { replace: [[at(helloFile, "FileSize"), '$1 FileSize="12"']] },
    /^warning File: The FileSize '12'/,
  ],
  [
    "has another IV than its blob",
    { replace: [[helloFile, `${helloFile} InitializationVector="AAAAAAAAAAAAAAAAAAAAAA=="`]] },
    [/^error File: Blob exists however the encryption IV does not match$/, /Missing file info/, /^error : /],
  ],
  [
    "has a blob without an IV",
    { blobFaults: { "1.dat": { iv: undefined } } },
    [/^error File: .*IV/, /Missing file info/, /^error : /],
  ],
  [
    "has a blob under another key",
    {
      reseal: ({ content }) => {
        const blob = content.get("1.dat");
        blob?.bytes.set(blob.bytes.map((byte) => byte ^ 1));
      },
    },
    [/^error File: (?:Padding is invalid|MD5 mismatch)/, /Missing file info/, /^error : /],
  ],
  [
    "has a file above 15 GB without a checksum",
    {
      blobFaults: { "1.dat": { size: 16 * 1024 ** 3 } },
      replace: [[at(helloFile, "Checksum"), "$1"]],
    },
    [/^error File: .*15 GB has no Checksum/, /Missing file info/, /^error : /],
  ],
  [
    "has a file above 2 GB with a checksum and no MD5",
    {
      blobFaults: { "1.dat": { size: 3 * 1024 ** 3, md5: undefined } },
      replace: [[at(helloFile, "MD5Hash"), "$1"]],
    },
    [],
  ],

  // Versions
  [
    "has a version twice",
    { replace: [[/Version="0\.1"/, 'Version="1.0"']] },
    [/^error File: The version '1.0' .*twice/, /Missing file info/],
  ],
  [
    "has a version above the current one",
    { replace: [[/Version="0\.1"/, 'Version="3.0"']] },
    [/^error File: The version '3.0' .*above/, /Missing file info/],
  ],
  [
    "lacks the current version",
    { replace: [[/<File [^>]*Version="2\.0"[^>]*\/>(?=<\/Versions>)/, ""]] },
    [/^error File: The versions .*lack/, /Missing file info/],
  ],
  [
    "has a version that isn't one",
    { replace: [[/Version="0\.1"/, 'Version="draft"']] },
    [/^error File: The version 'draft'/, /Missing file info/],
  ],
  [
    "has a version of another file",
    { replace: [[/(<Versions><File [^>]*)ListItemIntId="5"/, '$1ListItemIntId="6"']] },
    [/^error File: The 'ListItemIntId' of a version/, /Missing file info/],
  ],
  [
    "has another current blob than its last version",
    { replace: [[/FileValue="4\.dat"/, 'FileValue="3.dat"']] },
    [/^error File: The FileValue/, /Missing file info/],
  ],

  // Names
  ...(
    [
      ["a*b.txt", "holds one of"],
      [" a.txt", "begins or ends with a space"],
      ["a ", "begins or ends with a space"],
      ["a.", "ends with a period"],
      ["CON", "is reserved"],
      ["desktop.ini", "is reserved"],
      ["a_vti_b", "_vti_"],
      ["~$a.docx", "begins with '~\\$'"],
      ["a\u007fb", "control character"],
      ["n".repeat(256), "longer than 255"],
      [`${deep}${"x".repeat(55)}`, ""],
    ] as const
  ).flatMap(([name, reason]) =>
    reason === ""
      ? []
      : [
          [
            `has a file named ${JSON.stringify(name.slice(0, 12))}`,
            {
              replace: [[`Url="Docs/empty.bin" Name="empty.bin"`, `Url="Docs/${name}" Name="${name}"`]],
            },
            [new RegExp(`^error File: The file name .*${reason}`), /Missing file info/],
          ] as const,
        ],
  ),
  [
    "has a folder named forms in the root",
    { of: "structure", replace: [[`Url="Docs/Reports" Name="Reports"`, `Url="Docs/Forms" Name="Forms"`]] },
    [/^error Folder: .*system folder/, /Missing/, /^error Folder: /, /Missing/],
  ],
  [
    "has a folder that begins with a tilde",
    { of: "structure", replace: [[`Url="Docs/Reports" Name="Reports"`, `Url="Docs/~R" Name="~R"`]] },
    [/^error Folder: .*begins with '~'/, /Missing/, /^error Folder: /, /Missing/],
  ],

  // Permissions
  [
    "grants to nobody that is known",
    { replace: [['PrincipalId="9"', 'PrincipalId="90"']] },
    /^error : The principal '90'/,
  ],
  [
    "grants a role that nobody knows",
    { replace: [['<Assignment RoleId="1073741924"', '<Assignment RoleId="1073749999"']] },
    /^error : The role '1073749999'/,
  ],
  [
    "grants Limited Access",
    { replace: [['<Assignment RoleId="1073741924"', '<Assignment RoleId="1073741825"']] },
    /^warning : Limited Access/,
  ],
  [
    "has permissions of an object that isn't there",
    { replace: [[`ObjectId="${hello}"`, `ObjectId="${unknownId}"`]] },
    /^error : The object '12345678/,
  ],
  ["has permissions of a web", { replace: [[/ObjectType="2"/, 'ObjectType="0"']] }, /^error : The object type '0'/],
  [
    "has permissions at another URL",
    { replace: [[/ObjectUrl="[^"]*"/, 'ObjectUrl="sites/t/Docs/x"']] },
    /^error : The object/,
  ],
  [
    "has permissions of another web",
    { replace: [[/RoleDefWebId="[^"]*"/, `RoleDefWebId="${unknownId}"`]] },
    /^error : Parent web not found/,
  ],
  ["has a scope that is no GUID", { replace: [[/ScopeId="[^"]*"/, 'ScopeId="1"']] }, /^error : The scope id/],
  [
    "has a scope twice",
    {
      of: "rich",
      replace: [[/51000000-0000-4000-8000-000000000002/, "51000000-0000-4000-8000-000000000001", "Manifest1.xml"]],
    },
    /^error : The scope .*already/,
  ],
  [
    "has permissions and IncludeSecurity None",
    { replace: [['IncludeSecurity="All"', 'IncludeSecurity="None"', "ExportSettings.xml"]] },
    /^warning : The permissions are not imported/,
  ],
  [
    "has too many assignments in a scope",
    {
      replace: [
        [
          '<Assignment RoleId="1073741924" PrincipalId="9"/>',
          '<Assignment RoleId="1073741924" PrincipalId="9"/>'.repeat(5_001),
        ],
      ],
    },
    /^error : A scope may have 5000 assignments/,
  ],
  ["has a mask that is no number", { replace: [[/PermMask="[^"]*"/, 'PermMask="0x1"']] }, /^error : The mask/],

  // Sharing and comments
  [
    "shares what a folder above shares",
    {
      of: "rich",
      change: (source) => {
        const [shared = ""] =
          source.manifest["Manifest.xml"]?.match(/<SharedWithEvents>.*?<\/SharedWithEvents>/s) ?? [];
        source.manifest["Manifest.xml"] = (source.manifest["Manifest.xml"] ?? "").replace(
          /(IntId="1"[^>]*DocType="Folder"[^>]*><Fields\/>)(<\/ListItem>)/,
          `$1${shared}$2`,
        );
        source.manifest["Manifest1.xml"] = (source.manifest["Manifest1.xml"] ?? "").replace(
          "<Attachments>",
          `${shared}<Attachments>`,
        );
      },
    },
    /^warning SharedWithObject: .*folder above is shared/,
  ],
  [
    "shares with nobody that is known",
    { of: "rich", replace: [['SharedWithId="8"', 'SharedWithId="80"', "Manifest1.xml"]] },
    /^warning SharedWithObject: The receiver '80'/,
  ],
  [
    "has a comment that is no base64",
    { of: "rich", replace: [['Text="SGk="', 'Text="Hi"', "Manifest1.xml"]] },
    [/^error ListItem: .*Base-64/, taskScope],
  ],
  [
    "answers a comment that isn't there",
    { of: "rich", replace: [['ParentId="1" UserId', 'ParentId="5" UserId', "Manifest1.xml"]] },
    [/^error ListItem: The comment '2' answers/, taskScope],
  ],
];

describe("importPackage()", () => {
  it.each(cases)("takes a package that %s as the service does", async (_, broken, expected) => {
    const problems = await problemsOf(broken);
    const all = Array.isArray(expected) ? expected : [expected];
    expect(problems).toEqual(all.map((one) => (typeof one === "string" ? one : expect.stringMatching(one))));
  });
});
