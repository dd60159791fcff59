import { mkdtemp, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { QueueServiceClient } from "@azure/storage-queue";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startEmulator } from "./start-emulator.ts";
import type { Emulator, EmulatorOptions } from "./types.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "emulator-"));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const authorized = { authorization: "Bearer token", accept: "application/json;odata=nometadata" };
const get = (url: string, headers: Record<string, string> = {}) =>
  fetch(url, { headers: { ...authorized, ...headers } });
const post = (url: string, body = "") => fetch(url, { method: "POST", headers: authorized, body });

// biome-ignore lint/suspicious/noExplicitAny: replies are looked into as a client without types would
async function jsonOf(reply: Response | Promise<Response>): Promise<any> {
  return await (await reply).json();
}

async function withEmulator<T>(options: Partial<EmulatorOptions>, use: (emulator: Emulator) => Promise<T>): Promise<T> {
  const emulator = await startEmulator({ directory, ...options });
  try {
    return await use(emulator);
  } finally {
    await emulator.stop();
  }
}

describe("startEmulator()", () => {
  it("comes back under the same URLs with the same site", async () => {
    const read = async (emulator: Emulator) => {
      const { siteUrl, graphUrl, storage } = emulator;
      return { siteUrl, graphUrl, storage, site: await jsonOf(get(`${siteUrl}/_api/site`)) };
    };
    const first = await withEmulator({}, read);
    expect(await withEmulator({}, read)).toEqual(first);
    expect(first.siteUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/sites\/emulated$/);
  });

  it("lets one emulator at a time have a folder", async () => {
    await withEmulator({}, async () => {
      await expect(startEmulator({ directory })).rejects.toMatchObject({ code: "EMULATOR_IN_USE" });
    });
    await withEmulator({}, async ({ siteUrl }) => {
      expect((await get(`${siteUrl}/_api/site`)).status).toBe(200);
    });
  });

  it("has stopped when any of several calls of stop() says so", async () => {
    const emulator = await startEmulator({ directory });
    let isOver = false;
    const first = emulator.stop().then(() => {
      isOver = true;
    });
    await emulator.stop();
    expect(isOver).toBe(true);
    await first;
    await emulator.stop();
  });

  it("keeps its own folder to its owner, however wide the folders of the process are", async () => {
    const before = process.umask(0);
    try {
      await withEmulator({}, async () => undefined);
    } finally {
      process.umask(before);
    }
    expect((await stat(join(directory, "emulator"))).mode & 0o777).toBe(0o700);
  });

  it("has the lists, site and containers that it is told of", async () => {
    const options = {
      site: "/sites/two words",
      lists: [{ title: "Tasks", url: "Lists/Tasks", baseTemplate: 100 }],
      graphContainers: ["b!one", "b!two"],
    };
    await withEmulator(options, async ({ siteUrl, graphUrl }) => {
      expect(siteUrl).toMatch(/\/sites\/two%20words$/);
      const lists = await jsonOf(get(`${siteUrl}/_api/web/lists?$select=Title,BaseTemplate`));
      expect(lists.value).toEqual([{ Title: "Tasks", BaseTemplate: 100 }]);
      const drives = ["b!one", "b%21two", "b!three"].map((id) => get(`${graphUrl}/drives/${id}/root`));
      expect((await Promise.all(drives)).map(({ status }) => status)).toEqual([200, 200, 404]);
    });
  });

  it("keeps tasks and mappings of tenants over restarts, and shows them past its routes", async () => {
    let now = Date.UTC(2027, 0, 1);
    const options = { now: () => new Date(now), organizations: { moveMs: 5000, startDelayMs: 1000 } };
    const headers = { ...authorized, "content-type": "application/json" };
    const source = { sourceUserIdentity: { userPrincipalName: "ana@south.example" } };
    const parameters = {
      "@odata.type": "#microsoft.graph.sharePointUserMigrationTaskParameters",
      targetOrganizationHost: "https://north-my.sharepoint.com",
      ...source,
      targetUserIdentity: { userPrincipalName: "ana@north.example" },
    };
    const id = await withEmulator(options, async ({ graphBetaUrl, crossTenant }) => {
      const root = `${graphBetaUrl}/solutions/sharePoint/migrations`;
      const delta = JSON.stringify({ "@context": "#$delta", value: [source] });
      await fetch(`${root}/crossOrganizationUserMappings`, { method: "PATCH", headers, body: delta });
      const body = JSON.stringify({ parameters });
      const task = await jsonOf(fetch(`${root}/crossOrganizationMigrationTasks`, { method: "POST", headers, body }));
      expect(crossTenant.directory).toBe(join(directory, "tenant"));
      return task.id;
    });
    now += 1000;
    await withEmulator(options, async ({ graphBetaUrl, crossTenant }) => {
      const path = "solutions/sharePoint/migrations/crossOrganizationMigrationTasks";
      const { "@odata.context": _, ...task } = await jsonOf(get(`${graphBetaUrl}/${path}/${id}`));
      expect(task).toMatchObject({ id, status: "inProgress", parameters });
      expect(crossTenant.tasks()).toEqual([task]);
      const mappings = [];
      for await (const mapping of crossTenant.mappings("users")) mappings.push(mapping);
      expect(mappings).toEqual([{ id: expect.any(String), ...source }]);
      for await (const mapping of crossTenant.mappings("groups")) expect(mapping).toBeUndefined();
    });
    expect((await stat(join(directory, "tenant"))).mode & 0o777).toBe(0o700);
  });

  it("refuses a port that is taken, a site that is no path, and leaves nothing behind", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    await expect(startEmulator({ directory, port })).rejects.toMatchObject({ code: "EMULATOR_START_FAILED" });
    for (const site of ["sites/x", "/v1.0", "/sites/..", "/./x", "/emulator", "/tenant/x"]) {
      await expect(startEmulator({ directory, site }), site).rejects.toMatchObject({ code: "INVALID_OPTION" });
    }
    for (const count of [0, -1, 1.5, Number.NaN]) {
      const [jobs, errors] = [{ concurrentJobs: count }, { switches: { errorLimit: count } }];
      await expect(startEmulator({ directory, ...jobs })).rejects.toMatchObject({ code: "INVALID_OPTION" });
      await expect(startEmulator({ directory, ...errors })).rejects.toMatchObject({ code: "INVALID_OPTION" });
    }
    for (const organizations of [{ moveMs: -1 }, { startDelayMs: 0.5 }]) {
      await expect(startEmulator({ directory, organizations })).rejects.toMatchObject({ code: "INVALID_OPTION" });
    }
    server.close();
    await withEmulator({ port }, async ({ url }) => {
      expect(url).toBe(`http://127.0.0.1:${port}`);
    });
  });
});

describe("the emulator's server", () => {
  let emulator: Emulator;
  let own: string;
  beforeAll(async () => {
    own = await mkdtemp(join(tmpdir(), "emulator-"));
    emulator = await startEmulator({ directory: own });
  });
  afterAll(async () => {
    await emulator.stop();
    await rm(own, { recursive: true });
  });
  afterEach(() => emulator.setFaults({}));

  const api = () => `${emulator.siteUrl}/_api`;
  const error = async (reply: Response) => {
    const body = await jsonOf(reply);
    return [reply.status, (body["odata.error"] ?? body.error).code];
  };

  it("wants a bearer token, and the right one if it knows it", async () => {
    const bare = await fetch(`${api()}/web`, { headers: { accept: "application/json;odata=verbose" } });
    expect(bare.headers.get("www-authenticate")).toMatch(/^Bearer/);
    expect(await error(bare)).toEqual([401, "-2147024891, System.UnauthorizedAccessException"]);
    expect(await error(await fetch(`${emulator.graphUrl}/drives/b!emulated/root`))).toEqual([
      401,
      "InvalidAuthenticationToken",
    ]);
    await withEmulator({ accessToken: "secret" }, async ({ siteUrl }) => {
      const statuses = ["token", "secret"].map(async (token) => {
        return (await get(`${siteUrl}/_api/web`, { authorization: `Bearer ${token}` })).status;
      });
      expect(await Promise.all(statuses)).toEqual([401, 200]);
    });
  });

  it("knows its paths in any case, and says what it doesn't know", async () => {
    const shouted = emulator.siteUrl.replace("/sites/emulated", "/SITES/Emulated");
    expect((await get(`${shouted}/_API/Site/GETMIGRATIONSTATUS`)).status).toBe(200);
    expect((await post(`${api()}/contextinfo`)).status).toBe(200);
    const missing = "-1, Microsoft.SharePoint.Client.ResourceNotFoundException";
    const inherited = ["/web/__proto__", "/web/constructor", "/web/lists/constructor", "/web/hasOwnProperty"];
    for (const path of ["/site/CreateSPAsyncReadJob", "/web/navigation", "/search", ...inherited]) {
      expect(await error(await get(`${api()}${path}`)), path).toEqual([404, missing]);
    }
    expect((await get(`${emulator.url}/elsewhere`)).status).toBe(404);
    expect(await error(await get(`${api()}/web/lists/getbytitle('None')`))).toEqual([
      404,
      "-1, System.ArgumentException",
    ]);
    expect(await error(await get(`${emulator.graphUrl}/me`))).toEqual([400, "BadRequest"]);
  });

  it("takes each call with its verb only", async () => {
    const wrong = "-1, Microsoft.SharePoint.Client.ClientServiceException";
    expect(await error(await get(`${api()}/site/ProvisionMigrationContainers`))).toEqual([405, wrong]);
    expect(await error(await post(`${api()}/site/GetMigrationJobProgress(jobId='x',nextToken=0)`))).toEqual([
      405,
      wrong,
    ]);
    expect(await error(await post(`${api()}/web`))).toEqual([405, wrong]);
    expect((await post(`${api()}/site/GetMigrationStatus`)).status).toBe(200);
    expect((await get(`${emulator.graphUrl}/storage/fileStorage/containers/b!emulated/migrationJobs`)).status).toBe(
      405,
    );
  });

  it("takes the job of status and deletion in every spelling", async () => {
    const id = "6fea9b24-1a2b-4c3d-8e4f-5a6b7c8d9e0f";
    for (const call of [`(id=guid'${id}')`, `('${id}')`, `(guid'${id}')`, `(@v)?@v=guid'${id}'`, `?id='${id}'`]) {
      expect(await jsonOf(post(`${api()}/site/GetMigrationJobStatus${call}`)), call).toEqual({ value: 0 });
      expect(await jsonOf(post(`${api()}/site/DeleteMigrationJob${call}`)), call).toEqual({ value: false });
    }
    for (const body of [{ id }, { id: `{${id}}` }, { ID: id.toUpperCase() }]) {
      const reply = await post(`${api()}/site/GetMigrationJobStatus`, JSON.stringify(body));
      expect(await jsonOf(reply)).toEqual({ value: 0 });
    }
    const argument = "-2147024809, System.ArgumentException";
    expect(await error(await post(`${api()}/site/GetMigrationJobStatus`))).toEqual([400, argument]);
    expect(await error(await post(`${api()}/site/GetMigrationJobStatus('x')`))).toEqual([400, argument]);
    const malformed = await post(`${api()}/site/GetMigrationJobStatus`, "[1]");
    expect(await error(malformed)).toEqual([400, "-1, Microsoft.SharePoint.Client.InvalidClientQueryException"]);
  });

  it("answers for jobs that it doesn't know as the service does", async () => {
    const id = "6fea9b24-1a2b-4c3d-8e4f-5a6b7c8d9e0f";
    const progress = `${api()}/site/GetMigrationJobProgress(jobId='${id}',nextToken=0)`;
    expect(await error(await get(progress))).toEqual([500, "-2147213145, Microsoft.SharePoint.SPException"]);
    const verbose = await get(progress, { accept: "application/json;odata=verbose" });
    expect(await jsonOf(verbose)).toEqual({
      error: {
        code: "-2147213145, Microsoft.SharePoint.SPException",
        message: { lang: "en-US", value: "Job not found" },
      },
    });
  });

  it("refuses jobs by the status that it is told, and never shows a SAS", async () => {
    const job = { gWebId: "6fea9b24-1a2b-4c3d-8e4f-5a6b7c8d9e0f", azureContainerSourceUri: "http://x/?sig=abc" };
    const refused = await post(`${api()}/site/CreateMigrationJob`, JSON.stringify(job));
    expect(await error(refused)).toEqual([400, "-2147024809, System.ArgumentException"]);
    const keyless = await post(`${api()}/site/CreateMigrationJobEncrypted`, JSON.stringify(job));
    expect(keyless.status).toBe(400);
    await withEmulator({ switches: { badJobStatus: 500 } }, async ({ siteUrl }) => {
      const reply = await post(`${siteUrl}/_api/site/CreateMigrationJob`, JSON.stringify(job));
      expect(reply.status).toBe(500);
    });
  });

  it("refuses query options that it doesn't know", async () => {
    const invalid = "-1, Microsoft.SharePoint.Client.InvalidClientQueryException";
    const items = `${api()}/web/lists/getbytitle('Documents')/items`;
    for (const query of ["$select=Nothing", "$search=x", "$top=x", "$top=5001", "$orderby=Title", "$skiptoken=x"]) {
      expect(await error(await get(`${items}?${query}`)), query).toEqual([400, invalid]);
    }
  });

  it("shows permission levels, people and folders in each mode", async () => {
    const roles = await jsonOf(get(`${api()}/web/roledefinitions/getbytype(5)?$select=Name,BasePermissions`));
    expect(roles).toEqual({ Name: "Full Control", BasePermissions: { High: "2147483647", Low: "4294967295" } });
    const users = await jsonOf(get(`${api()}/web/siteusers`, { accept: "application/json;odata=verbose" }));
    expect(users.d.results[0].__metadata.type).toBe("SP.User");
    const folder = `${api()}/web/GetFolderByServerRelativePath(decodedurl='/sites/emulated/Shared Documents')`;
    expect(await jsonOf(get(`${folder}/Exists`))).toEqual({ value: true });
    const none = `${api()}/web/GetFolderByServerRelativeUrl('Shared Documents/None')`;
    expect(await jsonOf(get(`${none}?$select=Exists`))).toEqual({ Exists: false });
    expect((await get(none)).status).toBe(404);
    const minimal = await jsonOf(get(`${api()}/web`, { accept: "application/json" }));
    expect(minimal).toMatchObject({ "odata.type": "SP.Web", "odata.metadata": expect.stringMatching(/#SP.Web$/) });
  });

  it("throttles as each service does", async () => {
    emulator.setFaults({ throttle: { every: 1, retryAfterSeconds: 3 } });
    const reply = await get(`${api()}/web`);
    expect([reply.status, reply.headers.get("retry-after"), reply.headers.get("ratelimit-remaining")]).toEqual([
      429,
      "3",
      "0",
    ]);
    const graph = await get(`${emulator.graphUrl}/drives/b!emulated/root`);
    const { error: fault } = await jsonOf(graph);
    expect([graph.status, fault.code, fault.innerError.code]).toEqual([429, "RetryAfterDelay", "activityLimitReached"]);
    emulator.setFaults({ throttle: { every: 1, retryAfterSeconds: 3, status: 503 } });
    expect((await get(`${api()}/web`)).status).toBe(503);
  });

  it("loses the answer only after it has acted", async () => {
    const queues = async () => {
      const names: string[] = [];
      for await (const { name } of QueueServiceClient.fromConnectionString(emulator.storage).listQueues())
        names.push(name);
      return names.length;
    };
    const before = await queues();
    emulator.setFaults({ loseAnswer: { every: 1, path: "ProvisionMigrationQueue" } });
    await expect(post(`${api()}/site/ProvisionMigrationQueue`)).rejects.toThrow();
    expect(await queues()).toBe(before + 1);
    expect((await get(`${api()}/web`)).status).toBe(200);
  });

  it("fails progress in passing", async () => {
    emulator.setFaults({ failProgress: { every: 1 } });
    const id = "6fea9b24-1a2b-4c3d-8e4f-5a6b7c8d9e0f";
    const reply = await get(`${api()}/site/GetMigrationJobProgress(jobId='${id}',nextToken=0)`);
    expect(await error(reply)).toEqual([500, "-2146232832, Microsoft.SharePoint.SPException"]);
  });

  it("gives containers the life that it is told", async () => {
    emulator.setFaults({ sasLifetimeMs: 60_000 });
    const { DataContainerUri } = await jsonOf(post(`${api()}/site/ProvisionMigrationContainers`));
    const { searchParams } = new URL(DataContainerUri);
    expect(Date.parse(searchParams.get("se") ?? "") - Date.parse(searchParams.get("st") ?? "")).toBe(60_000);
  });
});
