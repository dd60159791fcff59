import {
  type ContentLocator,
  type PackagePlan,
  PLAN_SCHEMA_VERSION,
  type PlannedFile,
  type PlannedFolder,
  type PlannedItem,
  type SourceContent,
  type Target,
} from "../model/index.ts";
import type { PlannedPackage, ResolvedPlanOptions } from "./types.ts";

/** Digits of a package's name and of a blob's: numbers that sort as text, and grow longer rather than repeat. */
const PACKAGE_NAME_DIGITS = 6;
const BLOB_NAME_DIGITS = 8;

/** A file before its package has given it a blob. */
export type FileEntry = Omit<PlannedFile, "content" | "blob">;

/**
 * Puts items into packages, in the order in which they come.
 *
 * The first package takes folders and files together, and if all fits into it, it stays the only one. Else its folders
 * become the first structure package and its files the first content package, and from then on folders go to structure
 * packages and files to content packages. One of each is open at a time; a package is finished when it is full, or when
 * the next item does not fit. So content packages come out while the source is still being read, and may name in
 * `dependsOn` a structure package that comes out later: only submitting waits for it.
 *
 * Content packages depend on structure packages only, and these only on earlier ones, so no two wait for each other.
 * Memory: the items of two packages at most, besides those that {@link take} has not been asked for.
 */
export class Packer {
  readonly #target: Target;
  readonly #limits: ResolvedPlanOptions["limits"];
  #finished: PlannedPackage[] = [];
  #count = 0;
  /** The first package, until something does not fit into it. */
  #mixed: OpenPackage | undefined;
  #isSplit = false;
  #structure: OpenPackage | undefined;
  #content: OpenPackage | undefined;

  constructor({ target, limits }: Pick<ResolvedPlanOptions, "target" | "limits">) {
    // Parents stand in the items by id, and a library may hold more folders than a package has items.
    const { existingFolders: _, ...rest } = target;
    this.#target = rest;
    this.#limits = limits;
  }

  /**
   * Adds a folder whose parent is made by the package `parentHome` (undefined: it exists); gives the name of the package
   * that makes it.
   */
  addFolder(folder: PlannedFolder, parentHome: string | undefined): string {
    const mixed = this.#openMixed(0);
    if (mixed) {
      mixed.add(folder, parentHome);
      return mixed.name;
    }
    this.#structure ??= this.#open();
    const { name } = this.#structure;
    this.#structure.add(folder, parentHome);
    this.#finishFull();
    return name;
  }

  addFile(file: FileEntry, content: SourceContent, parentHome: string | undefined): void {
    const mixed = this.#openMixed(file.size);
    if (mixed) {
      mixed.addFile(file, content, parentHome);
    } else if (file.size > this.#limits.maxBytes) {
      const alone = this.#open();
      alone.addFile(file, content, parentHome);
      this.#finish(alone);
    } else {
      if (this.#content && !this.#fits(this.#content, file.size)) {
        this.#finish(this.#content);
        this.#content = undefined;
      }
      this.#content ??= this.#open();
      this.#content.addFile(file, content, parentHome);
      this.#finishFull();
    }
  }

  /** Finishes what is open; nothing is added afterwards. */
  end(): void {
    for (const left of [this.#mixed, this.#structure, this.#content]) if (left) this.#finish(left);
    this.#mixed = this.#structure = this.#content = undefined;
  }

  /** The packages that were finished since the last call. */
  take(): readonly PlannedPackage[] {
    const finished = this.#finished;
    if (finished.length > 0) this.#finished = [];
    return finished;
  }

  /** The first package, if it still takes an item of this size; else undefined, now and ever. */
  #openMixed(bytes: number): OpenPackage | undefined {
    if (this.#isSplit) return undefined;
    this.#mixed ??= this.#open();
    if (this.#fits(this.#mixed, bytes)) return this.#mixed;
    this.#split(this.#mixed);
    return undefined;
  }

  #split(mixed: OpenPackage): void {
    this.#isSplit = true;
    this.#mixed = undefined;
    if (mixed.folders === 0) this.#content = mixed;
    else this.#structure = mixed;
    if (mixed.folders > 0 && mixed.files > 0) {
      // The folders keep the name under which their children know them.
      this.#content = this.#open();
      mixed.moveFiles(this.#content);
    }
    this.#finishFull();
  }

  #fits(into: OpenPackage, bytes: number): boolean {
    const { maxItems, maxBytes } = this.#limits;
    if (into.items.length === 0) return true;
    return into.items.length < maxItems && into.bytes + bytes <= maxBytes;
  }

  #finishFull(): void {
    const { maxItems, maxBytes } = this.#limits;
    if (this.#structure && this.#structure.items.length >= maxItems) {
      this.#finish(this.#structure);
      this.#structure = undefined;
    }
    if (this.#content && (this.#content.items.length >= maxItems || this.#content.bytes >= maxBytes)) {
      this.#finish(this.#content);
      this.#content = undefined;
    }
  }

  #open(): OpenPackage {
    this.#count += 1;
    return new OpenPackage(String(this.#count).padStart(PACKAGE_NAME_DIGITS, "0"));
  }

  #finish(finished: OpenPackage): void {
    this.#finished.push({ type: "package", plan: finished.plan(this.#target), local: finished.local });
  }
}

class OpenPackage {
  readonly name: string;
  readonly local = new Map<number, SourceContent>();
  items: PlannedItem[] = [];
  files = 0;
  bytes = 0;
  readonly #dependsOn = new Set<string>();

  constructor(name: string) {
    this.name = name;
  }

  get folders(): number {
    return this.items.length - this.files;
  }

  add(item: PlannedItem, parentHome: string | undefined): void {
    this.items.push(item);
    if (parentHome !== undefined && parentHome !== this.name) this.#dependsOn.add(parentHome);
  }

  addFile(file: FileEntry, content: SourceContent, parentHome: string | undefined): void {
    this.files += 1;
    this.bytes += file.size;
    const blob = `${String(this.files).padStart(BLOB_NAME_DIGITS, "0")}.dat`;
    this.add({ ...file, content: this.#locate(content), blob }, parentHome);
  }

  /** Hands the files over to an empty package, under the same blob names and handles. */
  moveFiles(to: OpenPackage): void {
    const folders: PlannedItem[] = [];
    const ids = new Set<string>();
    for (const item of this.items) {
      if (item.kind === "folder") {
        folders.push(item);
        ids.add(item.id);
      } else to.add(item, ids.has(item.parentId) ? this.name : undefined);
    }
    for (const [handle, content] of this.local) to.local.set(handle, content);
    to.files = this.files;
    to.bytes = this.bytes;
    this.items = folders;
    this.local.clear();
    this.files = 0;
    this.bytes = 0;
  }

  plan(target: Target): PackagePlan {
    return {
      schemaVersion: PLAN_SCHEMA_VERSION,
      name: this.name,
      kind: this.files > 0 ? "content" : "structure",
      dependsOn: [...this.#dependsOn],
      portable: this.local.size === 0,
      target,
      items: this.items,
      bytes: this.bytes,
    };
  }

  #locate(content: SourceContent): ContentLocator {
    if ("path" in content) return { kind: "path", path: content.path };
    this.local.set(this.files, content);
    return { kind: "local", handle: this.files };
  }
}
