import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Secret } from "../errors/index.ts";
import type { BlobEncryption } from "./cipher.ts";
import { openSealed } from "./open-sealed.ts";
import { type SealDigest, sealBlocks } from "./seal-blocks.ts";

const key = new Secret(Uint8Array.from({ length: 32 }, (_, i) => i));
const iv = Uint8Array.from({ length: 16 }, (_, i) => 0x10 + i);

async function sealed(plaintext: Uint8Array, encryption?: BlobEncryption) {
  const blocks: Uint8Array[] = [];
  const sealing = sealBlocks([plaintext], { blockSize: 64, encryption });
  for (;;) {
    const next = await sealing.next();
    if (next.done === true) return { stored: Buffer.concat(blocks), digest: next.value };
    blocks.push(next.value.bytes);
  }
}

function split(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.slice(i * size, (i + 1) * size));
}

async function open(...args: Parameters<typeof openSealed>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of openSealed(...args)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function digestOf(...args: Parameters<typeof openSealed>): Promise<SealDigest> {
  const plaintext = openSealed(...args);
  for (;;) {
    const next = await plaintext.next();
    if (next.done === true) return next.value;
  }
}

describe("openSealed()", () => {
  it("openSealed() decrypts the worked package's blob", async () => {
    const stored = Buffer.from("7bb9c8eab219d8e5f59905428926f675", "hex");
    expect((await open([stored], { key, iv })).toString()).toBe("plan v1\n");
  });

  it("openSealed() gives back what was sealed, and its digest, whatever the split", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 500, size: "max" }),
        fc.integer({ min: 1, max: 100 }),
        fc.boolean(),
        async (plaintext, chunkSize, encrypted) => {
          const encryption = encrypted ? { key, iv } : undefined;
          const { stored, digest } = await sealed(plaintext, encryption);
          const chunks = split(stored, chunkSize);
          expect((await open(chunks, encryption)).equals(plaintext)).toBe(true);
          expect(await digestOf(chunks, encryption)).toEqual(digest);
        },
      ),
    );
  });

  it("openSealed() throws UNSEAL_FAILED under another key", async () => {
    const { stored } = await sealed(Buffer.from("some text"), { key, iv });
    // Fixed, since one wrong key in 256 happens to leave valid padding.
    const wrong = open([stored], { key: new Secret<Uint8Array>(Buffer.alloc(32, 1)), iv });
    await expect(wrong).rejects.toMatchObject({ code: "UNSEAL_FAILED" });
  });

  it("openSealed() throws UNSEAL_FAILED when the IV spoils the padding of a blob of one block", async () => {
    const { stored } = await sealed(Buffer.from("some text"), { key, iv });
    const wrong = open([stored], { key, iv: Buffer.alloc(16, 0xff) });
    await expect(wrong).rejects.toMatchObject({ code: "UNSEAL_FAILED" });
  });

  it("openSealed() shows another IV of a longer blob by its checksum", async () => {
    const { stored, digest } = await sealed(Buffer.alloc(100, 1), { key, iv });
    const other = await digestOf([stored], { key, iv: Buffer.alloc(16, 0xff) });
    expect(other.quickXorHash).not.toBe(digest.quickXorHash);
  });

  it.each([0, 1, 15, 17, 32])("openSealed() throws UNSEAL_FAILED when only %i stored bytes are left", async (left) => {
    const { stored } = await sealed(Buffer.alloc(100, 0xaa), { key, iv });
    const cut = open([stored.subarray(0, left)], { key, iv });
    await expect(cut).rejects.toMatchObject({ code: "UNSEAL_FAILED" });
  });

  it.each([
    ["key", { key: new Secret(new Uint8Array(16)), iv }],
    ["IV", { key, iv: new Uint8Array(12) }],
  ])("openSealed() throws UNSEAL_FAILED for a %s of a wrong length", async (_name, encryption) => {
    await expect(open([], encryption)).rejects.toMatchObject({ code: "UNSEAL_FAILED" });
  });
});
