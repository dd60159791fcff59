import { guidOf, isMembers, odataLiteral, type ServiceClient, ServiceError } from "@primepack/core/http";
import { invalidReply } from "../job-containers.ts";
import { NO_METADATA, resultOf } from "../odata.ts";
import { highestItemId, type ListedList, listItems } from "./list-items.ts";
import { isNotFound } from "./not-found.ts";

/** What a library holds, as far as packages must know it. */
export interface LibraryContents {
  /** Path below the root folder to unique id. */
  readonly folders: ReadonlyMap<string, string>;
  readonly highestItemId: number;
}

/**
 * Reads the whole list, page by page, and keeps its folders: those of `folder` and the ones above it, where one is given.
 *
 * What was read has to hang together: a look-up that gave too little under load once broke packages silently.
 *
 * @throws TARGET_INCOMPLETE if an item lies in a folder that was not among the items, or the highest item wasn't
 */
export async function readLibrary(
  client: ServiceClient,
  list: ListedList,
  folder: readonly string[],
  signal: AbortSignal | undefined,
): Promise<LibraryContents> {
  const highest = await highestItemId(client, list, signal);
  const folders = new Map<string, string>();
  /** In lower case: paths of folders, and of those that something lies in. */
  const [present, needed] = [new Set<string>(), new Set<string>()];
  let highestRead = 0;
  if (highest > 0) {
    for await (const page of listItems(client, list, signal)) {
      for (const { itemId, uniqueId, isFolder, path } of page) {
        if (itemId > highestRead) highestRead = itemId;
        if (path.length > 1) needed.add(path.slice(0, -1).join("/").toLowerCase());
        if (!isFolder) continue;
        const name = path.join("/");
        present.add(name.toLowerCase());
        if (isOfFolder(path, folder)) folders.set(name, uniqueId);
      }
    }
  }
  const missing = [...needed].find((name) => !present.has(name));
  if (missing !== undefined) throw incomplete(`the folder ${JSON.stringify(missing)} must be listed`, "missing");
  if (highestRead < highest && (await highestItemId(client, list, signal)) >= highest) {
    throw incomplete(`the items up to ${highest} must be listed`, String(highestRead));
  }
  return { folders, highestItemId: Math.max(highest, highestRead) };
}

/** Whether a folder is above `target`, the same, or below it. */
export function isOfFolder(path: readonly string[], target: readonly string[]): boolean {
  return target.every((name, index) => {
    const own = path[index];
    return own === undefined || own.toLowerCase() === name.toLowerCase();
  });
}

/** The ids of a folder and those above it, outermost first, as far as they exist: one request each. */
export async function readFolderIds(
  client: ServiceClient,
  list: ListedList,
  folder: readonly string[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, string>> {
  const folders = new Map<string, string>();
  for (let depth = 1; depth <= folder.length; depth++) {
    const path = folder.slice(0, depth).join("/");
    const id = await folderId(client, `${list.rootUrl === "/" ? "" : list.rootUrl}/${path}`, signal);
    if (id === undefined) break;
    folders.set(path, id);
  }
  return folders;
}

/** Undefined only where the service says that there is none. */
async function folderId(
  client: ServiceClient,
  url: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const doing = `look up the folder ${url}`;
  try {
    const { body } = await client.send({
      method: "GET",
      url: `_api/web/GetFolderByServerRelativePath(DecodedUrl=@u)?@u=${odataLiteral(url)}&$select=UniqueId,Exists`,
      headers: NO_METADATA,
      doing,
      ...(signal === undefined ? {} : { signal }),
    });
    const folder = resultOf(body);
    if (isMembers(folder)) {
      const id = guidOf(folder.UniqueId);
      if (folder.Exists === false) return undefined;
      if (id !== undefined) return id;
    }
    throw invalidReply(doing, "the reply must have a UniqueId, or say that the folder doesn't exist", typeof folder);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function incomplete(constraint: string, value: string): ServiceError {
  return new ServiceError(
    "TARGET_INCOMPLETE",
    `Cannot resolve the target as its library was not read whole, ${constraint}: current value is ${value}`,
  );
}
