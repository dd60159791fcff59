import { guidOf } from "../parse/values.ts";
import type { MintedItem } from "../types.ts";
import type { ReportedProblem } from "./outcome-types.ts";
import { pathsMentioned } from "./paths-mentioned.ts";
import { plainPaths, plainTexts } from "./plain-url.ts";

/** What a problem is about: an item, one of several that it names, or nothing of the package. */
export interface Match {
  readonly item?: MintedItem;
  readonly doubtful: readonly MintedItem[];
}

/** Kinds of objects whose integer id is that of an item; others count otherwise. */
const ITEM_TYPES: ReadonlySet<string> = new Set(["", "file", "folder", "listitem", "invalid"]);
/** Names of blobs in a text: a name with an extension, and nothing around it that a longer name could have. */
const BLOB_NAMES = /(?<![\p{L}\p{N}_.%-])[\w-]+\.\w+(?![\p{L}\p{N}_%-])/gu;

/** The items of one package, to find those that problems name. Kept only while they are joined. */
export class ItemIndex {
  readonly #byId: Map<string, MintedItem[]> = new Map();
  readonly #byItemId: Map<number, MintedItem[]> = new Map();
  readonly #byPath: Map<string, MintedItem[]> = new Map();
  readonly #pathsByLeaf: Map<string, Set<string>> = new Map();
  readonly #byBlob: Map<string, MintedItem[]> = new Map();
  readonly #webPath: string;

  constructor(items: Iterable<MintedItem>, webUrl: string | undefined) {
    this.#webPath = plainPaths(webUrl ?? "")[0] ?? "";
    for (const item of items) {
      for (const id of item.ids) put(this.#byId, guidOf(id) ?? id.toLowerCase(), item);
      for (const blob of item.blobs ?? []) put(this.#byBlob, blob.toLowerCase(), item);
      if (item.itemId !== undefined) put(this.#byItemId, item.itemId, item);
      const [path] = plainPaths(item.url);
      if (path === undefined) continue;
      put(this.#byPath, path, item);
      const leaf = leafOf(path);
      this.#pathsByLeaf.set(leaf, (this.#pathsByLeaf.get(leaf) ?? new Set()).add(path));
    }
    // What a file of the package is called says nothing of blobs.
    for (const leaf of this.#pathsByLeaf.keys()) this.#byBlob.delete(leaf);
  }

  /**
   * By the object's id. Without one by all that names items at once, as a URL may be that of the library or web, and a text
   * may name the item that stands in the way: its URL, its item id, ids anywhere; else by paths and blobs in its message.
   */
  match(problem: ReportedProblem): Match {
    const object = this.#byId.get(problem.id) ?? [];
    if (object.length > 0) return this.#narrowed(object, problem);
    const named = [
      ...problem.ids.flatMap((id) => this.#byId.get(id) ?? []),
      ...this.#ofUrl(problem.url),
      ...this.#ofItemId(problem),
    ];
    if (named.length > 0) return this.#narrowed(named, problem);
    return this.#narrowed([...this.#mentionedIn(problem.message), ...this.#ofBlobs(problem)], problem);
  }

  /** Which of the item's ids the problem is about; undefined where it names none of them, or several. */
  objectOf({ id, ids }: ReportedProblem, item: MintedItem): string | undefined {
    const isOfItem = (other: string) => this.#byId.get(other)?.includes(item) === true;
    if (isOfItem(id)) return id;
    const named = ids.filter(isOfItem);
    return named.length === 1 ? named[0] : undefined;
  }

  /** The nearest item above, for which `is` holds. */
  ancestor(item: MintedItem, is: (item: MintedItem) => boolean): MintedItem | undefined {
    const [path = ""] = plainPaths(item.url);
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      const above = this.#byPath.get(path.slice(0, end))?.find(is);
      if (above !== undefined) return above;
    }
    return undefined;
  }

  /** A text about a file may name the folders that it is in; one about a folder what is in it. */
  #narrowed(named: readonly MintedItem[], { objectType }: ReportedProblem): Match {
    const distinct = new Set(named);
    const isAbove = new Set([...distinct].map((item) => this.ancestor(item, (other) => distinct.has(other))));
    const isOfFile = objectType.toLowerCase() === "file";
    const [item, ...others] = isOfFile ? [...distinct].filter((one) => !isAbove.has(one)) : distinct;
    return item !== undefined && others.length === 0 ? { item, doubtful: [] } : { doubtful: [...distinct] };
  }

  #ofItemId({ itemId, objectType }: ReportedProblem): readonly MintedItem[] {
    if (itemId === undefined || !ITEM_TYPES.has(objectType.toLowerCase())) return [];
    return this.#byItemId.get(itemId) ?? [];
  }

  /** Server-relative, absolute, web-relative, or relative to something else; a leaf name alone names nothing. */
  #ofUrl(url: string): readonly MintedItem[] {
    const paths = plainPaths(url);
    const exact = paths.flatMap((path) => this.#byPath.get(path) ?? this.#byPath.get(`${this.#webPath}/${path}`) ?? []);
    if (exact.length > 0) return exact;
    return paths
      .filter((path) => path.includes("/"))
      .flatMap((path) => [...(this.#pathsByLeaf.get(leafOf(path)) ?? [])].filter((whole) => whole.endsWith(`/${path}`)))
      .flatMap((path) => this.#byPath.get(path) ?? []);
  }

  #mentionedIn(message: string): readonly MintedItem[] {
    return plainTexts(message)
      .flatMap((text) => pathsMentioned(text, this.#pathsByLeaf))
      .flatMap((path) => this.#byPath.get(path) ?? []);
  }

  #ofBlobs({ url, message }: ReportedProblem): readonly MintedItem[] {
    if (this.#byBlob.size === 0) return [];
    return Array.from(`${url} ${message}`.toLowerCase().matchAll(BLOB_NAMES)).flatMap(
      ([name]) => this.#byBlob.get(name) ?? [],
    );
  }
}

function put<K>(map: Map<K, MintedItem[]>, key: K, item: MintedItem): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [item]);
  else if (!known.includes(item)) known.push(item);
}

function leafOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
