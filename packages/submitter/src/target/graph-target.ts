import { PrimepackError } from "@primepack/core/errors";
import {
  graphBaseUrl,
  guidOf,
  isMembers,
  type Members,
  openConnection,
  type ServiceClient,
  type ServiceConnection,
  ServiceError,
} from "@primepack/core/http";
import { ITEM_ID_MAX, type Logger, type Target } from "@primepack/core/model";
import { invalidReply } from "../job-containers.ts";
import { pages } from "../pages.ts";
import { isOfFolder } from "./existing-folders.ts";
import { folderNames } from "./folder-path.ts";
import { namesBelow } from "./list-items.ts";
import { isNotFound } from "./not-found.ts";
import { spelledAs } from "./spelled-as.ts";

/** Which SharePoint Embedded container, and how Graph is reached. */
export type ResolveGraphTargetOptions = ServiceConnection & {
  /** Id of the `fileStorageContainer`, which is that of its drive: `b!...`. */
  readonly containerId: string;
  /** Root of Graph; without a path its version `v1.0` is taken. Default: `https://graph.microsoft.com/v1.0`. */
  readonly graphUrl?: string;
  /** Folder of the drive that everything goes into: `Projects/2024`. Default: the root itself. */
  readonly folder?: string;
  /**
   * `all` lists every folder of the drive, one request or more for each. `none` looks up only `folder` and those above
   * it, and takes `firstItemId`, which Graph doesn't tell otherwise. Default: `all`.
   */
  readonly existingFolders?: "all" | "none";
  /** The first free item id. Default: one above the highest that the drive's items show, 1 for an empty drive. */
  readonly firstItemId?: number;
  /** Told where the service's ids of the root disagree. Default: nobody. */
  readonly logger?: Logger;
  readonly signal?: AbortSignal;
};

/** The drive of a container as a target. Its roles and users are not to be had by Graph. */
export interface ResolvedGraphTarget {
  readonly target: Target;
  /** Names of the target folder, as the drive writes those that it has; empty for the root. */
  readonly folder: readonly string[];
}

/**
 * Finds the library behind a SharePoint Embedded container by Microsoft Graph (package format, 3.7): ids from the
 * `sharepointIds` of its root, those of folders from their `eTag`.
 *
 * What Graph can't tell: items of the recycle bin, which may hold higher item ids; whether the drive's name is the
 * library's title, which nothing in a package depends on.
 *
 * @throws TARGET_NOT_FOUND, TARGET_INCOMPLETE, INVALID_OPTION, or another ServiceError
 */
export async function resolveGraphTarget(options: ResolveGraphTargetOptions): Promise<ResolvedGraphTarget> {
  const { containerId, graphUrl, folder = "", existingFolders = "all", firstItemId, signal, ...rest } = options;
  const names = folderNames(folder);
  if (existingFolders === "none" && firstItemId === undefined) {
    throw invalidOption("firstItemId must be given where the drive is not listed", "none");
  }
  if (firstItemId !== undefined && !(Number.isInteger(firstItemId) && firstItemId >= 1 && firstItemId <= ITEM_ID_MAX)) {
    throw invalidOption(`firstItemId takes a whole number from 1 to ${ITEM_ID_MAX}`, String(firstItemId));
  }
  const { client, close } = openConnection(graphBaseUrl("v1.0", graphUrl), rest as ServiceConnection);
  try {
    const drive: Drive = { client, url: `drives/${encodeURIComponent(containerId)}`, signal };
    const library = await readRoot(drive, options.logger);
    const contents =
      existingFolders === "all" ? await listDrive(drive, names, firstItemId) : await lookUp(drive, names);
    return {
      target: {
        ...library,
        firstItemId: firstItemId ?? contents.highestItemId + 1,
        existingFolders: Object.fromEntries(contents.folders),
      },
      folder: spelledAs(names, contents.folders),
    };
  } finally {
    await close();
  }
}

interface Drive {
  readonly client: ServiceClient;
  /** Of its requests: `drives/b!...`. */
  readonly url: string;
  readonly signal: AbortSignal | undefined;
}

async function readRoot(
  { client, url, signal }: Drive,
  logger: Logger | undefined,
): Promise<Omit<Target, "firstItemId" | "existingFolders">> {
  const doing = "read the drive of the SharePoint Embedded container";
  const abort = signal === undefined ? {} : { signal };
  let root: unknown;
  try {
    ({ body: root } = await client.send({
      method: "GET",
      url: `${url}/root?$select=sharepointIds,webUrl,eTag`,
      doing,
      ...abort,
    }));
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new ServiceError("TARGET_NOT_FOUND", `Cannot ${doing} as there must be one: current value is none`, {
      cause: error as Error,
    });
  }
  const { body: named } = await client.send({ method: "GET", url: `${url}?$select=name`, doing, ...abort });
  const entry: Members = isMembers(root) ? root : {};
  const ids: Members = isMembers(entry.sharepointIds) ? entry.sharepointIds : {};
  const site = urlOf(ids.siteUrl, "sharepointIds.siteUrl", doing);
  const listUrl = namesBelow(site.path, urlOf(entry.webUrl, "webUrl", doing).path);
  if (listUrl === undefined || listUrl.length === 0) {
    throw invalidReply(doing, `webUrl must lie below ${site.path}`, String(entry.webUrl));
  }
  const rootFolderId = requiredGuid(ids.listItemUniqueId, "listItemUniqueId", doing);
  const tagged = guidInTag(entry.eTag);
  if (tagged !== undefined && tagged !== rootFolderId) {
    logger?.warn("The root of the drive has two ids; that of sharepointIds is taken", { rootFolderId, eTag: tagged });
  }
  const name = isMembers(named) ? named.name : undefined;
  return {
    siteUrl: site.url,
    webId: requiredGuid(ids.webId, "webId", doing),
    webUrl: site.path,
    listId: requiredGuid(ids.listId, "listId", doing),
    listTitle: typeof name === "string" && name !== "" ? name : (listUrl.at(-1) ?? ""),
    listUrl: listUrl.join("/"),
    rootFolderId,
    baseTemplate: "DocumentLibrary",
  };
}

interface Contents {
  readonly folders: ReadonlyMap<string, string>;
  readonly highestItemId: number;
}

/** Entries of a page that is asked for. */
const PAGE_ENTRIES = 200;

interface Folder {
  readonly driveItemId: string;
  readonly path: readonly string[];
  /** As its own entry says; undefined: it doesn't. */
  readonly childCount: number | undefined;
}

/** Everything in the drive, folder by folder; what is remembered is the folders. */
async function listDrive(
  { client, url, signal }: Drive,
  target: readonly string[],
  firstItemId: number | undefined,
): Promise<Contents> {
  const doing = "list the folders of the drive";
  const folders = new Map<string, string>();
  const waiting: Folder[] = [{ driveItemId: "root", path: [], childCount: undefined }];
  let highestItemId = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { path, driveItemId, childCount } = next;
    const place = driveItemId === "root" ? "root" : `items/${encodeURIComponent(driveItemId)}`;
    let count = 0;
    const first = `${url}/${place}/children?$select=id,name,folder,eTag,sharepointIds&$top=${PAGE_ENTRIES}`;
    for await (const page of pages(client, { url: first, doing, signal })) {
      for (const value of page) {
        const child = childOf(value, path, doing);
        count++;
        if (child.itemId !== undefined) highestItemId = Math.max(highestItemId, child.itemId);
        else if (firstItemId === undefined)
          throw incomplete("every entry must tell its listItemId", child.path.join("/"));
        if (child.folderId === undefined) continue;
        if (isOfFolder(child.path, target)) folders.set(child.path.join("/"), child.folderId);
        waiting.push(child);
      }
    }
    // Empty answers under load have broken packages silently.
    if (count === 0 && (childCount ?? 0) > 0) throw incomplete("a folder must list its entries", path.join("/"));
  }
  return { folders, highestItemId };
}

interface Child extends Folder {
  /** Undefined for files. */
  readonly folderId: string | undefined;
  readonly itemId: number | undefined;
}

function childOf(value: unknown, above: readonly string[], doing: string): Child {
  const entry: Members = isMembers(value) ? value : {};
  const { id, name, folder, eTag } = entry;
  if (typeof id !== "string" || typeof name !== "string") {
    throw invalidReply(doing, "each entry must have an id and a name", typeof name);
  }
  const ids: Members = isMembers(entry.sharepointIds) ? entry.sharepointIds : {};
  const itemId =
    typeof ids.listItemId === "string" || typeof ids.listItemId === "number" ? Number(ids.listItemId) : Number.NaN;
  const childCount = isMembers(folder) ? folder.childCount : undefined;
  return {
    driveItemId: id,
    path: [...above, name],
    childCount: typeof childCount === "number" ? childCount : undefined,
    folderId: folder === undefined || folder === null ? undefined : folderIdOf(eTag, ids, doing),
    itemId: Number.isSafeInteger(itemId) && itemId > 0 ? itemId : undefined,
  };
}

/** The Embedded guide takes a folder's id from its eTag; `listItemUniqueId` was seen to lead nowhere (3.7). */
function folderIdOf(eTag: unknown, ids: Members, doing: string): string {
  return guidInTag(eTag) ?? requiredGuid(ids.listItemUniqueId, "eTag or listItemUniqueId", doing);
}

/** The ids of a folder and those above it, outermost first, as far as they exist. */
async function lookUp({ client, url, signal }: Drive, names: readonly string[]): Promise<Contents> {
  const folders = new Map<string, string>();
  for (let depth = 1; depth <= names.length; depth++) {
    const path = names.slice(0, depth);
    const doing = `look up the folder ${path.join("/")}`;
    const encoded = path.map(encodeURIComponent).join("/");
    try {
      const { body } = await client.send({
        method: "GET",
        url: `${url}/root:/${encoded}?$select=id,name,folder,eTag,sharepointIds`,
        doing,
        ...(signal === undefined ? {} : { signal }),
      });
      const child = childOf(body, path.slice(0, -1), doing);
      if (child.folderId === undefined)
        throw invalidOption("the target folder must be a folder", `the file ${path.join("/")}`);
      folders.set(path.join("/"), child.folderId);
    } catch (error) {
      if (isNotFound(error)) break;
      throw error;
    }
  }
  return { folders, highestItemId: 0 };
}

/** `"{GUID},n"`. */
function guidInTag(eTag: unknown): string | undefined {
  return typeof eTag === "string" ? guidOf(/\{?[0-9a-f-]{36}\}?/i.exec(eTag)?.[0]) : undefined;
}

function requiredGuid(value: unknown, name: string, doing: string): string {
  const guid = guidOf(value);
  if (guid === undefined) throw invalidReply(doing, `${name} must be a GUID`, typeof value);
  return guid;
}

function urlOf(value: unknown, name: string, doing: string): { readonly url: string; readonly path: string } {
  const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw invalidReply(doing, `${name} must be a URL`, typeof value);
  const path = url.pathname.replace(/\/+$/, "");
  try {
    return { url: url.origin + path, path: decodeURIComponent(path) || "/" };
  } catch {
    throw invalidReply(doing, `${name} must be a URL in UTF-8`, path);
  }
}

function incomplete(constraint: string, value: string): ServiceError {
  return new ServiceError("TARGET_INCOMPLETE", `Cannot resolve the target as ${constraint}: current value is ${value}`);
}

function invalidOption(constraint: string, value: string): PrimepackError {
  return new PrimepackError("INVALID_OPTION", `Cannot resolve the target as ${constraint}: current value is ${value}`);
}
