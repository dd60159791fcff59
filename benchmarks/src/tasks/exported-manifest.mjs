/**
 * An exported Manifest.xml of any size, as AMR writes it: lists with their settings, columns and views, attributes that
 * are encoded and named in EncodedAttributes, folders, files with versions, items with fields and versions. Nothing of
 * it comes from a real export.
 *
 * One block of objects is made, and given again and again: what is measured is reading, not making.
 */
const WEB = "aaaaaaaa-0000-4000-8000-000000000001";
const LIST = "bbbbbbbb-0000-4000-8000-000000000002";
const FILES = 500;
const CHUNK = 64 * 1024;

const guid = (kind, number) => `${kind}-0000-4000-8000-${String(number).padStart(12, "0")}`;
const times = (day) =>
  `TimeCreated="2024-01-${String((day % 28) + 1).padStart(2, "0")}T03:04:05" TimeLastModified="2024-02-03T04:05:06"`;

function field(number, item) {
  return `<Field Name="Column${number}" Value="value ${item} of column ${number} &amp; more" FieldId="${guid("fa564e0f", number)}" Type="Text" />`;
}

function fileElement(number, label, inside) {
  return `<File Url="Shared Documents/Folder ${number % 50}/Report_x0020_${number}.docx" Id="${guid("30000000", number)}" ParentWebId="${WEB}" ParentWebUrl="/sites/source" Name="Report_x0020_${number}.docx" ListItemIntId="${number}" ListId="${LIST}" ParentId="${guid("10000000", number % 50)}" ${times(number)} Version="${label}" Author="${number % 90}" ModifiedBy="${number % 70}" EncodedAttributes="Url,Name" ContentVersion="2" FileSize="${number * 1013}" Level="1" UIVersion="${512 * Number.parseInt(label, 10)}" StreamId="1">${inside}</File>`;
}

function properties(number) {
  return `<Properties><Property Name="vti_title" Type="String" Access="ReadWrite" Value="Report ${number}" /><Property Name="ContentTypeId" Type="String" Access="ReadOnly" Value="0x0101" /><Property Name="vti_modifiedby" Type="String" Access="ReadOnly" Value="i:0#.f|membership|user${number % 70}@contoso.com" /></Properties>`;
}

function itemElement(number, label, inside) {
  return `<ListItem Name="Report ${number}.docx" DirName="sites/source/Shared Documents/Folder ${number % 50}" FileUrl="Shared Documents/Folder ${number % 50}/Report ${number}.docx" Version="${label}" Id="${guid("20000000", number)}" IntId="${number}" DocId="${guid("30000000", number)}" Author="${number % 90}" ModifiedBy="${number % 70}" ${times(number)} ParentWebId="${WEB}" ParentListId="${LIST}" ParentFolderId="${guid("10000000", number % 50)}" ModerationStatus="Approved" ContentTypeId="0x010100" Order="${number * 100}" DocType="File"><Fields>${Array.from({ length: 12 }, (_, at) => field(at, number)).join("")}</Fields>${inside}</ListItem>`;
}

function objectsOf(number) {
  const labels = ["1.0", "2.0", "3.0"];
  const versions = labels.map((label) => fileElement(number, label, properties(number))).join("");
  const itemVersions = labels.map((label) => itemElement(number, label, "")).join("");
  const on = `ParentWebId="${WEB}" ParentWebUrl="/sites/source"`;
  return `  <SPObject Id="${guid("30000000", number)}" ObjectType="SPFile" ParentId="${guid("10000000", number % 50)}" ${on} Url="/sites/source/Shared Documents/Folder ${number % 50}/Report ${number}.docx">
    ${fileElement(number, "3.0", `${properties(number)}<Versions>${versions}</Versions>`)}
  </SPObject>
  <SPObject Id="${guid("20000000", number)}" ObjectType="SPListItem" ParentId="${LIST}" ${on} Url="/sites/source/Shared Documents/Folder ${number % 50}/Report ${number}.docx">
    ${itemElement(number, "3.0", `<Versions>${itemVersions}</Versions>`)}
  </SPObject>
`;
}

function listObject() {
  const fields = Array.from(
    { length: 80 },
    (_, at) =>
      `<Field ID="{${guid("fa564e0f", at)}}" Name="Column${at}" StaticName="Column${at}" DisplayName="Column ${at}" Type="Text" ColName="nvarchar${at}" Group="Custom Columns" Required="FALSE" />`,
  ).join("");
  const views = Array.from(
    { length: 10 },
    (_, at) =>
      `<View Name="{${guid("fb000000", at)}}" DisplayName="View ${at}" Type="HTML" Url="Shared Documents/Forms/View${at}.aspx"><Query><OrderBy><FieldRef Name="FileLeafRef" /></OrderBy></Query><ViewFields><FieldRef Name="DocIcon" /><FieldRef Name="LinkFilename" /></ViewFields><RowLimit Paged="TRUE">30</RowLimit></View>`,
  ).join("");
  return `  <SPObject Id="${LIST}" ObjectType="SPDocumentLibrary" ParentId="${WEB}" ParentWebId="${WEB}" ParentWebUrl="/sites/source" Url="/sites/source/Shared Documents">
    <DocumentLibrary Id="${LIST}" BaseTemplate="DocumentLibrary" BaseType="DocumentLibrary" RootFolderId="${guid("10000000", 99)}" RootFolderUrl="/sites/source/Shared Documents" ParentWebId="${WEB}" ParentWebUrl="/sites/source" Title="Documents" Description="" EnableVersioning="true" EnableMinorVersions="false" MajorVersionLimit="500" EnableModeration="false" Hidden="false" OnQuickLaunch="true" EncodedAttributes="Title">
      <Fields>${fields}</Fields><Views>${views}</Views><ContentTypes><ContentType ID="0x0101" Name="Document" Group="Document Content Types"><FieldRefs><FieldRef ID="{${guid("fa564e0f", 1)}}" Name="Title" /></FieldRefs></ContentType></ContentTypes>
    </DocumentLibrary>
  </SPObject>
`;
}

/** Bytes of the file, at least so many, in chunks of 64 KiB; `objects` of the result are how many it has. */
export function exportedManifest(bytes) {
  const head = `<?xml version="1.0" encoding="utf-8"?>\n<SPObjects xmlns="urn:deployment-manifest-schema">\n${listObject()}`;
  const block = Buffer.from(Array.from({ length: FILES }, (_, number) => objectsOf(number + 1)).join(""));
  const blocks = Math.ceil(bytes / block.length);
  function* chunks() {
    yield Buffer.from(head);
    for (let count = 0; count < blocks; count++) {
      for (let at = 0; at < block.length; at += CHUNK) yield block.subarray(at, at + CHUNK);
    }
    yield Buffer.from("</SPObjects>\n");
  }
  return { chunks, objects: 1 + blocks * FILES * 2, size: blocks * block.length };
}
