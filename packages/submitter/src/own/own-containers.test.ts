import { inspect } from "node:util";
import { BlobServiceClient, ContainerClient } from "@azure/storage-blob";
import { PrimepackError, Secret } from "@primepack/core/errors";
import { type Azurite, selfSignedCertificate, startAzurite, startFaultServer } from "@primepack/test-support";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { sasExpiry } from "../sas-expiry.ts";
import type { JobContainers } from "../types.ts";
import { ownContainers } from "./own-containers.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const HOUR_MS = 3_600_000;
const rightsOf = (uri: Secret) => new URL(uri.reveal()).searchParams.get("sp");
const nameOf = (uri: Secret) => new URL(uri.reveal()).pathname.split("/").at(-1) ?? "";

async function errorOf(promise: Promise<unknown>): Promise<PrimepackError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof PrimepackError)) throw new Error(`no PrimepackError: ${String(error)}`);
  return error;
}

/** Milliseconds from the account's time to the end of the SAS. */
const lifeOf = (uri: Secret, from: number) => (sasExpiry(uri)?.getTime() ?? 0) - from;

describe("ownContainers() by an account key", () => {
  let azurite: Azurite;
  beforeAll(async () => {
    azurite = await startAzurite();
  });
  afterAll(() => azurite.stop());

  const provide = (name: string, options: object = {}): Promise<JobContainers> =>
    ownContainers({ storage: new Secret(azurite.connectionString), ...options }).provide(name);

  it("makes two containers with exactly the rights that are documented for the service", async () => {
    const containers = await provide("Package-0001");
    expect(rightsOf(containers.dataContainerUri)).toBe("rl");
    expect(rightsOf(containers.metadataContainerUri)).toBe("rwl");
    expect(nameOf(containers.dataContainerUri)).toMatch(/^primepack-package-0001-[0-9a-f]{12}-data$/);
    expect(nameOf(containers.metadataContainerUri)).toMatch(/^primepack-package-0001-[0-9a-f]{12}-manifest$/);
    const service = BlobServiceClient.fromConnectionString(azurite.connectionString);
    for (const uri of [containers.dataContainerUri, containers.metadataContainerUri]) {
      expect(await service.getContainerClient(nameOf(uri)).exists()).toBe(true);
    }
    const [data, metadata] = [containers.dataContainerUri, containers.metadataContainerUri].map(
      (uri) => new ContainerClient(uri.reveal()),
    );
    await expect(data?.getBlockBlobClient("a").upload("a", 1)).rejects.toThrow();
    await metadata?.getBlockBlobClient("Import-1.log").upload("a", 1);
    for await (const blob of metadata?.listBlobsFlat() ?? []) expect(blob.name).toBe("Import-1.log");
  });

  it("gives the upload other rights, for longer", async () => {
    const { upload, ...service } = await provide("p", { sasHours: 12, uploadSasHours: 24 });
    for (const uri of [upload?.dataContainerUri, upload?.metadataContainerUri]) {
      if (uri === undefined) throw new Error("no SAS for the upload");
      expect(rightsOf(uri)).toBe("rcwdl");
      const blob = new ContainerClient(uri.reveal()).getBlockBlobClient("a");
      await blob.upload("content", 7);
      const { snapshot } = await blob.createSnapshot();
      expect((await blob.withSnapshot(snapshot ?? "").downloadToBuffer()).toString()).toBe("content");
      await blob.delete({ deleteSnapshots: "include" });
    }
    const end = service.expiresAt?.getTime() ?? 0;
    expect(lifeOf(service.dataContainerUri, end)).toBe(0);
    expect(lifeOf(service.metadataContainerUri, end)).toBe(0);
    expect(lifeOf(upload?.dataContainerUri ?? service.dataContainerUri, end)).toBe(12 * HOUR_MS);
  });

  it("counts the lifetimes from the account's clock", async () => {
    const before = Date.now();
    const { expiresAt, dataContainerUri } = await provide("p");
    const life = (expiresAt?.getTime() ?? 0) - before;
    expect(Math.abs(life - 48 * HOUR_MS)).toBeLessThan(60_000);
    expect(sasExpiry(dataContainerUri)).toEqual(expiresAt);
  });

  it("gives each pair a key and a name of its own, even for a name that comes again", async () => {
    const provider = ownContainers({ storage: new Secret(azurite.connectionString), prefix: "pp1" });
    const pairs = [await provider.provide("Ärger & Co. / x"), await provider.provide("Ärger & Co. / x")];
    expect(
      new Set(pairs.map(({ encryptionKey }) => Buffer.from(encryptionKey?.reveal() ?? []).toString("hex"))).size,
    ).toBe(2);
    expect(pairs[0]?.encryptionKey?.reveal()).toHaveLength(32);
    expect(new Set(pairs.map(({ dataContainerUri }) => nameOf(dataContainerUri))).size).toBe(2);
    for (const name of ["", "-", "x".repeat(300), "..", "日本語"]) {
      expect(nameOf((await provider.provide(name)).metadataContainerUri)).toMatch(
        /^pp1-(?!.*--)[a-z0-9-]{3,58}-manifest$/,
      );
    }
  });

  it("leaves out the key where blobs stay plain", async () => {
    expect((await provide("p", { encryption: "none" })).encryptionKey).toBeUndefined();
  });

  it("says what an account refuses, without what opens it", async () => {
    const key = Buffer.alloc(64, 9).toString("base64");
    const storage = new Secret(azurite.connectionString.replace(/AccountKey=[^;]+/, `AccountKey=${key}`));
    const error = await errorOf(ownContainers({ storage }).provide("p"));
    expect(error.code).toBe("CONTAINER_FORBIDDEN");
    expect(inspect(error, { depth: 9 })).not.toContain(key.slice(0, 20));
  });

  it("can't sign by an account SAS", async () => {
    const storage = new Secret(`BlobEndpoint=${azurite.accountUrl};SharedAccessSignature=sv=2024-01-01&sig=s3cret`);
    for (const text of [storage, new Secret("s3cret"), new Secret("AccountName=a;AccountKey=s3cret!")]) {
      const error = await errorOf(ownContainers({ storage: text }).provide("p"));
      expect(error.code).toBe("INVALID_OPTION");
      expect(error.message).not.toContain("s3cret");
    }
  });
});

describe("ownContainers() over a failing network", () => {
  const accountKey = Buffer.alloc(64, 1).toString("base64");
  async function failing(faults: Parameters<typeof startFaultServer>[0]) {
    const server = await startFaultServer(faults);
    stops.push(server.stop);
    const waits: number[] = [];
    const storage = new Secret(
      `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=${accountKey};BlobEndpoint=${server.url}/a`,
    );
    const retry = {
      attempts: 3,
      random: () => 0,
      timer: async (milliseconds: number) => void waits.push(milliseconds),
    };
    return { server, waits, provider: ownContainers({ storage, retry }) };
  }
  const exists = {
    status: 409,
    headers: { "x-ms-error-code": "ContainerAlreadyExists", "content-type": "application/xml" },
    body: '<?xml version="1.0"?><Error><Code>ContainerAlreadyExists</Code><Message>exists</Message></Error>',
  };

  it("tries again, and takes its own container of a lost answer", async () => {
    const { provider, server, waits } = await failing([
      "reset",
      exists,
      { status: 503, headers: { "retry-after": "9" } },
    ]);
    const containers = await provider.provide("p");
    expect(containers.expiresAt).toBeInstanceOf(Date);
    expect([server.requests.length, waits]).toEqual([4, [200, 9_000]]);
  });

  it("takes no container that was there before", async () => {
    const { provider } = await failing([exists]);
    expect((await errorOf(provider.provide("p"))).code).toBe("CONTAINER_REFUSED");
  });

  it("gives up in the end, and when the signal aborts", async () => {
    const { provider } = await failing(["reset", "reset", "reset"]);
    expect((await errorOf(provider.provide("p"))).code).toBe("CONTAINER_UNREACHABLE");
    expect((await errorOf(provider.provide("p", AbortSignal.abort()))).code).toBe("ABORTED");
  });
});

describe("ownContainers() by a token", () => {
  const certificate = selfSignedCertificate();
  let azurite: Azurite;
  beforeAll(async () => {
    azurite = await startAzurite(certificate);
  });
  afterAll(() => azurite.stop());

  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  /** As the login service gives it; Azurite looks at the claims only. */
  function token(): string {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      aud: "https://storage.azure.com",
      iss: "https://sts.windows.net/ab1f708d-50f6-404c-a006-d71b2ac7a606/",
      iat: now - 60,
      nbf: now - 60,
      exp: now + 3600,
      oid: "23657296-5cd5-45b0-a809-d972a7f4dfe1",
      tid: "dd0d0df1-06c3-436c-8034-4b9a153097ce",
    };
    return `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}.c2lnbmF0dXJl`;
  }

  it("signs by a user delegation key, which it asks for once a day", async () => {
    let asked = 0;
    const provider = ownContainers({
      accountUrl: azurite.accountUrl,
      credential: {
        async getToken() {
          asked++;
          return { token: token(), expiresOnTimestamp: Date.now() + HOUR_MS };
        },
      },
      network: { ca: [certificate.cert] },
    });
    const pairs = [await provider.provide("a"), await provider.provide("b")];
    expect(asked).toBe(1);
    for (const { dataContainerUri, metadataContainerUri, upload, expiresAt } of pairs) {
      expect([rightsOf(dataContainerUri), rightsOf(metadataContainerUri)]).toEqual(["rl", "rwl"]);
      const query = new URL(dataContainerUri.reveal()).searchParams;
      expect([query.get("spr"), query.get("skoid")]).toEqual(["https", "23657296-5cd5-45b0-a809-d972a7f4dfe1"]);
      expect(new Date(query.get("ske") ?? "").getTime()).toBeGreaterThanOrEqual(expiresAt?.getTime() ?? Number.NaN);
      expect(sasExpiry(upload?.dataContainerUri ?? "")?.getTime()).toBeGreaterThan(expiresAt?.getTime() ?? Number.NaN);
    }
    expect(
      new Set(pairs.map(({ dataContainerUri }) => new URL(dataContainerUri.reveal()).searchParams.get("ske"))).size,
    ).toBe(1);
  });

  it("says why a token can't be got", async () => {
    const credential = {
      async getToken() {
        throw new Error("no client_secret=swordfish");
      },
    };
    const { accountUrl } = azurite;
    const error = await errorOf(
      ownContainers({ accountUrl, credential, network: { ca: [certificate.cert] } }).provide("a"),
    );
    expect(error.code).toBe("CREDENTIAL_FAILED");
    expect(inspect(error, { depth: 9 })).not.toContain("swordfish");
  });

  it("asks for a token again where the login service was out of reach", async () => {
    let asked = 0;
    const credential = {
      async getToken() {
        if (++asked === 1) throw Object.assign(new Error("busy"), { statusCode: 503 });
        return { token: token(), expiresOnTimestamp: Date.now() + HOUR_MS };
      },
    };
    const { accountUrl } = azurite;
    const retry = { timer: async () => {} };
    await ownContainers({ accountUrl, credential, retry, network: { ca: [certificate.cert] } }).provide("a");
    expect(asked).toBe(2);
  });

  it("sends no token without TLS", () => {
    const credential = { getToken: async () => null };
    for (const accountUrl of ["http://127.0.0.1:1/a", "contoso"]) {
      expect(() => ownContainers({ accountUrl, credential })).toThrow("accountUrl must be an https: URL");
    }
  });
});

describe("ownContainers()", () => {
  it.each([{ sasHours: 0 }, { sasHours: 145 }, { uploadSasHours: Number.NaN }, { prefix: "A" }, { prefix: "" }])(
    "refuses %j",
    (options) => {
      expect(() => ownContainers({ storage: new Secret("x"), ...options })).toThrow("Cannot make containers as");
    },
  );
});
