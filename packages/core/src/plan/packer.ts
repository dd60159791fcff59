import {
  ARCHIVE_MAX_BYTES,
  ARCHIVED_FILE_BYTES,
  type ContentLocator,
  PACKAGE_MAX_ARCHIVES,
  type PackagePlan,
  PLAN_SCHEMA_VERSION,
  type PlannedAttachment,
  type PlannedContent,
  type PlannedDeletion,
  type PlannedFile,
  type PlannedFileVersion,
  type PlannedFolder,
  type PlannedItem,
  type PlannedListItem,
  type PlannedScope,
  type PrincipalId,
  type SourceContent,
  type Target,
} from "../model/index.ts";
import type { People } from "./people.ts";
import type { Permissions } from "./permissions.ts";
import { eachAssigned, eachPrincipal } from "./planned-principals.ts";
import type { PlannedPackage, ResolvedPlanOptions } from "./types.ts";

/** Digits of a package's name and of a blob's: numbers that sort as text, and grow longer rather than repeat. */
const PACKAGE_NAME_DIGITS = 6;
const BLOB_NAME_DIGITS = 8;

/** Bytes of a cipher block: what is stored of a content is its bytes, filled up to the next whole block. */
const CIPHER_BLOCK_BYTES = 16;

/** Bytes of a stored zip besides those of its members: its end, and for each member two headers with its name. */
const ZIP_END_BYTES = 22;
const ZIP_ENTRY_BYTES = 30 + 46;

/** What has content, before its package has given it a blob. */
export type Unpacked<Planned extends PlannedContent> = Omit<Planned, keyof PlannedContent> & {
  readonly size: number;
  readonly content: SourceContent;
};

/** A file before its package has given its contents their blobs; the package takes it over. */
export type FileEntry = Omit<Unpacked<PlannedFile>, "versions"> & {
  readonly versions?: readonly Unpacked<PlannedFileVersion>[];
};

/** A list item before its package has given its attachments their blobs; the package takes it over. */
export type ListItemEntry = Omit<PlannedListItem, "attachments"> & {
  readonly attachments?: readonly Unpacked<PlannedAttachment>[];
};

/** What an item counts: entries towards the limit of items, and bytes of plaintext. */
export interface Weight {
  readonly entries: number;
  readonly bytes: number;
}

/** A folder's and a deletion's weight. */
const WITHOUT_CONTENT: Weight = { entries: 1, bytes: 0 };

/** The weight of a file with its versions, or of a list item with its attachments. */
export function weightOf(entry: FileEntry | ListItemEntry): Weight {
  const { versions = [] } = entry;
  if (entry.kind === "file") return { entries: 1 + versions.length, bytes: bytesIn(entry.versions ?? []) + entry.size };
  const { attachments = [] } = entry;
  return { entries: 1 + versions.length + attachments.length, bytes: bytesIn(attachments) };
}

function bytesIn(contents: readonly { readonly size: number }[]): number {
  let bytes = 0;
  for (const { size } of contents) bytes += size;
  return bytes;
}

/**
 * Puts items into packages, in the order in which they come.
 *
 * The first package takes folders and files together, and if all fits into it, it stays the only one. Else its folders
 * become the first structure package and its files the first content package, and from then on folders go to structure
 * packages, files and list items to content packages. One of each is open at a time; a package is finished when it is
 * full, or when the next item does not fit. So content packages come out while the source is still being read, and may
 * name in `dependsOn` a structure package that comes out later: only submitting waits for it.
 *
 * All versions and attachments of an item stay with it; what is heavier than a package goes alone. Scopes of items go with
 * them, those of what the target holds already into content packages, where each counts like an item.
 *
 * Content packages depend on structure packages only, and these only on earlier ones, so no two wait for each other.
 * Deletions come in packages of their own, each after the one before, the first after all packages that hold something
 * that was moved: it may have been in a folder that goes.
 *
 * With `forms.archives` contents that are small enough go into the package's archives, first come first served, as long
 * as there is room; attachments don't, as the documents speak of files only.
 *
 * Memory: the items of three packages at most, besides those that {@link take} has not been asked for, and the names of
 * packages with moved items.
 */
export class Packer {
  readonly #target: Target;
  readonly #limits: ResolvedPlanOptions["limits"];
  readonly #hasArchives: boolean;
  readonly #people: Pick<People, "closure">;
  readonly #permissions: Pick<Permissions, "roles">;
  #finished: PlannedPackage[] = [];
  #count = 0;
  /** The first package, until something does not fit into it. */
  #mixed: OpenPackage | undefined;
  #isSplit = false;
  #structure: OpenPackage | undefined;
  #content: OpenPackage | undefined;
  #deletions: OpenPackage | undefined;
  #lastDeletions: string | undefined;
  readonly #withMoved = new Set<string>();

  constructor(
    { target, limits, forms }: Pick<ResolvedPlanOptions, "target" | "limits" | "forms">,
    people: Pick<People, "closure">,
    permissions: Pick<Permissions, "roles">,
  ) {
    // Parents stand in the items by id, and a library may hold more folders than a package has items.
    const { existingFolders: _, ...rest } = target;
    this.#target = rest;
    this.#limits = limits;
    this.#hasArchives = forms.archives;
    this.#people = people;
    this.#permissions = permissions;
  }

  /**
   * Adds a folder whose parent is made by the package `parentHome` (undefined: it exists); gives the name of the package
   * that makes it.
   */
  addFolder(folder: PlannedFolder, parentHome: string | undefined, scope?: PlannedScope): string {
    const mixed = this.#openMixed(WITHOUT_CONTENT);
    const home = mixed ?? this.#openStructure();
    home.addFolder(folder, parentHome);
    if (scope) home.scopes.push(scope);
    if (folder.movedFrom) this.#withMoved.add(home.name);
    if (mixed === undefined) this.#finishFull();
    return home.name;
  }

  /** Adds a file with its versions, or a list item with its attachments. */
  add(entry: FileEntry | ListItemEntry, parentHome: string | undefined, scope?: PlannedScope): void {
    const weight = weightOf(entry);
    const { maxItems, maxBytes } = this.#limits;
    const mixed = this.#openMixed(weight);
    const isAlone = mixed === undefined && (weight.entries > maxItems || weight.bytes > maxBytes);
    const home = mixed ?? (isAlone ? this.#open() : this.#openContent(weight));
    home.add(entry, weight, parentHome);
    if (scope) home.scopes.push(scope);
    if (entry.movedFrom) this.#withMoved.add(home.name);
    if (isAlone) this.#finish(home);
    else if (mixed === undefined) this.#finishFull();
  }

  /** Whether an item of an open package has one of the GUIDs, as its own id or its list item's, or the item id. */
  holdsOneOf(guids: readonly string[], itemId: number | undefined): boolean {
    return [this.#mixed, this.#structure, this.#content].some((open) =>
      open?.items.some(
        (item) =>
          guids.includes(item.id) ||
          guids.includes(item.listItemId) ||
          (item.kind !== "deletion" && item.itemId === itemId),
      ),
    );
  }

  /** Adds the scope of what the target holds: the list, or a folder that is not packaged. */
  addScope(scope: PlannedScope): void {
    const mixed = this.#openMixed(WITHOUT_CONTENT);
    const home = mixed ?? this.#openContent(WITHOUT_CONTENT);
    home.addLooseScope(scope);
    if (mixed === undefined) this.#finishFull();
  }

  /** Adds a deletion; false if its package deletes the same id already. */
  addDeletion(deletion: PlannedDeletion): boolean {
    const open = this.#deletions ?? this.#open();
    if (!open.addDeletion(deletion)) return false;
    this.#deletions = open;
    if (open.weight >= this.#limits.maxItems) this.#finishDeletions(open);
    return true;
  }

  /** Finishes what is open; nothing is added afterwards. */
  end(): void {
    for (const left of [this.#mixed, this.#structure, this.#content]) if (left) this.#finish(left);
    this.#mixed = this.#structure = this.#content = undefined;
    if (this.#deletions) this.#finishDeletions(this.#deletions);
  }

  /** The packages that were finished since the last call. */
  take(): readonly PlannedPackage[] {
    const finished = this.#finished;
    if (finished.length > 0) this.#finished = [];
    return finished;
  }

  /** The first package, if it still takes an item of this weight; else undefined, now and ever. */
  #openMixed(weight: Weight): OpenPackage | undefined {
    if (this.#isSplit) return undefined;
    this.#mixed ??= this.#open();
    if (this.#fits(this.#mixed, weight)) return this.#mixed;
    this.#split(this.#mixed);
    return undefined;
  }

  #openStructure(): OpenPackage {
    this.#structure ??= this.#open();
    return this.#structure;
  }

  #openContent(weight: Weight): OpenPackage {
    if (this.#content && !this.#fits(this.#content, weight)) {
      this.#finish(this.#content);
      this.#content = undefined;
    }
    this.#content ??= this.#open();
    return this.#content;
  }

  #split(mixed: OpenPackage): void {
    this.#isSplit = true;
    this.#mixed = undefined;
    if (mixed.folders === 0) this.#content = mixed;
    else this.#structure = mixed;
    if (mixed.folders > 0 && mixed.hasContent) {
      // The folders keep the name under which their children know them.
      this.#content = this.#open();
      mixed.moveContent(this.#content);
      if (this.#content.items.some((item) => item.kind !== "deletion" && item.movedFrom !== undefined)) {
        this.#withMoved.add(this.#content.name);
      }
    }
    this.#finishFull();
  }

  #fits(into: OpenPackage, { entries, bytes }: Weight): boolean {
    const { maxItems, maxBytes } = this.#limits;
    if (into.weight === 0) return true;
    return into.weight + entries <= maxItems && into.bytes + bytes <= maxBytes;
  }

  #finishFull(): void {
    const { maxItems, maxBytes } = this.#limits;
    if (this.#structure && this.#structure.weight >= maxItems) {
      this.#finish(this.#structure);
      this.#structure = undefined;
    }
    if (this.#content && (this.#content.weight >= maxItems || this.#content.bytes >= maxBytes)) {
      this.#finish(this.#content);
      this.#content = undefined;
    }
  }

  #finishDeletions(deletions: OpenPackage): void {
    for (const needed of this.#lastDeletions === undefined ? this.#withMoved : [this.#lastDeletions]) {
      deletions.dependsOn.add(needed);
    }
    this.#lastDeletions = deletions.name;
    this.#deletions = undefined;
    this.#finish(deletions);
  }

  #open(): OpenPackage {
    this.#count += 1;
    return new OpenPackage(String(this.#count).padStart(PACKAGE_NAME_DIGITS, "0"), this.#hasArchives);
  }

  #finish(finished: OpenPackage): void {
    const plan = finished.plan(this.#target, this.#people, this.#permissions);
    this.#finished.push({ type: "package", plan, local: finished.local });
  }
}

class OpenPackage {
  readonly name: string;
  readonly local = new Map<number, SourceContent>();
  readonly dependsOn = new Set<string>();
  items: PlannedItem[] = [];
  scopes: PlannedScope[] = [];
  folders = 0;
  bytes = 0;
  #entries = 0;
  /** Scopes of what is not in the package. */
  #looseScopes = 0;
  #blobs = 0;
  #archives: Archives | undefined;
  readonly #deletedIds = new Set<string>();

  constructor(name: string, hasArchives: boolean) {
    this.name = name;
    if (hasArchives) this.#archives = new Archives();
  }

  /** What counts towards the limit of items. */
  get weight(): number {
    return this.#entries + this.#looseScopes;
  }

  /** Whether it holds more than folders. */
  get hasContent(): boolean {
    return this.items.length > this.folders || this.#looseScopes > 0;
  }

  addFolder(folder: PlannedFolder, parentHome: string | undefined): void {
    this.folders += 1;
    this.#add(folder, 1, parentHome);
  }

  add(entry: FileEntry | ListItemEntry, { entries, bytes }: Weight, parentHome: string | undefined): void {
    this.#add(entry.kind === "file" ? this.#file(entry) : this.#listItem(entry), entries, parentHome);
    this.bytes += bytes;
  }

  addLooseScope(scope: PlannedScope): void {
    this.scopes.push(scope);
    this.#looseScopes += 1;
  }

  addDeletion(deletion: PlannedDeletion): boolean {
    if (this.#deletedIds.has(deletion.id)) return false;
    this.#deletedIds.add(deletion.id);
    this.#add(deletion, 1, undefined);
    return true;
  }

  /** Hands all but the folders over to an empty package, under the same blob names and handles. */
  moveContent(to: OpenPackage): void {
    const folders: PlannedItem[] = [];
    const ids = new Set<string>();
    for (const item of this.items) {
      if (item.kind === "folder") {
        folders.push(item);
        ids.add(item.id);
      } else to.#add(item, 0, item.parentId !== undefined && ids.has(item.parentId) ? this.name : undefined);
    }
    to.scopes = this.scopes.filter(({ objectId }) => !ids.has(objectId));
    this.scopes = this.scopes.filter(({ objectId }) => ids.has(objectId));
    for (const [handle, content] of this.local) to.local.set(handle, content);
    to.#entries = this.#entries - folders.length;
    to.#looseScopes = this.#looseScopes;
    to.#blobs = this.#blobs;
    to.#archives = this.#archives;
    to.bytes = this.bytes;
    this.items = folders;
    this.local.clear();
    this.#entries = folders.length;
    this.#looseScopes = 0;
    this.bytes = 0;
  }

  plan(target: Target, people: Pick<People, "closure">, permissions: Pick<Permissions, "roles">): PackagePlan {
    const named = new Set<PrincipalId>();
    const use = (id: PrincipalId) => named.add(id);
    for (const item of this.items) eachPrincipal(item, use);
    for (const scope of this.scopes) eachAssigned(scope, use);
    const { users, groups } = people.closure(named);
    const granted = new Set(this.scopes.flatMap(({ assignments }) => assignments.map(({ roleId }) => roleId)));
    const roles = granted.size === 0 ? undefined : permissions.roles(granted);
    return {
      schemaVersion: PLAN_SCHEMA_VERSION,
      name: this.name,
      kind: this.hasContent ? "content" : "structure",
      dependsOn: [...this.dependsOn],
      portable: this.local.size === 0,
      target,
      items: this.items,
      users,
      groups,
      ...(roles === undefined ? {} : { roles }),
      ...(this.scopes.length === 0 ? {} : { scopes: this.scopes }),
      entries: this.#entries,
      bytes: this.bytes,
    };
  }

  #add(item: PlannedItem, entries: number, parentHome: string | undefined): void {
    this.items.push(item);
    this.#entries += entries;
    if (parentHome !== undefined && parentHome !== this.name) this.dependsOn.add(parentHome);
  }

  /** Makes the entry what is planned. Older versions come first, and so do their blobs. */
  #file(file: FileEntry): PlannedFile {
    const versions = file.versions?.map((version) =>
      Object.assign(version, this.#contained(version.size, version.content)),
    );
    const planned: Omit<FileEntry, "versions"> & PlannedContent = Object.assign(
      file,
      this.#contained(file.size, file.content),
    );
    return versions === undefined ? planned : Object.assign(planned, { versions });
  }

  #listItem(item: ListItemEntry): PlannedListItem {
    const { attachments } = item;
    const attached = attachments?.map((attachment) =>
      Object.assign(attachment, this.#contained(attachment.size, attachment.content, false)),
    );
    return Object.assign(item, attached === undefined ? {} : { attachments: attached });
  }

  #contained(size: number, content: SourceContent, mayBeArchived = true): PlannedContent {
    this.#blobs += 1;
    const blob = `${String(this.#blobs).padStart(BLOB_NAME_DIGITS, "0")}.dat`;
    const archive = mayBeArchived ? this.#archives?.nameFor(size, blob) : undefined;
    const located = { size, content: this.#locate(content), blob };
    return archive === undefined ? located : { ...located, archive };
  }

  #locate(content: SourceContent): ContentLocator {
    if ("path" in content) {
      return { kind: "path", path: content.path, ...(content.keepsDates ? { keepsDates: true } : {}) };
    }
    this.local.set(this.#blobs, content);
    return { kind: "local", handle: this.#blobs };
  }
}

/** The room that is left in the archives of one package. */
class Archives {
  /** Bytes of each archive's zip so far, its end included. */
  readonly #bytes: number[] = [];

  /** The archive that takes a content of this size; undefined if none does. */
  nameFor(size: number, blob: string): string | undefined {
    if (storedBytes(size) >= ARCHIVED_FILE_BYTES) return undefined;
    const bytes = size + ZIP_ENTRY_BYTES + 2 * blob.length;
    for (let index = 0; index < PACKAGE_MAX_ARCHIVES; index += 1) {
      const total = (this.#bytes[index] ?? ZIP_END_BYTES) + bytes;
      if (storedBytes(total) <= ARCHIVE_MAX_BYTES) {
        this.#bytes[index] = total;
        return `archive${index + 1}.zip`;
      }
    }
    return undefined;
  }
}

/** Bytes of a content when it is encrypted. */
function storedBytes(size: number): number {
  return CIPHER_BLOCK_BYTES * (Math.floor(size / CIPHER_BLOCK_BYTES) + 1);
}
