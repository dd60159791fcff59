import type { PackagePlan, Target } from "../model/index.ts";
import { writeExportSettings } from "./export-settings.ts";
import { writeLookupListMap } from "./lookup-list-map.ts";
import { writeManifest } from "./manifest.ts";
import {
  exportSettingsFile,
  lookupListMapFile,
  manifestFile,
  requirementsFile,
  rootObjectMapFile,
  systemDataFile,
  userGroupFile,
  viewFormsListFile,
} from "./names.ts";
import { countPackageObjects, type PackageObjectsInput, packageObjects } from "./package-objects.ts";
import { writeRequirements } from "./requirements.ts";
import { writeRootObjectMap } from "./root-object-map.ts";
import { writeSystemData } from "./system-data.ts";
import { urlForms } from "./url-forms.ts";
import { type UserElement, writeUserGroupMap } from "./user-group.ts";
import { writeViewFormsList } from "./view-forms-list.ts";

/** Who stands as author and editor of everything in the package. */
export interface PackageAuthor {
  readonly name: string;
  /** Claims login with the UPN. */
  readonly login: string;
  readonly email?: string;
}

/**
 * The author where there is no other.
 *
 * It gets an entry in UserGroup.xml under this login, as public builders with live runs write it. That its reserved id
 * (1073741823) may stand without an entry is only known of the on-premises format; online, an id without entry was
 * seen to be credited to whoever runs the import.
 */
const systemAccount: PackageAuthor = { name: "System Account", login: "SHAREPOINT\\system" };

/** The package's own number of its one user. */
const USER_ID = "1";

/** What working packages send, Microsoft's own sample included, whatever the target's build is (package format, 2.2). */
const schemaVersion = {
  Version: "15.0.0.0",
  Build: "16.0.3111.1200",
  DatabaseVersion: "11552",
  SiteVersion: "15",
} as const;

/** Any path is taken, and none is used by the import. */
const FILE_LOCATION = "C:\\export";

/** Sources that may have web parts which the service should check. */
const sourcesWithWebParts: ReadonlySet<string> = new Set(["SharePointOnline", "SharePointOnPremServer"]);

export interface PackageFilesInput {
  readonly plan: PackagePlan;
  /** What storing a file's content gave; undefined for a file that failed, which is left out. */
  readonly sealed: PackageObjectsInput["sealed"];
  /** `SourceType` of ExportSettings.xml; `{ other }` stands as `Other` with its `DetailedSource`. */
  readonly sourceType: string | { readonly other: string };
  /** Default: {@link systemAccount}. */
  readonly author?: PackageAuthor;
}

export interface PackageFile {
  /** Name at the root of the manifest container. */
  readonly name: string;
  /** Of no use when the file is stored encrypted. */
  readonly contentType: "text/xml";
  /** UTF-8, in chunks of about 64 KiB that are made when they are asked for. Iterated anew, the same bytes. */
  readonly chunks: Iterable<Uint8Array>;
}

/**
 * The eight XML files of a package in the order in which they must be stored: the manifest first, the users after it,
 * SystemData.xml, by which the service finds manifests, last. Optional files have empty roots, which avoids warnings.
 *
 * The same input gives the same bytes. Characters that XML cannot hold become U+FFFD.
 */
export function packageFiles(input: PackageFilesInput): PackageFile[] {
  const { plan, sealed, sourceType, author = systemAccount } = input;
  const { target } = plan;
  const objects: PackageObjectsInput = { plan, sealed, userId: USER_ID };
  return [
    packageFile(manifestFile.file, () => writeManifest(packageObjects(objects))),
    packageFile(exportSettingsFile.file, () => exportSettings(target, sourceType)),
    packageFile(rootObjectMapFile.file, () => rootObjectMap(target)),
    packageFile(lookupListMapFile.file, () => writeLookupListMap([])),
    packageFile(requirementsFile.file, () => writeRequirements([])),
    packageFile(viewFormsListFile.file, () => writeViewFormsList([])),
    packageFile(userGroupFile.file, () => writeUserGroupMap({ Users: [userElement(author)], Groups: [] })),
    packageFile(systemDataFile.file, () => systemData(target, countPackageObjects(objects))),
  ];
}

function packageFile(name: string, write: () => Iterable<Uint8Array>): PackageFile {
  return { name, contentType: "text/xml", chunks: { [Symbol.iterator]: () => write()[Symbol.iterator]() } };
}

/** The package carries neither permissions nor versions, and says so. */
function exportSettings(target: Target, sourceType: PackageFilesInput["sourceType"]): Iterable<Uint8Array> {
  return writeExportSettings({
    SiteUrl: target.siteUrl,
    FileLocation: FILE_LOCATION,
    IncludeSecurity: "None",
    IncludeVersions: "CurrentVersion",
    ExportMethod: "ExportAll",
    ...(typeof sourceType === "string"
      ? { SourceType: sourceType }
      : { SourceType: "Other", DetailedSource: sourceType.other }),
    ...(typeof sourceType === "string" && sourcesWithWebParts.has(sourceType) ? {} : { IgnoreWebParts: true }),
    ExportObjects: [
      {
        Id: target.listId,
        Type: "List",
        ParentId: target.webId,
        Url: urlForms(target).serverRelative([]),
        ExcludeChildren: false,
        IncludeDescendants: "All",
      },
    ],
  });
}

function rootObjectMap(target: Target): Iterable<Uint8Array> {
  const { listId, webId, webUrl } = target;
  const Url = urlForms(target).serverRelative([]);
  return writeRootObjectMap([{ Id: listId, Type: "List", ParentId: webId, WebUrl: webUrl, Url, IsDependency: false }]);
}

/** The service dies on users without `SystemId`; for people who resolve by login, its value does not matter. */
function userElement({ name, login, email }: PackageAuthor): UserElement {
  return {
    Id: USER_ID,
    Name: name,
    Login: login,
    ...(email === undefined ? {} : { Email: email }),
    IsDomainGroup: false,
    IsSiteAdmin: false,
    SystemId: Buffer.from(login, "utf8").toString("base64"),
    IsDeleted: false,
    Flags: "0",
  };
}

function systemData(target: Target, objectsProcessed: number): Iterable<Uint8Array> {
  const listUrl = urlForms(target).serverRelative([]);
  return writeSystemData({
    SchemaVersion: { ...schemaVersion, ObjectsProcessed: String(objectsProcessed) },
    ManifestFiles: [{ Name: manifestFile.file }],
    SystemObjects: [
      { Id: target.webId, Type: "Web", Url: target.webUrl },
      { Id: target.listId, Type: "List", Url: listUrl },
      { Id: target.rootFolderId, Type: "Folder", Url: listUrl },
    ],
    RootWebOnlyLists: [],
  });
}
