import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { PrimepackError } from "@primepack/core/errors";
import { afterEach, describe, expect, it } from "vitest";
import { type ResolveGraphTargetOptions, resolveGraphTarget } from "./graph-target.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const containerId = "b!ISJs1WRro0y0EWgkUYcktDa0mE8zSlFEqFzqRn70Zwp1CEtDEBZgQICPkRbil_5Z";
const ids = {
  webId: "a1111111-0000-4000-8000-000000000001",
  listId: "b2222222-0000-4000-8000-000000000002",
  root: "c3333333-0000-4000-8000-000000000003",
};
const guid = (number: number): string => `d4444444-0000-4000-8000-${String(number).padStart(12, "0")}`;

interface Entry {
  readonly itemId: number | undefined;
  readonly path: string;
  readonly isFolder: boolean;
}
const folder = (itemId: number, path: string): Entry => ({ itemId, path, isFolder: true });
const file = (itemId: number | undefined, path: string): Entry => ({ itemId, path, isFolder: false });

const entries: readonly Entry[] = [
  folder(1, "Projects"),
  folder(2, "Projects/2024"),
  folder(3, "Ä & #1 100%"),
  file(4, "Projects/a.txt"),
  file(9, "Projects/2024/b.txt"),
  folder(8, "Projects/2024/Deep"),
];

interface Drive {
  readonly entries: readonly Entry[];
  readonly rootTag?: string;
  readonly siteUrl?: string;
  readonly webUrl?: string;
  readonly instead?: (path: string) => { status: number; body: unknown } | undefined;
}

/** A drive as Graph shows it, two children a page. */
async function startDrive(drive: Drive) {
  const requests: string[] = [];
  let origin = "";
  const childrenOf = (path: string) =>
    drive.entries.filter((entry) => entry.path.slice(0, Math.max(0, entry.path.lastIndexOf("/"))) === path);
  const driveItem = (entry: Entry) => ({
    id: `01${entry.itemId}`,
    name: entry.path.split("/").at(-1),
    eTag: `"{${guid(entry.itemId ?? 0).toUpperCase()}},3"`,
    ...(entry.isFolder ? { folder: { childCount: childrenOf(entry.path).length } } : { file: {} }),
    sharepointIds: {
      ...(entry.itemId === undefined ? {} : { listItemId: String(entry.itemId) }),
      listItemUniqueId: guid(999),
    },
  });
  const itemNotFound = {
    status: 404,
    body: { error: { code: "itemNotFound", message: "The resource could not be found." } },
  };
  function answer(url: URL): { status: number; body: unknown } {
    const path = decodeURIComponent(url.pathname);
    const insteadOf = drive.instead?.(path);
    if (insteadOf !== undefined) return insteadOf;
    const top = `/v1.0/drives/${containerId}`;
    if (path === top) return { status: 200, body: { name: "Contract documents" } };
    if (path === `${top}/root`) {
      return {
        status: 200,
        body: {
          eTag: drive.rootTag ?? `"{${ids.root.toUpperCase()}},0"`,
          webUrl: drive.webUrl ?? `${origin}/contentstorage/CSP_1/Document%20Library`,
          sharepointIds: {
            webId: ids.webId,
            listId: ids.listId,
            listItemUniqueId: ids.root,
            siteUrl: drive.siteUrl ?? `${origin}/contentstorage/CSP_1`,
          },
        },
      };
    }
    const byPath = path.startsWith(`${top}/root:/`) ? path.slice(`${top}/root:/`.length) : undefined;
    if (byPath !== undefined) {
      const found = drive.entries.find((entry) => entry.path.toLowerCase() === byPath.toLowerCase());
      return found === undefined ? itemNotFound : { status: 200, body: driveItem(found) };
    }
    const place = /\/(?:root|items\/01(\d+))\/children$/.exec(path);
    if (place === null) return itemNotFound;
    const parent = drive.entries.find((entry) => String(entry.itemId) === place[1]);
    const children = childrenOf(parent?.path ?? "");
    const start = Number(url.searchParams.get("$skiptoken") ?? 0);
    const next = new URL(url);
    next.searchParams.set("$skiptoken", String(start + 2));
    return {
      status: 200,
      body: {
        value: children.slice(start, start + 2).map(driveItem),
        ...(children.length > start + 2 ? { "@odata.nextLink": next.href } : {}),
      },
    };
  }
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", origin);
    requests.push(decodeURIComponent(url.pathname + url.search));
    const { status, body } = answer(url);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stops.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, requests };
}

type Options = Partial<Pick<ResolveGraphTargetOptions, "folder" | "existingFolders" | "firstItemId" | "logger">>;

async function resolved(drive: Partial<Drive> = {}, options: Options = {}) {
  const server = await startDrive({ entries, ...drive });
  const target = await resolveGraphTarget({
    containerId,
    graphUrl: server.origin,
    ...options,
    credential: { getToken: async () => ({ token: "token", expiresOnTimestamp: Date.UTC(2100, 0) }) },
    retry: { attempts: 2, timer: async () => {} },
  });
  return { ...target, ...server };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof PrimepackError ? error.code : `no PrimepackError: ${String(error)}`;
}

describe("resolveGraphTarget()", () => {
  it("takes the ids of the library from the drive's root, and those of folders from their eTags", async () => {
    const { target, folder: names, origin, requests } = await resolved();
    expect(target).toEqual({
      siteUrl: `${origin}/contentstorage/CSP_1`,
      webId: ids.webId,
      webUrl: "/contentstorage/CSP_1",
      listId: ids.listId,
      listTitle: "Contract documents",
      listUrl: "Document Library",
      rootFolderId: ids.root,
      baseTemplate: "DocumentLibrary",
      firstItemId: 10,
      existingFolders: {
        Projects: guid(1),
        "Projects/2024": guid(2),
        "Projects/2024/Deep": guid(8),
        "Ä & #1 100%": guid(3),
      },
    });
    expect(names).toEqual([]);
    expect(requests[0]).toBe(`/v1.0/drives/${containerId}/root?$select=sharepointIds,webUrl,eTag`);
  });

  it("begins at 1 in an empty drive, and where it is told to", async () => {
    expect((await resolved({ entries: [] })).target).toMatchObject({ firstItemId: 1, existingFolders: {} });
    expect((await resolved({}, { firstItemId: 700 })).target.firstItemId).toBe(700);
  });

  it("follows the pages of a folder", async () => {
    const many = Array.from({ length: 7 }, (_, index) => folder(index + 1, `F${index}`));
    const { target, requests } = await resolved({ entries: many });
    expect(Object.keys(target.existingFolders ?? {})).toHaveLength(7);
    expect(requests.filter((request) => request.includes("root/children"))).toHaveLength(4);
  });

  it("keeps of the folders those of the target folder, spelled as they are there", async () => {
    const { target, folder: names } = await resolved({}, { folder: "projects/2024/New" });
    expect(names).toEqual(["Projects", "2024", "New"]);
    expect(target.existingFolders).toEqual({
      Projects: guid(1),
      "Projects/2024": guid(2),
    });
  });

  it("looks up the target folder alone where no other folders are asked for", async () => {
    const options = { folder: "Ä & #1 100%/New/Newer", existingFolders: "none", firstItemId: 50 } as const;
    const { target, requests } = await resolved({}, options);
    expect(target).toMatchObject({ firstItemId: 50, existingFolders: { "Ä & #1 100%": guid(3) } });
    expect(requests.filter((request) => request.includes("root:/"))).toHaveLength(2);
    expect(requests.filter((request) => request.includes("children"))).toEqual([]);
  });

  it("asks for the first item id where it does not list the drive", async () => {
    expect(await codeOf(resolved({}, { existingFolders: "none" }))).toBe("INVALID_OPTION");
    expect(await codeOf(resolved({}, { firstItemId: 0 }))).toBe("INVALID_OPTION");
  });

  it("takes no file for the target folder", async () => {
    const options = { folder: "Projects/a.txt", existingFolders: "none", firstItemId: 1 } as const;
    expect(await codeOf(resolved({}, options))).toBe("INVALID_OPTION");
  });

  it("fails rather than go on with item ids that nobody told", async () => {
    const unnumbered = [...entries, file(undefined, "Projects/c.txt")];
    expect(await codeOf(resolved({ entries: unnumbered }))).toBe("TARGET_INCOMPLETE");
    expect((await resolved({ entries: unnumbered }, { firstItemId: 20 })).target.firstItemId).toBe(20);
  });

  it("fails rather than go on with a folder that lists nothing of what it holds", async () => {
    const instead = (path: string) =>
      path.endsWith("items/011/children") ? { status: 200, body: { value: [] } } : undefined;
    expect(await codeOf(resolved({ instead }))).toBe("TARGET_INCOMPLETE");
    const nothing = (path: string) => (path.endsWith("children") ? { status: 200, body: {} } : undefined);
    expect(await codeOf(resolved({ instead: nothing }))).toBe("SERVICE_REPLY_INVALID");
  });

  it("says that there is no such drive", async () => {
    const instead = () => ({ status: 404, body: { error: { code: "itemNotFound", message: "No" } } });
    expect(await codeOf(resolved({ instead }))).toBe("TARGET_NOT_FOUND");
  });

  it.each([
    [{ siteUrl: "elsewhere" }],
    [{ siteUrl: "https://contoso.sharepoint.com/%zz" }],
    [{ webUrl: "https://contoso.sharepoint.com/elsewhere/Documents" }],
    [{ instead: (path: string) => (path.endsWith("/root") ? { status: 200, body: {} } : undefined) }],
  ])("refuses a root that lacks what packages need: %j", async (drive) => {
    expect(await codeOf(resolved(drive))).toBe("SERVICE_REPLY_INVALID");
  });

  it("tells where the root's ids disagree", async () => {
    const lines: string[] = [];
    const logger = { debug: () => {}, warn: (message: string) => void lines.push(message) };
    const { target } = await resolved({ rootTag: `"{${guid(77)}},1"` }, { logger });
    expect(target.rootFolderId).toBe(ids.root);
    expect(lines).toEqual(["The root of the drive has two ids; that of sharepointIds is taken"]);
  });
});
