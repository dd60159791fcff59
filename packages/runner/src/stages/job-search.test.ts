import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { memoryJournal, PrimepackError } from "@primepack/core";
import { ServiceError } from "@primepack/core/http";
import type { ContainerProvider, MigrationService } from "@primepack/submitter";
import { temporaryFolder } from "@primepack/test-support";
import { afterEach, describe, expect, it } from "vitest";
import { keyOf, type PackageEntry } from "../journal/entries.ts";
import { put, RunJournal } from "../journal/run-journal.ts";
import { resolveOptions } from "../options.ts";
import { RunContext } from "../run-context.ts";
import { JobSearch } from "./job-search.ts";

const folder = temporaryFolder();
const JOB = "5a3b0e9c-1f44-4c5e-9d0b-0f6f6f2d3a10";

const open: Server[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await new Promise((resolve) => server.close(resolve));
});

/** A storage that answers with these statuses in turn, then with the last one. */
async function storage(...statuses: readonly number[]) {
  const asked: string[] = [];
  const server = createServer((request, reply) => {
    asked.push(new URL(request.url ?? "", "http://x").pathname);
    const list = `<EnumerationResults><Blobs><Blob><Name>Import-${JOB}-1.log</Name></Blob></Blobs></EnumerationResults>`;
    reply.writeHead(statuses[asked.length - 1] ?? statuses.at(-1) ?? 404, { "content-type": "application/xml" });
    reply.end(request.method === "GET" ? list : undefined);
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { asked, uri: `http://127.0.0.1:${port}/account/manifests?sv=1&sig=x` };
}

type Jobs = Awaited<ReturnType<Extract<MigrationService, { kind: "sharepoint" }>["jobs"]>>;

async function search(uri: string, looks: readonly (Jobs | Error)[], kind: ContainerProvider["kind"] = "provided") {
  const left = [...looks];
  const waits: number[] = [];
  const service: Partial<MigrationService> = {
    ...{ kind: "sharepoint" as const, siteUrl: "https://contoso.example/sites/one" },
    jobs: async () => {
      const look = left.shift() ?? [];
      if (look instanceof Error) throw look;
      return look;
    },
  };
  const journal = new RunJournal(memoryJournal());
  const options = resolveOptions({
    ...{ directory: folder("run"), journal: memoryJournal(), service: service as MigrationService },
    events: { read: async () => ({ events: [], token: "" }) },
    containers: { kind, provide: async () => Promise.reject(new Error("None is needed")) },
    timer: async (milliseconds) => void waits.push(milliseconds),
    limits: { pollRunningMs: 7, pollQueuedMs: 11 },
  });
  const context = new RunContext(options, journal, "migrate");
  const entry: PackageEntry = {
    ...{ stage: "submitting", attempt: 1, dependsOn: [], kind: "content", hash: "", portable: true },
    ...{ items: 1, bytes: 4, uploads: 1, plannedAt: "2026-01-01T00:00:00.000Z" },
  };
  await journal.write([
    put(keyOf.package("000001"), entry),
    put(keyOf.containers("000001"), { data: uri.replace("manifests", "contents"), metadata: uri }),
  ]);
  const found = new JobSearch(context, undefined).find(context.adopt("000001", entry), "patient");
  return { found, waits, left };
}

const failed = (code: ConstructorParameters<typeof ServiceError>[0]) => new ServiceError(code, "Cannot list the jobs");
const running: Jobs = [{ jobId: JOB, state: "processing" }];

describe("JobSearch", () => {
  it("looks on where the service can't list its jobs, and finds what it shows later", async () => {
    const { uri } = await storage(200);
    const { found, left } = await search(uri, [
      failed("SERVICE_THROTTLED"),
      running,
      failed("SERVICE_UNREACHABLE"),
      [],
    ]);
    expect(await found).toBe(JOB);
    expect(left).toHaveLength(1);
  });

  it("counts a list that is not to be had as an empty one, and gives up after three of them", async () => {
    const { uri, asked } = await storage(200);
    const { found, waits } = await search(uri, Array(9).fill(failed("SERVICE_FAILED")));
    expect(await found).toBeUndefined();
    expect(waits).toEqual([7, 7]);
    expect(asked).toEqual([]);
  });

  it.each(["SERVICE_FORBIDDEN", "CREDENTIAL_FAILED"] as const)(
    "ends with %s, as asking again is no use",
    async (code) => {
      const { uri } = await storage(200);
      const { found } = await search(uri, [failed(code)]);
      await expect(found).rejects.toMatchObject({ code });
    },
  );

  it("looks on where the storage is too busy to tell of a log", async () => {
    // Until its retries are used up.
    const { uri, asked } = await storage(...Array(9).fill(503), 200);
    const { found, left } = await search(uri, [running, [], [], []]);
    expect(await found).toBe(JOB);
    expect(left).toHaveLength(1);
    expect(asked.at(-1)).toBe(`/account/manifests/Import-${JOB}-1.log`);
  });

  it("looks on where the storage is too busy to list its logs", async () => {
    const { uri, asked } = await storage(...Array(9).fill(503), 200);
    const { found, waits } = await search(uri, [], "own");
    expect(await found).toBe(JOB);
    expect(waits).toContain(11);
    expect(asked.at(-1)).toBe("/account/manifests");
  });

  it("passes on what is no answer at all", async () => {
    const { uri } = await storage(200);
    const { found } = await search(uri, [new PrimepackError("INTERNAL", "A mistake")]);
    await expect(found).rejects.toMatchObject({ code: "INTERNAL" });
  });
});
