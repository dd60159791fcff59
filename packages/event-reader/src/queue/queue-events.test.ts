import { createCipheriv, randomBytes, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { QueueClient, QueueSASPermissions, StorageSharedKeyCredential } from "@azure/storage-queue";
import { Secret } from "@primepack/core/errors";
import { type Azurite, startAzurite } from "@primepack/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JobKey } from "../types.ts";
import { queueEvents } from "./queue-events.ts";
import type { QueueEventsOptions, QueueJob, QueueUpdate } from "./queue-types.ts";

const jobNumber = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
const JOB = jobNumber(1);
const keyNumber = (number: number): JobKey => new Secret<Uint8Array>(Buffer.alloc(32, number));
const base64 = (text: string) => Buffer.from(text, "utf8").toString("base64");

const event = (Event: string, more: object = {}, jobId = JOB) => JSON.stringify({ Event, JobId: jobId, ...more });
const at = (second: number) => ({ Time: `02/28/2025 10:00:${String(second).padStart(2, "0")}.000` });

function encrypted(text: string, key: JobKey, jobId = JOB): string {
  const iv = randomBytes(16);
  const cipher = createCipheriv("aes-256-cbc", key.reveal(), iv);
  const Content = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]).toString("base64");
  return JSON.stringify({ Label: "Encrypted", JobId: jobId, IV: iv.toString("base64"), Content });
}

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.stop());

async function newQueue(permissions = "rap") {
  const credential = new StorageSharedKeyCredential(azurite.accountName, azurite.accountKey);
  const client = new QueueClient(`${azurite.queueUrl}/q-${randomUUID()}`, credential);
  await client.create();
  const expiresOn = new Date(Date.now() + 3_600_000);
  const sasUri = await client.generateSasUrl({ permissions: QueueSASPermissions.parse(permissions), expiresOn });
  const left = async () => (await client.getProperties()).approximateMessagesCount;
  const send = (...messages: string[]) => sequence(messages, (text) => client.sendMessage(base64(text)));
  return { client, queueUri: new Secret(sasUri), left, send };
}

async function sequence<T>(values: readonly T[], act: (value: T) => Promise<unknown>): Promise<void> {
  for (const value of values) await act(value);
}

async function drained(options: QueueEventsOptions): Promise<QueueUpdate[]> {
  const updates: QueueUpdate[] = [];
  for await (const update of queueEvents(options).drain()) updates.push(update);
  return updates;
}

const shown = (updates: readonly QueueUpdate[]) =>
  updates.map((update) =>
    update.type === "events"
      ? `${update.id} ${update.jobId}: ${update.events.map(({ type }) => type).join(" ")}`
      : `${update.type} ${update.jobId}`,
  );

async function acknowledge(updates: readonly QueueUpdate[]): Promise<void> {
  for (const update of updates) if (update.type !== "stranger") await update.acknowledge();
}

describe("queueEvents()", () => {
  it("gives the events of several jobs by time, clear ones and encrypted ones, each with its own key", async () => {
    const { queueUri, left, send } = await newQueue();
    const jobs: QueueJob[] = [
      { id: "a", jobId: `{${JOB.toUpperCase()}}` },
      { id: "b", jobId: jobNumber(2), key: keyNumber(2) },
      { id: "c", jobId: jobNumber(3), key: keyNumber(3) },
    ];
    await send(
      event("JobEnd", at(9)),
      encrypted(event("JobProgress", at(5), jobNumber(3)), keyNumber(3), jobNumber(3)),
      event("JobStart", at(2)),
      encrypted(event("JobStart", at(1), jobNumber(2)), keyNumber(2), jobNumber(2)),
      encrypted(event("JobStart", at(3), jobNumber(3)), keyNumber(3), jobNumber(3)),
      event("JobQueued", at(2)),
    );
    const updates = await drained({ queueUri, jobs });
    expect(shown(updates)).toEqual([
      `a ${JOB}: JobQueued JobStart JobEnd`,
      `c ${jobNumber(3)}: JobStart JobProgress`,
      `b ${jobNumber(2)}: JobStart`,
    ]);
    expect(await left()).toBe(6);
    await acknowledge(updates);
    expect(await left()).toBe(0);
  });

  it("reads queues of any length, and hands JobEnd out last", async () => {
    const { client, queueUri, left } = await newQueue();
    const texts = [
      event("JobEnd", at(59)),
      ...Array.from({ length: 1100 }, (_, number) => event("JobWarning", { ...at(number % 50), Message: `${number}` })),
    ];
    for (let from = 0; from < texts.length; from += 50) {
      await Promise.all(texts.slice(from, from + 50).map((text) => client.sendMessage(base64(text))));
    }
    const updates = await drained({ queueUri, jobs: [{ id: "a", jobId: JOB }], visibilitySeconds: 600 });
    const events = updates.flatMap((update) => (update.type === "events" ? update.events : []));
    expect(updates.length).toBeGreaterThan(1);
    expect(events).toHaveLength(1101);
    expect(events.at(-1)?.type).toBe("JobEnd");
    await acknowledge(updates);
    expect(await left()).toBe(0);
    // Thousands of requests, on a machine that may be busy.
  }, 240_000);

  it("finds out by its key which package a job took", async () => {
    const { queueUri, send } = await newQueue();
    const jobs = [1, 2, 3].map((number) => ({ id: `package ${number}`, key: keyNumber(number) }));
    await send(encrypted(event("JobQueued", at(1)), keyNumber(2)), encrypted(event("JobStart", at(2)), keyNumber(2)));
    expect(shown(await drained({ queueUri, jobs }))).toEqual([`package 2 ${JOB}: JobQueued JobStart`]);
  });

  it("says nothing of the package where several have the key", async () => {
    const { queueUri, send } = await newQueue();
    const jobs = ["one", "other"].map((id) => ({ id, key: keyNumber(1) }));
    await send(encrypted(event("JobQueued"), keyNumber(1)));
    expect(shown(await drained({ queueUri, jobs }))).toEqual([`undefined ${JOB}: JobQueued`]);
  });

  it("knows jobs that are added while it reads", async () => {
    const { queueUri, send } = await newQueue();
    const jobs: QueueJob[] = [];
    const queue = queueEvents({ queueUri, jobs, visibilitySeconds: 1 });
    await send(encrypted(event("JobQueued"), keyNumber(1)));
    const first: QueueUpdate[] = [];
    for await (const update of queue.drain()) first.push(update);
    expect(shown(first)).toEqual([`stranger ${JOB}`]);
    jobs.push({ id: "mine", key: keyNumber(1) });
    await send(encrypted(event("JobStart"), keyNumber(1)));
    const second: QueueUpdate[] = [];
    for await (const update of queue.drain()) second.push(update);
    expect(shown(second)[0]).toMatch(new RegExp(`^mine ${JOB}: .*JobStart`));
  });

  it("leaves strangers' messages in a shared queue, and tells of each job once", async () => {
    const { queueUri, left, send } = await newQueue();
    const strangers = [event("JobStart", {}, jobNumber(8)), event("JobEnd", {}, jobNumber(8))];
    await send(
      event("JobStart"),
      ...strangers,
      encrypted(event("JobEnd", {}, jobNumber(9)), keyNumber(9), jobNumber(9)),
    );
    const updates = await drained({
      queueUri,
      jobs: [
        { id: "a", jobId: JOB },
        { id: "b", key: keyNumber(1) },
      ],
    });
    expect(shown(updates)).toEqual([`stranger ${jobNumber(8)}`, `stranger ${jobNumber(9)}`, `a ${JOB}: JobStart`]);
    expect(updates.slice(0, 2)).toMatchObject([{ encrypted: false }, { encrypted: true }]);
    await acknowledge(updates);
    expect(await left()).toBe(3);
  });

  it("gives out unencrypted events of unknown jobs where the queue is the caller's own", async () => {
    const { queueUri, send } = await newQueue();
    await send(event("JobQueued"));
    expect(shown(await drained({ queueUri, jobs: [], own: true }))).toEqual([`undefined ${JOB}: JobQueued`]);
  });

  it("gives an event once, whether its message is sent again, encrypted anew, or read again", async () => {
    const { queueUri, left, send } = await newQueue();
    const queue = queueEvents({ queueUri, jobs: [{ id: "a", jobId: JOB, key: keyNumber(1) }], visibilitySeconds: 1 });
    const text = event("JobError", { ...at(3), Message: "it failed" });
    const reordered = JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text)).reverse()));
    await send(encrypted(text, keyNumber(1)), encrypted(text, keyNumber(1)), encrypted(reordered, keyNumber(1)));
    const first: QueueUpdate[] = [];
    for await (const update of queue.drain()) first.push(update);
    expect(shown(first)).toEqual([`a ${JOB}: JobError`]);
    await send(encrypted(text, keyNumber(1)));
    // Until the queue shows its messages again.
    const again: QueueUpdate[] = [];
    for (let turn = 0; turn < 100 && (await left()) !== 0; turn++) {
      for await (const update of queue.drain()) again.push(update);
      if (turn === 0) await acknowledge(first);
    }
    expect([again, await left()]).toEqual([[], 0]);
  });

  it("hands out again what was read but not taken", async () => {
    const { queueUri, send } = await newQueue();
    const jobs = [1, 2].map((number) => ({ id: `${number}`, jobId: jobNumber(number) }));
    const queue = queueEvents({ queueUri, jobs, visibilitySeconds: 1 });
    await send(event("JobStart", {}, jobNumber(1)), event("JobStart", {}, jobNumber(2)));
    for await (const update of queue.drain()) {
      await acknowledge([update]);
      break;
    }
    const rest: QueueUpdate[] = [];
    while (rest.length === 0) for await (const update of queue.drain()) rest.push(update);
    expect(shown(rest)).toEqual([`2 ${jobNumber(2)}: JobStart`]);
  });

  it.each([
    ["no base64", "%%%"],
    ["no JSON", base64("Event: JobEnd")],
    ["a list", base64("[]")],
    ["an event without a job", base64('{"Event":"JobEnd"}')],
    ["an encrypted one without a job", base64('{"Label":"Encrypted","IV":"","Content":""}')],
    ["an encrypted one with a short IV", base64(`{"Label":"Encrypted","JobId":"${JOB}","IV":"AAAA","Content":"AAAA"}`)],
    ["an encrypted one of another key", base64(encrypted(event("JobEnd"), keyNumber(7)))],
    ["an encrypted one with another job inside", base64(encrypted(event("JobEnd", {}, jobNumber(2)), keyNumber(1)))],
    ["an encrypted one of something else", base64(encrypted("[1]", keyNumber(1)))],
  ])("reports %s once, and goes on", async (_name, text) => {
    const { client, queueUri, left, send } = await newQueue();
    await client.sendMessage(text);
    await send(encrypted(event("JobStart"), keyNumber(1)));
    const updates = await drained({ queueUri, jobs: [{ id: "a", jobId: JOB, key: keyNumber(1) }] });
    expect(updates).toMatchObject([
      { type: "malformed", error: { code: "QUEUE_MESSAGE_INVALID" } },
      { type: "events", id: "a", events: [{ type: "JobStart" }] },
    ]);
    await acknowledge(updates);
    expect(await left()).toBe(0);
  });

  it("throws QUEUE_FAILED without the right to process messages", async () => {
    const { queueUri } = await newQueue("rau");
    await expect(drained({ queueUri, jobs: [] })).rejects.toMatchObject({ code: "QUEUE_FAILED" });
  });

  it("doesn't mind that messages are gone when they are acknowledged, or twice", async () => {
    const { client, queueUri, send } = await newQueue();
    await send(event("JobStart"));
    const warnings: string[] = [];
    const logger = { debug: () => undefined, warn: (message: string) => void warnings.push(message) };
    const updates: QueueUpdate[] = [];
    for await (const update of queueEvents({ queueUri, jobs: [{ id: "a", jobId: JOB }], logger }).drain()) {
      updates.push(update);
      await client.clearMessages();
      await acknowledge([update, update]);
    }
    expect([shown(updates), warnings]).toEqual([[`a ${JOB}: JobStart`], []]);
  });

  it("goes on reading until it is closed, waiting between looks at an empty queue", async () => {
    const { queueUri, send } = await newQueue();
    const waits: number[] = [];
    let wake: () => void = () => undefined;
    let idle: () => void = () => undefined;
    const idled = () => new Promise<void>((resolve) => (idle = resolve));
    const timer = (milliseconds: number, signal: AbortSignal | undefined) =>
      new Promise<void>((resolve, reject) => {
        waits.push(milliseconds);
        wake = resolve;
        signal?.addEventListener("abort", () => reject(signal.reason));
        idle();
      });
    const queue = queueEvents({ queueUri, jobs: [{ id: "a", jobId: JOB }], timer, idleMs: 1234 });
    const updates: QueueUpdate[] = [];
    let waiting = idled();
    const reading = (async () => {
      for await (const update of queue) updates.push(update);
    })();
    await waiting;
    await send(event("JobStart"));
    waiting = idled();
    wake();
    await waiting;
    expect([shown(updates), waits]).toEqual([[`a ${JOB}: JobStart`], [1234, 1234]]);
    queue.close();
    await reading;
  });

  it("ends with ABORTED when its signal aborts, also while it waits", async () => {
    const { queueUri } = await newQueue();
    const abort = new AbortController();
    const timer = (_milliseconds: number, signal: AbortSignal | undefined) =>
      new Promise<void>((_resolve, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason));
        abort.abort();
      });
    const queue = queueEvents({ queueUri, jobs: [], signal: abort.signal, timer });
    const reading = (async () => {
      for await (const _update of queue);
    })();
    await expect(reading).rejects.toMatchObject({ code: "ABORTED" });
  });

  it("throws QUEUE_FAILED for a queue that is gone, without its SAS", async () => {
    const { client, queueUri } = await newQueue();
    await client.delete();
    const error: unknown = await drained({ queueUri, jobs: [] }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "QUEUE_FAILED", message: expect.stringContaining("404") });
    const signature = new URL(queueUri.reveal()).searchParams.get("sig") ?? "none";
    expect(JSON.stringify([error, String((error as Error).cause)])).not.toContain(encodeURIComponent(signature));
  });

  it("sends the SAS out as it came, with all its escapes", async () => {
    const sas = "sv=2014-02-14&sig=a%2Bb%2Fc%3d+x&st=2025-01-01T10%3A20%3A00Z&se=2025-01-22T10%3A20%3A00Z&sp=rap";
    const urls: (string | undefined)[] = [];
    const server = createServer((request: IncomingMessage, reply) => {
      urls.push(request.url);
      reply.writeHead(200, { "content-type": "application/xml" });
      reply.end('<?xml version="1.0" encoding="utf-8"?><QueueMessagesList />');
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const queueUri = new Secret(`http://127.0.0.1:${port}/account/953pq20161005-a?${sas}`);
    await drained({ queueUri, jobs: [] });
    await new Promise((resolve) => server.close(resolve));
    expect(urls).toEqual([`/account/953pq20161005-a/messages?${sas}&numofmessages=32&visibilitytimeout=30&timeout=30`]);
  });

  it("reads by the proxy that the network options name", async () => {
    const urls: (string | undefined)[] = [];
    const proxy = createServer((request: IncomingMessage, reply) => {
      urls.push(request.url);
      reply.writeHead(200, { "content-type": "application/xml" });
      reply.end('<?xml version="1.0" encoding="utf-8"?><QueueMessagesList />');
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const { port } = proxy.address() as AddressInfo;
    const queueUri = new Secret("http://queue.example/a?sig=x");
    await drained({ queueUri, jobs: [], network: { proxy: `http://127.0.0.1:${port}` } });
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
    expect(urls).toEqual([expect.stringMatching(/^http:\/\/queue\.example\/a\/messages\?sig=x/)]);
  });

  it("throws INVALID_OPTION for a proxy that is none", async () => {
    const options = { queueUri: new Secret("http://queue.example/a?sig=x"), jobs: [], network: { proxy: "socks://a" } };
    await expect(drained(options)).rejects.toMatchObject({ code: "INVALID_OPTION" });
  });

  it("tries a busy queue again, and one that cuts connections, but not for ever", async () => {
    let requests = 0;
    const server = createServer((_request: IncomingMessage, reply) => {
      requests += 1;
      if (requests === 1) reply.writeHead(503).end();
      else if (requests === 2) reply.destroy();
      else reply.writeHead(500).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const queueUri = new Secret(`http://127.0.0.1:${port}/account/a?sig=x`);
    const retry = { attempts: 4, timer: () => Promise.resolve() };
    await expect(drained({ queueUri, jobs: [], retry })).rejects.toMatchObject({
      code: "QUEUE_FAILED",
      message: expect.stringContaining("500"),
    });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(requests).toBe(4);
  });
});
