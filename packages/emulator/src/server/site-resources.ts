import type { Site, SiteItem, SiteList } from "../ports.ts";
import { guid } from "./migration-calls.ts";
import type { PathArgument } from "./odata-path.ts";
import { ODataFault } from "./odata-reply.ts";
import type { CollectionResource, EntityResource, Resource } from "./resource.ts";

// What can be read of a site: as much as finding a target takes.

const FILE_NAMES = ["FileDirRef", "FileLeafRef", "FileRef"];

/** `_api/site`, without the calls of the Migration API. `origin`: scheme and host by which the site is reached. */
export function siteResource(site: Site, origin: string): EntityResource {
  return {
    kind: "entity",
    type: "SP.Site",
    path: "site",
    properties: { Id: site.siteId, ServerRelativeUrl: site.url, Url: `${origin}${site.url}` },
    members: { rootweb: () => webResource(site, origin) },
  };
}

/** `_api/web`: the root web, the only one. */
export function webResource(site: Site, origin: string): EntityResource {
  const listByUrl = (url: string) =>
    listResource(
      site,
      required(
        site.lists.find((list) => sameUrl(list.url, absolutePath(site, url))),
        url,
      ),
    );
  const byUrl = (args: readonly PathArgument[]) => absolutePath(site, first(args));
  return {
    kind: "entity",
    type: "SP.Web",
    path: "Web",
    properties: {
      Id: site.webId,
      ServerRelativeUrl: site.url,
      Title: site.title,
      Url: `${origin}${site.url}`,
      WebTemplate: "STS",
    },
    members: {
      lists: (args) => keyed(listsResource(site), args),
      getlist: (args) => listByUrl(first(args)),
      getlistusingpath: (args) => listByUrl(first(args)),
      roledefinitions: (args) => keyed(rolesResource(site), args),
      siteusers: (args) => keyed(usersResource(site), args),
      folders: () => foldersOf(site, undefined),
      getfolderbyserverrelativeurl: (args) => folderAt(site, byUrl(args)),
      getfolderbyserverrelativepath: (args) => folderAt(site, byUrl(args)),
      getfolderbyid: (args) => found(objectById(site, first(args), "folder")),
      getfilebyserverrelativeurl: (args) => fileAt(site, byUrl(args)),
      getfilebyserverrelativepath: (args) => fileAt(site, byUrl(args)),
      getfilebyid: (args) => found(objectById(site, first(args), "file")),
    },
  };
}

function listsResource(site: Site): CollectionResource {
  const byId = (id: string) => {
    const list = site.lists.find((one) => guid(one.id) === guid(id));
    return list === undefined ? undefined : listResource(site, list);
  };
  const byTitle = (args: readonly PathArgument[]) => {
    const title = first(args);
    const list = site.lists.find((one) => one.title.toLowerCase() === title.toLowerCase());
    return listResource(site, required(list, title));
  };
  return {
    kind: "collection",
    type: "SP.List",
    path: "Web/Lists",
    *entities() {
      for (const list of site.lists) yield listResource(site, list);
    },
    byKey: byId,
    members: {
      getbytitle: byTitle,
      getbyid: (args) => {
        const list = byId(first(args));
        if (list === undefined) throw noList(first(args));
        return list;
      },
    },
  };
}

function listResource(site: Site, list: SiteList): EntityResource {
  const path = `Web/Lists(guid'${list.id}')`;
  let count: number | undefined;
  return {
    kind: "entity",
    type: "SP.List",
    path,
    properties: {
      BaseTemplate: list.baseTemplate,
      BaseType: isLibrary(list) ? 1 : 0,
      Hidden: false,
      Id: list.id,
      get ItemCount(): number {
        count ??= [...site.items(list.id)].length;
        return count;
      },
      ParentWebUrl: site.url,
      Title: list.title,
    },
    members: {
      rootfolder: () => folderResource(site, list, undefined),
      items: (args) => keyed(itemsResource(site, list, path), args),
    },
  };
}

function itemsResource(site: Site, list: SiteList, listPath: string): CollectionResource {
  const byKey = (key: string) => {
    for (const item of site.items(list.id)) if (String(item.itemId) === key) return itemResource(site, list, item);
    return undefined;
  };
  return {
    kind: "collection",
    type: "SP.ListItem",
    path: `${listPath}/Items`,
    *entities() {
      for (const item of site.items(list.id)) yield itemResource(site, list, item);
    },
    byKey,
    members: { getbyid: (args) => found(byKey(first(args))) },
    pagedBy: "Id",
    fields: ["File", "Folder", "FileSystemObjectType", "FSObjType", "Id", "ID", "UniqueId", ...FILE_NAMES],
  };
}

function itemResource(site: Site, list: SiteList, item: SiteItem): EntityResource {
  const slash = item.url.lastIndexOf("/");
  const isFolder = item.kind === "folder";
  return {
    kind: "entity",
    type: "SP.ListItem",
    path: `Web/Lists(guid'${list.id}')/Items(${item.itemId})`,
    properties: { FileSystemObjectType: Number(isFolder), Id: item.itemId, ID: item.itemId },
    onRequest: {
      FSObjType: Number(isFolder),
      FileDirRef: item.url.slice(0, slash),
      FileLeafRef: item.url.slice(slash + 1),
      FileRef: item.url,
      UniqueId: item.uniqueId,
    },
    members: {
      ...(isFolder ? { folder: () => folderResource(site, list, item) } : {}),
      ...(item.kind === "file" ? { file: () => fileResource(site, list, item) } : {}),
      parentlist: () => listResource(site, list),
    },
  };
}

/** Undefined item: the root folder of the list. */
function folderResource(site: Site, list: SiteList, item: SiteItem | undefined): EntityResource {
  const [url, id] = item === undefined ? [list.url, list.rootFolderId] : [item.url, item.uniqueId];
  const below = () => [...site.items(list.id)].filter((one) => parentOf(one.url) === url);
  return {
    kind: "entity",
    type: "SP.Folder",
    path: `Web/GetFolderByServerRelativePath(decodedurl='${quoted(url)}')`,
    properties: {
      Exists: true,
      get ItemCount(): number {
        return below().length;
      },
      Name: url.slice(url.lastIndexOf("/") + 1),
      ServerRelativeUrl: url,
      UniqueId: id,
    },
    members: {
      folders: (args) => byName(foldersOf(site, { list, url }), args),
      files: (args) => byName(filesOf(site, list, url), args),
      ...(item === undefined ? {} : { listitemallfields: () => itemResource(site, list, item) }),
    },
  };
}

function fileResource(site: Site, list: SiteList, item: SiteItem): EntityResource {
  return {
    kind: "entity",
    type: "SP.File",
    path: `Web/GetFileByServerRelativePath(decodedurl='${quoted(item.url)}')`,
    properties: {
      Exists: true,
      Name: item.url.slice(item.url.lastIndexOf("/") + 1),
      ServerRelativeUrl: item.url,
      UniqueId: item.uniqueId,
    },
    members: { listitemallfields: () => itemResource(site, list, item) },
  };
}

/** Folders of a folder; of the web: the root folders of its lists. */
function foldersOf(
  site: Site,
  parent: { readonly list: SiteList; readonly url: string } | undefined,
): CollectionResource {
  return children("SP.Folder", `${parent?.url ?? site.url}/Folders`, function* () {
    if (parent === undefined) for (const list of site.lists) yield folderResource(site, list, undefined);
    else
      for (const item of site.items(parent.list.id)) {
        if (item.kind === "folder" && parentOf(item.url) === parent.url) yield folderResource(site, parent.list, item);
      }
  });
}

function filesOf(site: Site, list: SiteList, url: string): CollectionResource {
  return children("SP.File", `${url}/Files`, function* () {
    for (const item of site.items(list.id)) {
      if (item.kind === "file" && parentOf(item.url) === url) yield fileResource(site, list, item);
    }
  });
}

function children(type: string, path: string, entities: () => Iterable<EntityResource>): CollectionResource {
  return {
    kind: "collection",
    type,
    path,
    entities,
    byKey(key) {
      for (const entity of entities()) {
        const { Name, ServerRelativeUrl } = entity.properties;
        if ([Name, ServerRelativeUrl].some((name) => sameUrl(String(name), key))) return entity;
      }
      return undefined;
    },
    members: {},
  };
}

function rolesResource(site: Site): CollectionResource {
  const entities = site.roleDefinitions.map(({ id, name, roleType, permMask }, index): EntityResource => {
    const mask = BigInt(permMask);
    return {
      kind: "entity",
      type: "SP.RoleDefinition",
      path: `Web/RoleDefinitions(${id})`,
      properties: {
        BasePermissions: {
          type: "SP.BasePermissions",
          properties: { High: String(mask >> 32n), Low: String(mask & 0xffffffffn) },
        },
        Description: "",
        Hidden: roleType === 1,
        Id: id,
        Name: name,
        Order: index + 1,
        RoleTypeKind: roleType,
      },
      members: {},
    };
  });
  const by = (name: "Id" | "Name" | "RoleTypeKind") => (args: readonly PathArgument[]) =>
    found(entities.find(({ properties }) => String(properties[name]).toLowerCase() === first(args).toLowerCase()));
  return {
    kind: "collection",
    type: "SP.RoleDefinition",
    path: "Web/RoleDefinitions",
    entities: () => entities,
    byKey: (key) => entities.find(({ properties }) => String(properties.Id) === key),
    members: { getbyid: by("Id"), getbyname: by("Name"), getbytype: by("RoleTypeKind") },
  };
}

function usersResource(site: Site): CollectionResource {
  const entities = site.users.map(
    ({ id, title, login, email }): EntityResource => ({
      kind: "entity",
      type: "SP.User",
      path: `Web/SiteUsers(${id})`,
      properties: { Email: email, Id: id, IsSiteAdmin: false, LoginName: login, PrincipalType: 1, Title: title },
      members: {},
    }),
  );
  const by = (name: "Id" | "Email" | "LoginName") => (args: readonly PathArgument[]) =>
    found(entities.find(({ properties }) => String(properties[name]).toLowerCase() === first(args).toLowerCase()));
  return {
    kind: "collection",
    type: "SP.User",
    path: "Web/SiteUsers",
    entities: () => entities,
    byKey: (key) => entities.find(({ properties }) => [String(properties.Id), properties.LoginName].includes(key)),
    members: { getbyid: by("Id"), getbyemail: by("Email"), getbyloginname: by("LoginName") },
  };
}

function folderAt(site: Site, url: string): EntityResource {
  const list = listOf(site, url);
  if (list !== undefined && sameUrl(list.url, url)) return folderResource(site, list, undefined);
  const item = list === undefined ? undefined : itemAt(site, list, url);
  if (list === undefined || item?.kind !== "folder") return missing("SP.Folder", url);
  return folderResource(site, list, item);
}

function fileAt(site: Site, url: string): EntityResource {
  const list = listOf(site, url);
  const item = list === undefined ? undefined : itemAt(site, list, url);
  if (list === undefined || item?.kind !== "file") return missing("SP.File", url);
  return fileResource(site, list, item);
}

/** What isn't there can be asked for its `Exists`; all else is not found. */
function missing(type: string, url: string): EntityResource {
  return { kind: "entity", type, path: url, properties: {}, onRequest: { Exists: false }, members: {} };
}

function objectById(site: Site, id: string, kind: "file" | "folder"): EntityResource | undefined {
  for (const list of site.lists) {
    if (kind === "folder" && guid(list.rootFolderId) === guid(id)) return folderResource(site, list, undefined);
    for (const item of site.items(list.id)) {
      if (item.kind !== kind || guid(item.uniqueId) !== guid(id)) continue;
      return kind === "folder" ? folderResource(site, list, item) : fileResource(site, list, item);
    }
  }
  return undefined;
}

function listOf(site: Site, url: string): SiteList | undefined {
  return site.lists.find(
    (list) => sameUrl(list.url, url) || url.toLowerCase().startsWith(`${list.url.toLowerCase()}/`),
  );
}

function itemAt(site: Site, list: SiteList, url: string): SiteItem | undefined {
  for (const item of site.items(list.id)) if (sameUrl(item.url, url)) return item;
  return undefined;
}

function keyed(collection: CollectionResource, args: readonly PathArgument[]): Resource | undefined {
  if (args.length === 0) return collection;
  const entity = collection.byKey(first(args));
  if (entity === undefined && collection.type === "SP.List") throw noList(first(args));
  return found(entity);
}

function byName(collection: CollectionResource, args: readonly PathArgument[]): Resource {
  return args.length === 0 ? collection : found(collection.byKey(first(args)));
}

function first(args: readonly PathArgument[]): string {
  return args[0]?.value ?? "";
}

function required(list: SiteList | undefined, name: string): SiteList {
  if (list === undefined) throw noList(name);
  return list;
}

function noList(name: string): ODataFault {
  return new ODataFault(404, "-1, System.ArgumentException", `List '${name}' does not exist at this site.`);
}

function found(entity: EntityResource | undefined): EntityResource {
  if (entity !== undefined) return entity;
  throw new ODataFault(404, "-2147024894, System.IO.FileNotFoundException", "File Not Found.");
}

/** Server-relative, whichever way it was given. */
function absolutePath(site: Site, url: string): string {
  const path = /^https?:\/\//i.test(url) && URL.canParse(url) ? decodeURIComponent(new URL(url).pathname) : url;
  const trimmed = path.replace(/\/+$/, "");
  return trimmed.startsWith("/") ? trimmed : `${site.url}/${trimmed}`;
}

function sameUrl(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function parentOf(url: string): string {
  return url.slice(0, url.lastIndexOf("/"));
}

function quoted(text: string): string {
  return text.replaceAll("'", "''");
}

function isLibrary(list: SiteList): boolean {
  return [101, 109, 115, 119, 700, 851].includes(list.baseTemplate);
}
