import { createDecipheriv, randomBytes } from "node:crypto";
import { QueueServiceClient } from "@azure/storage-queue";
import { type Azurite, startAzurite } from "@primepack/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type MessageQueue, MessageSender } from "./message-sender.ts";

const jobId = "b427d8d7-2b91-4da0-aee5-4b5a5a5d867e";

function sender(queue: MessageQueue, options: { key?: Uint8Array; copies?: () => number; onLast?: () => void } = {}) {
  return new MessageSender({
    jobId,
    key: options.key,
    open: async () => queue,
    copies: options.copies ?? (() => 1),
    onLast: options.onLast ?? (() => undefined),
  });
}

describe("MessageSender and a real queue", () => {
  let azurite: Azurite;
  let queues = 0;
  beforeAll(async () => {
    azurite = await startAzurite();
  });
  afterAll(() => azurite?.stop());

  async function newQueue() {
    queues += 1;
    const service = QueueServiceClient.fromConnectionString(azurite.connectionString);
    const client = service.getQueueClient(`queue-${queues}`);
    await client.create();
    const received = async () => {
      const { receivedMessageItems } = await client.receiveMessages({ numberOfMessages: 32 });
      return receivedMessageItems.map(({ messageText }) => Buffer.from(messageText, "base64").toString("utf8"));
    };
    const queue: MessageQueue = {
      send: async (text) => {
        await client.sendMessage(text);
      },
    };
    return { queue, received };
  }

  it("sends base64 of UTF-8 JSON, in order", async () => {
    const { queue, received } = await newQueue();
    const messages = sender(queue);
    for (const name of ["JobQueued", "JobStart", "Ünïcode \u{1f4c1}"])
      messages.send(JSON.stringify({ Event: name }), false);
    await messages.settled();
    expect((await received()).map((text) => JSON.parse(text).Event)).toEqual([
      "JobQueued",
      "JobStart",
      "Ünïcode \u{1f4c1}",
    ]);
  });

  it("puts an encrypted job's events into an envelope with the job's id and an IV of its own", async () => {
    const { queue, received } = await newQueue();
    const key = randomBytes(32);
    const messages = sender(queue, { key });
    messages.send('{"Event":"JobStart"}', false);
    messages.send('{"Event":"JobEnd"}', true);
    await messages.settled();
    const envelopes = (await received()).map((text) => JSON.parse(text));
    const contents = envelopes.map(({ IV, Content }) => {
      const decipher = createDecipheriv("aes-256-cbc", key, Buffer.from(IV, "base64"));
      return Buffer.concat([decipher.update(Buffer.from(Content, "base64")), decipher.final()]).toString("utf8");
    });
    expect(contents).toEqual(['{"Event":"JobStart"}', '{"Event":"JobEnd"}']);
    for (const envelope of envelopes) expect(Object.keys(envelope)).toEqual(["Label", "JobId", "IV", "Content"]);
    expect(envelopes.map(({ Label, JobId }) => [Label, JobId])).toEqual([
      ["Encrypted", jobId],
      ["Encrypted", jobId],
    ]);
    expect(new Set(envelopes.map(({ IV }) => IV)).size).toBe(2);
  });

  it("loses and repeats messages as it is told", async () => {
    const { queue, received } = await newQueue();
    const copies = [1, 0, 2];
    const messages = sender(queue, { copies: () => copies.shift() ?? 1 });
    for (const name of ["a", "b", "c"]) messages.send(name, false);
    await messages.settled();
    expect(await received()).toEqual(["a", "c", "c"]);
  });
});

describe("MessageSender", () => {
  it("loses what a failing queue doesn't take, and gives the queue up after three failures in a row", async () => {
    const tried: string[] = [];
    const queue: MessageQueue = {
      send: async (text) => {
        tried.push(Buffer.from(text, "base64").toString());
        if (text !== Buffer.from("good").toString("base64")) throw new Error("The queue is gone");
      },
    };
    let ended = false;
    const messages = sender(queue, {
      onLast: () => {
        ended = true;
      },
    });
    for (const text of ["1", "2", "good", "3", "4", "5", "6"]) messages.send(text, text === "6");
    await messages.settled();
    expect(tried).toEqual(["1", "2", "good", "3", "4", "5"]);
    expect(ended).toBe(true);
  });

  it("is behind while many messages are unsent", async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const messages = sender({ send: () => gate });
    for (let count = 0; count < 63; count++) messages.send("x", false);
    expect(messages.behind()).toBeUndefined();
    messages.send("x", false);
    const behind = messages.behind();
    expect(behind).toBeDefined();
    open();
    await behind;
    expect(messages.behind()).toBeUndefined();
  });

  it("sends nothing more once closed, but for the message under way", async () => {
    const sent: string[] = [];
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const messages = sender({
      send: async (text) => {
        sent.push(text);
        await gate;
      },
    });
    messages.send("a", false);
    messages.send("b", false);
    await Promise.resolve().then(() => undefined);
    await Promise.resolve().then(() => undefined);
    const closed = messages.close();
    open();
    await closed;
    expect(sent.length).toBe(1);
  });
});
