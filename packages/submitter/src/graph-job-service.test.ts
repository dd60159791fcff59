import { PrimepackError, Secret } from "@primepack/core/errors";
import { type Fault, startFaultServer } from "@primepack/test-support";
import { afterEach, describe, expect, it } from "vitest";
import { graphJobService } from "./graph-job-service.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const reply = (body: unknown, status = 200): Fault => ({
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

const refusal = (status: number, code: string, inner: string): Fault =>
  reply({ error: { code, message: "No", innerError: { code: inner, date: "2026-11-21T00:00:00" } } }, status);

const containerId = "b!ISJs1WRro0y0EWgkUYcktDa0mE8zSlFEqFzqRn70Zwp1CEtDEBZgQICPkRbil_5Z";
const jobId = "4f02f9a2-8d17-4f02-8d5b-0f6f4a3b5c6d";
const info = {
  dataContainerUri: "https://host-a.blob.core.windows.net/d-0001?sp=rw&sig=AAA&se=2026-11-24T00:00:00Z",
  metadataContainerUri: "https://host-a.blob.core.windows.net/m-0001?sp=rw&sig=BBB&se=2026-11-24T00:00:00Z",
  encryptionKey: "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
};

async function started(replies: readonly Fault[], root = "/v1.0") {
  const server = await startFaultServer(replies);
  const service = graphJobService({
    containerId,
    graphUrl: server.url + root,
    credential: { getToken: async () => ({ token: "token", expiresOnTimestamp: Date.UTC(2100, 0) }) },
    retry: { timer: async () => {} },
  });
  stops.push(server.stop, () => service.close());
  return { server, service };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof PrimepackError ? error.code : `no PrimepackError: ${String(error)}`;
}

describe("graphJobService()", () => {
  it("provisions containers and creates a job of them", async () => {
    const { server, service } = await started([
      reply({ "@odata.type": "#microsoft.graph.sharePointMigrationContainerInfo", ...info }),
      reply({ id: jobId.toUpperCase() }, 201),
    ]);
    const containers = await service.provisionContainers();
    expect(containers.expiresAt?.toISOString()).toBe("2026-11-24T00:00:00.000Z");
    expect(await service.createJob({ containers })).toBe(jobId);
    const path = `/v1.0/storage/fileStorage/containers/${containerId}`;
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `POST ${path}/provisionMigrationContainers`,
      `POST ${path}/migrationJobs`,
    ]);
    expect(server.requests[0]?.body).toHaveLength(0);
    expect(JSON.parse(server.requests[1]?.body.toString() ?? "")).toEqual({ containerInfo: info });
  });

  it("takes v1.0 of a root without version", async () => {
    for (const root of ["", "/"]) {
      const { server, service } = await started([reply({}, 204)], root);
      await service.deleteJob(jobId);
      expect(server.requests[0]?.url).toMatch(/^\/v1\.0\/storage\//);
    }
    const { server, service } = await started([reply({}, 204)], "/beta");
    await service.deleteJob(jobId);
    expect(server.requests[0]?.url).toMatch(/^\/beta\/storage\//);
  });

  it("deletes a job, and says whether there was one", async () => {
    const { server, service } = await started([{ status: 204 }, refusal(404, "migrationNotFound", "jobNotFound")]);
    expect([await service.deleteJob(jobId), await service.deleteJob(jobId)]).toEqual([true, false]);
    expect(server.requests[0]).toMatchObject({ method: "DELETE" });
    expect(server.requests[0]?.url).toMatch(new RegExp(`/migrationJobs/${jobId}$`));
  });

  it.each(["", ".", "..", "../..", "%2e%2e", `${jobId}/..`])(
    "deletes nothing for %j, whose path might be that of something else",
    async (id) => {
      const { server, service } = await started([]);
      expect(await codeOf(service.deleteJob(id))).toBe("INVALID_OPTION");
      expect(server.requests).toEqual([]);
    },
  );

  it("says by codes what is wrong", async () => {
    const { service } = await started([
      refusal(400, "migrationBadRequest", "invalidAzureResource"),
      refusal(404, "migrationNotFound", "jobProgressExpired"),
      refusal(404, "itemNotFound", "containerNotFound"),
      reply({ id: "" }, 201),
      reply({ id: ".." }, 201),
      reply([], 201),
    ]);
    const containers = {
      dataContainerUri: new Secret(info.dataContainerUri),
      metadataContainerUri: new Secret(info.metadataContainerUri),
      encryptionKey: new Secret<Uint8Array>(Buffer.alloc(32)),
      expiresAt: undefined,
    };
    expect(await codeOf(service.createJob({ containers }))).toBe("JOB_CONTAINERS_REFUSED");
    expect(await codeOf(service.deleteJob(jobId))).toBe("JOB_STATUS_EXPIRED");
    expect(await codeOf(service.provisionContainers())).toBe("SERVICE_REFUSED");
    for (let count = 0; count < 3; count++) {
      expect(await codeOf(service.createJob({ containers }))).toBe("SERVICE_ANSWER_LOST");
    }
  });

  it("waits out throttling, also where the status does not say it", async () => {
    const { server, service } = await started([
      refusal(429, "RetryAfterDelay", "activityLimitReached"),
      refusal(400, "RetryAfterDelay", "activityLimitReached"),
      reply(info),
    ]);
    await service.provisionContainers();
    expect(server.requests).toHaveLength(3);
  });

  it("refuses packages without a key and ids that are none", async () => {
    const { service } = await started([]);
    const uri = new Secret(info.dataContainerUri);
    const containers = { dataContainerUri: uri, metadataContainerUri: uri, expiresAt: undefined };
    expect(await codeOf(service.createJob({ containers }))).toBe("INVALID_OPTION");
    const credential = { getToken: async () => null };
    for (const containerId of ["b!/../x", "..", ""]) {
      expect(() => graphJobService({ containerId, credential })).toThrow("its id must be");
    }
  });
});
