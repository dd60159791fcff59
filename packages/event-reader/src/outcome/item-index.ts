import { guidOf } from "../parse/values.ts";
import type { MintedItem } from "../types.ts";
import type { ReportedProblem } from "./outcome-types.ts";
import { plainPaths, plainTexts } from "./plain-url.ts";

/** Items that a problem is about. */
export interface Match {
  /** None: it names no item of the package. */
  readonly items: readonly MintedItem[];
  /** False: it is about one of them, nobody knows which. */
  readonly isCertain: boolean;
}

const NO_MATCH: Match = { items: [], isCertain: true };

/** Kinds of objects whose integer id is that of an item; others count otherwise. */
const ITEM_TYPES: ReadonlySet<string> = new Set(["", "file", "folder", "listitem", "invalid"]);

/** The items of one package, to find those that problems name. Kept only while they are joined. */
export class ItemIndex {
  readonly #byId: Map<string, MintedItem> = new Map();
  readonly #byItemId: Map<number, MintedItem> = new Map();
  readonly #byPath: Map<string, MintedItem> = new Map();
  readonly #byLeaf: Map<string, (readonly [path: string, item: MintedItem])[]> = new Map();
  readonly #webPath: string | undefined;

  constructor(items: Iterable<MintedItem>, webUrl: string | undefined) {
    this.#webPath = webUrl === undefined ? undefined : plainPaths(webUrl)[0];
    for (const item of items) {
      for (const id of item.ids) this.#byId.set(guidOf(id) ?? id.toLowerCase(), item);
      if (item.itemId !== undefined) this.#byItemId.set(item.itemId, item);
      const [path] = plainPaths(item.url);
      if (path === undefined) continue;
      this.#byPath.set(path, item);
      const leaf = leafOf(path);
      this.#byLeaf.set(leaf, [...(this.#byLeaf.get(leaf) ?? []), [path, item]]);
    }
  }

  /** By the surest sign that names an item: the object's id, its URL, its item id, any id of the text, a path in the text. */
  match(problem: ReportedProblem): Match {
    const ways = [
      () => this.#ofIds([problem.id]),
      () => this.#ofUrl(problem.url),
      () => this.#ofItemId(problem),
      () => this.#ofIds(problem.ids),
      () => this.#mentionedIn(problem.message),
    ];
    let doubtful = NO_MATCH;
    for (const way of ways) {
      const match = way();
      if (match.items.length > 0 && match.isCertain) return match;
      if (doubtful.items.length === 0) doubtful = match;
    }
    return doubtful;
  }

  /** The nearest item above, for which `is` holds. */
  ancestor(item: MintedItem, is: (item: MintedItem) => boolean): MintedItem | undefined {
    const [path = ""] = plainPaths(item.url);
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      const above = this.#byPath.get(path.slice(0, end));
      if (above !== undefined && is(above)) return above;
    }
    return undefined;
  }

  #ofIds(ids: readonly string[]): Match {
    const named = [...new Set(ids.map((id) => this.#byId.get(id)).filter((item) => item !== undefined))];
    // A text about a file may name the folders that it is in.
    const above = new Set(named.map((item) => this.ancestor(item, (other) => named.includes(other))));
    return { items: named.filter((item) => !above.has(item)), isCertain: true };
  }

  #ofItemId({ itemId, objectType }: ReportedProblem): Match {
    const item =
      itemId === undefined || !ITEM_TYPES.has(objectType.toLowerCase()) ? undefined : this.#byItemId.get(itemId);
    return item === undefined ? NO_MATCH : { items: [item], isCertain: true };
  }

  /** Server-relative, absolute, web-relative, or relative to something else; a leaf name alone names nothing. */
  #ofUrl(url: string): Match {
    const paths = plainPaths(url);
    for (const path of paths) {
      const item = this.#byPath.get(path) ?? this.#byPath.get(`${this.#webPath ?? ""}/${path}`);
      if (item !== undefined) return { items: [item], isCertain: true };
    }
    const ending = paths
      .filter((path) => path.includes("/"))
      .flatMap((path) => this.#alike(path).filter(([whole]) => whole.endsWith(`/${path}`)));
    return oneOf(ending.map(([, item]) => item));
  }

  /** The item whose path stands in the text with the most of its segments, at least two. */
  #mentionedIn(message: string): Match {
    let longest = 0;
    let found: MintedItem[] = [];
    for (const text of plainTexts(message)) {
      for (const [leaf, items] of this.#byLeaf) {
        if (!text.includes(leaf)) continue;
        for (const [path, item] of items) {
          const length = mentioned(path, text);
          if (length === 0 || length < longest) continue;
          found = length > longest ? [item] : [...found, item];
          longest = length;
        }
      }
    }
    return oneOf(found);
  }

  #alike(path: string): readonly (readonly [path: string, item: MintedItem])[] {
    return this.#byLeaf.get(leafOf(path)) ?? [];
  }
}

function oneOf(items: readonly MintedItem[]): Match {
  const distinct = [...new Set(items)];
  return { items: distinct, isCertain: distinct.length <= 1 };
}

function leafOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Characters of the longest end of the path, of two segments or more, that stands in the text; 0 if none does. */
function mentioned(path: string, text: string): number {
  for (let start = 0; start !== -1; ) {
    const end = path.slice(start);
    if (!end.includes("/")) return 0;
    if (standsIn(end, text, start === 0)) return end.length;
    const slash = path.indexOf("/", start);
    start = slash === -1 ? -1 : slash + 1;
  }
  return 0;
}

function standsIn(path: string, text: string, isWhole: boolean): boolean {
  for (let at = text.indexOf(path); at !== -1; at = text.indexOf(path, at + 1)) {
    const before = text.charAt(at - 1);
    // Behind a slash, the end of a path belongs to another path than this one.
    const begins = before === "/" ? isWhole : !/[\p{L}\p{N}_\\]/u.test(before);
    if (begins && /^(?:[^\p{L}\p{N}_/\\.-]|[.-](?![\p{L}\p{N}_])|$)/u.test(text.slice(at + path.length))) return true;
  }
  return false;
}
