import {
  guidOf,
  isMembers,
  type Members,
  odataLiteral,
  openConnection,
  type ServiceClient,
  type ServiceConnection,
  ServiceError,
} from "@primepack/core/http";
import type { Target } from "@primepack/core/model";
import { invalidReply } from "../job-containers.ts";
import { NO_METADATA, resultOf } from "../odata.ts";
import { readFolderIds, readLibrary } from "./existing-folders.ts";
import { folderNames } from "./folder-path.ts";
import { highestItemId, namesBelow } from "./list-items.ts";
import { isNotFound } from "./not-found.ts";
import { roleDefinitions, siteUsers, type TargetRole, type TargetUser } from "./principals.ts";
import { spelledAs } from "./spelled-as.ts";

/** Which library or list, and how its site is reached. */
export type ResolveTargetOptions = ServiceConnection & {
  /** URL of the site that holds the library, which may be one below the site collection's. */
  readonly siteUrl: string;
  /** Title, id, server-relative URL (`/sites/archive/Shared Documents`) or URL below the site (`Shared Documents`). */
  readonly library: string;
  /** Folder of the library that everything goes into, below its root: `Projects/2024`. Default: the root itself. */
  readonly folder?: string;
  /**
   * `all` reads the whole library, 5,000 items a request, for the ids of its folders: what is migrated into a folder
   * needs them. `none` looks up only `folder` and those above it: for a library without other folders, or a ledger that
   * knows them. Default: `all`.
   */
  readonly existingFolders?: "all" | "none";
  readonly signal?: AbortSignal;
};

/** A library that was found, and what else its site can tell. */
export interface ResolvedTarget {
  readonly target: Target;
  /** Id of the site collection. */
  readonly siteId: string;
  /** Names of the target folder, as the library writes those that it has; empty for the root. */
  readonly folder: readonly string[];
  /** Role definitions of the web, in the service's order. */
  roleDefinitions(signal?: AbortSignal): AsyncIterable<TargetRole>;
  /** Users and groups of the site collection, in the service's order. */
  siteUsers(signal?: AbortSignal): AsyncIterable<TargetUser>;
  /** Ends the connections, which the last two need. */
  close(): Promise<void>;
}

/**
 * Finds the library by SharePoint REST.
 *
 * Its first free item id is one above the highest that it shows. Items in the recycle bin hold higher ones perhaps, which
 * no call tells.
 *
 * @throws TARGET_NOT_FOUND, TARGET_INCOMPLETE, INVALID_OPTION, or another ServiceError
 */
export async function resolveTarget(options: ResolveTargetOptions): Promise<ResolvedTarget> {
  const { siteUrl, library, folder = "", existingFolders = "all", signal, ...connection } = options;
  const names = folderNames(folder);
  const { client, close } = openConnection(siteUrl, connection as ServiceConnection);
  try {
    const site = await entity(client, "_api/site?$select=Id,Url", "read the site collection", signal);
    const web = await readWeb(client, signal);
    const list = await findList(client, library, web, signal);
    const contents =
      existingFolders === "all"
        ? await readLibrary(client, list, names, signal)
        : {
            folders: await readFolderIds(client, list, names, signal),
            highestItemId: await highestItemId(client, list, signal),
          };
    const target: Target = {
      siteUrl:
        new URL(client.baseUrl).origin + (web.url === "/" ? "" : web.url.split("/").map(encodeURIComponent).join("/")),
      webId: web.id,
      webUrl: web.url,
      listId: list.id,
      listTitle: list.title,
      listUrl: list.listUrl,
      rootFolderId: list.rootFolderId,
      baseTemplate: String(list.baseTemplate),
      firstItemId: contents.highestItemId + 1,
      existingFolders: Object.fromEntries(contents.folders),
    };
    return {
      target,
      siteId: required(guidOf(site.Id), "read the site collection", "the reply must have an Id"),
      folder: spelledAs(names, contents.folders),
      roleDefinitions: (abort) => roleDefinitions(client, abort),
      siteUsers: (abort) => siteUsers(client, abort),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Web {
  readonly id: string;
  /** Server-relative. */
  readonly url: string;
}

async function readWeb(client: ServiceClient, signal: AbortSignal | undefined): Promise<Web> {
  const doing = "read the site";
  const web = await entity(client, "_api/web?$select=Id,ServerRelativeUrl", doing, signal);
  const { ServerRelativeUrl } = web;
  if (typeof ServerRelativeUrl !== "string" || !ServerRelativeUrl.startsWith("/")) {
    throw invalidReply(doing, "the reply must have a ServerRelativeUrl", typeof ServerRelativeUrl);
  }
  return { id: required(guidOf(web.Id), doing, "the reply must have an Id"), url: ServerRelativeUrl };
}

interface FoundList {
  readonly id: string;
  readonly title: string;
  readonly baseTemplate: number;
  readonly rootFolderId: string;
  /** Of its requests. */
  readonly url: string;
  /** Server-relative URL of its root folder. */
  readonly rootUrl: string;
  /** The same, below the web. */
  readonly listUrl: string;
}

const LIST_QUERY = "$select=Id,Title,BaseTemplate,RootFolder/UniqueId,RootFolder/ServerRelativeUrl&$expand=RootFolder";

async function findList(
  client: ServiceClient,
  library: string,
  web: Web,
  signal: AbortSignal | undefined,
): Promise<FoundList> {
  const doing = `find the library ${JSON.stringify(library)}`;
  for (const address of addressesOf(library, web)) {
    const { path, aliases } = address;
    try {
      const list = await entity(client, `_api/web/${path}?${aliases}${LIST_QUERY}`, doing, signal);
      return foundList(list, web, doing);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
  throw new ServiceError(
    "TARGET_NOT_FOUND",
    `Cannot ${doing} as the site ${web.url} must have a list of that title, id or URL: current value is none`,
  );
}

/** The ways in which the site may know the library, likeliest first. */
function addressesOf(library: string, web: Web): readonly { readonly path: string; readonly aliases: string }[] {
  const id = guidOf(library);
  if (id !== undefined) return [{ path: `lists(guid'${id}')`, aliases: "" }];
  const byUrl = (url: string) => ({
    // GetList may decode what it is given, and so miss names with these characters.
    path: /[%#]/.test(url) ? "GetListUsingPath(DecodedUrl=@u)" : "GetList(@u)",
    aliases: `@u=${odataLiteral(url.replace(/\/+$/, ""))}&`,
  });
  if (library.startsWith("/")) return [byUrl(library)];
  return [
    { path: `lists/getByTitle(${odataLiteral(library)})`, aliases: "" },
    byUrl(`${web.url === "/" ? "" : web.url}/${library}`),
  ];
}

function foundList(list: Members, web: Web, doing: string): FoundList {
  const root = isMembers(list.RootFolder) ? list.RootFolder : {};
  const rootUrl = root.ServerRelativeUrl;
  const below = typeof rootUrl === "string" ? namesBelow(web.url, rootUrl) : undefined;
  const id = required(guidOf(list.Id), doing, "the reply must have an Id");
  const title = list.Title;
  const baseTemplate = Number(list.BaseTemplate);
  if (typeof rootUrl !== "string" || below === undefined || below.length === 0) {
    throw invalidReply(doing, `the root folder must lie below ${web.url}`, JSON.stringify(rootUrl) ?? "undefined");
  }
  if (typeof title !== "string" || title === "") throw invalidReply(doing, "the list must have a title", typeof title);
  if (!Number.isSafeInteger(baseTemplate) || baseTemplate < 0) {
    throw invalidReply(doing, "the list must have a base template", typeof list.BaseTemplate);
  }
  return {
    id,
    title,
    baseTemplate,
    rootFolderId: required(guidOf(root.UniqueId), doing, "the root folder must have a UniqueId"),
    url: `_api/web/lists(guid'${id}')`,
    rootUrl,
    listUrl: below.join("/"),
  };
}

async function entity(
  client: ServiceClient,
  url: string,
  doing: string,
  signal: AbortSignal | undefined,
): Promise<Members> {
  const { body } = await client.send({
    method: "GET",
    url,
    headers: NO_METADATA,
    doing,
    ...(signal === undefined ? {} : { signal }),
  });
  const result = resultOf(body);
  if (isMembers(result)) return result;
  throw invalidReply(doing, "the reply must be an object", typeof result);
}

function required<T>(value: T | undefined, doing: string, constraint: string): T {
  if (value === undefined) throw invalidReply(doing, constraint, "none");
  return value;
}
