import type { SourceDeletion, SourceEntry, SourcePath, SourceProblem } from "../model/index.ts";
import { type AssembleOptions, assemble, type ItemParts } from "./assemble.ts";
import { IdUses } from "./id-uses.ts";
import { isAtOrBelow, keyNames, pathKey } from "./object-path.ts";
import { DELETIONS, FAULTS, IDS, ITEMS, type KeyedPart, type Part, partOf } from "./parts.ts";

/** The folder at the top of a library that SharePoint makes with it, for forms and views. */
const LIBRARY_OWN_FOLDER = "forms";
/** The folder at the top of a list that holds the attachments of its items, which the items tell of themselves. */
const LIST_OWN_FOLDER = "attachments";

/** List items have the URL of their form where nothing tells of their document: it names no place in a list. */
const FORM_OF_ITEM = /\.aspx\?ID=\d+$/i;

/** A folder that what comes next is in, as its own object spells it. */
interface OpenFolder {
  readonly key: string;
  readonly name: string;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type DeletionPart = Extract<Part, { kind: "deletion" }>;

/**
 * Puts the parts of items together. Parts come in the order of their keys, so that those of one item follow each other;
 * at most one item and the names above it are remembered.
 */
export class ItemJoin {
  readonly #options: AssembleOptions;
  readonly #rootKey: string;
  readonly #rootDepth: number;
  readonly #folders: OpenFolder[] = [];
  readonly #ids: IdUses = new IdUses();
  /** Undefined: the parts of the present key were given away. */
  #parts: Mutable<ItemParts> | undefined;
  #deletion: DeletionPart | undefined;
  #key = "";

  constructor(options: AssembleOptions) {
    const { url } = options.list;
    this.#options = options;
    this.#rootKey = pathKey(url);
    this.#rootDepth = url === "" ? 0 : url.split("/").length;
  }

  async *add(keyed: KeyedPart): AsyncGenerator<SourceEntry, void, undefined> {
    if (keyed.key.startsWith(IDS)) {
      if (this.#options.keepIds) this.#ids.add(keyed);
      return;
    }
    if (keyed.key.startsWith(FAULTS)) {
      yield faultOf(partOf(keyed));
      return;
    }
    const key = keyed.key.slice(ITEMS.length);
    if (!isAtOrBelow(key, this.#rootKey)) {
      this.#options.dropped.add("object outside of the list");
      return;
    }
    if (this.#isOwn(key)) {
      this.#options.dropped.add("object of a folder that SharePoint makes itself");
      return;
    }
    if (keyed.key !== this.#key) {
      yield* this.end();
      this.#key = keyed.key;
    }
    const part = partOf(keyed);
    if (keyed.key.startsWith(DELETIONS)) this.#addDeletion(part as DeletionPart);
    else yield* this.#addPart(key, part);
  }

  /** Gives the item whose parts came last. */
  async *end(): AsyncGenerator<SourceEntry, void, undefined> {
    const parts = this.#parts;
    const deletion = this.#deletion;
    this.#parts = undefined;
    this.#deletion = undefined;
    if (parts !== undefined && this.#ids.isTaken(this.#key)) yield takenOf(parts);
    else if (parts !== undefined) {
      const entry = await assemble(parts, this.#options);
      if (entry !== undefined) yield entry;
    }
    if (deletion !== undefined && deletion.url.length > this.#options.list.url.length) {
      yield deletion.of === "item" && FORM_OF_ITEM.test(deletion.url) ? formOf(deletion) : this.#deletionOf(deletion);
    }
  }

  *#addPart(key: string, part: Part): Generator<SourceEntry, void, undefined> {
    this.#parts ??= { path: this.#pathOf(key, part), url: part.url, place: part.place };
    const parts = this.#parts;
    if (part.kind === "folder" && parts.folder === undefined && parts.file === undefined) parts.folder = part.folder;
    else if (part.kind === "file" && parts.file === undefined && parts.folder === undefined) {
      const { file, kind: _kind, url: _url, place: _place, ...passed } = part;
      parts.file = { ...file, passed };
    } else if (part.kind === "item" && parts.item === undefined) {
      const { item, kind: _kind, url: _url, place: _place, ...passed } = part;
      parts.item = { ...item, passed };
    } else if (part.kind === "scope" && parts.assignments === undefined) parts.assignments = part.assignments;
    else if (isRepeated(parts, part)) this.#options.dropped.add(`repeated ${part.kind}`);
    else yield duplicateOf(parts.path, part);
  }

  /** A file and its list item are one deletion. */
  #addDeletion(part: DeletionPart): void {
    const before = this.#deletion;
    if (before === undefined || before.of === "item") this.#deletion = part;
  }

  #deletionOf(part: DeletionPart): SourceDeletion {
    const { keepIds } = this.#options;
    return {
      kind: "deletion",
      of: part.of,
      path: this.#namesOf(part.url),
      ...(keepIds && part.id !== undefined ? { id: part.id } : {}),
    };
  }

  #namesOf(url: string): string[] {
    return url.split("/").slice(this.#rootDepth);
  }

  /** The path, with the folders above spelled as they were: SharePoint holds names equal that differ in case. */
  #pathOf(key: string, part: Part): SourcePath {
    const folders = this.#folders;
    for (let top = folders.at(-1); top !== undefined && !isBelow(key, top.key); top = folders.at(-1)) folders.pop();
    const names = this.#namesOf(part.url);
    const path = [...folders.map(({ name }) => name), ...names.slice(folders.length)];
    // What is between the last known folder and the item is spelled as the item has it, from here on.
    const above = part.url.split("/");
    for (let depth = folders.length; depth < names.length; depth++) {
      const url = above.slice(0, this.#rootDepth + depth + 1).join("/");
      folders.push({ key: pathKey(url), name: names[depth] ?? "" });
    }
    return path;
  }

  #isOwn(key: string): boolean {
    const below = key.slice(this.#rootKey.length + (this.#rootKey === "" ? 0 : 1));
    const [top] = keyNames(below);
    return top === (this.#options.list.isLibrary === false ? LIST_OWN_FOLDER : LIBRARY_OWN_FOLDER);
  }
}

function isBelow(key: string, folder: string): boolean {
  return key.length > folder.length && isAtOrBelow(key, folder);
}

/** Whether the part says again what the export has said: packages may repeat the folders on their way. */
function isRepeated(parts: ItemParts, part: Part): boolean {
  if (part.kind === "folder") return sameId(parts.folder?.Id, part.folder.Id);
  if (part.kind === "file") return sameId(parts.file?.Id, part.file.Id);
  if (part.kind === "item") return sameId(parts.item?.Id, part.item.Id);
  return part.kind === "scope";
}

function sameId(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one.toLowerCase() === other.toLowerCase();
}

function duplicateOf(path: SourcePath, part: Part): SourceProblem {
  const what = JSON.stringify(`/${part.url}`);
  const message = `Cannot convert the object as the export has another in its place: current value is ${part.kind} ${what}`;
  return { kind: "problem", path: nonEmptyPath(path), outcome: "failed", code: "SOURCE_DUPLICATE", message };
}

function takenOf({ path, url }: ItemParts): SourceProblem {
  const what = JSON.stringify(`/${url}`);
  const message = `Cannot convert the object as the export has another of the same id: current value is ${what}`;
  return { kind: "problem", path: nonEmptyPath(path), outcome: "failed", code: "SOURCE_DUPLICATE", message };
}

function formOf({ url }: DeletionPart): SourceProblem {
  const what = JSON.stringify(`/${url}`);
  const message = `Cannot convert the deletion as it must name the item's document: current value is ${what}`;
  return {
    kind: "problem",
    path: nonEmptyPath(url.split("/")),
    outcome: "failed",
    code: "SOURCE_INVALID_ITEM",
    message,
  };
}

function faultOf(part: Part): SourceProblem {
  const message = part.kind === "fault" ? part.message : "Cannot convert the object";
  const path = nonEmptyPath(part.url.split("/").filter((name) => name !== ""));
  return { kind: "problem", path, outcome: "failed", code: "SOURCE_INVALID_ITEM", message };
}

/** An entry's path has a name. */
function nonEmptyPath(path: SourcePath): SourcePath {
  return path.length > 0 ? path : ["(no path)"];
}
