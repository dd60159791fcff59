import { createDecipheriv } from "node:crypto";
import { ContainerClient } from "@azure/storage-blob";
import { QueueClient } from "@azure/storage-queue";
import { build, memoryPackageStore, Secret, type SourceItem, type Target } from "@primepack/core";
import { type Emulator, type EmulatorOptions, startEmulator } from "@primepack/emulator";
import { collect, temporaryFolder } from "@primepack/test-support";
import { afterEach, describe, expect, it } from "vitest";

// Jobs of the emulator as a client of raw HTTP and the plain Azure SDKs sees them, with packages built by core.

type Json = Readonly<Record<string, unknown>>;
type Event = Readonly<Record<string, string>>;

/** What a timer waits for: a test opens the gate as often as objects may pass. */
class Gate {
  readonly #waiting: (() => void)[] = [];
  #isOpen = false;
  readonly timer = (_: number, signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (this.#isOpen) return resolve();
      if (signal.aborted) return reject(signal.reason);
      this.#waiting.push(resolve);
      signal.addEventListener("abort", () => reject(signal.reason));
    });

  get waits(): number {
    return this.#waiting.length;
  }

  open(): void {
    this.#isOpen = true;
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

const folder = temporaryFolder();
const running: Emulator[] = [];
let folders = 0;
afterEach(async () => {
  for (const emulator of running.splice(0)) await emulator.stop();
});

async function start(options: Partial<EmulatorOptions> = {}): Promise<Emulator> {
  folders += 1;
  const emulator = await startEmulator({ directory: folder(`emulator-${folders}`), ...options });
  running.push(emulator);
  return emulator;
}

async function stop(emulator: Emulator): Promise<void> {
  running.splice(running.indexOf(emulator), 1);
  await emulator.stop();
}

async function call(url: string, method: "GET" | "POST" | "DELETE" = "GET", body?: Json): Promise<Json> {
  const response = await fetch(url, {
    method,
    headers: {
      ...{ Authorization: "Bearer t", Accept: "application/json;odata=nometadata" },
      "Content-Type": "application/json;odata=nometadata",
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text}`);
  return text === "" ? {} : JSON.parse(text);
}

async function targetOf({ siteUrl }: Emulator): Promise<Target> {
  const [web, list, root] = await Promise.all([
    call(`${siteUrl}/_api/web?$select=Id`),
    call(`${siteUrl}/_api/web/lists/getbytitle('Documents')?$select=Id`),
    call(`${siteUrl}/_api/web/lists/getbytitle('Documents')/rootfolder?$select=UniqueId`),
  ]);
  return {
    ...{ siteUrl, webId: String(web.Id), webUrl: new URL(siteUrl).pathname, listId: String(list.Id) },
    ...{ listTitle: "Documents", listUrl: "Shared Documents", rootFolderId: String(root.UniqueId) },
    ...{ baseTemplate: "DocumentLibrary", firstItemId: 1 },
  };
}

interface Staged {
  readonly dataUri: string;
  readonly manifestUri: string;
  readonly encryptionKey: string;
  readonly key: Buffer;
}

/** Builds one package of so many files and puts it into provided containers: blob, metadata, snapshot. */
async function stage(emulator: Emulator, files: number, prefix = "file", info?: Json): Promise<Staged> {
  const given = info ?? (await call(`${emulator.siteUrl}/_api/site/ProvisionMigrationContainers`, "POST"));
  const dataUri = String(given.DataContainerUri ?? given.dataContainerUri);
  const manifestUri = String(given.MetadataContainerUri ?? given.metadataContainerUri);
  const encryptionKey = String(given.EncryptionKey ?? given.encryptionKey);
  const key = Buffer.from(encryptionKey, "base64");
  async function* source(): AsyncGenerator<SourceItem> {
    for (let count = 0; count < files; count++) {
      const content = Buffer.from(`content of ${prefix} ${count}`);
      yield { kind: "file", path: [`${prefix}-${count}.txt`], size: content.length, content };
    }
  }
  const packages = memoryPackageStore();
  const target = await targetOf(emulator);
  await collect(build({ source: source(), target, packages, workers: 0, encryption: new Secret(key) }));
  expect(packages.packages.size).toBe(1);
  for (const { content, manifest } of packages.packages.values()) {
    for (const [from, uri] of [[content, dataUri] as const, [manifest, manifestUri] as const]) {
      const container = new ContainerClient(uri);
      for await (const { name, iv = "" } of from.list()) {
        const blob = container.getBlockBlobClient(name);
        const bytes = Buffer.concat(await collect(from.read(name)));
        await blob.upload(bytes, bytes.length, { metadata: { IV: iv } });
        await blob.createSnapshot();
      }
    }
  }
  return { dataUri, manifestUri, encryptionKey, key };
}

async function createJob({ siteUrl }: Emulator, staged: Staged, queueUri?: string): Promise<string> {
  const web = await call(`${siteUrl}/_api/web?$select=Id`);
  const reply = await call(`${siteUrl}/_api/site/CreateMigrationJobEncrypted`, "POST", {
    gWebId: web.Id,
    azureContainerSourceUri: staged.dataUri,
    azureContainerManifestUri: staged.manifestUri,
    azureQueueReportUri: queueUri ?? null,
    options: { AES256CBCKey: staged.encryptionKey },
  });
  return String(reply.value);
}

async function eventsOf({ siteUrl }: Emulator, jobId: string): Promise<readonly Event[]> {
  const events: Event[] = [];
  for (let token = "0"; ; ) {
    const page = await call(`${siteUrl}/_api/site/GetMigrationJobProgress(jobId='${jobId}',nextToken=${token})`);
    const logs = page.Logs as readonly string[];
    if (logs.length === 0) return events;
    events.push(...logs.map((log): Event => JSON.parse(log)));
    token = String(page.NextToken);
  }
}

/** Asks until the condition holds. */
async function until<T>(ask: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (let turn = 0; turn < 5_000; turn++) {
    const value = await ask();
    if (holds(value)) return value;
  }
  throw new Error("It never came to that");
}

/** Until an object of a job is at the gate. */
const slowed = (emulator: Emulator, gate: Gate) =>
  until(
    () => call(`${emulator.siteUrl}/_api/site/GetMigrationStatus`).then(() => gate.waits),
    (waits) => waits === 1,
  );
const ended = (emulator: Emulator, jobId: string) =>
  until(
    () => eventsOf(emulator, jobId),
    (events) => /Job(End|Deleted)/.test(events.at(-1)?.Event ?? ""),
  );
/** Without progress, which comes by the clock too. */
const namesOf = (events: readonly Event[]) =>
  events.flatMap(({ Event = "" }) => (Event === "JobProgress" ? [] : [Event])).join(" ");

function decrypted(bytes: Uint8Array, iv: string, key: Uint8Array): string {
  const decipher = createDecipheriv("aes-256-cbc", key, Buffer.from(iv, "base64"));
  return Buffer.concat([decipher.update(bytes), decipher.final()]).toString("utf8");
}

describe("a job of the emulator", () => {
  it("is told of in its queue and by the progress API alike, and leaves an encrypted log", async () => {
    const emulator = await start();
    const queue = await call(`${emulator.siteUrl}/_api/site/ProvisionMigrationQueue`, "POST");
    const queueUri = String(queue.JobQueueUri);
    const staged = await stage(emulator, 30);
    const jobId = await createJob(emulator, staged, queueUri);
    const events = await ended(emulator, jobId);
    expect(namesOf(events)).toBe("JobQueued JobStart JobEnd");
    expect(events.some(({ Event }) => Event === "JobProgress")).toBe(true);
    expect(events.at(-1)).toMatchObject({ TotalErrors: "0", FilesCreated: "30", TotalWarnings: "0" });

    const client = new QueueClient(queueUri);
    const told: Event[] = [];
    await until(
      async () => {
        const { receivedMessageItems } = await client.receiveMessages({ numberOfMessages: 32 });
        for (const { messageText } of receivedMessageItems) {
          const { Label, JobId, IV, Content } = JSON.parse(Buffer.from(messageText, "base64").toString());
          expect([Label, JobId]).toEqual(["Encrypted", jobId]);
          told.push(JSON.parse(decrypted(Buffer.from(Content, "base64"), IV, staged.key)));
        }
      },
      () => told.length >= events.length,
    );
    expect(told).toEqual(events);

    const log = new ContainerClient(staged.manifestUri).getBlobClient(`Import-${jobId}-1.log`);
    const { iv = "", IV = iv } = (await log.getProperties()).metadata ?? {};
    expect(decrypted(await log.downloadToBuffer(), IV, staged.key)).toContain("file-29.txt");
    expect(await new ContainerClient(staged.manifestUri).getBlobClient(`Import-${jobId}-1.err`).exists()).toBe(false);
  });

  it("goes on when the emulator was stopped and started again, with a second JobStart and every file there", async () => {
    const gate = new Gate();
    const directory = folder("restarted");
    const first = await start({ directory, timer: gate.timer, faults: { slowObjectMs: 1 } });
    const jobId = await createJob(first, await stage(first, 3));
    await slowed(first, gate);
    const before = await eventsOf(first, jobId);
    await stop(first);
    const second = await start({ directory });
    const events = await ended(second, jobId);
    expect(namesOf(events)).toBe("JobQueued JobStart JobStart JobEnd");
    expect(events.slice(0, before.length)).toEqual(before);
    expect(events.at(-1)).toMatchObject({ TotalErrors: "0", TotalRetryCount: "1" });
    const files = await call(`${second.siteUrl}/_api/web/lists/getbytitle('Documents')/items?$select=Id`);
    expect((files.value as unknown[]).length).toBe(3);
  });

  it("is cancelled while it runs, deleted while it is queued", async () => {
    const gate = new Gate();
    const emulator = await start({ timer: gate.timer, concurrentJobs: 1, faults: { slowObjectMs: 1 } });
    const { siteUrl } = emulator;
    const runs = await createJob(emulator, await stage(emulator, 3, "runs"));
    await slowed(emulator, gate);
    const waits = await createJob(emulator, await stage(emulator, 1, "waits"));
    const status = await call(`${siteUrl}/_api/site/GetMigrationStatus`);
    expect(status.value).toEqual([
      { JobId: runs, JobState: 4 },
      { JobId: waits, JobState: 2 },
    ]);
    for (const id of [waits, runs]) {
      expect(await call(`${siteUrl}/_api/site/DeleteMigrationJob`, "POST", { id })).toEqual({ value: true });
    }
    expect(namesOf(await ended(emulator, waits))).toBe("JobQueued JobDeleted");
    const events = await ended(emulator, runs);
    expect(namesOf(events)).toBe("JobQueued JobStart JobCancelled JobFatalError JobEnd");
    expect(events.at(-2)).toMatchObject({ ErrorCode: "-2147213196", Message: "Operation canceled." });
    expect((await call(`${siteUrl}/_api/site/GetMigrationStatus`)).value).toEqual([]);
  });

  it("is restarted, and finds what it had imported", async () => {
    const emulator = await start({ faults: { restartAfter: { objects: 3 } } });
    const events = await ended(emulator, await createJob(emulator, await stage(emulator, 4)));
    expect(namesOf(events)).toBe("JobQueued JobStart JobStart JobEnd");
    expect(events.at(-1)).toMatchObject({ TotalErrors: "0", TotalRetryCount: "1" });
  });

  it("tells Graph's clients of itself page by page", async () => {
    const emulator = await start({ faults: { postpone: { times: 1, milliseconds: 1 } } });
    const container = `${emulator.graphUrl}/storage/fileStorage/containers/b!emulated`;
    const info = await call(`${container}/provisionMigrationContainers`, "POST");
    const staged = await stage(emulator, 1, "graph", info);
    const { id } = await call(`${container}/migrationJobs`, "POST", {
      containerInfo: {
        ...{ dataContainerUri: staged.dataUri, metadataContainerUri: staged.manifestUri },
        encryptionKey: staged.encryptionKey,
      },
    });
    const read = async () => {
      const events: Json[] = [];
      for (let url: unknown = `${container}/migrationJobs/${id}/progressEvents`; typeof url === "string"; ) {
        const page = await call(url);
        events.push(...(page.value as Json[]));
        url = page["@odata.nextLink"];
      }
      return events;
    };
    const events = await until(read, (all) => all.at(-1)?.isCompleted === true);
    const types = events.map((event) => String(event["@odata.type"]).replace(/^.*sharePointMigration(.*)Event$/, "$1"));
    expect(types.slice(0, 3)).toEqual(["JobQueued", "JobPostponed", "JobStart"]);
    expect(types.at(-1)).toBe("JobProgress");
    expect(await read()).toEqual(events);
  });
});
