import { createCipheriv, createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StoredBlob } from "./stored-blob.ts";

const key = new Uint8Array(32).fill(7);
const iv = new Uint8Array(16).fill(9);

function sealed(text: Uint8Array): Buffer {
  const cipher = createCipheriv("aes-256-cbc", key, iv);
  return Buffer.concat([cipher.update(text), cipher.final()]);
}

async function* cut(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const size of sizes) {
    yield bytes.subarray(at, at + size);
    at += size;
  }
  yield bytes.subarray(at);
}

async function textOf(blob: StoredBlob): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of blob.read()) pieces.push(piece);
  return Buffer.concat(pieces).toString("hex");
}

const md5 = (bytes: Uint8Array) => createHash("md5").update(bytes).digest("base64");

describe("StoredBlob", () => {
  it("gives the plaintext and its facts, however the stored bytes are cut", async () => {
    const bytes = fc.uint8Array({ maxLength: 100 });
    await fc.assert(
      fc.asyncProperty(bytes, fc.array(fc.nat({ max: 40 }), { maxLength: 6 }), async (text, sizes) => {
        const stored = sealed(text);
        const blob = new StoredBlob(cut(stored, sizes), { key, iv });
        expect(await textOf(blob)).toBe(Buffer.from(text).toString("hex"));
        const facts = await blob.finish();
        expect(facts).toMatchObject({ storedSize: stored.length, md5: md5(stored), plaintext: { size: text.length } });
        expect(await blob.finish()).toBe(facts);
      }),
    );
  });

  it("hashes the stored bytes to their end where the reader leaves, the padding is wrong, or there is no key", async () => {
    const stored = sealed(Buffer.alloc(100));
    const left = new StoredBlob(cut(stored, [16, 16]), { key, iv });
    for await (const _ of left.read()) break;
    expect(await left.finish()).toMatchObject({ md5: md5(stored), plaintext: { size: 100 } });

    const broken = new StoredBlob(cut(stored.subarray(0, 40), []), { key, iv });
    expect(await broken.finish()).toMatchObject({ md5: md5(stored.subarray(0, 40)), fault: expect.any(String) });
    expect((await broken.finish()).plaintext).toBeUndefined();

    const closed = new StoredBlob(cut(stored, [1]), "closed");
    expect(await textOf(closed)).toBe("");
    expect(await closed.finish()).toEqual({ storedSize: stored.length, md5: md5(stored) });
  });

  it("takes a plain blob as it is", async () => {
    const blob = new StoredBlob(cut(Buffer.from("hello world"), [3]), "plain");
    expect((await blob.finish()).plaintext).toEqual({ size: 11, quickXorHash: "aCgDG9jwBhDc4Q1yawMZAAAAAAA=" });
  });

  it("closes what it reads from", async () => {
    let isClosed = false;
    const blob = new StoredBlob(
      (async function* () {
        try {
          yield new Uint8Array(1);
          yield new Uint8Array(1);
        } finally {
          isClosed = true;
        }
      })(),
      "plain",
    );
    for await (const _ of blob.read()) break;
    await blob.close();
    expect(isClosed).toBe(true);
  });
});
