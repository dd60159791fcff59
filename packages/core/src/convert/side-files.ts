import { exportSettingsFile, rootObjectMapFile, systemDataFile, userGroupFile } from "../manifest/names.ts";
import type { XmlElement } from "../xml/index.ts";
import type { ExportFiles } from "./export-location.ts";
import { exportRecords } from "./export-records.ts";
import { type OpenBlobOptions, openedBlob } from "./opened-blob.ts";

/** A list that the side files tell of. */
export interface ListPlace {
  readonly id?: string;
  /** Server-relative. */
  readonly url: string;
}

/** What the small files of an export say, as far as converting needs it. */
export interface SideFiles {
  /** Path of the exported web; undefined if nothing tells it. */
  readonly webUrl?: string;
  /** The lists that the export is of, by its own word. */
  readonly lists: readonly ListPlace[];
  /** Lists that are merely named as being there already. */
  readonly systemLists: readonly ListPlace[];
}

/** Reads what there is of SystemData.xml, RootObjectMap.xml and ExportSettings.xml; none of them is needed. */
export async function readSideFiles(files: ExportFiles, options: OpenBlobOptions): Promise<SideFiles> {
  let webUrl: string | undefined;
  const lists: ListPlace[] = [];
  const systemLists: ListPlace[] = [];
  const read = (file: string, root: string) => sideFile(files, file, root, options);

  for await (const record of read(systemDataFile.file, systemDataFile.root)) {
    if (record.name !== "SystemObjects") continue;
    for (const { attributes } of record.children) {
      const { Id: id, Type: type, Url: url } = attributes;
      if (url === undefined) continue;
      if (type === "Web") webUrl ??= url;
      if (type === "List") systemLists.push(placeOf(url, id));
    }
  }
  for await (const { attributes } of read(rootObjectMapFile.file, rootObjectMapFile.root)) {
    const { Id: id, Type: type, Url: url, WebUrl: web, IsDependency: dependency } = attributes;
    webUrl ??= web;
    if (type === "List" && url !== undefined && dependency !== "true") lists.push(placeOf(url, id));
  }
  for await (const record of read(exportSettingsFile.file, exportSettingsFile.root)) {
    if (record.name !== "ExportObjects") continue;
    for (const { attributes } of record.children) {
      const { Id: id, Type: type, Url: url } = attributes;
      if (type === "List" && url !== undefined) lists.push(placeOf(url, id));
    }
  }
  return { lists, systemLists, ...(webUrl === undefined ? {} : { webUrl }) };
}

/** The records of UserGroup.xml, `Users` and `Groups`; undefined if there is no such file. */
export async function readUserGroup(
  files: ExportFiles,
  options: OpenBlobOptions,
): Promise<AsyncGenerator<XmlElement, void, undefined> | undefined> {
  const blob = await openedBlob(files.manifest, files.prefix + userGroupFile.file, options);
  return blob === undefined ? undefined : exportRecords(blob, userGroupFile.root);
}

function placeOf(url: string, id: string | undefined): ListPlace {
  return id === undefined ? { url } : { id, url };
}

async function* sideFile(
  { manifest, prefix }: ExportFiles,
  file: string,
  root: string,
  options: OpenBlobOptions,
): AsyncGenerator<XmlElement, void, undefined> {
  const blob = await openedBlob(manifest, prefix + file, options);
  if (blob !== undefined) yield* exportRecords(blob, root);
}
