import { type HandMadePackage, handMadeKey, richFields, richPackage, sealHandMade } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { MemoryContainer } from "../container/memory.ts";
import { type Code, Secret } from "../errors/index.ts";
import type { Finding } from "./finding.ts";
import { verify } from "./verify.ts";

/** Findings but for the notes that every documented element outside of the schema gets. */
async function findingsOf(...sources: readonly HandMadePackage[]): Promise<Finding[]> {
  const packages = [];
  for (const source of sources) {
    const sealed = sealHandMade(source);
    const containers = { content: new MemoryContainer(), manifest: new MemoryContainer() };
    for (const container of ["content", "manifest"] as const) {
      for (const [name, { bytes, md5, iv }] of sealed[container]) {
        await containers[container].putBlob(name, bytes, { md5, iv });
      }
    }
    packages.push({ name: source.name, ...containers });
  }
  const findings: Finding[] = [];
  for await (const event of verify({ packages, key: new Secret(handMadeKey) })) {
    if (event.type === "finding") findings.push(event.finding);
  }
  return findings.filter(({ code }) => code !== "SCHEMA_EXTENSION");
}

type Change = readonly [file: string, from: string | RegExp, to: string];

function changed(source: HandMadePackage, ...changes: readonly Change[]): HandMadePackage {
  for (const [file, from, to] of changes) {
    const before = source.manifest[file] ?? "";
    const after = before.replace(from, to);
    expect(after, "the fault changes the text").not.toBe(before);
    source.manifest[file] = after;
  }
  return source;
}

const first = (from: string | RegExp, to: string): Change => ["Manifest.xml", from, to];
const second = (from: string | RegExp, to: string): Change => ["Manifest1.xml", from, to];
const people = (from: string | RegExp, to: string): Change => ["UserGroup.xml", from, to];

/** One column's value is another. */
const field = (name: string, value: string): Change =>
  second(new RegExp(`(Name="${name}" Type="[^"]*" Value=)"[^"]*"`), `$1"${value}"`);

const stranger = "99999999-0000-4000-8000-000000000009";
const docs = "bbbbbbbb-0000-4000-8000-000000000002";
const folderId = "31000000-0000-4000-8000-000000000001";

const faults: readonly (readonly [title: string, codes: readonly Code[], ...changes: Change[]])[] = [
  // Columns
  ["a number has a comma", ["FIELD_VALUE"], field("Cost", "1,5")],
  ["a number is a word", ["FIELD_VALUE"], field("Size", "NaN")],
  ["an integer has a fraction", ["FIELD_VALUE"], field("Count", "7.5")],
  ["a boolean is a word", ["FIELD_VALUE"], field("Done", "true")],
  ["a date doesn't exist", ["FIELD_VALUE"], field("Due", "2024-02-30T00:00:00")],
  ["a date of the other form doesn't exist", ["FIELD_VALUE"], field("Begun", "31/12/2023 23:59:59")],
  ["a column's date is before 1900", ["DATE_OUT_OF_RANGE"], field("Begun", "12/31/1899 23:59:59")],
  ["choices have no delimiters at their ends", ["FIELD_VALUE"], field("Kinds", "A;#B")],
  ["a choice is empty", ["FIELD_VALUE"], field("Kinds", ";#A;#;#")],
  ["a URL is none", ["FIELD_VALUE"], field("Link", "t.example")],
  ["a user is a name", ["FIELD_VALUE"], field("Owner", "Kim")],
  ["a user has no entry", ["USER_UNKNOWN"], field("Owner", "77;UserInfo")],
  ["a user of the other form has no entry", ["USER_UNKNOWN"], field("Deputy", "88;#;UserInfo")],
  ["one of the users has no entry", ["USER_UNKNOWN"], field("Team", "7;#;#88;#;UserInfo")],
  ["users have another delimiter", ["FIELD_VALUE"], field("Team", "7,8;#;UserInfo")],
  ["a look-up names no list", ["FIELD_VALUE"], field("Project", "54;#Title")],
  ["one of the look-ups has no delimiter", ["FIELD_VALUE"], field("Projects", `54;# 8;# ;${docs}`)],
  ["a term has no GUID", ["FIELD_VALUE"], field("Topic", "-1;#Red")],
  ["one of the terms has no label", ["FIELD_VALUE"], field("Topics", "1;#Red|x;#2;#Blue|y")],
  ["a term has no hidden note field", ["TAXONOMY_NOTE_MISSING"], field("a123", "Red")],
  ["several terms have another hidden note field", ["TAXONOMY_NOTE_MISSING"], field("b123", "Red")],
  ["a column stands twice", ["FIELD_DUPLICATE"], second('Name="Kind"', 'Name="Kinds"')],
  ["a column has no name", ["IMPORT_ATTRIBUTE_MISSING"], second('<Field Name="Own"', "<Field")],
  [
    "who set the label has no entry",
    ["USER_UNKNOWN"],
    second('ListDefaultComplianceTagUserId="8"', 'ListDefaultComplianceTagUserId="88"'),
  ],
  ["a label's date is none", ["SCHEMA_DATE"], second(/(ListDefaultCompliancetagWrittenTime=)"[^"]*"/, '$1"yesterday"')],
  [
    "a label's flags are a word",
    ["SCHEMA_VALUE"],
    second('ListDefaultComplianceFlags="1"', 'ListDefaultComplianceFlags="keep"'),
  ],

  [
    "a label's date is before 1900",
    ["DATE_OUT_OF_RANGE"],
    second(/(ListDefaultCompliancetagWrittenTime=)"[^"]*"/, '$1"1899-12-31T23:59:59"'),
  ],
  ["a comment's date is before 1900", ["DATE_OUT_OF_RANGE"], second('Created="2024-01-03', 'Created="1800-01-03')],
  [
    "one version of several has the id of the file",
    ["VERSION_LINK"],
    first('Id="32000000-0000-4000-8000-000000000002"', 'Id="32000000-0000-4000-8000-000000000001"'),
  ],

  // Attachments
  [
    "an attachment is of another web",
    ["TARGET_MISMATCH"],
    second(/(<Attachment [^>]*ParentWebId=)"[^"]*"/, `$1"${stranger}"`),
  ],
  [
    "an attachment's path has too many characters",
    ["PATH_TOO_LONG"],
    second('Url="Lists/Tasks/Att', `Url="Lists/${"t".repeat(400)}/Att`),
  ],
  [
    "an attachment's blob isn't there",
    ["BLOB_MISSING", "BLOB_UNREFERENCED"],
    second('FileValue="4.dat"', 'FileValue="x.dat"'),
  ],
  ["an attachment has no blob", ["IMPORT_ATTRIBUTE_MISSING", "BLOB_UNREFERENCED"], second(' FileValue="4.dat"', "")],
  [
    "an attachment has a hash",
    ["SCHEMA_ATTRIBUTE_UNDECLARED"],
    second('FileValue="4.dat"', 'FileValue="4.dat" FileSize="4"'),
  ],
  [
    "two attachments have one name",
    ["ATTACHMENT_DUPLICATE"],
    second('Name="plan.txt"', 'Name="NOTE.txt"'),
    second("2/plan.txt", "2/NOTE.txt"),
  ],
  [
    "an attachment's name leads out of its folder",
    ["NAME_NOT_ALLOWED", "URL_MISMATCH"],
    second('Name="note.txt"', 'Name="..\\note.txt"'),
  ],
  [
    "an attachment's URL is absolute",
    ["URL_FORM"],
    second('Url="Lists/Tasks/Att', 'Url="https://t.example/Lists/Tasks/Att'),
  ],
  [
    "an attachment's URL is another item's",
    ["URL_MISMATCH"],
    second("Attachments/2/note.txt", "Attachments/3/note.txt"),
  ],
  [
    "an attachment's server-relative URL is another's",
    ["URL_MISMATCH"],
    second("Attachments/2/plan.txt", "Attachments/2/plans.txt"),
  ],
  [
    "an attachment has the other's id",
    ["DUPLICATE_ID"],
    second('Id="61000000-0000-4000-8000-000000000002"', 'Id="61000000-0000-4000-8000-000000000001"'),
  ],
  [
    "two attachments name one blob",
    ["DUPLICATE_BLOB_REFERENCE", "BLOB_UNREFERENCED"],
    second('FileValue="5.dat"', 'FileValue="4.dat"'),
  ],
  [
    "a document has attachments",
    ["ATTACHMENT_IN_LIBRARY"],
    second(/(<Attachments>[\s\S]*?<\/Attachments>)/, ""),
    second(
      "<SharedWithEvents>",
      '<Attachments><Attachment Name="note.txt" FileValue="4.dat"/><Attachment Name="plan.txt" FileValue="5.dat"/></Attachments><SharedWithEvents>',
    ),
  ],

  // Comments and sharing
  ["a comment's text is no base64", ["COMMENT_INVALID"], second('Text="SGk="', 'Text="Hi!"')],
  ["a comment's text is no UTF-8", ["COMMENT_INVALID"], second('Text="SGk="', 'Text="/w=="')],
  [
    "two comments have one id",
    ["COMMENT_INVALID"],
    second('<Comment Id="2" Text="SGk=" ParentId="1"', '<Comment Id="1" Text="SGk=" ParentId="0"'),
  ],
  ["a comment answers none", ["COMMENT_PARENT_UNKNOWN"], second('ParentId="1" UserId="8"', 'ParentId="3" UserId="8"')],
  ["a comment's author has no entry", ["USER_UNKNOWN"], second('ParentId="1" UserId="8"', 'ParentId="1" UserId="88"')],
  ["a comment has no date", ["SCHEMA_ATTRIBUTE_MISSING"], second(' Created="2024-01-03T03:04:05Z"', "")],
  ["a comment holds something", ["SCHEMA_CHILD_UNEXPECTED"], second("</Comments>", "<Reply/></Comments>")],
  ["a sharing time has no zone", ["SCHEMA_DATE"], second("03:04:05.0000000Z", "03:04:05.0000000")],
  ["whom was shared with has no entry", ["USER_UNKNOWN"], second('SharedWithId="8"', 'SharedWithId="88"')],
  [
    "the initiator is spelt otherwise",
    ["SCHEMA_ATTRIBUTE_UNDECLARED", "SCHEMA_ATTRIBUTE_MISSING"],
    second("SharingInitiatorId", "SharingInitatiorId"),
  ],
  ["sharing events name nobody", ["SCHEMA_CHILD_MISSING"], second('<SharedWithMember SharedWithId="8"/>', "")],
  [
    "a child of a shared folder is shared too",
    ["SHARING_INHERITED"],
    first(/("32000000-0000-4000-8000-000000000001" ObjectType="SPFile" ParentId=)"[^"]*"/, `$1"${folderId}"`),
    first(/Docs\/report\.aspx/g, "Docs/Shared/report.aspx"),
    first(
      /ListId="bbbbbbbb-0000-4000-8000-000000000002" ParentId="cccccccc-0000-4000-8000-000000000003"/g,
      `ListId="${docs}" ParentId="${folderId}"`,
    ),
    second(/Docs\/report\.aspx/g, "Docs/Shared/report.aspx"),
    second(/DirName="sites\/t\/Docs" Name="report.aspx"/g, 'DirName="sites/t/Docs/Shared" Name="report.aspx"'),
    second(/(ParentListId="bbbbbbbb-0000-4000-8000-000000000002" ParentFolderId=)"[^"]*"/g, `$1"${folderId}"`),
  ],
  [
    "somebody gets too many sharing events in a day",
    ["SHARING_OVER_LIMIT"],
    second(/(<SharedWithEvent .*<\/SharedWithEvent>)/, "$1".repeat(1_001)),
  ],

  // Versions, in the forms that the hand-made packages of verify.test.ts don't have
  [
    "a version has the id of something else",
    ["DUPLICATE_ID"],
    first('Id="32000000-0000-4000-8000-000000000003"', `Id="${folderId}"`),
  ],
  [
    "two versions have one id of their own",
    ["DUPLICATE_ID"],
    first('Id="32000000-0000-4000-8000-000000000003"', 'Id="32000000-0000-4000-8000-000000000002"'),
  ],
  [
    "there are exactly two versions",
    ["TWO_VERSIONS", "VERSION_LINK", "BLOB_UNREFERENCED"],
    first(/<File Id="32000000-0000-4000-8000-000000000003".*<\/File>/, ""),
  ],
  [
    "a version of a file and of its item have other labels",
    ["VERSION_LINK"],
    second(/Version="1\.1"/, 'Version="1.2"'),
  ],
  [
    "a version of an item has another number",
    ["VERSION_LINK"],
    second(/IntId="2"(?=[^>]*Version="1\.1")/, 'IntId="3"'),
  ],
  [
    "a version event's user has no entry",
    ["USER_UNKNOWN"],
    first('Time="2024-01-02T03:04:05" UserId="7"', 'Time="2024-01-02T03:04:05" UserId="77"'),
  ],
  ["a web part is something else", ["SCHEMA_CHILD_UNEXPECTED"], first("<WebParts>", "<WebParts><Part/>")],
  ["a link has no target", ["SCHEMA_ATTRIBUTE_MISSING"], first(' TargetUrl="Docs/x.png"', "")],
  ["an event receiver is of no known type", ["SCHEMA_ENUMERATION"], first('Type="ItemAdded"', 'Type="ItemMelted"')],

  // Plain list items
  ["a list item has another name than its number", ["LINK_MISMATCH"], second(/2_\.000(?=")/g, "3_.000")],
  [
    "two list items are one document",
    ["LINK_MISMATCH", "COUNT_MISMATCH"],
    second(
      /(<SPObject Id="34)/,
      `<SPObject Id="${stranger}" ObjectType="SPListItem"><ListItem Id="${stranger}" DocId="33000000-0000-4000-8000-000000000001" IntId="5" FileUrl="Lists/Tasks/5_.000" Name="5_.000" DirName="sites/t/Lists/Tasks" ParentWebId="aaaaaaaa-0000-4000-8000-000000000001" ParentListId="dddddddd-0000-4000-8000-000000000004" ParentFolderId="eeeeeeee-0000-4000-8000-000000000005"/></SPObject>$1`,
    ),
  ],

  // Deletions
  [
    "a deletion has content",
    ["DELETION_WITH_CONTENT"],
    second(
      /(Url="\/sites\/t\/Docs\/old.txt" IsDeleted="true")\/>/,
      '$1><File Id="34000000-0000-4000-8000-000000000001" FileValue="x.dat"/></SPObject>',
    ),
  ],
  [
    "what is deleted is a system object",
    ["SYSTEM_OBJECT_REDEFINED"],
    second("34000000-0000-4000-8000-000000000001", "cccccccc-0000-4000-8000-000000000003"),
  ],
  ["what is deleted is packaged", ["DUPLICATE_ID"], second("34000000-0000-4000-8000-000000000001", folderId)],
  ["a deletion's URL is relative", ["URL_FORM"], second('Url="/sites/t/Docs/old.txt"', 'Url="Docs/old.txt"')],

  // Several manifests
  [
    "a manifest is named twice",
    ["MANIFEST_FILE_REPEATED"],
    ["SystemData.xml", "</ManifestFiles>", '<ManifestFile Name="Manifest.xml"/></ManifestFiles>'],
  ],
  [
    "a parent stands in a later manifest",
    ["OBJECT_ORDER", "PARENT_AFTER_CHILD"],
    [
      "SystemData.xml",
      '<ManifestFile Name="Manifest.xml"/><ManifestFile Name="Manifest1.xml"/>',
      '<ManifestFile Name="Manifest1.xml"/><ManifestFile Name="Manifest.xml"/>',
    ],
    // Else all content would stand after the roles.
    second(/<SPObject Id="41[\s\S]*<\/SPObject>(?=\s*<\/SPObjects>)/, ""),
    ["SystemData.xml", 'ObjectsProcessed="11"', 'ObjectsProcessed="9"'],
    people(/<User Id="10".*\n/, ""),
  ],
  ["an id stands in two manifests", ["DUPLICATE_ID"], second("41000000-0000-4000-8000-000000000001", folderId)],
  [
    "a manifest's name leads out of the container",
    ["MANIFEST_FILE_MISSING"],
    ["SystemData.xml", "</ManifestFiles>", '<ManifestFile Name="../Manifest.xml"/></ManifestFiles>'],
  ],

  // People
  [
    "nothing names a user",
    ["USER_UNREFERENCED"],
    people("</Users>", '<User Id="12" Name="X" Login="i:0#.f|membership|x@t.example" SystemId="eA=="/></Users>'),
  ],
  [
    "the System Account has an entry",
    [],
    people("</Users>", '<User Id="1" Name="System Account" Login="SHAREPOINT\\system" SystemId="eA=="/></Users>'),
  ],
  [
    "nothing names a group",
    ["USER_UNREFERENCED"],
    people("</Groups>", '<Group Id="12" Name="X" Owner="7" OwnerIsUser="true"/></Groups>'),
  ],
  ["a person has two logins", ["USER_DUPLICATE"], people("i:0#.f|membership|sol@t.example", "i:0#.w|KIM@t.example")],
  [
    "a person has two users with one address",
    ["USER_DUPLICATE"],
    people('Email="sol@t.example"', 'Email="KIM@t.example"'),
  ],
  ["a SystemId is no base64", ["SCHEMA_VALUE"], people('SystemId="c29s"', 'SystemId="sol"')],
  ["an owner isn't in the map", ["USER_UNKNOWN"], people('Owner="1073741823"', 'Owner="12"')],
  ["an owner is no user", ["USER_UNKNOWN"], people('Owner="11" OwnerIsUser="false"', 'Owner="11" OwnerIsUser="true"')],
  [
    "an owner is no group",
    ["USER_UNKNOWN"],
    people('Owner="1073741823" OwnerIsUser="true"', 'Owner="7" OwnerIsUser="false"'),
  ],
  [
    "a member is a group",
    ["USER_UNKNOWN"],
    people('<Member UserId="8"/>', '<Member UserId="8"/><Member UserId="11"/>'),
  ],
  [
    "a group is one of SharePoint's own",
    ["SYSTEM_GROUP_IMPORTED"],
    people('Name="Readers"', 'Name="SharingLinks.1.OrganizationView.2"'),
  ],
  [
    "a group is that of Limited Access",
    ["SYSTEM_GROUP_IMPORTED"],
    people('Name="Readers"', 'Name="Limited Access System Group For List 1"'),
  ],

  // Roles and scopes
  ["a mask is hexadecimal", ["SCHEMA_VALUE"], second('PermMask="756052856897"', 'PermMask="0xb008431041"')],
  [
    "a mask has more than 64 bits",
    ["SCHEMA_VALUE"],
    second('PermMask="756052856897"', 'PermMask="18446744073709551616"'),
  ],
  [
    "a role's id is no number",
    ["SCHEMA_VALUE", "ROLE_UNKNOWN"],
    second('RoleId="1073741924" Title', 'RoleId="View" Title'),
  ],
  [
    "a role is defined twice",
    ["DUPLICATE_ID"],
    second("</Roles>", '<Role RoleId="1073741924" Title="V" PermMask="1" Hidden="false"/></Roles>'),
  ],
  ["a standard role has another mask", ["ROLE_MISMATCH"], second('PermMask="756052856929"', 'PermMask="756052856928"')],
  [
    "a standard role has another id",
    ["ROLE_MISMATCH"],
    second('RoleId="1073741924" Title="View Only"', 'RoleId="1073741924" Title="Contribute"'),
  ],
  [
    "two scopes have one id",
    ["SCOPE_DUPLICATE"],
    second('ScopeId="51000000-0000-4000-8000-000000000002"', 'ScopeId="51000000-0000-4000-8000-000000000001"'),
  ],
  ["a list's scope is of another type", ["LINK_MISMATCH"], second('ObjectType="1"', 'ObjectType="2"')],
  [
    "a file's scope is of another type",
    ["LINK_MISMATCH"],
    second(
      'ObjectType="2" ObjectUrl="sites/t/Docs/report.aspx"',
      'ObjectType="1" ObjectUrl="sites/t/Docs/report.aspx"',
    ),
  ],
  [
    "a scope has another URL than its object",
    ["URL_MISMATCH"],
    second('ObjectUrl="sites/t/Docs/report.aspx"', 'ObjectUrl="sites/t/Docs/reports.aspx"'),
  ],
  [
    "a list's scope has another URL",
    ["URL_MISMATCH"],
    second('ObjectUrl="sites/t/Lists/Tasks"', 'ObjectUrl="sites/t/Lists/Task"'),
  ],
  [
    "a list item's scope is of another type",
    ["LINK_MISMATCH"],
    second('ObjectType="2" ObjectUrl="sites/t/Lists/Tasks/O', 'ObjectType="1" ObjectUrl="sites/t/Lists/Tasks/O'),
  ],
  [
    "a list item's scope has another URL",
    ["URL_MISMATCH"],
    second('ObjectUrl="sites/t/Lists/Tasks/Open/2_.000"', 'ObjectUrl="sites/t/Lists/Tasks/2_.000"'),
  ],
  [
    "a scope's web is another",
    ["TARGET_MISMATCH"],
    second('RoleDefWebId="aaaaaaaa-0000-4000-8000-000000000001"', `RoleDefWebId="${stranger}"`),
  ],
];

describe("verify() of a package with all that one may hold", () => {
  it("finds nothing", async () => {
    expect(await findingsOf(richPackage())).toEqual([]);
  });

  it("takes columns, comments and labels on any version, and each value that is empty", async () => {
    const emptied = richFields.map((text) => text.replace(/ Value="[^"]*"/, ' Value=""'));
    const source = changed(richPackage(), second(/<Field Name="Title" Value="Paint"\/>/, emptied.join("")));
    expect(await findingsOf(source)).toEqual([]);
  });

  it("takes the outer file's blob named again, and versions of the file's own id", async () => {
    const outer = 'FileValue="3.dat" FileSize="1" MD5Hash="{md5:3.dat}" Checksum="SgAAAAAAAAAAAAAAAQAAAAAAAAA="';
    const source = changed(
      richPackage(),
      first(/Version="2\.0" {2}/, `Version="2.0" ${outer} `),
      first(/Id="32000000-0000-4000-8000-00000000000[234]"/g, 'Id="32000000-0000-4000-8000-000000000001"'),
    );
    expect(await findingsOf(source)).toEqual([]);
  });

  const cases = faults.map(([title, codes, ...changes]) => ({ title, codes, changes }));

  it.each(cases)("finds it when $title", async ({ codes, changes }) => {
    const findings = await findingsOf(changed(richPackage(), ...changes));
    expect(findings.map(({ code }) => code)).toEqual(codes);
    for (const { place, message } of findings) {
      expect(place).toMatch(/^(manifest\/.+\.xml(:\d+:\d+)?|content\/.+)$/);
      expect(message).not.toMatch(/undefined|\.$/);
    }
  });

  it("finds scopes and sharing that clash with another package's", async () => {
    const other = changed(
      richPackage(),
      ["SystemData.xml", '<ManifestFile Name="Manifest.xml"/>', ""],
      ["SystemData.xml", / ObjectsProcessed="11"/, ""],
      [
        "Manifest1.xml",
        /<SPObjects[\s\S]*(?=<SPObject Id="41000000-0000-4000-8000-000000000002)/,
        '<SPObjects xmlns="urn:deployment-manifest-schema">',
      ],
      ["UserGroup.xml", /<User Id="7".*\n/, ""],
      ["ExportSettings.xml", ' IncludeVersions="All"', ""],
    );
    for (const name of Object.keys(other.content)) delete other.content[name];
    const codes = (await findingsOf(richPackage(), { ...other, name: "other" })).map(({ code }) => code);
    expect(codes.filter((code) => code === "SCOPE_DUPLICATE")).toHaveLength(6);
  });
});
