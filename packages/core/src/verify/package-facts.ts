import type { Target } from "../model/index.ts";
import { IdTable } from "./id-table.ts";

/** A file or folder of the package, as its links need it. */
export interface DefinedObject {
  readonly kind: "file" | "folder";
  readonly id: string;
  readonly name: string | undefined;
  /** Web-relative, as written. */
  readonly url: string | undefined;
  readonly parentId: string | undefined;
  readonly listId: string | undefined;
  readonly webId: string | undefined;
  /** `ListItemIntId`, as written. */
  readonly itemId: string | undefined;
  readonly version: string | undefined;
  /** Content of the file, of its current version where it has several. */
  readonly blob: string | undefined;
  readonly place: string;
  /** Objects before it. */
  readonly order: number;
  /** Content versions: 1 for a file without `Versions`. */
  readonly versions: number;
  /** Labels in `Versions`, as they stand. */
  readonly labels: readonly string[];
  /** The older versions of `Versions`, as they stand. */
  readonly contents: readonly VersionContent[];
  /** Set once an item names it. */
  hasItem: boolean;
}

export interface DefinedItem {
  readonly id: string;
  readonly docId: string | undefined;
  readonly attributes: Readonly<Record<string, string>>;
  readonly place: string;
  readonly order: number;
  /** Labels in `Versions`, as they stand. */
  readonly labels: readonly string[];
  readonly attachments: readonly AttachmentContent[];
}

export interface VersionContent {
  readonly version: string;
  readonly blob: string | undefined;
}

export interface AttachmentContent {
  readonly name: string | undefined;
  readonly blob: string | undefined;
}

/** An item with sharing events. */
export interface SharedItem {
  readonly docId: string | undefined;
  readonly parentId: string | undefined;
  readonly place: string;
}

/** A place in a manifest that names a content blob, with what it says of it. */
export interface ContentReference {
  readonly blob: string;
  readonly place: string;
  readonly md5: string | undefined;
  readonly checksum: string | undefined;
  readonly iv: string | undefined;
  readonly size: string | undefined;
  readonly isAttachment: boolean;
}

/** An archive and the files that are said to be in it. */
export interface ArchiveReference {
  readonly blob: string;
  readonly place: string;
  readonly checksum: string | undefined;
  readonly members: ReadonlySet<string>;
}

export interface SystemObject {
  readonly type: string | undefined;
  readonly url: string | undefined;
}

export interface PendingParent {
  readonly id: string;
  readonly url: string | undefined;
  readonly place: string;
  readonly by: string;
}

export interface PendingScope {
  readonly objectId: string;
  readonly place: string;
  /** `ObjectType` and `ObjectUrl`, as written. */
  readonly type: string | undefined;
  readonly url: string | undefined;
}

/** What the files of one package say, gathered while they are read; given up when the package is done. */
export class PackageFacts {
  readonly target: Target | undefined;
  /** Lower-case ids. Empty until something names one. */
  readonly webs: Set<string> = new Set();
  readonly lists: Set<string> = new Set();
  /** Server-relative URLs of the root folders of known lists, folded. */
  readonly listRoots: Set<string> = new Set();
  webUrl: string | undefined;
  /** Names in `SystemData.xml`, in its order. */
  readonly manifests: Set<string> = new Set();
  objectsProcessed: string | undefined;
  readonly systemObjects: Map<string, SystemObject> = new Map();
  /** Ids of users and groups; undefined where UserGroup.xml could not be read. */
  principals: Set<string> | undefined;
  /** Of them, those that are groups, with all whom each names. */
  readonly groups: Map<string, readonly string[]> = new Map();
  /** Logins of users by id. */
  readonly logins: Map<string, string> = new Map();
  /** Ids that the manifests name. */
  readonly usedPrincipals: Set<string> = new Set();
  settings: Readonly<Record<string, string>> | undefined;
  /** By their blobs. */
  readonly archives: Map<string, ArchiveReference> = new Map();
  /** Files of archives, and where ArchivedFiles.xml lists them. */
  readonly archived: Map<string, string> = new Map();

  /** SystemData.xml or a manifest could not be read to its end: what is missing here may stand there. */
  isPartial = false;
  objects = 0;
  /** Ids of all SPObjects, and of what else has an id of its own. */
  readonly ids: IdTable = new IdTable();
  readonly defined: Map<string, DefinedObject> = new Map();
  readonly items: DefinedItem[] = [];
  /** Lower-case `DocId`s of items: a plain list item's document has no object of its own. */
  readonly docIds: Set<string> = new Set();
  readonly contents: Map<string, ContentReference[]> = new Map();
  readonly pendingParents: PendingParent[] = [];
  readonly pendingScopes: PendingScope[] = [];
  readonly roles: Set<string> = new Set();
  readonly pendingRoles: { readonly id: string; readonly place: string }[] = [];
  readonly shared: SharedItem[] = [];
  /** URLs of what the package tells to delete, and where it does. */
  readonly deleted: Map<string, string> = new Map();
  deletions = 0;
  attachments = 0;
  folders = 0;
  files = 0;
  hasVersions = false;
  hasAssignments = false;
  rolesBegun = false;

  constructor(target: Target | undefined) {
    this.target = target;
    if (target === undefined) return;
    this.webs.add(target.webId.toLowerCase());
    this.lists.add(target.listId.toLowerCase());
    this.webUrl = target.webUrl;
  }
}
