import { guidOf, isMembers, type ServiceClient } from "@primepack/core/http";
import { invalidReply } from "../job-containers.ts";
import { NO_METADATA } from "../odata.ts";
import { pages } from "../pages.ts";

/** A file, folder or list item, as the list's items show it. */
export interface ListedItem {
  readonly itemId: number;
  readonly uniqueId: string;
  readonly isFolder: boolean;
  /** Names below the list's root folder. */
  readonly path: readonly string[];
}

/** Items of one page: as many as a list view may show at once (Limits page, list view threshold). */
const PAGE_ITEMS = 5_000;

export interface ListedList {
  /** Of its requests: `_api/web/lists(guid'...')`. */
  readonly url: string;
  /** Server-relative URL of its root folder. */
  readonly rootUrl: string;
}

/** Everything in a list, its folders included, page by page, in the order of item ids. */
export async function* listItems(
  client: ServiceClient,
  list: ListedList,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly ListedItem[], void, undefined> {
  const doing = "list what the library holds";
  const url = `${list.url}/items?$select=Id,UniqueId,FileRef,FSObjType&$orderby=Id&$top=${PAGE_ITEMS}`;
  for await (const page of pages(client, { url, headers: NO_METADATA, doing, signal })) {
    yield page.map((value) => listedItem(value, list.rootUrl, doing));
  }
}

/** The highest item id that the list shows; 0 for none. */
export async function highestItemId(
  client: ServiceClient,
  list: ListedList,
  signal: AbortSignal | undefined,
): Promise<number> {
  const doing = "read the highest item id of the library";
  const url = `${list.url}/items?$select=Id&$orderby=Id desc&$top=1`;
  for await (const page of pages(client, { url, headers: NO_METADATA, doing, signal })) {
    const [first] = page;
    return first === undefined ? 0 : itemIdOf(isMembers(first) ? (first.Id ?? first.ID) : undefined, doing);
  }
  return 0;
}

function listedItem(value: unknown, rootUrl: string, doing: string): ListedItem {
  if (!isMembers(value)) throw invalidReply(doing, "each item must be an object", typeof value);
  const { FileRef } = value;
  const uniqueId = guidOf(value.UniqueId);
  const type = Number(value.FSObjType ?? value.FileSystemObjectType);
  if (uniqueId === undefined) throw invalidReply(doing, "each item must have a UniqueId", typeof value.UniqueId);
  if (type !== 0 && type !== 1) throw invalidReply(doing, "FSObjType must be 0 or 1", typeof value.FSObjType);
  const path = typeof FileRef === "string" ? namesBelow(rootUrl, FileRef) : undefined;
  if (path === undefined || path.length === 0) {
    throw invalidReply(doing, `each item must lie below ${rootUrl}`, JSON.stringify(FileRef) ?? "undefined");
  }
  return { itemId: itemIdOf(value.Id ?? value.ID, doing), uniqueId, isFolder: type === 1, path };
}

function itemIdOf(value: unknown, doing: string): number {
  const id = Number(value);
  if (Number.isSafeInteger(id) && id > 0) return id;
  throw invalidReply(doing, "each item must have an integer id", typeof value);
}

/** The names by which `url` lies below `root`, both server-relative; without regard to case, which differs by API. */
export function namesBelow(root: string, url: string): readonly string[] | undefined {
  const top = root === "/" ? "" : root;
  if (url.slice(0, top.length).toLowerCase() !== top.toLowerCase()) return undefined;
  const rest = url.slice(top.length);
  if (rest === "" || rest === "/") return [];
  return rest.startsWith("/") ? rest.slice(1).split("/") : undefined;
}
