import { createHash } from "node:crypto";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { PrimepackError } from "../errors/index.ts";
import type { BlobContainer, BlobProperties, BlobWriteOptions } from "../model/index.ts";

export interface ContainerUnderTest {
  /** A new, empty container. */
  make(): BlobContainer | Promise<BlobContainer>;
  /** Whether the store keeps what a snapshot froze apart from what is written later. */
  readonly snapshots: boolean;
}

const iv = Buffer.alloc(16, 7).toString("base64");

export const md5Of = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("base64");

export const withMd5 = (bytes: Uint8Array): BlobWriteOptions => ({ md5: md5Of(bytes) });

export async function readAll(container: BlobContainer, name: string, signal?: AbortSignal): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of container.read(name, signal)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export async function codeOf(promise: Promise<unknown>): Promise<string> {
  const reason: unknown = await promise.then(
    () => "it resolved",
    (error: unknown) => error,
  );
  return reason instanceof PrimepackError ? reason.code : `not a PrimepackError: ${String(reason)}`;
}

async function listAll(container: BlobContainer): Promise<BlobProperties[]> {
  const blobs: BlobProperties[] = [];
  for await (const blob of container.list()) blobs.push(blob);
  return blobs.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Stores `bytes` in blocks of `blockSize`, sent in the order that `order` gives. */
async function putInBlocks(
  container: BlobContainer,
  name: string,
  bytes: Uint8Array,
  blockSize: number,
  order: (count: number) => number[] = (count) => Array.from({ length: count }, (_, index) => index),
): Promise<void> {
  const count = Math.ceil(bytes.byteLength / blockSize);
  await Promise.all(
    order(count).map((index) =>
      container.putBlock(name, index, index * blockSize, bytes.subarray(index * blockSize, (index + 1) * blockSize)),
    ),
  );
  await container.putBlockList(name, count, bytes.byteLength, { ...withMd5(bytes), iv });
}

/** What {@link BlobContainer} promises, run on each implementation. */
export function describeContainer(title: string, { make, snapshots }: ContainerUnderTest): void {
  describe(`${title} as a BlobContainer`, () => {
    let container: BlobContainer;
    beforeAll(async () => {
      container = await make();
    });

    it("reads back what putBlob() stored, with MD5, IV and size", async () => {
      const bytes = Buffer.from("some bytes");
      await container.putBlob("whole", bytes, { ...withMd5(bytes), iv, contentType: "text/plain" });
      expect(await readAll(container, "whole")).toEqual(bytes);
      expect(await container.properties("whole")).toEqual({ name: "whole", size: 10, md5: md5Of(bytes), iv });
    });

    it("knows no IV of a blob that was stored without one", async () => {
      const bytes = Buffer.from("plain");
      await container.putBlob("plain", bytes, withMd5(bytes));
      expect(await container.properties("plain")).toEqual({ name: "plain", size: 5, md5: md5Of(bytes) });
    });

    it("stores an empty blob, by putBlob() and by putBlockList() of no block", async () => {
      const empty = new Uint8Array(0);
      await container.putBlob("empty", empty, withMd5(empty));
      await container.putBlockList("empty-list", 0, 0, withMd5(empty));
      for (const name of ["empty", "empty-list"]) {
        expect(await readAll(container, name)).toHaveLength(0);
        expect(await container.properties(name)).toEqual({ name, size: 0, md5: md5Of(empty) });
      }
    });

    it("keeps what it stored when the caller goes on to use the body's memory", async () => {
      const body = Buffer.from("before");
      await container.putBlob("reused", body, withMd5(body));
      body.fill(0);
      expect((await readAll(container, "reused")).toString()).toBe("before");
    });

    it("replaces a blob by putBlob(), properties included", async () => {
      const [first, second] = [Buffer.from("first, and longer"), Buffer.from("second")];
      await container.putBlob("replaced", first, { ...withMd5(first), iv });
      await container.putBlob("replaced", second, withMd5(second));
      expect((await readAll(container, "replaced")).toString()).toBe("second");
      expect(await container.properties("replaced")).toEqual({ name: "replaced", size: 6, md5: md5Of(second) });
    });

    it("replaces a blob by putBlockList(), and that by a shorter one", async () => {
      const [first, second, third] = [Buffer.from("whole"), Buffer.from("in three blocks"), Buffer.from("in two")];
      await container.putBlob("relisted", first, withMd5(first));
      await putInBlocks(container, "relisted", second, 5);
      expect((await readAll(container, "relisted")).toString()).toBe("in three blocks");
      await putInBlocks(container, "relisted", third, 5);
      expect((await readAll(container, "relisted")).toString()).toBe("in two");
      expect(await container.properties("relisted")).toEqual({ name: "relisted", size: 6, md5: md5Of(third), iv });
    });

    it("has no blob before putBlockList() has resolved", async () => {
      await container.putBlock("pending", 0, 0, Buffer.from("block"));
      expect(await codeOf(readAll(container, "pending"))).toBe("BLOB_NOT_FOUND");
      expect(await codeOf(container.properties("pending"))).toBe("BLOB_NOT_FOUND");
      expect((await listAll(container)).map(({ name }) => name)).not.toContain("pending");
    });

    it("keeps the old blob until putBlockList() has resolved", async () => {
      const [old, next] = [Buffer.from("old"), Buffer.from("new")];
      await container.putBlob("kept", old, withMd5(old));
      await container.putBlock("kept", 0, 0, next);
      expect((await readAll(container, "kept")).toString()).toBe("old");
      await container.putBlockList("kept", 1, 3, withMd5(next));
      expect((await readAll(container, "kept")).toString()).toBe("new");
    });

    it("takes blocks last to first, all at once", async () => {
      const bytes = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 251));
      await putInBlocks(container, "backwards", bytes, 64, (count) =>
        Array.from({ length: count }, (_, index) => count - 1 - index),
      );
      expect(await readAll(container, "backwards")).toEqual(bytes);
    });

    it("takes a block that is sent twice", async () => {
      await container.putBlock("twice", 0, 0, Buffer.from("lost"));
      await container.putBlock("twice", 0, 0, Buffer.from("sent"));
      await container.putBlockList("twice", 1, 4, withMd5(Buffer.from("sent")));
      expect((await readAll(container, "twice")).toString()).toBe("sent");
    });

    it("refuses putBlockList() while a block is missing", async () => {
      await container.putBlock("gap", 0, 0, Buffer.from("aaaa"));
      await container.putBlock("gap", 2, 8, Buffer.from("cccc"));
      expect(await codeOf(container.putBlockList("gap", 3, 12, withMd5(Buffer.from("aaaabbbbcccc"))))).toBe(
        "CONTAINER_REFUSED",
      );
      expect(await codeOf(readAll(container, "gap"))).toBe("BLOB_NOT_FOUND");
    });

    it("refuses putBlockList() of a size that the blocks don't have", async () => {
      await container.putBlock("short", 0, 0, Buffer.from("aaaa"));
      expect(await codeOf(container.putBlockList("short", 1, 5, withMd5(Buffer.from("aaaaa"))))).toBe(
        "CONTAINER_REFUSED",
      );
    });

    it("stores the same bytes however they are split into blocks", async () => {
      let run = 0;
      const split = fc.record({
        bytes: fc.uint8Array({ minLength: 1, maxLength: 3000 }),
        blockSize: fc.integer({ min: 1, max: 3000 }),
        seed: fc.integer(),
      });
      await fc.assert(
        fc.asyncProperty(split, async ({ bytes, blockSize: wanted, seed }) => {
          const name = `split-${run++}`;
          const blockSize = Math.max(wanted, Math.ceil(bytes.byteLength / 40));
          const shuffled = (count: number) =>
            Array.from({ length: count }, (_, index) => index).sort(
              (a, b) => ((a * 31 + seed) % 7) - ((b * 31 + seed) % 7),
            );
          await putInBlocks(container, name, bytes, blockSize, shuffled);
          expect(await readAll(container, name)).toEqual(Buffer.from(bytes));
          expect(await container.properties(name)).toEqual({ name, size: bytes.byteLength, md5: md5Of(bytes), iv });
        }),
        { numRuns: 25 },
      );
    });

    it.each([
      "with space",
      "hash#tag",
      "100%",
      "%41 is not A",
      "question?mark",
      "plus+and&amp",
      "ünïcödé-文件-🚀",
      "e\u0301 decomposed",
      "folder/in folder/#1%/file.dat",
      "quote'and\"double",
      "00000001.dat",
    ])("stores and lists a blob named %j", async (name) => {
      const own = await make();
      const bytes = Buffer.from(name);
      await own.putBlob(name, bytes, { ...withMd5(bytes), iv });
      await own.snapshot(name);
      expect((await readAll(own, name)).toString()).toBe(name);
      expect(await listAll(own)).toEqual([{ name, size: bytes.byteLength, md5: md5Of(bytes), iv }]);
      await putInBlocks(own, `${name}.blocks`, bytes, 3);
      expect((await readAll(own, `${name}.blocks`)).toString()).toBe(name);
    });

    it.each([
      "",
      "/absolute",
      "../escape",
      "a/../b",
      "a/./b",
      "a//b",
      "trailing/",
      "a\\b",
      "nul\0",
      "lone\ud800",
      "dot.",
    ])("refuses the name %j with BLOB_NAME_INVALID", async (name) => {
      const bytes = Buffer.from("x");
      expect(await codeOf(container.putBlob(name, bytes, withMd5(bytes)))).toBe("BLOB_NAME_INVALID");
      expect(await codeOf(container.putBlock(name, 0, 0, bytes))).toBe("BLOB_NAME_INVALID");
      expect(await codeOf(container.putBlockList(name, 1, 1, withMd5(bytes)))).toBe("BLOB_NAME_INVALID");
      expect(await codeOf(container.snapshot(name))).toBe("BLOB_NAME_INVALID");
      expect(await codeOf(container.remove(name))).toBe("BLOB_NAME_INVALID");
      expect(await codeOf(readAll(container, name))).toBe("BLOB_NAME_INVALID");
      expect(await codeOf(container.properties(name))).toBe("BLOB_NAME_INVALID");
    });

    it("answers BLOB_NOT_FOUND for a blob that was never written", async () => {
      expect(await codeOf(readAll(container, "never"))).toBe("BLOB_NOT_FOUND");
      expect(await codeOf(container.properties("never"))).toBe("BLOB_NOT_FOUND");
    });

    it("removes a blob with its snapshots, and a blob that isn't there, and one that has blocks only", async () => {
      const bytes = Buffer.from("x");
      await container.putBlob("removed", bytes, withMd5(bytes));
      await container.snapshot("removed");
      await container.remove("removed");
      expect(await codeOf(readAll(container, "removed"))).toBe("BLOB_NOT_FOUND");
      await container.remove("removed");
      await container.putBlock("removed", 0, 0, bytes);
      await container.remove("removed");
      expect(await codeOf(container.properties("removed"))).toBe("BLOB_NOT_FOUND");
    });

    it("snapshot() freezes bytes and metadata until the next snapshot()", async () => {
      const [first, second] = [Buffer.from("first"), Buffer.from("second")];
      await container.putBlob("frozen", first, { ...withMd5(first), iv });
      await container.snapshot("frozen");
      await container.putBlob("frozen", second, withMd5(second));
      expect((await readAll(container, "frozen")).toString()).toBe(snapshots ? "first" : "second");
      if (snapshots)
        expect(await container.properties("frozen")).toEqual({ name: "frozen", size: 5, md5: md5Of(first), iv });
      await container.snapshot("frozen");
      expect((await readAll(container, "frozen")).toString()).toBe("second");
      expect(await container.properties("frozen")).toEqual({ name: "frozen", size: 6, md5: md5Of(second) });
    });

    it("list() gives each blob once, whatever snapshots it has", async () => {
      const own = await make();
      expect(await listAll(own)).toEqual([]);
      for (const name of ["b", "a", "a.b", "sub/c"]) {
        const bytes = Buffer.from(name);
        await own.putBlob(name, bytes, { ...withMd5(bytes), iv });
        await own.snapshot(name);
        await own.snapshot(name);
      }
      expect(await listAll(own)).toEqual(
        ["a", "a.b", "b", "sub/c"].map((name) => ({ name, size: name.length, md5: md5Of(Buffer.from(name)), iv })),
      );
    });

    it("rejects each request with ABORTED when its signal has aborted", async () => {
      const signal = AbortSignal.abort(new Error("enough"));
      const bytes = Buffer.from("x");
      await container.putBlob("abort", bytes, withMd5(bytes));
      expect(await codeOf(container.putBlob("abort", bytes, { ...withMd5(bytes), signal }))).toBe("ABORTED");
      expect(await codeOf(container.putBlock("abort", 0, 0, bytes, signal))).toBe("ABORTED");
      expect(await codeOf(container.putBlockList("abort", 0, 0, { ...withMd5(bytes), signal }))).toBe("ABORTED");
      expect(await codeOf(container.remove("abort", signal))).toBe("ABORTED");
      expect(await codeOf(readAll(container, "abort", signal))).toBe("ABORTED");
      expect(await codeOf(container.properties("abort", signal))).toBe("ABORTED");
      expect(await codeOf(container.snapshot("abort", signal))).toBe("ABORTED");
      expect((await readAll(container, "abort")).toString()).toBe("x");
    });

    it("rejects with the signal's reason where that is a PrimepackError", async () => {
      const reason = new PrimepackError("SOURCE_CHANGED", "Cannot go on");
      await expect(container.properties("any", AbortSignal.abort(reason))).rejects.toBe(reason);
    });

    it("stops read() in the middle when its reader leaves, and reads again", async () => {
      const bytes = Buffer.alloc(1_000_000, 3);
      await container.putBlob("large", bytes, withMd5(bytes));
      for await (const chunk of container.read("large")) {
        expect(chunk.byteLength).toBeGreaterThan(0);
        break;
      }
      expect(md5Of(await readAll(container, "large"))).toBe(md5Of(bytes));
    });
  });
}
