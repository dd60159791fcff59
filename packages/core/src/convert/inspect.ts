import { throwIfAborted } from "../errors/index.ts";
import { manifestFile } from "../manifest/names.ts";
import { readXmlBatches, type XmlElement } from "../xml/index.ts";
import { dateOf } from "./assemble.ts";
import { decodeAttributes } from "./encoded-attributes.ts";
import { type ExportFiles, type ExportPlace, findExports } from "./export-location.ts";
import { exportXmlLimits } from "./export-records.ts";
import { trimUrl } from "./object-path.ts";
import { objectUrl } from "./object-url.ts";
import { type OpenBlobOptions, openedBlob } from "./opened-blob.ts";
import { type ListPlace, readSideFiles, readUserGroup } from "./side-files.ts";

/** What to look at, and how closely. */
export interface InspectOptions extends Omit<ExportPlace, "from"> {
  /** Levels of folders of the tree, from the root of the server. Default: 8. */
  readonly depth?: number;
  /** Folders of the tree; what is beyond them is in `rest` of the folders above. Default: 10,000. */
  readonly maxFolders?: number;
}

/** What is counted in a place, with all that is below it. */
export interface InspectedCounts {
  readonly folders: number;
  readonly files: number;
  /** Older versions of files. */
  readonly versions: number;
  /** Items of lists that are no libraries. */
  readonly items: number;
  readonly attachments: number;
  readonly deletions: number;
  /** Bytes of contents of files and their versions, as far as the manifest tells them. */
  readonly bytes: number;
  /** Contents whose size the manifest doesn't tell. */
  readonly unsized: number;
}

/** A folder of the tree. */
export interface InspectedFolder {
  readonly name: string;
  readonly counts: InspectedCounts;
  readonly children: readonly InspectedFolder[];
  /** Objects of folders below it that the tree leaves out, as it is bounded; `counts` has them too. */
  readonly rest: number;
}

/** One package of what was looked at. */
export interface InspectedPackage {
  /** Of its folder; empty where there is but one. */
  readonly name: string;
  readonly manifests: number;
  readonly objects: number;
}

/** What an export or packages hold. */
export interface Inspection {
  /** Without a name: what is below the root of the server. */
  readonly tree: InspectedFolder;
  readonly lists: readonly ListPlace[];
  /** Objects of the manifests by their type. */
  readonly objectTypes: Readonly<Record<string, number>>;
  readonly packages: readonly InspectedPackage[];
  readonly users: number;
  readonly groups: number;
  readonly roles: number;
  /** Role assignments: objects with permissions of their own. */
  readonly scopes: number;
  readonly fields: number;
  readonly encrypted: boolean;
  /** First and last `TimeLastModified`. */
  readonly modified?: { readonly first: Date; readonly last: Date };
}

const DEFAULT_DEPTH = 8;
const DEFAULT_MAX_FOLDERS = 10_000;
/** Types, lists and packages that are told one by one. */
const MAX_TOLD = 1000;
const LIST_ITEM_NAME = /^\d+_\.000$/;

/**
 * Reads the manifests of an export, of a package or of the packages of a run, and counts what they hold, folder by
 * folder. Memory is bounded by the tree that is asked for. Contents are not looked at, nor is anything checked: `verify`
 * does that.
 *
 * Throws EXPORT_UNREADABLE, KEY_MISSING, ABORTED, and what the container and the XML reader throw.
 */
export async function inspectPackage(from: ExportPlace["from"], options: InspectOptions = {}): Promise<Inspection> {
  const { key, signal } = options;
  const opening = { ...(key && { key }), ...(signal && { signal }) };
  const inspector = new Inspector(options);
  for await (const files of findExports({ ...options, from })) await inspector.package(files, opening);
  return inspector.result();
}

type Counts = { -readonly [K in keyof InspectedCounts]: number };

class FolderNode {
  readonly name: string;
  readonly counts: Counts = noCounts();
  /** By names in lower case. */
  readonly children: Map<string, FolderNode> = new Map();
  rest = 0;

  constructor(name: string) {
    this.name = name;
  }

  inspected(): InspectedFolder {
    const { name, counts, rest } = this;
    const children = [...this.children.values()]
      .sort((one, other) => (one.name < other.name ? -1 : 1))
      .map((child) => child.inspected());
    return { name, counts, children, rest };
  }
}

class Inspector {
  readonly #depth: number;
  readonly #maxFolders: number;
  readonly #root: FolderNode = new FolderNode("");
  readonly #types: Map<string, number> = new Map();
  readonly #lists: Map<string, ListPlace> = new Map();
  readonly #packages: InspectedPackage[] = [];
  readonly #totals = { users: 0, groups: 0, roles: 0, scopes: 0, fields: 0 };
  #folders = 0;
  #encrypted = false;
  #first: Date | undefined;
  #last: Date | undefined;
  #webUrl: string | undefined;

  constructor({ depth = DEFAULT_DEPTH, maxFolders = DEFAULT_MAX_FOLDERS }: InspectOptions) {
    this.#depth = depth;
    this.#maxFolders = maxFolders;
  }

  async package(files: ExportFiles, opening: OpenBlobOptions): Promise<void> {
    const { lists, webUrl } = await readSideFiles(files, opening);
    this.#webUrl = webUrl;
    for (const list of lists) this.#addList(list);
    const users = await readUserGroup(files, opening);
    for await (const { name, children } of users ?? []) {
      if (name === "Users") this.#totals.users += children.length;
      if (name === "Groups") this.#totals.groups += children.length;
    }
    let objects = 0;
    for (const name of files.manifests) objects += await this.#manifest(files, name, opening);
    if (this.#packages.length < MAX_TOLD) {
      this.#packages.push({ name: files.name, manifests: files.manifests.length, objects });
    }
  }

  async #manifest({ manifest, prefix }: ExportFiles, name: string, opening: OpenBlobOptions): Promise<number> {
    const { signal } = opening;
    const blob = await openedBlob(manifest, prefix + name, opening);
    if (blob === undefined) return 0;
    this.#encrypted ||= blob.encrypted;
    let objects = 0;
    const reading = { root: manifestFile.root, file: blob.name, limits: exportXmlLimits, ...(signal && { signal }) };
    for await (const batch of readXmlBatches(blob.read(), reading)) {
      throwIfAborted(signal, "inspect the package");
      for (const object of batch) this.#object(object);
      objects += batch.length;
    }
    return objects;
  }

  #object(object: XmlElement): void {
    decodeAttributes(object);
    const { ObjectType: type = object.name, IsDeleted: deleted } = object.attributes;
    this.#countType(type);
    const [child] = object.children;
    if (deleted?.toLowerCase() === "true") this.#count(objectUrl(object, child, this.#webUrl), { deletions: 1 });
    else if (child !== undefined) this.#child(type, object, child);
  }

  #child(type: string, object: XmlElement, child: XmlElement): void {
    switch (type) {
      case "SPFolder":
        this.#folder(objectUrl(object, child, this.#webUrl));
        return;
      case "SPFile":
        this.#date(child);
        this.#count(objectUrl(object, child, this.#webUrl), fileCounts(child));
        return;
      case "SPListItem":
        this.#listItem(objectUrl(object, child, this.#webUrl), child);
        return;
      case "SPList":
      case "SPDocumentLibrary": {
        const { Id: id, RootFolderUrl: url } = child.attributes;
        if (url !== undefined) this.#addList(id === undefined ? { url } : { id, url });
        return;
      }
      case "DeploymentRoles":
        this.#totals.roles += child.children.length;
        return;
      case "DeploymentRoleAssignments":
        this.#totals.scopes += child.children.length;
        return;
      default:
        return;
    }
  }

  #listItem(url: string, item: XmlElement): void {
    this.#totals.fields += childrenOf(item, "Fields").length;
    const attachments = childrenOf(item, "Attachments").length;
    const isPlain = LIST_ITEM_NAME.test(item.attributes.Name ?? url.slice(url.lastIndexOf("/") + 1));
    if (isPlain) this.#date(item);
    if (isPlain || attachments > 0) this.#count(url, { items: isPlain ? 1 : 0, attachments, unsized: attachments });
  }

  #date({ attributes }: XmlElement): void {
    const modified = dateOf(attributes.TimeLastModified);
    if (modified === undefined) return;
    if (this.#first === undefined || modified < this.#first) this.#first = modified;
    if (this.#last === undefined || modified > this.#last) this.#last = modified;
  }

  /** A folder counts in those above it, and is a node of its own even if nothing is in it. */
  #folder(url: string): void {
    this.#count(url, { folders: 1 });
    this.#nodesTo(url.split("/"));
  }

  /** Adds to the folders above. */
  #count(url: string, counts: Partial<InspectedCounts>): void {
    const above = url.split("/").slice(0, -1);
    const nodes = this.#nodesTo(above);
    for (const node of nodes) add(node.counts, counts);
    const last = nodes.at(-1);
    if (last !== undefined && nodes.length <= above.length) last.rest++;
  }

  /** The root and the folders of the path, as far as the tree goes. */
  #nodesTo(names: readonly string[]): FolderNode[] {
    const nodes = [this.#root];
    let node = this.#root;
    for (const name of names) {
      const key = name.toLowerCase();
      let next = node.children.get(key);
      if (next === undefined) {
        if (nodes.length > this.#depth || this.#folders >= this.#maxFolders) return nodes;
        this.#folders++;
        // A copy, as names of a reader share memory with the text that they were cut from.
        next = new FolderNode(Buffer.from(name, "utf16le").toString("utf16le"));
        node.children.set(next.name.toLowerCase(), next);
      }
      node = next;
      nodes.push(node);
    }
    return nodes;
  }

  #addList(list: ListPlace): void {
    const key = trimUrl(list.url).toLowerCase();
    if (this.#lists.has(key) || this.#lists.size >= MAX_TOLD) return;
    const copy = JSON.parse(JSON.stringify({ ...list, url: `/${trimUrl(list.url)}` })) as ListPlace;
    this.#lists.set(trimUrl(copy.url).toLowerCase(), copy);
  }

  #countType(type: string): void {
    const short = type.slice(0, 100);
    const name = this.#types.has(short) || this.#types.size < MAX_TOLD ? short : "others";
    this.#types.set(name, (this.#types.get(name) ?? 0) + 1);
  }

  result(): Inspection {
    const first = this.#first;
    const last = this.#last;
    return {
      tree: this.#root.inspected(),
      lists: [...this.#lists.values()],
      objectTypes: Object.fromEntries([...this.#types].sort(([one], [other]) => (one < other ? -1 : 1))),
      packages: this.#packages,
      ...this.#totals,
      encrypted: this.#encrypted,
      ...(first === undefined || last === undefined ? {} : { modified: { first, last } }),
    };
  }
}

function fileCounts(file: XmlElement): Partial<InspectedCounts> {
  const { Version: current } = file.attributes;
  const versions = childrenOf(file, "Versions").filter(({ attributes }) => attributes.Version !== current);
  const sizes = [file, ...versions].map(({ attributes }) => sizeOf(attributes.FileSize));
  return {
    files: 1,
    versions: versions.length,
    bytes: sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0),
    unsized: sizes.filter((size) => size === undefined).length,
  };
}

function sizeOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.find((child) => child.name === name)?.children ?? [];
}

function noCounts(): Counts {
  return { folders: 0, files: 0, versions: 0, items: 0, attachments: 0, deletions: 0, bytes: 0, unsized: 0 };
}

function add(counts: Counts, more: Partial<InspectedCounts>): void {
  for (const [name, count] of Object.entries(more) as [keyof Counts, number][]) counts[name] += count;
}
