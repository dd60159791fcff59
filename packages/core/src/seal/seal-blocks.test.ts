import { createCipheriv, createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Secret } from "../errors/index.ts";
import { QuickXorHash } from "./quick-xor-hash.ts";
import { type SealBlocksOptions, type SealDigest, type SealedBlock, sealBlocks } from "./seal-blocks.ts";

const keyBytes = Uint8Array.from({ length: 32 }, (_, i) => i);
const key = new Secret(keyBytes);
const iv = (first: number) => Uint8Array.from({ length: 16 }, (_, i) => first + i);

/** The encrypted blobs of the worked example of the package format, whose texts end with a line feed. */
const workedBlobs: readonly [text: string, firstIvByte: number, ciphertext: string, md5: string, checksum: string][] = [
  ["plan v1\n", 0x10, "7bb9c8eab219d8e5f59905428926f675", "IVJCRr6YV3l3d9cwyotRgQ==", "cGBDGNwAAjvEQAEACAAAAAAAAAA="],
  [
    "plan v2, longer\n",
    0x20,
    "ebf6573d8241fd829c58d9ceb49413c779526ea27f056863c4871ce0ace49878",
    "ier+PlQ76/M03c5cRbCOOQ==",
    "MWFDGNwAAjvIgAUgcMMb3HCGMsg=",
  ],
  [
    "plan v3, final\n",
    0x30,
    "53f456a59f03b4c6f9411524a3f39ce2",
    "Tig6/euyRKlCKfMGXKe1nA==",
    "cGBDGNwAAjvMgAUgP0Ma3BAGNig=",
  ],
  ["# Notes\n", 0x40, "dac1787c4136d92a329bed5d0a920ba9", "BZndpSqGYZV45+T/2cZnkA==", "IwCBE95AhzLMQQEACAAAAAAAAAA="],
  ["", 0x50, "a37edf3f975abaef937b62c78d5bb157", "YgGvGykGOn9jFrxhM78aKQ==", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="],
];

async function seal(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, options: SealBlocksOptions) {
  const blocks: SealedBlock[] = [];
  const sealing = sealBlocks(chunks, options);
  for (;;) {
    const next = await sealing.next();
    if (next.done === true) return { blocks, digest: next.value satisfies SealDigest };
    blocks.push(next.value);
  }
}

const joined = (blocks: readonly SealedBlock[]) => Buffer.concat(blocks.map((block) => block.bytes));

describe("sealBlocks()", () => {
  it.each(workedBlobs)(
    "sealBlocks() gives the worked package's blob for %j",
    async (text, ivByte, hex, md5, checksum) => {
      const plaintext = Buffer.from(text);
      const { blocks, digest } = await seal([plaintext], { blockSize: 1 << 20, encryption: { key, iv: iv(ivByte) } });
      expect(joined(blocks).toString("hex")).toBe(hex);
      expect(digest).toEqual({
        size: plaintext.length,
        storedSize: hex.length / 2,
        md5,
        quickXorHash: checksum,
        iv: Buffer.from(iv(ivByte)).toString("base64"),
      });
    },
  );

  it("sealBlocks() gives the same bytes whatever the split, the block size and the expected size", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 400, size: "max" }), { maxLength: 6 }),
        fc.integer({ min: 1, max: 300 }),
        fc.option(fc.integer({ min: 0, max: 2000 }), { nil: undefined }),
        fc.boolean(),
        async (chunks, blockSize, expectedSize, encrypted) => {
          const encryption = encrypted ? { key, iv: iv(1) } : undefined;
          const plaintext = Buffer.concat(chunks);
          const cipher = createCipheriv("aes-256-cbc", keyBytes, iv(1));
          const stored = encrypted ? Buffer.concat([cipher.update(plaintext), cipher.final()]) : plaintext;
          const { blocks, digest } = await seal(chunks, { blockSize, expectedSize, encryption });
          expect(joined(blocks).equals(stored)).toBe(true);
          expect(blocks.slice(0, -1).every((block) => block.bytes.length === blockSize && !block.last)).toBe(true);
          expect(blocks.at(-1)?.last).toBe(true);
          expect(blocks.length).toBe(Math.max(1, Math.ceil(stored.length / blockSize)));
          expect(digest.md5).toBe(createHash("md5").update(stored).digest("base64"));
          expect(Buffer.from(digest.quickXorHash, "base64")).toEqual(
            Buffer.from(new QuickXorHash().update(plaintext).digest()),
          );
          expect([digest.size, digest.storedSize]).toEqual([plaintext.length, stored.length]);
        },
      ),
    );
  });

  it("sealBlocks() works through chunks that are larger than a piece", async () => {
    const plaintext = Buffer.alloc(300_001, 7);
    const { blocks, digest } = await seal([plaintext], { blockSize: 100_000, encryption: { key, iv: iv(3) } });
    const cipher = createCipheriv("aes-256-cbc", keyBytes, iv(3));
    expect(joined(blocks).equals(Buffer.concat([cipher.update(plaintext), cipher.final()]))).toBe(true);
    expect(digest.size).toBe(300_001);
  });

  it("sealBlocks() takes a buffer of the stored size when the expected size fits a block", async () => {
    const taken: number[] = [];
    const takeBuffer = (bytes: number) => {
      taken.push(bytes);
      return new Uint8Array(bytes);
    };
    await seal([Buffer.alloc(100)], {
      blockSize: 1 << 20,
      expectedSize: 100,
      encryption: { key, iv: iv(0) },
      takeBuffer,
    });
    expect(taken).toEqual([112]);
  });

  it("sealBlocks() takes a whole block when more comes than was expected", async () => {
    const taken: number[] = [];
    const takeBuffer = (bytes: number) => {
      taken.push(bytes);
      return new Uint8Array(bytes);
    };
    const { blocks } = await seal([Buffer.alloc(1000, 1)], { blockSize: 400, expectedSize: 10, takeBuffer });
    expect(taken).toEqual([10, 400, 400, 400]);
    expect(joined(blocks).equals(Buffer.alloc(1000, 1))).toBe(true);
  });

  it("sealBlocks() gives one empty block for an empty, unencrypted blob", async () => {
    const { blocks, digest } = await seal([], { blockSize: 10 });
    expect(blocks).toEqual([{ bytes: new Uint8Array(0), last: true }]);
    expect(digest).toEqual({
      size: 0,
      storedSize: 0,
      md5: "1B2M2Y8AsgTpgAmY7PhCfg==",
      quickXorHash: "AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    });
  });

  it("sealBlocks() copies the chunks, whose memory the source may use again", async () => {
    const reused = new Uint8Array(4);
    async function* counting() {
      for (let i = 0; i < 5; i++) yield reused.fill(i);
    }
    const { blocks } = await seal(counting(), { blockSize: 7 });
    expect([...joined(blocks)]).toEqual([0, 1, 2, 3, 4].flatMap((i) => [i, i, i, i]));
  });

  it("sealBlocks() asks for no buffer and no chunk while its consumer holds it up", async () => {
    let pulled = 0;
    let buffers = 0;
    async function* endless() {
      for (;;) {
        pulled++;
        yield new Uint8Array(10);
      }
    }
    const takeBuffer = (bytes: number) => {
      buffers++;
      return new Uint8Array(bytes);
    };
    const sealing = sealBlocks(endless(), { blockSize: 25, takeBuffer });
    await sealing.next();
    expect([pulled, buffers]).toEqual([3, 1]);
    await sealing.return({} as SealDigest);
  });

  it("sealBlocks() closes its source when its consumer stops", async () => {
    let closed = false;
    async function* endless() {
      try {
        for (;;) yield new Uint8Array(10);
      } finally {
        closed = true;
      }
    }
    for await (const _block of sealBlocks(endless(), { blockSize: 25 })) break;
    expect(closed).toBe(true);
  });

  it.each([
    ["key", { key: new Secret(new Uint8Array(31)), iv: iv(0) }],
    ["IV", { key, iv: new Uint8Array(15) }],
  ])("sealBlocks() throws SEAL_FAILED for a %s of a wrong length", async (_name, encryption) => {
    await expect(seal([], { blockSize: 10, encryption })).rejects.toMatchObject({ code: "SEAL_FAILED" });
  });
});
