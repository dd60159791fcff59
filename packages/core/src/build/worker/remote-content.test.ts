import { describe, expect, it } from "vitest";
import type { SourceContent } from "../../model/index.ts";
import { createAbort } from "./create-abort.ts";
import { CONTENT_WINDOW_BYTES } from "./memory-bound.ts";
import type { ToWorker } from "./protocol.ts";
import { ContentSender, RemoteContents } from "./remote-content.ts";

/** Both ends, joined as a port joins them: messages arrive later, and transferred memory is gone on the sending side. */
function connected(contents: readonly SourceContent[]) {
  const sent: Exclude<ToWorker, { type: "abort" | "called" }>[] = [];
  const sender = new ContentSender(new Map(contents.entries()), (message, transfer = []) => {
    const arrived = structuredClone(message, { transfer: [...transfer] });
    if (arrived.type !== "chunk" && arrived.type !== "end") return;
    sent.push(arrived);
    setImmediate(() => remote.receive(arrived));
  });
  const remote = new RemoteContents((message) => {
    const arrived = structuredClone(message);
    setImmediate(() => sender.receive(arrived));
  });
  return { remote, sender, sent };
}

async function read(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

const opening = (chunks: () => AsyncIterable<Uint8Array>): SourceContent => ({ open: chunks });
const { signal } = createAbort();

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

describe("RemoteContents", () => {
  it("open() gives the bytes of each content in their order, however they are cut", async () => {
    async function* chunks() {
      for (let i = 0; i < 50; i++) yield new Uint8Array((i * 7919) % 150_000).fill(i);
    }
    const { remote } = connected([opening(chunks), Buffer.from("two")]);
    const [first, second] = await Promise.all([read(remote.open(0, signal)), read(remote.open(1, signal))]);
    expect(first.equals(await read(chunks()))).toBe(true);
    expect(second.toString()).toBe("two");
  });

  it("open() can be repeated, for a second attempt", async () => {
    const { remote } = connected([Buffer.from("text")]);
    expect((await read(remote.open(0, signal))).toString()).toBe("text");
    expect((await read(remote.open(0, signal))).toString()).toBe("text");
  });

  it("open() holds the source up while its reader does not go on", async () => {
    let pulled = 0;
    let closed = false;
    async function* endless() {
      try {
        for (;;) {
          pulled += 100_000;
          yield new Uint8Array(100_000);
        }
      } finally {
        closed = true;
      }
    }
    const { remote } = connected([opening(endless)]);
    const reading = remote.open(0, signal);
    await reading.next();
    await turns(100);
    expect(pulled).toBeLessThanOrEqual(CONTENT_WINDOW_BYTES + 2 * 100_000);
    const before = pulled;
    await reading.next();
    await turns(100);
    expect(pulled).toBe(before + 100_000);
    await reading.return();
    await turns(2);
    expect(closed).toBe(true);
  });

  it("open() throws what the source throws, with its code", async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(1);
      throw new Error("connector broken");
    }
    const { remote } = connected([opening(failing)]);
    await expect(read(remote.open(0, signal))).rejects.toMatchObject({ code: "SOURCE_FAILED" });
    await expect(read(remote.open(1, signal))).rejects.toMatchObject({ code: "SOURCE_INVALID_ITEM" });
  });
});

describe("ContentSender", () => {
  it("ContentSender gathers small chunks into few messages", async () => {
    async function* single() {
      for (let i = 0; i < 100_000; i++) yield new Uint8Array(1).fill(i);
    }
    const { remote, sent } = connected([opening(single)]);
    expect(await read(remote.open(0, signal))).toHaveLength(100_000);
    expect(sent.map((message) => message.type)).toEqual(["chunk", "chunk", "end"]);
  });

  it("ContentSender takes over whole buffers, and copies views and what the caller keeps", async () => {
    const whole = new Uint8Array(100_000).fill(1);
    const memory = new Uint8Array(200_000).fill(2);
    const view = memory.subarray(50_000, 150_000);
    const kept = new Uint8Array(100_000).fill(3);
    async function* chunks() {
      yield whole;
      yield view;
    }
    const { remote } = connected([opening(chunks), kept]);
    expect(await read(remote.open(0, signal))).toHaveLength(200_000);
    expect(await read(remote.open(1, signal))).toHaveLength(100_000);
    expect([whole.length, view.length, kept.length]).toEqual([0, 100_000, 100_000]);
  });

  it("close() leaves all sources, also those that hang", async () => {
    let closed = false;
    const hanging: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => undefined),
        return: async () => {
          closed = true;
          return { done: true, value: undefined };
        },
      }),
    };
    const { remote, sender, sent } = connected([opening(() => hanging)]);
    const abort = createAbort();
    const reading = read(remote.open(0, abort.signal));
    await turns(3);
    sender.close();
    await turns(3);
    expect([closed, sent.length]).toEqual([true, 0]);
    abort.abort(new Error("enough"));
    await expect(reading).rejects.toThrow("enough");
  });
});
