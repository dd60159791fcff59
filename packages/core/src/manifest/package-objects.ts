import {
  DATE_MAX,
  DATE_MIN,
  type PackagePlan,
  type PlannedFile,
  type PlannedFolder,
  type PlannedItem,
  type SealedBlob,
} from "../model/index.ts";
import type { FileObject, FolderObject, ListItemObject, ManifestObject } from "./manifest.ts";
import { type UrlForms, urlForms } from "./url-forms.ts";

/** Built-in content types: ids that every library knows. */
const DOCUMENT_CONTENT_TYPE = "0x0101";
const FOLDER_CONTENT_TYPE = "0x0120";

/** A file's or item's only version. */
const FIRST_VERSION = "1.0";

/** `Order` is this many times the integer id: what SharePoint's own export and working builders write. */
const ORDER_STEP = 100;

export interface PackageObjectsInput {
  readonly plan: PackagePlan;
  /** What storing the file's content gave; undefined leaves the file out, as a `FileValue` without blob fails the job. */
  readonly sealed: (file: PlannedFile) => SealedBlob | undefined;
  /** Id of UserGroup.xml for everyone's `Author` and `ModifiedBy`. */
  readonly userId: string;
}

/**
 * The objects of a package's manifest in the form that names web, list and root folder in SystemData.xml (package
 * format, 2.2, form A): for each folder an `SPFolder` and its `SPListItem`, for each file an `SPFile` and its
 * `SPListItem`, in the plan's order, which has parents first.
 *
 * `InitializationVector` is not written: the blob's metadata is what the service reads, and documentation took the
 * attribute back. `TimeLastModified` of a file is that of the bytes that were read, where the sealing tells it.
 */
export function* packageObjects(input: PackageObjectsInput): Generator<ManifestObject, void, undefined> {
  const { plan, sealed, userId } = input;
  const urls = urlForms(plan.target);
  for (const item of plan.items) {
    const entry = new Entry(plan, item, urls, userId);
    if (item.kind === "folder") {
      yield entry.folder(item);
      yield entry.listItem("Folder", FOLDER_CONTENT_TYPE, item.modified);
      continue;
    }
    const blob = sealed(item);
    if (blob === undefined) continue;
    const modified = blob.modified ?? item.modified;
    yield entry.file(item, blob, modified);
    yield entry.listItem("File", DOCUMENT_CONTENT_TYPE, modified);
  }
}

/** How many objects {@link packageObjects} gives. */
export function countPackageObjects({ plan, sealed }: PackageObjectsInput): number {
  const written = plan.items.filter((item) => item.kind === "folder" || sealed(item) !== undefined);
  return 2 * written.length;
}

/** One item of the plan with what its two objects have in common. */
class Entry {
  readonly #plan: PackagePlan;
  readonly #item: PlannedItem;
  readonly #userId: string;
  readonly #name: string;
  readonly #webRelative: string;
  readonly #serverRelative: string;
  readonly #dirName: string;
  readonly #created: string;

  constructor(plan: PackagePlan, item: PlannedItem, urls: UrlForms, userId: string) {
    const { path } = item;
    this.#plan = plan;
    this.#item = item;
    this.#userId = userId;
    this.#name = path[path.length - 1] ?? "";
    this.#webRelative = urls.webRelative(path);
    this.#serverRelative = urls.serverRelative(path);
    this.#dirName = urls.dirName(path.slice(0, -1));
    this.#created = manifestTime(item.created);
  }

  folder(item: PlannedFolder): FolderObject {
    const { webId, webUrl, listId } = this.#plan.target;
    return {
      Id: item.id,
      ObjectType: "SPFolder",
      ParentId: item.parentId,
      ParentWebId: webId,
      ParentWebUrl: webUrl,
      Url: this.#serverRelative,
      Folder: {
        Id: item.id,
        Url: this.#webRelative,
        Name: this.#name,
        ParentFolderId: item.parentId,
        ParentWebId: webId,
        ParentWebUrl: webUrl,
        ContainingDocumentLibrary: listId,
        ListItemIntId: item.itemId,
        TimeCreated: this.#created,
        TimeLastModified: manifestTime(item.modified),
        SortBehavior: "1",
      },
    };
  }

  file(item: PlannedFile, blob: SealedBlob, modified: string): FileObject {
    const { webId, webUrl, listId } = this.#plan.target;
    return {
      Id: item.id,
      ObjectType: "SPFile",
      ParentId: item.parentId,
      ParentWebId: webId,
      ParentWebUrl: webUrl,
      Url: this.#serverRelative,
      File: {
        Url: this.#webRelative,
        Id: item.id,
        ParentWebId: webId,
        ParentWebUrl: webUrl,
        Name: this.#name,
        ListItemIntId: item.itemId,
        ListId: listId,
        ParentId: item.parentId,
        TimeCreated: this.#created,
        TimeLastModified: manifestTime(modified),
        Version: FIRST_VERSION,
        FileValue: blob.name,
        FileSize: blob.size,
        MD5Hash: blob.md5,
        Checksum: blob.quickXorHash,
        Author: this.#userId,
        ModifiedBy: this.#userId,
      },
    };
  }

  listItem(docType: "File" | "Folder", contentTypeId: string, modified: string): ListItemObject {
    const item = this.#item;
    const { webId, webUrl, listId } = this.#plan.target;
    return {
      Id: item.listItemId,
      ObjectType: "SPListItem",
      ParentId: listId,
      ParentWebId: webId,
      ParentWebUrl: webUrl,
      Url: this.#serverRelative,
      ListItem: {
        FileUrl: this.#webRelative,
        DocType: docType,
        ParentFolderId: item.parentId,
        Order: ORDER_STEP * item.itemId,
        Id: item.listItemId,
        ParentWebId: webId,
        ParentListId: listId,
        Name: this.#name,
        DirName: this.#dirName,
        IntId: item.itemId,
        DocId: item.id,
        Version: FIRST_VERSION,
        ContentTypeId: contentTypeId,
        Author: this.#userId,
        ModifiedBy: this.#userId,
        TimeCreated: this.#created,
        TimeLastModified: manifestTime(modified),
        ModerationStatus: "Approved",
        Fields: [],
      },
    };
  }
}

/** `2024-01-06T12:30:00Z` as the samples write it, without a zone; within what a SharePoint date holds. */
function manifestTime(iso: string): string {
  let time = iso;
  // Years beyond four digits begin with a sign.
  if (time < DATE_MIN) time = time.startsWith("+") ? DATE_MAX : DATE_MIN;
  else if (time > DATE_MAX) time = DATE_MAX;
  return time.endsWith("Z") ? time.slice(0, -1) : time;
}
