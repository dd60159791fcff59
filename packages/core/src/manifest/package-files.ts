import type { Target } from "../model/index.ts";
import { writeArchivedFiles } from "./archived-files.ts";
import { writeExportSettings } from "./export-settings.ts";
import { writeLookupListMap } from "./lookup-list-map.ts";
import { writeManifests } from "./manifest.ts";
import {
  archivedFilesFile,
  exportSettingsFile,
  lookupListMapFile,
  manifestFile,
  requirementsFile,
  rootObjectMapFile,
  systemDataFile,
  userGroupFile,
  viewFormsListFile,
} from "./names.ts";
import { type PackageObjectsInput, packageObjects } from "./package-objects.ts";
import { writeRequirements } from "./requirements.ts";
import { writeRootObjectMap } from "./root-object-map.ts";
import { writeSystemData } from "./system-data.ts";
import { urlForms } from "./url-forms.ts";
import { writeUserGroupMap } from "./user-group.ts";
import { userGroupMap } from "./user-group-map.ts";
import { writeViewFormsList } from "./view-forms-list.ts";
import { WrittenFacts } from "./written-facts.ts";

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

/** A zip with small files that was stored as a content blob. */
export interface ArchivedFile {
  /** Name of its blob. */
  readonly name: string;
  /** Base64 QuickXorHash of the zip's plaintext. */
  readonly checksum: string;
  /** `FileValue`s of the files in it. */
  readonly files: readonly string[];
}

export interface PackageFilesInput extends PackageObjectsInput {
  /** `SourceType` of ExportSettings.xml; `{ other }` stands as `Other` with its `DetailedSource`. */
  readonly sourceType: string | { readonly other: string };
  /** Default: none, and no ArchivedFiles.xml. */
  readonly archives?: readonly ArchivedFile[];
}

export interface PackageFile {
  /** Name at the root of the manifest container. */
  readonly name: string;
  /** Of no use when the file is stored encrypted. */
  readonly contentType: "text/xml";
  /** UTF-8, in chunks of about 64 KiB that are made when they are asked for; to be iterated once. */
  readonly chunks: Iterable<Uint8Array>;
}

/**
 * The XML files of a package in the order in which they must be stored: the manifests first (Manifest.xml, Manifest1.xml
 * and so on, each of at most `forms.manifestBytes` unless a single object is larger); then the files that tell what was
 * written; the users, only those whom it names; and SystemData.xml, by which the service finds manifests, last. Optional
 * files have empty roots, which avoids warnings.
 *
 * Objects are made as the chunks are asked for, and nothing of them is kept. So the chunks of a manifest must be read to
 * their end before the next file is asked for; code INTERNAL otherwise.
 *
 * The same input gives the same bytes. Characters that XML cannot hold become U+FFFD.
 *
 * Throws MANIFEST_INVALID where a value would make the service refuse the package.
 */
export function* packageFiles(input: PackageFilesInput): Generator<PackageFile, void, undefined> {
  const { plan, sourceType, archives = [] } = input;
  const { target } = plan;
  const facts = new WrittenFacts();
  const manifests: string[] = [];
  for (const chunks of writeManifests(packageObjects(input, facts), input.forms.manifestBytes)) {
    const name = manifestName(manifests.length);
    manifests.push(name);
    yield packageFile(name, chunks);
  }
  const people = userGroupMap(plan, facts.principals);
  const security = facts.scopes || people.Groups.length > 0;
  yield packageFile(
    exportSettingsFile.file,
    exportSettings(target, sourceType, { security, versions: facts.versions }),
  );
  yield packageFile(rootObjectMapFile.file, rootObjectMap(target));
  yield packageFile(lookupListMapFile.file, writeLookupListMap([]));
  yield packageFile(requirementsFile.file, writeRequirements([]));
  yield packageFile(viewFormsListFile.file, writeViewFormsList([]));
  if (archives.length > 0) yield packageFile(archivedFilesFile.file, archivedFiles(archives));
  yield packageFile(userGroupFile.file, writeUserGroupMap(people));
  yield packageFile(systemDataFile.file, systemData(target, manifests, facts.objects));
}

/** `Manifest.xml`, `Manifest1.xml`, ...: any names do, as SystemData.xml lists them. */
function manifestName(index: number): string {
  return index === 0 ? manifestFile.file : manifestFile.file.replace(".", `${index}.`);
}

function packageFile(name: string, chunks: Iterable<Uint8Array>): PackageFile {
  return { name, contentType: "text/xml", chunks };
}

/** Says whether the package carries permissions and versions. */
function exportSettings(
  target: Target,
  sourceType: PackageFilesInput["sourceType"],
  { security, versions }: { readonly security: boolean; readonly versions: boolean },
): Iterable<Uint8Array> {
  return writeExportSettings({
    SiteUrl: target.siteUrl,
    FileLocation: FILE_LOCATION,
    IncludeSecurity: security ? "All" : "None",
    IncludeVersions: versions ? "All" : "CurrentVersion",
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

function archivedFiles(archives: readonly ArchivedFile[]): Iterable<Uint8Array> {
  return writeArchivedFiles(
    archives.map(({ name, checksum, files }) => ({
      Name: name,
      Checksum: checksum,
      File: files.map((file) => ({ FileValue: file })),
    })),
  );
}

function systemData(target: Target, manifests: readonly string[], objectsProcessed: number): Iterable<Uint8Array> {
  const listUrl = urlForms(target).serverRelative([]);
  return writeSystemData({
    SchemaVersion: { ...schemaVersion, ObjectsProcessed: String(objectsProcessed) },
    ManifestFiles: manifests.map((name) => ({ Name: name })),
    SystemObjects: [
      { Id: target.webId, Type: "Web", Url: target.webUrl },
      { Id: target.listId, Type: "List", Url: listUrl },
      { Id: target.rootFolderId, Type: "Folder", Url: listUrl },
    ],
    RootWebOnlyLists: [],
  });
}
