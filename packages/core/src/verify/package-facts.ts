import type { Target } from "../model/index.ts";

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
  /** Set once an item names it. */
  hasItem: boolean;
}

export interface DefinedItem {
  readonly id: string;
  readonly docId: string | undefined;
  readonly attributes: Readonly<Record<string, string>>;
  readonly place: string;
  readonly order: number;
}

/** A place in a manifest that names a content blob, with what it says of it. */
export interface ContentReference {
  readonly blob: string;
  readonly place: string;
  readonly md5: string | undefined;
  readonly checksum: string | undefined;
  readonly iv: string | undefined;
  readonly size: string | undefined;
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
  readonly manifests: string[] = [];
  objectsProcessed: string | undefined;
  readonly systemObjects: Map<string, SystemObject> = new Map();
  /** Ids of users and groups; undefined where UserGroup.xml could not be read. */
  principals: Set<string> | undefined;
  settings: Readonly<Record<string, string>> | undefined;
  /** Blobs of archives, and the files that `ArchivedFiles.xml` says are in them. */
  readonly archives: Map<string, ContentReference> = new Map();
  readonly archived: Set<string> = new Set();

  /** SystemData.xml or a manifest could not be read to its end: what is missing here may stand there. */
  isPartial = false;
  objects = 0;
  /** Ids of all SPObjects, lower case. */
  readonly ids: Set<string> = new Set();
  readonly defined: Map<string, DefinedObject> = new Map();
  readonly items: DefinedItem[] = [];
  readonly contents: Map<string, ContentReference[]> = new Map();
  readonly pendingParents: PendingParent[] = [];
  readonly pendingScopes: PendingScope[] = [];
  readonly roles: Set<string> = new Set();
  readonly pendingRoles: { readonly id: string; readonly place: string }[] = [];
  readonly scopes: Set<string> = new Set();
  readonly scopedObjects: Set<string> = new Set();
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
