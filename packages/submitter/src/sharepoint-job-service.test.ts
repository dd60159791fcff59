import { PrimepackError, Secret } from "@primepack/core/errors";
import { type Fault, startFaultServer } from "@primepack/test-support";
import { afterEach, describe, expect, it } from "vitest";
import { sharePointJobService } from "./sharepoint-job-service.ts";
import type { JobContainers } from "./types.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const reply = (body: unknown, status = 200): Fault => ({
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

const refusal = (status: number, code: string, value: string): Fault =>
  reply({ error: { code, message: { lang: "en-US", value } } }, status);

async function started(replies: readonly Fault[]) {
  const server = await startFaultServer(replies);
  const waits: number[] = [];
  const service = sharePointJobService({
    siteUrl: `${server.url}/sites/archive`,
    credential: { getToken: async () => ({ token: "token", expiresOnTimestamp: Date.UTC(2100, 0) }) },
    retry: { timer: async (milliseconds) => void waits.push(milliseconds), random: () => 0, attempts: 3 },
  });
  stops.push(server.stop, () => service.close());
  const sent = () =>
    server.requests.map(({ method, url, body }) => ({
      method,
      url,
      body: body.length === 0 ? undefined : (JSON.parse(body.toString()) as unknown),
    }));
  return { server, service, sent, waits };
}

/** Replies that name the server's own URL. */
async function startedWith(bodies: readonly ((url: string) => unknown)[]) {
  let url = "";
  const lazy = bodies.map(
    (body): Fault => ({
      ...{ status: 200, headers: { "content-type": "application/json" } },
      get body() {
        return JSON.stringify(body(url));
      },
    }),
  );
  const all = await started(lazy);
  url = all.server.url;
  return all;
}

async function errorOf(promise: Promise<unknown>): Promise<PrimepackError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof PrimepackError)) throw new Error(`no PrimepackError: ${String(error)}`);
  return error;
}

const jobId = "f9a24e35-8d17-4f02-8d5b-0f6f4a3b5c6d";
const webId = "a1111111-0000-4000-8000-000000000001";
const key = Buffer.alloc(32, 7);
const info = {
  DataContainerUri:
    "https://spodm1.blob.core.windows.net:443/0-1623-20230512-aa?sv=2018-03-28&sr=c&sig=x%2Fy%3D&st=2026-11-20T10%3A20%3A00Z&se=2026-11-23T10%3A20%3A00Z&sp=rw",
  MetadataContainerUri:
    "https://spodm1.blob.core.windows.net:443/0-1623-20230512-bb?sv=2018-03-28&sr=c&sig=z%2Fy%3D&st=2026-11-20T10%3A20%3A00Z&se=2026-11-23T10%3A19%3A00Z&sp=rw",
  EncryptionKey: key.toString("base64"),
};

const containers: JobContainers = {
  dataContainerUri: new Secret(info.DataContainerUri),
  metadataContainerUri: new Secret(info.MetadataContainerUri),
  encryptionKey: new Secret<Uint8Array>(key),
  expiresAt: undefined,
};

/** A function's result in each of OData's modes, as the wire protocol's table has them. */
const modes = {
  verbose: (name: string, result: unknown) => ({ d: { [name]: Array.isArray(result) ? { results: result } : result } }),
  minimal: (_name: string, result: unknown) => ({ "odata.metadata": "https://x/$metadata#y", ...asObject(result) }),
  none: (_name: string, result: unknown) => asObject(result),
};

function asObject(result: unknown): object {
  return typeof result === "object" && result !== null && !Array.isArray(result) ? result : { value: result };
}

describe.each(Object.entries(modes))("sharePointJobService() with %s replies", (_mode, shaped) => {
  it("provisions containers, whose URIs stay as they came", async () => {
    const { service, sent } = await started([
      reply(shaped("ProvisionMigrationContainers", { __metadata: { type: "SP.X" }, ...info })),
    ]);
    const provisioned = await service.provisionContainers();
    expect(provisioned.dataContainerUri.reveal()).toBe(info.DataContainerUri);
    expect(provisioned.metadataContainerUri.reveal()).toBe(info.MetadataContainerUri);
    expect(provisioned.encryptionKey?.reveal()).toEqual(key);
    expect(provisioned.expiresAt?.toISOString()).toBe("2026-11-23T10:19:00.000Z");
    expect(sent()).toEqual([
      { method: "POST", url: "/sites/archive/_api/site/ProvisionMigrationContainers", body: {} },
    ]);
  });

  it("provisions a queue", async () => {
    const JobQueueUri =
      "https://spodm1.queue.core.windows.net/953pq20161005-1?sv=2014-02-14&sig=q&se=2026-12-12T00:00:00Z&sp=rap";
    const { service } = await started([reply(shaped("ProvisionMigrationQueue", { JobQueueUri }))]);
    const queue = await service.provisionQueue();
    expect(queue.queueUri.reveal()).toBe(JobQueueUri);
    expect(queue.expiresAt?.toISOString()).toBe("2026-12-12T00:00:00.000Z");
  });

  it("creates an encrypted job and gives its id in one form", async () => {
    const { service, sent, server } = await started([
      reply(shaped("CreateMigrationJobEncrypted", `{${jobId.toUpperCase()}}`)),
    ]);
    const queueUri = new Secret("https://spodm1.queue.core.windows.net/q?sig=x%2By");
    expect(await service.createJob({ containers, webId: `{${webId}}`, queueUri })).toBe(jobId);
    expect(sent()).toEqual([
      {
        method: "POST",
        url: "/sites/archive/_api/site/CreateMigrationJobEncrypted",
        body: {
          gWebId: webId,
          azureContainerSourceUri: info.DataContainerUri,
          azureContainerManifestUri: info.MetadataContainerUri,
          azureQueueReportUri: "https://spodm1.queue.core.windows.net/q?sig=x%2By",
          options: { AES256CBCKey: info.EncryptionKey },
        },
      },
    ]);
    expect(server.requests[0]?.headers).toMatchObject({
      accept: "application/json;odata=nometadata",
      "content-type": "application/json;odata=nometadata",
    });
  });

  it("creates a job of plain packages without a key", async () => {
    const { service, sent } = await started([reply(shaped("CreateMigrationJob", jobId))]);
    const { encryptionKey: _, ...plain } = containers;
    expect(await service.createJob({ containers: plain, webId })).toBe(jobId);
    expect(sent()).toMatchObject([{ url: "/sites/archive/_api/site/CreateMigrationJob" }]);
    expect(sent()[0]?.body).toEqual({
      gWebId: webId,
      azureContainerSourceUri: info.DataContainerUri,
      azureContainerManifestUri: info.MetadataContainerUri,
      azureQueueReportUri: null,
    });
  });

  it("reads the state of a job", async () => {
    const { service, sent } = await started(
      [0, 2, 4, "4"].map((state) => reply(shaped("GetMigrationJobStatus", state))),
    );
    const states = [];
    for (let index = 0; index < 4; index++) states.push(await service.jobState(jobId));
    expect(states).toEqual(["none", "queued", "processing", "processing"]);
    expect(sent()[0]).toEqual({
      method: "POST",
      url: "/sites/archive/_api/site/GetMigrationJobStatus",
      body: { id: jobId },
    });
  });

  it("lists the jobs that have not ended", async () => {
    const other = "0d1e2f3a-0000-4000-8000-00000000000a";
    const { service, sent } = await started([
      reply(
        shaped("GetMigrationStatus", [
          { JobId: jobId.toUpperCase(), JobState: 4 },
          { JobId: other, JobState: 2 },
          { JobId: webId, JobState: 0 },
        ]),
      ),
      reply(shaped("GetMigrationStatus", [])),
    ]);
    expect(await service.jobs()).toEqual([
      { jobId, state: "processing" },
      { jobId: other, state: "queued" },
    ]);
    expect(await service.jobs()).toEqual([]);
    expect(sent()[0]).toEqual({ method: "GET", url: "/sites/archive/_api/site/GetMigrationStatus", body: undefined });
  });

  it("deletes a job, and says whether there was one", async () => {
    const { service, sent } = await started([
      reply(shaped("DeleteMigrationJob", true)),
      reply(shaped("DeleteMigrationJob", false)),
    ]);
    expect([await service.deleteJob(jobId), await service.deleteJob(jobId)]).toEqual([true, false]);
    expect(sent()[0]).toEqual({
      method: "POST",
      url: "/sites/archive/_api/site/DeleteMigrationJob",
      body: { id: jobId },
    });
  });
});

describe("sharePointJobService()", () => {
  it("posts GetMigrationStatus where the service does not let it be read, and keeps to that", async () => {
    const { service, sent } = await started([
      refusal(405, "-1, Microsoft.SharePoint.Client.ClientServiceException", "The HTTP method 'GET' cannot be used."),
      reply({ value: [] }),
      reply({ value: [] }),
    ]);
    await service.jobs();
    await service.jobs();
    expect(sent().map(({ method }) => method)).toEqual(["GET", "POST", "POST"]);
  });

  const page = (id: string) => [{ JobId: id, JobState: 4 }];

  it.each<[string, (jobs: readonly object[], next: string | undefined) => object]>([
    ["no metadata", (value, next) => ({ value, "odata.nextLink": next })],
    ["newer OData", (value, next) => ({ "@odata.context": "https://x", value, "@odata.nextLink": next })],
    ["verbose", (results, __next) => ({ d: { GetMigrationStatus: { results, __next } } })],
    ["verbose without a name", (results, __next) => ({ d: { results, __next } })],
  ])("follows the links to the next pages of the site's jobs: %s", async (_, shaped) => {
    const ids = [jobId, webId, "0d1e2f3a-0000-4000-8000-00000000000a"];
    const next = (url: string, skip: number) => `${url}/sites/archive/_api/site/GetMigrationStatus?$skiptoken=${skip}`;
    const { service, sent } = await startedWith(
      ids.map((id, index) => (url) => shaped(page(id), index === 2 ? undefined : next(url, index + 1))),
    );
    expect((await service.jobs()).map((job) => job.jobId)).toEqual(ids);
    expect(sent().map(({ method, url }) => [method, url])).toEqual([
      ["GET", "/sites/archive/_api/site/GetMigrationStatus"],
      ["GET", "/sites/archive/_api/site/GetMigrationStatus?$skiptoken=1"],
      ["GET", "/sites/archive/_api/site/GetMigrationStatus?$skiptoken=2"],
    ]);
  });

  it("refuses a link that leads to itself, or elsewhere", async () => {
    const toItself = (url: string) => ({
      value: page(jobId),
      "odata.nextLink": `${url}/sites/archive/_api/site/GetMigrationStatus?$skiptoken=1`,
    });
    const elsewhere = () => ({ value: page(jobId), "odata.nextLink": "https://elsewhere.example/sites/archive" });
    const { server, service } = await startedWith([toItself, toItself, elsewhere]);
    expect((await errorOf(service.jobs())).message).toContain("the next page must be another one");
    expect((await errorOf(service.jobs())).code).toBe("SERVICE_REPLY_INVALID");
    expect(server.requests).toHaveLength(3);
  });

  it.each([
    [400, "-1, Microsoft.SharePoint.Client.InvalidClientQueryException"],
    [404, "-1, Microsoft.SharePoint.Client.ResourceNotFoundException"],
    [500, "-2147024809, System.ArgumentNullException"],
  ])("gives the job's id in the URL where the body gets it %d %s, and keeps to that", async (status, code) => {
    const { service, sent } = await started([
      refusal(status, code, "The parameter id does not exist."),
      reply({ value: 2 }),
      reply({ value: true }),
    ]);
    expect(await service.jobState(jobId)).toBe("queued");
    expect(await service.deleteJob(jobId)).toBe(true);
    expect(sent().map(({ url }) => url)).toEqual([
      "/sites/archive/_api/site/GetMigrationJobStatus",
      `/sites/archive/_api/site/GetMigrationJobStatus(id=guid'${jobId}')`,
      `/sites/archive/_api/site/DeleteMigrationJob(id=guid'${jobId}')`,
    ]);
  });

  it("never sends the creation of a job a second time once it may have been taken", async () => {
    for (const lost of ["reset", { status: 502, body: "<html>" }, { breakAfter: '{"val', declared: 100 }] as const) {
      const { service, server, waits } = await started([lost]);
      const error = await errorOf(service.createJob({ containers, webId }));
      expect(error.code).toBe("SERVICE_ANSWER_LOST");
      expect([server.requests.length, waits]).toEqual([1, []]);
    }
  });

  it("calls the answer lost when it names no job", async () => {
    for (const body of [{ value: "soon" }, { value: "" }, { value: "0" }, {}, []]) {
      const { service } = await started([reply(body)]);
      expect((await errorOf(service.createJob({ containers, webId }))).code).toBe("SERVICE_ANSWER_LOST");
    }
  });

  it("takes a null id for the refusal that it is documented to be", async () => {
    for (const value of [null, "00000000-0000-0000-0000-000000000000"]) {
      const { service } = await started([reply({ value })]);
      expect((await errorOf(service.createJob({ containers, webId }))).code).toBe("SERVICE_REFUSED");
    }
    const { service } = await started([reply({ "odata.null": true })]);
    expect((await errorOf(service.createJob({ containers, webId }))).code).toBe("SERVICE_REFUSED");
  });

  it("sends the creation of a job again where it was surely not acted on", async () => {
    const { service, server, waits } = await started([
      { status: 429, headers: { "retry-after": "3" } },
      { status: 503, headers: { "retry-after": "2" } },
      reply({ value: jobId }),
    ]);
    expect(await service.createJob({ containers, webId })).toBe(jobId);
    expect(server.requests).toHaveLength(3);
    expect(waits).toContain(3000);
  });

  it("says why the service refuses, without what the request held", async () => {
    const { service } = await started([
      refusal(403, "-2147024891, System.UnauthorizedAccessException", `Access denied to ${info.DataContainerUri}`),
    ]);
    const error = await errorOf(service.createJob({ containers, webId }));
    expect(error).toMatchObject({
      code: "SERVICE_FORBIDDEN",
      status: 403,
      serviceCode: "-2147024891",
      innerCode: "System.UnauthorizedAccessException",
    });
    expect(error.message).toContain("Access denied");
    expect(JSON.stringify([error.message, error])).not.toContain("x%2Fy");
  });

  it("asks for the web of the job", async () => {
    const { service, server } = await started([]);
    expect((await errorOf(service.createJob({ containers }))).code).toBe("INVALID_OPTION");
    expect(server.requests).toEqual([]);
  });

  it.each([
    ["nothing", {}],
    ["no URI", { ...info, DataContainerUri: "elsewhere" }],
    ["a short key", { ...info, EncryptionKey: "AAAA" }],
    ["a list", [info]],
  ])("refuses a provisioning that gives %s, and shows nothing of it", async (_what, body) => {
    const { service } = await started([reply(body)]);
    const error = await errorOf(service.provisionContainers());
    expect(error.code).toBe("SERVICE_REPLY_INVALID");
    expect(error.message).not.toContain("sig=");
  });

  it("knows no job by an error that says so", async () => {
    const { service } = await started([refusal(500, "-2147213145, Microsoft.SharePoint.SPException", "Job not found")]);
    expect(await service.deleteJob(jobId)).toBe(false);
  });
});
