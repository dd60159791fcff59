import type { Site, SiteItem, SiteList } from "../ports.ts";
import { siteOf } from "./graph-migration.ts";
import { type GraphCall, GraphFault, type GraphRoute, graphReply } from "./graph-service.ts";
import type { HttpReply } from "./http-types.ts";
import { guid } from "./migration-calls.ts";

const ROOT = "/drives/{driveId}/root";
/** Children that a page holds unless `$top` says so. */
const PAGE = 200;

/** A folder or file, or (without an item) the root. */
interface DriveEntry {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly item: SiteItem | undefined;
}

/**
 * Reading the drive of a container: the ids that packages need, and what is there already. A container's drive has the
 * container's id.
 */
export function graphDriveRoutes(sites: ReadonlyMap<string, Site>): readonly GraphRoute[] {
  const at = (path: string, find: (drive: Drive, call: GraphCall) => DriveEntry): readonly GraphRoute[] => [
    { method: "GET", path, answer: async (call) => one(call, driveOf(sites, call), find) },
    { method: "GET", path: `${path}/children`, answer: async (call) => children(call, driveOf(sites, call), find) },
  ];
  return [
    {
      method: "GET",
      path: "/storage/fileStorage/containers/{containerId}",
      async answer(call) {
        siteOf(sites, call.parameters.containerId);
        return graphReply(200, call, "storage/fileStorage/containers/$entity", {
          id: call.parameters.containerId,
          status: "active",
        });
      },
    },
    {
      method: "GET",
      path: "/drives/{driveId}",
      async answer(call) {
        const drive = driveOf(sites, call);
        const { id, site } = drive;
        const body = { id, driveType: "documentLibrary", name: drive.list.title, webUrl: webUrl(call, drive.list.url) };
        return graphReply(200, call, "drives/$entity", select(call, { ...body, sharePointIds: siteIds(call, site) }));
      },
    },
    ...at(ROOT, (drive) => drive.root),
    ...at("/drives/{driveId}/items/{itemId}", (drive, call) => drive.byId(call.parameters.itemId ?? "")),
    {
      // `root:/folder/file`, `root:/folder:/children`
      method: "GET",
      path: "/drives/{driveId}/{path*}",
      async answer(call) {
        const [, path, isChildren] = /^root:\/(.*?)(?::(\/children)?)?$/s.exec(call.parameters.path ?? "") ?? [];
        if (path === undefined) throw new GraphFault(400, "invalidRequest", undefined, "The path is not known.");
        const find = (drive: Drive) => drive.byPath(path);
        return (isChildren === undefined ? one : children)(call, driveOf(sites, call), find);
      },
    },
  ];
}

/** The library of a container. */
class Drive {
  readonly id: string;
  readonly site: Site;
  readonly list: SiteList;
  #childCounts: ReadonlyMap<string, number> | undefined;

  constructor(id: string, site: Site, list: SiteList) {
    this.id = id;
    this.site = site;
    this.list = list;
  }

  get root(): DriveEntry {
    return { id: this.list.rootFolderId, name: "root", url: this.list.url, item: undefined };
  }

  *entries(): Iterable<DriveEntry> {
    for (const item of this.site.items(this.list.id)) {
      yield { id: item.uniqueId, name: item.url.slice(item.url.lastIndexOf("/") + 1), url: item.url, item };
    }
  }

  /** Of a folder, by its URL. */
  childCount(url: string): number {
    this.#childCounts ??= countsOf(this.entries());
    return this.#childCounts.get(url) ?? 0;
  }

  byId(id: string): DriveEntry {
    if (id.toLowerCase() === "root" || guid(id) === guid(this.list.rootFolderId)) return this.root;
    return this.#found((entry) => guid(entry.id) === guid(id));
  }

  byPath(path: string): DriveEntry {
    const trimmed = path.replace(/\/+$/, "");
    if (trimmed === "") return this.root;
    const url = `${this.list.url}/${trimmed}`.toLowerCase();
    return this.#found((entry) => entry.url.toLowerCase() === url);
  }

  #found(isIt: (entry: DriveEntry) => boolean): DriveEntry {
    for (const entry of this.entries()) if (isIt(entry)) return entry;
    throw new GraphFault(404, "itemNotFound", undefined, "The resource could not be found.");
  }
}

function countsOf(entries: Iterable<DriveEntry>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { url } of entries) {
    const parent = url.slice(0, url.lastIndexOf("/"));
    counts.set(parent, (counts.get(parent) ?? 0) + 1);
  }
  return counts;
}

function driveOf(sites: ReadonlyMap<string, Site>, { parameters }: GraphCall): Drive {
  const id = parameters.driveId ?? "";
  const site = siteOf(sites, id);
  const [list] = site.lists;
  if (list === undefined) throw new GraphFault(404, "itemNotFound", undefined, "The drive was not found.");
  return new Drive(id, site, list);
}

async function one(
  call: GraphCall,
  drive: Drive,
  find: (drive: Drive, call: GraphCall) => DriveEntry,
): Promise<HttpReply> {
  return graphReply(200, call, "drives/root/$entity", select(call, driveItem(call, drive, find(drive, call))));
}

async function children(
  call: GraphCall,
  drive: Drive,
  find: (drive: Drive, call: GraphCall) => DriveEntry,
): Promise<HttpReply> {
  const parent = find(drive, call);
  const top = Number(call.query.get("$top") ?? PAGE);
  if (!Number.isInteger(top) || top < 1) throw new GraphFault(400, "invalidRequest", undefined, "$top is not valid.");
  const after = Number(call.query.get("$skiptoken") ?? 0);
  const value: object[] = [];
  let last: number | undefined;
  let next: string | undefined;
  for (const entry of drive.entries()) {
    const id = entry.item?.itemId ?? 0;
    if (id <= after || entry.url.slice(0, entry.url.lastIndexOf("/")) !== parent.url) continue;
    if (value.length >= top) {
      const url = new URL(call.request.url);
      url.searchParams.set("$skiptoken", String(last));
      next = url.href;
      break;
    }
    value.push(select(call, driveItem(call, drive, entry)));
    last = id;
  }
  return graphReply(200, call, "Collection(driveItem)", {
    ...(next === undefined ? {} : { "@odata.nextLink": next }),
    value,
  });
}

function driveItem(call: GraphCall, drive: Drive, entry: DriveEntry): Record<string, unknown> {
  const { id: driveId, site, list } = drive;
  const { item } = entry;
  const isFolder = item === undefined || item.kind === "folder";
  const kind = isFolder ? { folder: { childCount: drive.childCount(entry.url) } } : { file: {} };
  const facet = { ...(item === undefined ? { root: {} } : {}), ...kind };
  return {
    eTag: `"{${entry.id.toUpperCase()}},1"`,
    id: entry.id,
    name: entry.name,
    webUrl: webUrl(call, entry.url),
    parentReference: { driveId, driveType: "documentLibrary" },
    ...facet,
    sharepointIds: {
      ...siteIds(call, site),
      listId: list.id,
      ...(item === undefined ? {} : { listItemId: String(item.itemId) }),
      listItemUniqueId: entry.id,
    },
  };
}

function siteIds(call: GraphCall, { siteId, webId, url }: Site): Record<string, string> {
  return { siteId, siteUrl: webUrl(call, url), webId };
}

function webUrl({ request }: GraphCall, url: string): string {
  return `${request.url.origin}${url.split("/").map(encodeURIComponent).join("/")}`;
}

/** `$select`; what is not asked for is left out, and `sharepointIds` come only when asked for. */
function select(call: GraphCall, body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const names = call.query
    .get("$select")
    ?.split(",")
    .map((name) => name.trim().toLowerCase());
  const isWanted = (name: string) =>
    names === undefined ? name.toLowerCase() !== "sharepointids" : names.includes(name.toLowerCase());
  return Object.fromEntries(Object.entries(body).filter(([name]) => isWanted(name)));
}
