import type { HandMadePackage } from "./broken-packages.ts";

const web = "aaaaaaaa-0000-4000-8000-000000000001";
const docs = "bbbbbbbb-0000-4000-8000-000000000002";
const docsRoot = "cccccccc-0000-4000-8000-000000000003";
const tasks = "dddddddd-0000-4000-8000-000000000004";
const tasksRoot = "eeeeeeee-0000-4000-8000-000000000005";
const term = "abcdef01-0000-4000-8000-000000000001";
const otherTerm = "abcdef01-0000-4000-8000-000000000002";

/** A GUID that tells by its first digits what it is of. */
const id = (prefix: string, number: number) => `${prefix}000000-0000-4000-8000-00000000000${number}`;

const xml = '<?xml version="1.0" encoding="utf-8"?>';
const onWeb = `ParentWebId="${web}" ParentWebUrl="/sites/t"`;
const authors = 'Author="7" ModifiedBy="7"';
const times = 'TimeCreated="2024-01-02T03:04:05" TimeLastModified="2024-02-03T04:05:06"';
/** QuickXorHash of a single letter, as published for `a` and `J`. */
const letters = {
  a: "YQAAAAAAAAAAAAAAAQAAAAAAAAA=",
  b: "YgAAAAAAAAAAAAAAAQAAAAAAAAA=",
  J: "SgAAAAAAAAAAAAAAAQAAAAAAAAA=",
};

interface Place {
  readonly list: string;
  readonly parent: string;
  readonly path: string;
  readonly itemId: number;
}

function folder(docId: string, place: Place): string {
  const { list, parent, path, itemId } = place;
  const name = path.slice(path.lastIndexOf("/") + 1);
  return `<SPObject Id="${docId}" ObjectType="SPFolder" ParentId="${parent}" ${onWeb} Url="/sites/t/${path}"><Folder Id="${docId}" Url="${path}" Name="${name}" ParentFolderId="${parent}" ${onWeb} ContainingDocumentLibrary="${list}" ListItemIntId="${itemId}" ${times}/></SPObject>`;
}

function itemElement(itemGuid: string, docId: string, place: Place, more: string, inside: string): string {
  const { list, parent, path, itemId } = place;
  const cut = path.lastIndexOf("/");
  return `<ListItem Id="${itemGuid}" DocId="${docId}" IntId="${itemId}" FileUrl="${path}" DirName="sites/t/${path.slice(0, cut)}" Name="${path.slice(cut + 1)}" ParentWebId="${web}" ParentListId="${list}" ParentFolderId="${parent}" Order="${itemId}00" ${authors} ${times} ${more}>${inside}</ListItem>`;
}

function item(itemGuid: string, docId: string, place: Place, more: string, inside: string): string {
  return `<SPObject Id="${itemGuid}" ObjectType="SPListItem" ParentId="${place.list}" ${onWeb} Url="/sites/t/${place.path}">
${itemElement(itemGuid, docId, place, more, inside)}</SPObject>`;
}

const sharedFolder: Place = { list: docs, parent: docsRoot, path: "Docs/Shared", itemId: 1 };
const report: Place = { list: docs, parent: docsRoot, path: "Docs/report.aspx", itemId: 2 };
const openTasks: Place = { list: tasks, parent: tasksRoot, path: "Lists/Tasks/Open", itemId: 1 };
const task: Place = { list: tasks, parent: id("31", 2), path: "Lists/Tasks/Open/2_.000", itemId: 2 };

function sharing(receiver: string): string {
  return `<SharedWithEvents><SharedWithEvent SharedTime="2024-01-02T03:04:05.0000000Z" SharingInitiatorId="7" SharedById="8"><SharedWithMembers><SharedWithMember SharedWithId="${receiver}"/></SharedWithMembers></SharedWithEvent></SharedWithEvents>`;
}

function content(blob: string, letter: keyof typeof letters): string {
  return `FileValue="${blob}" FileSize="1" MD5Hash="{md5:${blob}}" Checksum="${letters[letter]}"`;
}

function file(guid: string, label: string, more: string, inside: string): string {
  return `<File Id="${guid}" Url="Docs/report.aspx" Name="report.aspx" ListItemIntId="2" ListId="${docs}" ParentId="${docsRoot}" ${onWeb} ${times} Version="${label}" ${more} ${authors}>${inside}</File>`;
}

const properties = '<Properties><Property Name="vti_title" Type="String" Access="ReadWrite" Value="T"/></Properties>';
const receiver = `<EventReceivers><EventReceiver Id="${id("71", 1)}" Name="r" WebId="${web}" HostId="${docs}" HostType="ListItem" Type="ItemAdded" SequenceNumber="1"/></EventReceivers>`;
const link = `<Links><Link TargetId="${id("72", 1)}" TargetUrl="Docs/x.png" IsDirty="false"/></Links>`;

/** Its older versions have ids of their own, and the outer element names no blob. */
const reportFile = `<SPObject Id="${id("32", 1)}" ObjectType="SPFile" ParentId="${docsRoot}" ${onWeb} Url="/sites/t/Docs/report.aspx">
${file(
  id("32", 1),
  "2.0",
  "",
  `<Versions>
${file(id("32", 2), "1.0", content("1.dat", "a"), properties)}
${file(id("32", 3), "1.1", `${content("2.dat", "b")} CheckinComment="draft"`, properties)}
${file(id("32", 4), "2.0", content("3.dat", "J"), properties)}
</Versions><WebParts><WebPart ID="${id("73", 1)}" ListId="${docs}"><any/></WebPart></WebParts>${link}${receiver}<VersionEvents><VersionEvent Id="1" UIVersion="512" Type="0" Time="2024-01-02T03:04:05" UserId="7"/></VersionEvents>`,
)}</SPObject>`;

const labelled = `<Field Name="_ComplianceTag" Type="Text" Value="Keep" ListDefaultComplianceTag="Keep" ListDefaultComplianceTagUserId="8" ListDefaultCompliancetagWrittenTime="2024-01-02T03:04:05" ListDefaultComplianceFlags="1"/>`;

function reportVersion(label: string): string {
  return itemElement(
    id("22", 2),
    id("32", 1),
    report,
    `DocType="File" Version="${label}" ContentTypeId="0x0101" ModerationStatus="Approved"`,
    `<Fields><Field Name="Title" Type="Text" Value="${label}"/></Fields>`,
  );
}

const reportItem = item(
  id("22", 2),
  id("32", 1),
  report,
  'DocType="File" Version="2.0" ContentTypeId="0x0101" ModerationStatus="Pending" ModerationComment="soon"',
  `<Fields><Field Name="Title" Type="Text" Value="Report"/>${labelled}</Fields><Versions>${["1.0", "1.1", "2.0"].map(reportVersion).join("\n")}</Versions>${sharing("8")}`,
);

/** One column of each type, the users' in both of their forms, the dates in both of theirs. */
export const richFields: readonly string[] = [
  '<Field Name="Title" Type="Text" Value="Paint" FieldId="fa564e0f-0c70-4ab9-b863-0177e6ddd247"/>',
  '<Field Name="Body" Type="Note" Value="a &amp; b"/>',
  '<Field Name="Kind" Type="Choice" Value="A"/>',
  '<Field Name="Kinds" Type="MultiChoice" Value=";#A;#B;#"/>',
  '<Field Name="Cost" Type="Currency" Value="-1.5"/>',
  '<Field Name="Size" Type="Number" Value="1e3"/>',
  '<Field Name="Count" Type="Integer" Value="7"/>',
  '<Field Name="Done" Type="Boolean" Value="1"/>',
  '<Field Name="Due" Type="DateTime" Value="2024-12-31T23:59:59"/>',
  '<Field Name="Begun" Type="DateTime" Value="12/31/2023 23:59:59"/>',
  '<Field Name="Link" Type="URL" Value="https://t.example/x" Value2="X"/>',
  '<Field Name="Owner" Type="User" Value="7;UserInfo"/>',
  '<Field Name="Deputy" Type="User" Value="8;#;UserInfo"/>',
  '<Field Name="Team" Type="UserMulti" Value="7;#;#8;#;UserInfo"/>',
  `<Field Name="Project" Type="Lookup" Value="54;# ;${docs}"/>`,
  `<Field Name="Projects" Type="LookupMulti" Value="54;# ;#8;# ;${docs}"/>`,
  `<Field Name="Topic" Type="TaxonomyFieldType" Value="-1;#Red; blue|${term}"/>`,
  `<Field Name="a123" Type="Note" Value="Red; blue|${term}"/>`,
  `<Field Name="Topics" Type="TaxonomyFieldTypeMulti" Value="1;#Red|${term};#2;#Blue|${otherTerm}"/>`,
  `<Field Name="b123" Type="Note" Value="Red|${term};Blue|${otherTerm}"/>`,
  '<Field Name="Empty" Type="Number" Value=""/>',
  '<Field Name="Own" Type="ContosoColor" Value="#fff"/>',
];

function taskVersion(label: string): string {
  return itemElement(
    id("21", 2),
    id("33", 1),
    task,
    `DocType="File" Version="${label}" ContentTypeId="0x01"`,
    '<Fields><Field Name="Title" Value="Paint"/></Fields>',
  );
}

function attachment(number: number, name: string, url: string, blob: string): string {
  return `<Attachment Id="${id("61", number)}" Name="${name}" DirName="sites/t/Lists/Tasks/Attachments/2" Url="${url}" ParentWebId="${web}" FileValue="${blob}" ${authors} ${times}/>`;
}

const taskItem = item(
  id("21", 2),
  id("33", 1),
  task,
  'DocType="File" Version="2.0" ContentTypeId="0x01" ModerationStatus="Approved"',
  `<Fields>
${richFields.join("\n")}
</Fields><Versions>${["1.0", "2.0"].map(taskVersion).join("\n")}</Versions><Attachments>
${attachment(1, "note.txt", "Lists/Tasks/Attachments/2/note.txt", "4.dat")}
${attachment(2, "plan.txt", "/sites/t/Lists/Tasks/Attachments/2/plan.txt", "5.dat")}
</Attachments>${link}${receiver.replace(id("71", 1), id("71", 2))}<Comments>
<Comment Id="1" Text="SMOpbGxv" ParentId="0" UserId="7" Created="2024-01-02T03:04:05.678Z" UIVersion="512"/>
<Comment Id="2" Text="SGk=" ParentId="1" UserId="8" Created="2024-01-03T03:04:05Z"/>
</Comments>`,
);

/** Something else in the library, and in the list, that the target is to lose. */
const deletions = `<SPObject Id="${id("34", 1)}" ObjectType="SPFile" ParentId="${docsRoot}" ${onWeb} Url="/sites/t/Docs/old.txt" IsDeleted="true"/>
<SPObject Id="${id("34", 2)}" ObjectType="SPListItem" ParentId="${tasks}" ${onWeb} Url="/sites/t/Lists/Tasks/9_.000" IsDeleted="true"/>`;

const roles = `<SPObject Id="${id("41", 1)}" ObjectType="DeploymentRoles" ParentId="${web}" ${onWeb}><Roles><Role RoleId="1073741826" Title="Read" PermMask="756052856929" Hidden="false"/><Role RoleId="1073741924" Title="View Only" PermMask="756052856897" Hidden="false"/></Roles></SPObject>`;

function scope(number: number, objectId: string, type: number, url: string, assignments: string): string {
  return `<RoleAssignment ScopeId="${id("51", number)}" RoleDefWebId="${web}" RoleDefWebUrl="sites/t" ObjectId="${objectId}" ObjectType="${type}" ObjectUrl="${url}" AnonymousPermMask="0">${assignments}</RoleAssignment>`;
}

const assignments = `<SPObject Id="${id("41", 2)}" ObjectType="DeploymentRoleAssignments" ParentId="${web}" ${onWeb}><RoleAssignments>
${scope(1, tasks, 1, "sites/t/Lists/Tasks", '<Assignment RoleId="1073741826" PrincipalId="10"/>')}
${scope(2, id("32", 1), 2, "sites/t/Docs/report.aspx", '<Assignment RoleId="1073741924" PrincipalId="9"/>')}
${scope(3, id("33", 1), 2, "sites/t/Lists/Tasks/Open/2_.000", "")}
</RoleAssignments></SPObject>`;

function manifest(...objects: readonly string[]): string {
  return `${xml}\n<SPObjects xmlns="urn:deployment-manifest-schema">\n${objects.join("\n")}\n</SPObjects>`;
}

/**
 * A package without a fault that has something of all that a package may hold, written by hand: a library and a list,
 * versions, columns, attachments, comments, sharing, web parts, deletions, permissions, in two manifests. `{md5:...}` is
 * filled in when it is sealed. Each call gives copies, to be broken.
 */
export function richPackage(): HandMadePackage {
  return {
    name: "rich",
    dependsOn: [],
    manifest: {
      "ExportSettings.xml": `${xml}<ExportSettings xmlns="urn:deployment-exportsettings-schema" SiteUrl="https://t.example/sites/t" IncludeSecurity="All" IncludeVersions="All" SourceType="SharePointOnline"><ExportObjects/></ExportSettings>`,
      "SystemData.xml": `${xml}<SystemData xmlns="urn:deployment-systemdata-schema"><SchemaVersion Version="15.0.0.0" Build="16.0.3111.1200" DatabaseVersion="11552" SiteVersion="15" ObjectsProcessed="11"/>
<ManifestFiles><ManifestFile Name="Manifest.xml"/><ManifestFile Name="Manifest1.xml"/></ManifestFiles>
<SystemObjects><SystemObject Id="${web}" Type="Web" Url="/sites/t"/><SystemObject Id="${docs}" Type="List" Url="/sites/t/Docs"/><SystemObject Id="${docsRoot}" Type="Folder" Url="/sites/t/Docs"/><SystemObject Id="${tasks}" Type="List" Url="/sites/t/Lists/Tasks"/><SystemObject Id="${tasksRoot}" Type="Folder" Url="/sites/t/Lists/Tasks"/></SystemObjects></SystemData>`,
      "UserGroup.xml": `${xml}<UserGroupMap xmlns="urn:deployment-usergroupmap-schema"><Users>
<User Id="7" Name="Kim" Login="i:0#.f|membership|kim@t.example" Email="kim@t.example" SystemId="a2lt" Flags="0"/>
<User Id="8" Name="Sol" Login="i:0#.f|membership|sol@t.example" Email="sol@t.example" SystemId="c29s" IsDeleted="true"/>
<User Id="10" Name="All" Login="c:0t.c|tenant|99999999-0000-4000-8000-000000000001" Email="kim@t.example" SystemId="YWxs" IsDomainGroup="true"/>
</Users><Groups>
<Group Id="9" Name="Readers" Owner="11" OwnerIsUser="false"><Member UserId="8"/></Group>
<Group Id="11" Name="Owners" Owner="1073741823" OwnerIsUser="true"><Member UserId="7"/><Member UserId="1073741823"/></Group>
</Groups></UserGroupMap>`,
      "RootObjectMap.xml": `${xml}<RootObjects xmlns="urn:deployment-rootobjectmap-schema"><RootObject Id="${docs}" Type="List" ParentId="${web}" WebUrl="/sites/t" Url="/sites/t/Docs" IsDependency="false"/></RootObjects>`,
      "LookupListMap.xml": `${xml}<LookupLists xmlns="urn:deployment-lookuplistmap-schema"/>`,
      "Requirements.xml": `${xml}<Requirements xmlns="urn:deployment-requirements-schema"/>`,
      "ViewFormsList.xml": `${xml}<ViewFormsList xmlns="urn:deployment-viewformlist-schema"/>`,
      "Manifest.xml": manifest(
        folder(id("31", 1), sharedFolder),
        item(
          id("22", 1),
          id("31", 1),
          sharedFolder,
          'DocType="Folder" ContentTypeId="0x0120"',
          `<Fields/>${sharing("9")}`,
        ),
        folder(id("31", 2), openTasks),
        item(id("21", 1), id("31", 2), openTasks, 'DocType="Folder" ContentTypeId="0x0120"', "<Fields/>"),
        reportFile,
      ),
      "Manifest1.xml": manifest(reportItem, taskItem, deletions, roles, assignments),
    },
    content: { "1.dat": "a", "2.dat": "b", "3.dat": "J", "4.dat": "note", "5.dat": "plan" },
  };
}
