import { describe, expect, it } from "vitest";
import { MemoryContainer } from "../../container/memory.ts";
import { PrimepackError, Secret } from "../../errors/index.ts";
import { Budget } from "../../seal/budget.ts";
import { openSealed } from "../../seal/open-sealed.ts";
import { createAbort } from "./create-abort.ts";
import { SpareBlock } from "./spare-block.ts";
import { type BlobSink, type BlobToWrite, type WriteResources, writeBlob } from "./write-blob.ts";

const BLOCK = 1024;
const key = new Secret<Uint8Array>(new Uint8Array(32).fill(1));
const iv = new Uint8Array(16).fill(2);

function resources(changes: Partial<WriteResources> = {}): WriteResources {
  const blockBytes = new Budget(3 * BLOCK);
  return {
    blockSize: BLOCK,
    blockBytes,
    spare: new SpareBlock(BLOCK),
    uploads: new Budget(2),
    ...changes,
  };
}

function blob(chunks: BlobToWrite["chunks"], changes: Partial<BlobToWrite> = {}): BlobToWrite {
  return {
    name: "b",
    chunks,
    encryption: undefined,
    expectedSize: 10,
    contentType: undefined,
    abort: createAbort(),
    ...changes,
  };
}

/** Passes calls on to a memory container, keeps their names, and lets a test act on each. */
function recording(onCall: (call: string) => unknown = () => undefined) {
  const container = new MemoryContainer();
  const calls: string[] = [];
  const record = async (call: string) => {
    calls.push(call);
    await onCall(call);
  };
  const sink: BlobSink = {
    putBlob: async (...args) => {
      await record("putBlob");
      return container.putBlob(...args);
    },
    putBlock: async (...args) => {
      await record(`putBlock ${args[1]} at ${args[2]}`);
      return container.putBlock(...args);
    },
    putBlockList: async (...args) => {
      await record(`putBlockList ${args[1]} of ${args[2]}`);
      return container.putBlockList(...args);
    },
    snapshot: async (...args) => {
      await record("snapshot");
      return container.snapshot(...args);
    },
    remove: async (...args) => {
      await record("remove");
      return container.remove(...args);
    },
  };
  return { sink, calls, container };
}

async function read(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

describe("writeBlob()", () => {
  it("writeBlob() stores a blob that fits a block by one request, with its properties, then its snapshot", async () => {
    const { sink, calls, container } = recording();
    const digest = await writeBlob(sink, blob([Buffer.from("hello world")], { encryption: { key, iv } }), resources());
    expect(calls).toEqual(["putBlob", "snapshot"]);
    expect(await container.properties("b")).toEqual({
      name: "b",
      size: 16,
      md5: digest.md5,
      iv: Buffer.from(iv).toString("base64"),
    });
    expect((await read(openSealed(container.read("b"), { key, iv }))).toString()).toBe("hello world");
  });

  it("writeBlob() stores a larger blob in numbered blocks, then commits and snapshots it", async () => {
    const { sink, calls, container } = recording();
    const plaintext = Buffer.alloc(2 * BLOCK + 5, 7);
    const used = resources();
    await writeBlob(sink, blob([plaintext], { expectedSize: plaintext.length }), used);
    expect(calls).toEqual([
      "putBlock 0 at 0",
      `putBlock 1 at ${BLOCK}`,
      `putBlock 2 at ${2 * BLOCK}`,
      `putBlockList 3 of ${2 * BLOCK + 5}`,
      "snapshot",
    ]);
    expect((await read(container.read("b"))).equals(plaintext)).toBe(true);
    expect(used.blockBytes.free).toBe(used.blockBytes.capacity);
  });

  it("writeBlob() stores a blob of exactly one block by one request", async () => {
    const { sink, calls } = recording();
    await writeBlob(sink, blob([new Uint8Array(BLOCK)], { expectedSize: BLOCK }), resources());
    expect(calls).toEqual(["putBlob", "snapshot"]);
  });

  it("writeBlob() finishes many blobs that all outgrow their expected size under a budget of few blocks", async () => {
    const used = resources();
    const { sink, container } = recording();
    const names = Array.from({ length: 20 }, (_, i) => `b${i}`);
    const plaintext = Buffer.alloc(3 * BLOCK, 3);
    await Promise.all(names.map((name) => writeBlob(sink, blob([plaintext], { name }), used)));
    for (const name of names) expect((await read(container.read(name))).equals(plaintext)).toBe(true);
    expect([used.blockBytes.free, used.blockBytes.waiting]).toEqual([used.blockBytes.capacity, 0]);
  });

  it("writeBlob() commits nothing and removes its blocks when the content fails", async () => {
    const { sink, calls, container } = recording();
    async function* failing() {
      yield new Uint8Array(2 * BLOCK);
      throw new Error("unreadable");
    }
    const used = resources();
    await expect(writeBlob(sink, blob(failing()), used)).rejects.toThrow("unreadable");
    expect(calls).toEqual(["putBlock 0 at 0", "remove"]);
    await expect(container.properties("b")).rejects.toMatchObject({ code: "BLOB_NOT_FOUND" });
    expect(used.blockBytes.free).toBe(used.blockBytes.capacity);
  });

  it("writeBlob() sends nothing at all when the content fails within the first block", async () => {
    const { sink, calls } = recording();
    async function* failing() {
      yield new Uint8Array(5);
      throw new Error("unreadable");
    }
    await expect(writeBlob(sink, blob(failing()), resources())).rejects.toThrow("unreadable");
    expect(calls).toEqual([]);
  });

  it("writeBlob() aborts with the container's error as soon as a block fails, though the content is endless", async () => {
    const { sink, calls } = recording((call) => {
      if (call.startsWith("putBlock 1")) throw new PrimepackError("DISK_FULL", "Cannot write as the disk is full");
    });
    async function* endless() {
      for (;;) yield new Uint8Array(BLOCK);
    }
    const abort = createAbort();
    const used = resources();
    await expect(writeBlob(sink, blob(endless(), { abort }), used)).rejects.toMatchObject({ code: "DISK_FULL" });
    expect(abort.signal.reason).toMatchObject({ code: "DISK_FULL" });
    expect(calls).not.toContain("remove");
    expect(used.blockBytes.free).toBe(used.blockBytes.capacity);
  });

  it("writeBlob() rejects at once with the signal's reason while a request hangs", async () => {
    const abort = createAbort();
    const { sink } = recording(() => {
      abort.abort(new PrimepackError("ABORTED", "Cannot go on as the test says so"));
      return new Promise(() => undefined);
    });
    const used = resources();
    await expect(writeBlob(sink, blob([new Uint8Array(9)], { abort }), used)).rejects.toMatchObject({
      code: "ABORTED",
    });
    expect(used.blockBytes.free).toBe(used.blockBytes.capacity);
    expect(used.uploads.free).toBe(2);
  });

  it("writeBlob() sends no more requests at once than the limit allows", async () => {
    let active = 0;
    let most = 0;
    const { sink } = recording(async () => {
      most = Math.max(most, ++active);
      await new Promise((resolve) => setImmediate(resolve));
      active--;
    });
    await writeBlob(sink, blob([new Uint8Array(20 * BLOCK)]), resources());
    expect(most).toBe(2);
  });
});
