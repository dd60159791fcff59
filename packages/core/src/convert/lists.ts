import { PrimepackError } from "../errors/index.ts";
import { trimUrl } from "./object-path.ts";
import type { ListPlace } from "./side-files.ts";

/** The list whose items are converted. */
export interface ExportedList {
  /** Server-relative, without slashes around it. */
  readonly url: string;
  /** Undefined if the export doesn't tell. */
  readonly isLibrary?: boolean;
  readonly id?: string;
}

interface KnownList extends ExportedList {
  readonly title?: string;
}

/** Lists that are remembered; an export of a site has some hundreds. */
const MAX_LISTS = 10_000;
/** Lists that a message names. */
const SHOWN_LISTS = 5;
/** UTF-16 units of a name in a message. */
const SHOWN_LENGTH = 200;

/** `DocumentLibrary`, and the templates of libraries that the constrained schema knows by number only. */
const LIBRARY_TEMPLATES: ReadonlySet<string> = new Set([
  "documentlibrary",
  "101",
  "picturelibrary",
  "109",
  "119",
  "700",
]);

/** The lists that an export tells of, and which of them is meant. */
export class Lists {
  /** By URL in lower case. */
  readonly #objects: Map<string, KnownList> = new Map();
  readonly #named: Map<string, KnownList> = new Map();
  readonly #system: Map<string, KnownList> = new Map();

  /** Takes the attributes of a `List` or `DocumentLibrary` element. */
  add(attributes: Readonly<Record<string, string>>, isLibrary: boolean): void {
    const { Id: id, RootFolderUrl: rootUrl, Title: title, BaseType: baseType, BaseTemplate: template } = attributes;
    if (rootUrl === undefined) return;
    remember(this.#objects, {
      url: trimUrl(rootUrl),
      isLibrary: isLibrary || baseType === "DocumentLibrary" || LIBRARY_TEMPLATES.has((template ?? "").toLowerCase()),
      ...(id === undefined ? {} : { id: id.toLowerCase() }),
      ...(title === undefined ? {} : { title }),
    });
  }

  /** Takes what the side files tell. */
  addPlaces(lists: readonly ListPlace[], systemLists: readonly ListPlace[]): void {
    for (const place of lists) remember(this.#named, knownList(place));
    for (const place of systemLists) if (!isCatalog(place.url)) remember(this.#system, knownList(place));
  }

  /**
   * The list that `wanted` names by id, title, server-relative URL or the last name of that; without it the only one.
   *
   * Throws INVALID_OPTION where the export has several or no such list.
   */
  choose(wanted: string | undefined): ExportedList {
    const known = this.#known();
    const list = wanted === undefined ? this.#only() : onlyOf(known.filter((list) => isMeant(list, wanted)));
    if (list !== undefined) return list;
    // An export of a folder need not tell of its list.
    if (wanted?.startsWith("/")) return { url: trimUrl(wanted) };
    const names = namesOf(known);
    const constraint = wanted === undefined ? "it must have one list, or one must be named" : "it must have the list";
    const current = wanted === undefined ? names : JSON.stringify(wanted.slice(0, SHOWN_LENGTH));
    throw new PrimepackError(
      "INVALID_OPTION",
      `Cannot convert the export as ${constraint}: current value is ${current}`,
      { hint: known.length === 0 ? "Name the list by its server-relative URL." : `Name one of its lists: ${names}.` },
    );
  }

  /** The one that the manifests describe, else the one that the export is of by its side files. */
  #only(): KnownList | undefined {
    const lists = [this.#objects, this.#named, this.#system].map((found) => onlyOf([...found.values()]));
    const list = lists.find((found) => found !== undefined);
    return list && (this.#objects.get(list.url.toLowerCase()) ?? list);
  }

  #known(): KnownList[] {
    return [...new Map([...this.#system, ...this.#named, ...this.#objects]).values()];
  }
}

function onlyOf(lists: readonly KnownList[]): KnownList | undefined {
  return lists.length === 1 ? lists[0] : undefined;
}

function remember(lists: Map<string, KnownList>, list: KnownList): void {
  const key = list.url.toLowerCase();
  if (lists.has(key) || lists.size >= MAX_LISTS) return;
  const kept = JSON.parse(JSON.stringify(list)) as KnownList;
  lists.set(kept.url.toLowerCase(), kept);
}

function knownList({ id, url }: ListPlace): KnownList {
  return { url: trimUrl(url), ...(id === undefined ? {} : { id: id.toLowerCase() }) };
}

/** Galleries and the user list, which side files name beside the list that an export is of. */
function isCatalog(url: string): boolean {
  return trimUrl(url)
    .split("/")
    .some((name) => name === "_catalogs" || name === "_catalog");
}

function isMeant({ id, url, title }: KnownList, wanted: string): boolean {
  const lower = wanted.toLowerCase();
  if (wanted.startsWith("/")) return trimUrl(lower) === url.toLowerCase();
  const name = url.slice(url.lastIndexOf("/") + 1).toLowerCase();
  return id === lower.replace(/^\{(.*)\}$/, "$1") || title?.toLowerCase() === lower || name === lower;
}

function namesOf(lists: readonly KnownList[]): string {
  if (lists.length === 0) return "none";
  const shown = lists.slice(0, SHOWN_LISTS).map(({ url }) => `/${url.slice(0, SHOWN_LENGTH)}`);
  return [...shown, ...(lists.length > SHOWN_LISTS ? [`and ${lists.length - SHOWN_LISTS} more`] : [])].join(", ");
}
