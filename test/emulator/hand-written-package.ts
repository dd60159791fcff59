import { createCipheriv, createHash, randomBytes } from "node:crypto";

/** Where a package goes, as the site says. */
export interface PackageTarget {
  readonly webId: string;
  readonly webUrl: string;
  readonly listId: string;
  readonly listUrl: string;
  readonly rootFolderId: string;
}

/** A blob as it is stored: bare ciphertext, its IV apart. */
export interface SealedBlob {
  readonly name: string;
  readonly bytes: Buffer;
  /** Base64, of the stored bytes. */
  readonly md5: string;
  /** Base64; undefined: not encrypted. */
  readonly iv: string | undefined;
}

export const note = "Written by hand, without any of our code.\n";

/** A folder with one file, as the format's documents have it. Without a key nothing is encrypted. */
export function handWrittenPackage(
  { webId, webUrl, listId, listUrl, rootFolderId }: PackageTarget,
  key: Buffer | undefined,
): { readonly content: readonly SealedBlob[]; readonly manifest: readonly SealedBlob[] } {
  const content = seal("00000001.dat", note, key);
  const onWeb = `ParentWebId="${webId}" ParentWebUrl="${webUrl}"`;
  const times = 'TimeCreated="2023-05-12T08:09:10" TimeLastModified="2023-05-13T11:12:13"';
  const people = 'Author="1" ModifiedBy="1"';
  const folderId = "6f0a1c52-6c1d-4c55-9c0e-0d6c6c0f2a01";
  const fileId = "6f0a1c52-6c1d-4c55-9c0e-0d6c6c0f2a02";
  const object = (id: string, type: string, parent: string, path: string, inner: string) =>
    `<SPObject Id="${id}" ObjectType="${type}" ParentId="${parent}" ${onWeb} Url="${webUrl}/${path}">${inner}</SPObject>`;
  const item = (id: string, docId: string, number: number, type: "Folder" | "File", parent: string, path: string) => {
    const cut = path.lastIndexOf("/");
    const contentType = type === "Folder" ? "0x0120" : "0x0101";
    return object(
      id,
      "SPListItem",
      listId,
      path,
      `<ListItem Id="${id}" DocId="${docId}" IntId="${number}" DocType="${type}" FileUrl="${path}" DirName="${webUrl.slice(1)}/${path.slice(0, cut)}" Name="${path.slice(cut + 1)}" ParentWebId="${webId}" ParentListId="${listId}" ParentFolderId="${parent}" Order="${number}00" Version="1.0" ContentTypeId="${contentType}" ${people} ${times} ModerationStatus="Approved"><Fields/></ListItem>`,
    );
  };
  const [folder, file] = [`${listUrl}/By hand`, `${listUrl}/By hand/note.txt`];
  const objects = [
    object(
      folderId,
      "SPFolder",
      rootFolderId,
      folder,
      `<Folder Id="${folderId}" Url="${folder}" Name="By hand" ParentFolderId="${rootFolderId}" ${onWeb} ContainingDocumentLibrary="${listId}" ListItemIntId="1" ${times} ${people}/>`,
    ),
    item("6f0a1c52-6c1d-4c55-9c0e-0d6c6c0f2a03", folderId, 1, "Folder", rootFolderId, folder),
    object(
      fileId,
      "SPFile",
      folderId,
      file,
      `<File Id="${fileId}" Url="${file}" Name="note.txt" ListItemIntId="2" ListId="${listId}" ParentId="${folderId}" ${onWeb} ${times} Version="1.0" FileSize="${note.length}" FileValue="${content.name}" MD5Hash="${content.md5}" ${people}/>`,
    ),
    item("6f0a1c52-6c1d-4c55-9c0e-0d6c6c0f2a04", fileId, 2, "File", folderId, file),
  ];
  const files: Readonly<Record<string, string>> = {
    "ExportSettings.xml": `<ExportSettings xmlns="urn:deployment-exportsettings-schema" SiteUrl="https://contoso.example${webUrl}" IncludeSecurity="All" IncludeVersions="All" SourceType="FileShare"><ExportObjects><DeploymentObject Id="${listId}" Type="List" ParentId="${webId}" Url="${webUrl}/${listUrl}"/></ExportObjects></ExportSettings>`,
    "LookupListMap.xml": '<LookupLists xmlns="urn:deployment-lookuplistmap-schema"/>',
    "Manifest.xml": `<SPObjects xmlns="urn:deployment-manifest-schema">${objects.join("")}</SPObjects>`,
    "Requirements.xml": '<Requirements xmlns="urn:deployment-requirements-schema"/>',
    "RootObjectMap.xml": `<RootObjects xmlns="urn:deployment-rootobjectmap-schema"><RootObject Id="${listId}" Type="List" ParentId="${webId}" WebUrl="${webUrl}" Url="${webUrl}/${listUrl}" IsDependency="false"/></RootObjects>`,
    "SystemData.xml": `<SystemData xmlns="urn:deployment-systemdata-schema"><SchemaVersion Version="15.0.0.0" Build="16.0.3111.1200" DatabaseVersion="11552" SiteVersion="15" ObjectsProcessed="4"/><ManifestFiles><ManifestFile Name="Manifest.xml"/></ManifestFiles><SystemObjects><SystemObject Id="${webId}" Type="Web" Url="${webUrl}"/><SystemObject Id="${listId}" Type="List" Url="${webUrl}/${listUrl}"/><SystemObject Id="${rootFolderId}" Type="Folder" Url="${webUrl}/${listUrl}"/></SystemObjects></SystemData>`,
    "UserGroup.xml":
      '<UserGroupMap xmlns="urn:deployment-usergroupmap-schema"><Users><User Id="1" Name="Kim" Login="i:0#.f|membership|kim@contoso.example" SystemId="a2lt" IsDeleted="false"/></Users><Groups/></UserGroupMap>',
    "ViewFormsList.xml": '<ViewFormsList xmlns="urn:deployment-viewformlist-schema"/>',
  };
  const declared = '<?xml version="1.0" encoding="utf-8"?>';
  return {
    content: [content],
    manifest: Object.entries(files).map(([name, text]) => seal(name, `${declared}${text}`, key)),
  };
}

function seal(name: string, text: string, key: Buffer | undefined): SealedBlob {
  const iv = key === undefined ? undefined : randomBytes(16);
  let bytes: Buffer = Buffer.from(text, "utf8");
  if (key !== undefined && iv !== undefined) {
    const cipher = createCipheriv("aes-256-cbc", key, iv);
    bytes = Buffer.concat([cipher.update(bytes), cipher.final()]);
  }
  return { name, bytes, md5: createHash("md5").update(bytes).digest("base64"), iv: iv?.toString("base64") };
}
