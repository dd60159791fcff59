import { inspect } from "node:util";
import { collect, type Fault, startFaultServer } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { type Code, PrimepackError, Secret } from "../errors/index.ts";
import type { BlobContainer } from "../model/index.ts";
import { azurePackageStore } from "./azure-store.ts";
import { codeOf, readAll, withMd5 } from "./container.conformance.ts";
import { openLocatedContainer } from "./locate.ts";
import { StorageError } from "./storage-error.ts";

const signature = "c2VjcmV0K3NlY3JldC9zZWNyZXQ";
const sas = new Secret(`sv=2018-03-28&sr=c&st=2026-01-01T10%3A20%3A00Z&sig=${signature}%3D`);
const bytes = Buffer.from("bytes");

function refusal(status: number, code: string, headers: Record<string, string> = {}): Fault {
  const body = `\ufeff<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>About ${code}.\nTime:now</Message></Error>`;
  return { status, headers: { "x-ms-error-code": code, "x-ms-request-id": "request-1", ...headers }, body };
}

/** Runs `work` on a container whose store gives these faults first; gives what it did, and the waits between. */
async function meeting<T>(
  faults: readonly Fault[],
  work: (container: BlobContainer) => Promise<T>,
): Promise<{ outcome: T; waits: number[]; urls: string[] }> {
  const server = await startFaultServer(faults);
  const waits: number[] = [];
  try {
    const container = openLocatedContainer(
      { kind: "azure", url: `${server.url}/account/box` },
      { sas, retry: { attempts: 4, random: () => 0, timer: async (milliseconds) => void waits.push(milliseconds) } },
    );
    const outcome = await work(container);
    expect(server.unmet).toEqual([]);
    return { outcome, waits, urls: server.requests.map(({ method, url }) => `${method} ${url}`) };
  } finally {
    await server.stop();
  }
}

const put = (container: BlobContainer) => container.putBlob("a b", bytes, withMd5(bytes));

async function errorOf(promise: Promise<unknown>): Promise<StorageError> {
  const reason: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(reason instanceof StorageError)) throw new Error(`no StorageError: ${inspect(reason)}`);
  return reason;
}

describe("an Azure container whose store is in trouble", () => {
  it("waits for no more of a refusal's text than it looks at", async () => {
    const { status, headers, body } = refusal(403, "AuthorizationFailure") as Extract<Fault, { status: number }>;
    const endless = { status, headers: { ...headers, "content-length": "1000000" }, body: body?.padEnd(5000) ?? "" };
    const faults = [refusal(403, "AuthorizationPermissionMismatch"), endless];
    const { outcome } = await meeting(faults, (container) => errorOf(readAll(container, "a b")));
    expect(outcome).toMatchObject({
      code: "CONTAINER_FORBIDDEN",
      cause: { message: expect.stringContaining("About AuthorizationFailure") },
    });
  });

  it("sends the SAS untouched, behind each request's own parameters", async () => {
    const { urls } = await meeting([], async (container) => {
      await put(container);
      await container.snapshot("a b");
    });
    expect(urls).toEqual([
      `PUT /account/box/a%20b?${sas.reveal()}`,
      `PUT /account/box/a%20b?comp=snapshot&${sas.reveal()}`,
    ]);
  });

  it.each<[string, Fault]>([
    ["503 ServerBusy", refusal(503, "ServerBusy")],
    ["500 OperationTimedOut", refusal(500, "OperationTimedOut")],
    ["500 InternalError", refusal(500, "InternalError")],
    ["a gateway's 502", { status: 502, body: "<html>Bad gateway</html>" }],
    ["a connection that is reset", "reset"],
  ])("repeats a request after %s, and again", async (_, fault) => {
    const { waits, urls } = await meeting([fault, fault], put);
    expect(waits).toEqual([200, 400]);
    expect(new Set(urls).size).toBe(1);
    expect(urls).toHaveLength(3);
  });

  it.each<[string, Record<string, string>, number]>([
    ["Retry-After in seconds", { "retry-after": "0" }, 200],
    ["Retry-After of more than the usual wait", { "retry-after": "7" }, 7000],
    [
      "Retry-After as a date",
      { "retry-after": "Thu, 01 Jan 2026 00:00:09 GMT", date: "Thu, 01 Jan 2026 00:00:00 GMT" },
      9000,
    ],
    ["x-ms-retry-after-ms", { "x-ms-retry-after-ms": "1234" }, 1234],
    ["a Retry-After that is nonsense", { "retry-after": "soon" }, 200],
  ])("waits for 429 as long as it asks for: %s", async (_, headers, wait) => {
    // The gate of all containers would really wait: only the retrier's waits are replaced here.
    const status = wait > 500 ? 500 : 429;
    const { waits } = await meeting([refusal(status, "TooManyRequests", headers)], put);
    expect(waits).toEqual([wait]);
  });

  it("gives up on a store that asks for more than five minutes", async () => {
    const { outcome, waits } = await meeting([refusal(500, "ServerBusy", { "retry-after": "301" })], (container) =>
      errorOf(put(container)),
    );
    expect(outcome.code).toBe("CONTAINER_BUSY");
    expect(outcome.retryAfterMs).toBe(301_000);
    expect(waits).toEqual([]);
  });

  it.each<[Code, Fault]>([
    ["CONTAINER_BUSY", refusal(503, "ServerBusy")],
    ["CONTAINER_UNREACHABLE", "reset"],
  ])("answers %s when attempts are used up", async (code, fault) => {
    const { outcome, waits } = await meeting([fault, fault, fault, fault], (container) => codeOf(put(container)));
    expect(outcome).toBe(code);
    expect(waits).toEqual([200, 400, 800]);
  });

  it.each<[Code, Fault]>([
    ["CONTAINER_FORBIDDEN", refusal(403, "AuthenticationFailed")],
    ["CONTAINER_FORBIDDEN", { status: 401 }],
    ["BLOB_CORRUPT", refusal(400, "Md5Mismatch")],
    ["CONTAINER_NOT_FOUND", refusal(404, "ContainerNotFound")],
    ["BLOB_EXISTS", refusal(409, "BlobAlreadyExists")],
    ["CONTAINER_REFUSED", refusal(400, "InvalidHeaderValue")],
    ["CONTAINER_REFUSED", { status: 302, headers: { location: "http://elsewhere.invalid/" } }],
  ])("answers %s at once, for %j", async (code, fault) => {
    const { outcome, waits } = await meeting([fault], (container) => codeOf(put(container)));
    expect(outcome).toBe(code);
    expect(waits).toEqual([]);
  });

  it("says what it did, where, and what the store answered, with the service's words as the cause", async () => {
    const { outcome } = await meeting([refusal(403, "AuthenticationFailed")], (container) => errorOf(put(container)));
    expect(outcome.message).toBe(
      "Cannot write the blob a b as the storage refused the request: current value is 403 AuthenticationFailed",
    );
    expect(outcome.cause).toMatchObject({
      message: "The storage answered 403 AuthenticationFailed: About AuthenticationFailed. (request request-1)",
    });
  });

  it.each<[string, Fault]>([
    ["a refusal", refusal(403, "AuthenticationFailed")],
    ["a fault", "reset"],
  ])("keeps the SAS out of everything that %s could print", async (_, fault) => {
    const { outcome } = await meeting([fault, fault, fault, fault].slice(0, fault === "reset" ? 4 : 1), (container) =>
      errorOf(put(container)),
    );
    const printed =
      inspect(outcome, { depth: 20, showHidden: true }) + JSON.stringify(outcome.toWire()) + outcome.stack;
    expect(printed).not.toContain(signature);
  });

  it("begins a read again that broke before its first byte, and hands on one that broke after", async () => {
    const early = await meeting([refusal(403, "x"), "reset", { status: 200, body: "text" }], (container) =>
      readAll(container, "a"),
    );
    expect(early.outcome.toString()).toBe("text");
    expect(early.waits).toEqual([200]);
    const late = await meeting([refusal(403, "x"), { breakAfter: "half", declared: 8 }], (container) =>
      codeOf(readAll(container, "a")),
    );
    expect(late.outcome).toBe("CONTAINER_UNREACHABLE");
    expect(late.waits).toEqual([]);
  });

  it("asks only once whether it may list", async () => {
    const { urls } = await meeting(
      [refusal(403, "AuthorizationPermissionMismatch"), { status: 200, body: "1" }, { status: 200, body: "2" }],
      async (container) => {
        await readAll(container, "a");
        await readAll(container, "b");
      },
    );
    expect(urls.map((url) => url.replace(/\?.*comp=list.*/, "?list").replace(/\?sv=.*/, ""))).toEqual([
      "GET /account/box?list",
      "GET /account/box/a",
      "GET /account/box/b",
    ]);
  });

  it("answers an error of the reader for a list that is no XML, without repeating it", async () => {
    const { outcome } = await meeting([{ status: 200, body: "<html>Sign in</html>" }], (container) =>
      codeOf(collect(container.list())),
    );
    expect(outcome).toBe("CONTAINER_REFUSED");
  });
});

describe("azurePackageStore() whose store is in trouble", () => {
  const open = async (faults: readonly Fault[]) => {
    const server = await startFaultServer(faults);
    try {
      const storage = new Secret(`${server.url}/account?${sas.reveal()}`);
      const waits: number[] = [];
      const retry = { random: () => 0, timer: async (milliseconds: number) => void waits.push(milliseconds) };
      const store = azurePackageStore({ storage, runId: "run", retry });
      const outcome: unknown = await store.open("000001").then(
        () => "opened",
        (error: unknown) => error,
      );
      expect(server.unmet).toEqual([]);
      return { outcome, waits };
    } finally {
      await server.stop();
    }
  };

  it("repeats what fails by something that passes", async () => {
    const { outcome, waits } = await open([refusal(503, "ServerBusy"), "reset"]);
    expect(outcome).toBe("opened");
    expect(waits).toEqual([200, 200]);
  });

  it("gives up soon on a store that it never reached, and prints no SAS", async () => {
    const { outcome, waits } = await open(Array.from({ length: 5 }, () => "reset" as const));
    expect(outcome).toMatchObject({ code: "CONTAINER_UNREACHABLE" });
    expect(waits.length).toBeLessThan(6);
    expect(inspect(outcome, { depth: 20, showHidden: true })).not.toContain(signature);
  });

  it("translates the SDK's errors and keeps nothing of them", async () => {
    const { outcome } = await open([refusal(403, "AuthorizationFailure"), refusal(403, "AuthorizationFailure")]);
    expect(outcome).toBeInstanceOf(PrimepackError);
    expect(outcome).toMatchObject({ code: "CONTAINER_FORBIDDEN" });
    expect(inspect(outcome, { depth: 20, showHidden: true })).not.toContain(signature);
  });
});
