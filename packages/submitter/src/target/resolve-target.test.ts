import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { PrimepackError } from "@primepack/core/errors";
import { collect } from "@primepack/test-support";
import { afterEach, describe, expect, it } from "vitest";
import { type ResolveTargetOptions, resolveTarget } from "./resolve-target.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

type Mode = "verbose" | "minimalmetadata" | "nometadata";

interface Item {
  readonly Id: number;
  readonly UniqueId: string;
  readonly FileRef: string;
  readonly FSObjType: number | string;
}

interface Site {
  readonly webUrl: string;
  readonly title: string;
  readonly listUrl: string;
  readonly items: readonly Item[];
  /** Items that a page holds at most. */
  readonly pageSize: number;
  /** Answers a request otherwise; undefined: as ever. */
  readonly instead?: (
    url: URL,
    count: number,
  ) => { status: number; body: unknown; headers?: Record<string, string> } | undefined;
}

const ids = {
  site: "5e000000-0000-4000-8000-000000000001",
  web: "a1111111-0000-4000-8000-000000000001",
  list: "b2222222-0000-4000-8000-000000000002",
  root: "c3333333-0000-4000-8000-000000000003",
};
const guid = (number: number): string => `d4444444-0000-4000-8000-${String(number).padStart(12, "0")}`;
const folder = (Id: number, FileRef: string): Item => ({ Id, UniqueId: guid(Id), FileRef, FSObjType: 1 });
const file = (Id: number, FileRef: string): Item => ({ Id, UniqueId: guid(Id), FileRef, FSObjType: 0 });

const library = "/sites/archive/Shared Documents";
const defaultSite: Site = {
  webUrl: "/sites/archive",
  title: "Documents",
  listUrl: library,
  items: [
    folder(1, `${library}/Projects`),
    file(2, `${library}/Projects/a.txt`),
    folder(3, `${library}/Projects/2024`),
    folder(7, `${library}/O'Neil & Söhne #1 100%`),
    file(9, `${library}/Projects/2024/b.txt`),
  ],
  pageSize: 2,
};

/** A site as SharePoint REST shows it, with one list. */
async function startSite(site: Site, mode: Mode) {
  const requests: string[] = [];
  let pending = 0;
  let mostPending = 0;
  const shaped = (value: object) =>
    mode === "verbose"
      ? { d: { __metadata: {}, ...value } }
      : mode === "minimalmetadata"
        ? { "odata.metadata": "m", ...value }
        : value;
  const page = (values: readonly object[], next: string | undefined) =>
    mode === "verbose"
      ? { d: { results: values, ...(next === undefined ? {} : { __next: next }) } }
      : { value: values, ...(next === undefined ? {} : { "odata.nextLink": next }) };
  const list = () =>
    shaped({
      Id: mode === "verbose" ? `{${ids.list.toUpperCase()}}` : ids.list,
      Title: site.title,
      BaseTemplate: 101,
      RootFolder: { UniqueId: ids.root, ServerRelativeUrl: site.listUrl },
    });
  const missing = {
    status: 404,
    body: {
      "odata.error": { code: "-1, System.ArgumentException", message: { lang: "en-US", value: "List does not exist" } },
    },
  };

  function answer(url: URL): { status: number; body: unknown; headers?: Record<string, string> } {
    const route = decodeURIComponent(url.pathname).slice(site.webUrl === "/" ? 0 : site.webUrl.length);
    const ok = (body: unknown) => ({ status: 200, body });
    if (route === "/_api/site")
      return ok(shaped({ Id: ids.site, Url: `https://contoso.sharepoint.com${site.webUrl}` }));
    if (route === "/_api/web") return ok(shaped({ Id: ids.web, ServerRelativeUrl: site.webUrl }));
    const alias = url.searchParams.get("@u")?.replace(/^'|'$/g, "").replaceAll("''", "'");
    if (route === "/_api/web/GetListUsingPath(DecodedUrl=@u)" || route === "/_api/web/GetList(@u)") {
      return alias === site.listUrl ? ok(list()) : missing;
    }
    if (route === "/_api/web/GetFolderByServerRelativePath(DecodedUrl=@u)") {
      const found = site.items.find(({ FileRef, FSObjType }) => FileRef === alias && Number(FSObjType) === 1);
      return found === undefined
        ? ok(shaped({ Exists: false, UniqueId: null }))
        : ok(shaped({ Exists: true, UniqueId: found.UniqueId }));
    }
    if (route === `/_api/web/lists/getByTitle('${site.title.replaceAll("'", "''")}')`) return ok(list());
    if (route === `/_api/web/lists(guid'${ids.list}')`) return ok(list());
    if (route === `/_api/web/lists(guid'${ids.list}')/items`) {
      if (url.searchParams.get("$orderby") === "Id desc") {
        const last = site.items.at(-1);
        return ok(page(last === undefined ? [] : [{ Id: last.Id, ID: last.Id }], undefined));
      }
      const after = Number(/p_ID=(\d+)/.exec(url.searchParams.get("$skiptoken") ?? "")?.[1] ?? 0);
      const rest = site.items.filter(({ Id }) => Id > after);
      const values = rest.slice(0, Math.min(site.pageSize, Number(url.searchParams.get("$top"))));
      const next = new URL(url);
      next.searchParams.set("$skiptoken", `Paged=TRUE&p_ID=${values.at(-1)?.Id}`);
      return ok(page(values, rest.length > values.length ? next.href : undefined));
    }
    if (route === "/_api/web/roledefinitions") return ok(page(roles, undefined));
    if (route === "/_api/web/siteusers") {
      const skip = Number(url.searchParams.get("$skip"));
      return ok(page(users.slice(skip, skip + Number(url.searchParams.get("$top"))), undefined));
    }
    return missing;
  }

  const handle = (request: IncomingMessage) => {
    const url = new URL(request.url ?? "", `http://${request.headers.host}`);
    requests.push(`${request.method} ${decodeURIComponent(url.pathname + url.search)}`);
    return site.instead?.(url, requests.length) ?? answer(url);
  };
  const server = createServer((request, response) => {
    mostPending = Math.max(mostPending, ++pending);
    const { status, body, headers } = handle(request);
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(body), () => pending--);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stops.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  const siteUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}${site.webUrl === "/" ? "" : site.webUrl}`;
  return { siteUrl, requests, mostPending: () => mostPending };
}

const roles = [
  {
    Id: 1073741829,
    Name: "Full Control",
    Description: "All",
    BasePermissions: { High: "2147483647", Low: "4294967295" },
    Hidden: false,
    Order: 1,
    RoleTypeKind: 5,
  },
  {
    Id: 1073741930,
    Name: "Edit too",
    Description: "",
    BasePermissions: { High: "432", Low: "1011030767" },
    Hidden: true,
    Order: 2147483647,
    RoleTypeKind: 0,
  },
];
const users = Array.from({ length: 4_100 }, (_, index) => ({
  Id: index + 1,
  Title: `User ${index}`,
  LoginName: `i:0#.f|membership|user${index}@contoso.com`,
  Email: index === 0 ? "" : `user${index}@contoso.com`,
  IsSiteAdmin: index === 1,
  PrincipalType: 1,
}));

async function resolved(
  site: Partial<Site> = {},
  options: Partial<Pick<ResolveTargetOptions, "library" | "folder" | "existingFolders">> = {},
  mode: Mode = "nometadata",
) {
  const server = await startSite({ ...defaultSite, ...site }, mode);
  const waits: number[] = [];
  const target = await resolveTarget({
    siteUrl: server.siteUrl,
    library: "Documents",
    ...options,
    credential: { getToken: async () => ({ token: "token", expiresOnTimestamp: Date.UTC(2100, 0) }) },
    retry: { attempts: 3, random: () => 0, timer: async (milliseconds) => void waits.push(milliseconds) },
  });
  stops.push(() => target.close());
  return { ...target, ...server, waits };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof PrimepackError ? error.code : `no PrimepackError: ${String(error)}`;
}

const allFolders = {
  Projects: guid(1),
  "Projects/2024": guid(3),
  "O'Neil & Söhne #1 100%": guid(7),
};

describe("resolveTarget()", () => {
  it.each(["verbose", "minimalmetadata", "nometadata"] as const)("reads replies in odata=%s", async (mode) => {
    const { target, siteId, folder, siteUrl, requests } = await resolved({}, {}, mode);
    expect(target).toEqual({
      siteUrl,
      webId: ids.web,
      webUrl: "/sites/archive",
      listId: ids.list,
      listTitle: "Documents",
      listUrl: "Shared Documents",
      rootFolderId: ids.root,
      baseTemplate: "101",
      firstItemId: 10,
      existingFolders: allFolders,
    });
    expect([siteId, folder]).toEqual([ids.site, []]);
    expect(requests.filter((request) => request.includes("$skiptoken"))).toHaveLength(2);
  });

  it.each(["Documents", ids.list, `{${ids.list.toUpperCase()}}`, library, `${library}/`, "Shared Documents"])(
    "finds the library by %s",
    async (name) => {
      expect((await resolved({}, { library: name, existingFolders: "none" })).target.listId).toBe(ids.list);
    },
  );

  it("finds libraries whose title and URL need care", async () => {
    const listUrl = "/sites/archive/O'Neil #1 100% +&";
    for (const name of ["O'Neil's 100% #1", listUrl]) {
      const { target } = await resolved({ title: "O'Neil's 100% #1", listUrl, items: [] }, { library: name });
      expect([target.listUrl, target.firstItemId]).toEqual(["O'Neil #1 100% +&", 1]);
    }
  });

  it("says that there is no such library", async () => {
    expect(await codeOf(resolved({}, { library: "Elsewhere" }))).toBe("TARGET_NOT_FOUND");
    expect(await codeOf(resolved({}, { library: "d4444444-0000-4000-8000-00000000000f" }))).toBe("TARGET_NOT_FOUND");
  });

  it("takes the web of the URL, which may be a root web or lie below the site collection's", async () => {
    const root = await resolved({
      webUrl: "/",
      listUrl: "/Shared Documents",
      items: [folder(4, "/shared documents/A")],
    });
    expect(root.target).toMatchObject({
      siteUrl: root.siteUrl,
      webUrl: "/",
      listUrl: "Shared Documents",
      existingFolders: { A: guid(4) },
    });
    const listUrl = "/sites/archive/Sub Site/Lists/Tasks";
    const below = await resolved({ webUrl: "/sites/archive/Sub Site", listUrl, items: [folder(4, `${listUrl}/A`)] });
    expect(below.target).toMatchObject({
      siteUrl: below.siteUrl.replace(" ", "%20"),
      webUrl: "/sites/archive/Sub Site",
      listUrl: "Lists/Tasks",
      existingFolders: { A: guid(4) },
    });
  });

  it("keeps of the folders those of the target folder, spelled as they are there", async () => {
    const { target, folder: names } = await resolved({}, { folder: "/projects/2024/New" });
    expect(names).toEqual(["Projects", "2024", "New"]);
    expect(target.existingFolders).toEqual({ Projects: guid(1), "Projects/2024": guid(3) });
  });

  it("looks up the target folder alone where no other folders are asked for", async () => {
    const {
      target,
      folder: names,
      requests,
    } = await resolved({}, { folder: "O'Neil & Söhne #1 100%/New/Newer", existingFolders: "none" });
    expect(names).toEqual(["O'Neil & Söhne #1 100%", "New", "Newer"]);
    expect(target).toMatchObject({ firstItemId: 10, existingFolders: { "O'Neil & Söhne #1 100%": guid(7) } });
    expect(requests.filter((request) => request.includes("GetFolderBy"))).toHaveLength(2);
    expect(requests.filter((request) => request.includes("$top=5000"))).toEqual([]);
  });

  it("waits out throttling in the middle of the pages", async () => {
    const refused = new Set<string>();
    const { target, waits } = await resolved({
      instead: (url) => {
        if (refused.has(url.href) || url.pathname.endsWith("/web")) return undefined;
        refused.add(url.href);
        return { status: 429, body: {}, headers: { "retry-after": "7" } };
      },
    });
    expect(target.existingFolders).toEqual(allFolders);
    expect(waits).toContain(7000);
  });

  it.each([
    ["no items at all", { value: [] }, "TARGET_INCOMPLETE"],
    ["no list", {}, "SERVICE_REPLY_INVALID"],
    ["null", null, "SERVICE_REPLY_INVALID"],
    [
      "an item without UniqueId",
      { value: [{ Id: 1, FileRef: `${library}/a`, FSObjType: 0 }] },
      "SERVICE_REPLY_INVALID",
    ],
    ["an item of another list", { value: [file(1, "/sites/archive/Lists/a")] }, "SERVICE_REPLY_INVALID"],
    ["the library's own root", { value: [folder(1, library)] }, "SERVICE_REPLY_INVALID"],
    ["items without the folder above", { value: [file(9, `${library}/Projects/a.txt`)] }, "TARGET_INCOMPLETE"],
    ["a first page without the rest", { value: [folder(1, `${library}/Projects`)] }, "TARGET_INCOMPLETE"],
    [
      "a next page elsewhere",
      { value: [folder(9, `${library}/A`)], "odata.nextLink": "https://elsewhere.example/_api" },
      "SERVICE_REPLY_INVALID",
    ],
  ])("fails rather than go on with %s", async (_what, body, code) => {
    const instead = (url: URL) => (url.searchParams.get("$top") === "5000" ? { status: 200, body } : undefined);
    expect(await codeOf(resolved({ instead }))).toBe(code);
  });

  it.each([
    ["nothing", {}, 200, "SERVICE_REPLY_INVALID"],
    ["null", { "odata.null": true }, 200, "SERVICE_REPLY_INVALID"],
    ["an empty id", { Exists: true, UniqueId: "00000000-0000-0000-0000-000000000000" }, 200, "SERVICE_REPLY_INVALID"],
    ["a fault", {}, 500, "SERVICE_FAILED"],
    ["throttling without end", {}, 429, "SERVICE_THROTTLED"],
  ])("takes %s in a look-up of a folder for no answer", async (_what, body, status, code) => {
    const instead = (url: URL) => (url.pathname.includes("GetFolderBy") ? { status, body } : undefined);
    expect(await codeOf(resolved({ instead }, { folder: "Projects", existingFolders: "none" }))).toBe(code);
  });

  it("takes only the service's own word for it that a folder does not exist", async () => {
    const instead = (url: URL) =>
      url.pathname.includes("GetFolderBy")
        ? {
            status: 404,
            body: {
              "odata.error": {
                code: "-2147024894, System.IO.FileNotFoundException",
                message: { value: "File Not Found." },
              },
            },
          }
        : undefined;
    const { target } = await resolved({ instead }, { folder: "New", existingFolders: "none" });
    expect(target.existingFolders).toEqual({});
  });

  it("goes on when the highest item was deleted while the library was read", async () => {
    let asked = 0;
    const instead = (url: URL) =>
      url.searchParams.get("$orderby") === "Id desc" && ++asked === 1
        ? { status: 200, body: { value: [{ Id: 12 }] } }
        : undefined;
    expect((await resolved({ instead })).target.firstItemId).toBe(13);
  });

  it("reads a large library one page at a time", async () => {
    const items = Array.from({ length: 30_000 }, (_, index) =>
      index % 100 === 0
        ? folder(index + 1, `${library}/F${index}`)
        : file(index + 1, `${library}/F${index - (index % 100)}/f${index}`),
    );
    const { target, requests, mostPending } = await resolved({ items, pageSize: 5_000 });
    expect(Object.keys(target.existingFolders ?? {})).toHaveLength(300);
    expect(target.firstItemId).toBe(30_001);
    expect(requests.filter((request) => request.includes("$top=5000"))).toHaveLength(6);
    expect(mostPending()).toBe(1);
  });

  it("tells the roles with their masks", async () => {
    expect(await collect((await resolved()).roleDefinitions())).toEqual([
      {
        id: 1073741829,
        name: "Full Control",
        description: "All",
        permMask: "9223372036854775807",
        hidden: false,
        order: 1,
        type: 5,
      },
      {
        id: 1073741930,
        name: "Edit too",
        description: "",
        permMask: "1856436902639",
        hidden: true,
        order: 2147483647,
        type: 0,
      },
    ]);
  });

  it("tells all users, page by page", async () => {
    const { siteUsers, requests } = await resolved({}, { existingFolders: "none" });
    const found = await collect(siteUsers());
    expect(found.map(({ id }) => id)).toEqual(users.map(({ Id }) => Id));
    expect(found[1]).toEqual({
      id: 2,
      title: "User 1",
      login: "i:0#.f|membership|user1@contoso.com",
      email: "user1@contoso.com",
      isSiteAdmin: true,
      principalType: 1,
    });
    expect(requests.filter((request) => request.includes("siteusers"))).toHaveLength(3);
  });

  it("is not caught by a service that gives all users at each request", async () => {
    const values = users.slice(0, 2_000);
    const instead = (url: URL) =>
      url.pathname.endsWith("siteusers") ? { status: 200, body: { value: values } } : undefined;
    const { siteUsers } = await resolved({ instead }, { existingFolders: "none" });
    expect(await collect(siteUsers())).toHaveLength(2_000);
  });
});
