import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { QuickXorHash } from "./quick-xor-hash.ts";

/** The rule as it is written: bit by bit into the ring. */
function slowQuickXorHash(bytes: Uint8Array): Uint8Array {
  const ring = new Uint8Array(160);
  bytes.forEach((byte, index) => {
    for (let bit = 0; bit < 8; bit++) {
      const position = (index * 11 + bit) % 160;
      ring[position] = (ring[position] ?? 0) ^ ((byte >> bit) & 1);
    }
  });
  const digest = new Uint8Array(20);
  ring.forEach((bit, position) => {
    digest[position >> 3] = (digest[position >> 3] ?? 0) | (bit << (position & 7));
  });
  const length = new DataView(new ArrayBuffer(8));
  length.setBigUint64(0, BigInt(bytes.length), true);
  for (let i = 0; i < 8; i++) digest[12 + i] = (digest[12 + i] ?? 0) ^ length.getUint8(i);
  return digest;
}

const hash = (bytes: Uint8Array) => base64(new QuickXorHash().update(bytes).digest());
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
const byteAt = (length: number, byte: (index: number) => number) => Uint8Array.from({ length }, (_, i) => byte(i));

/** Published with rclone (`backend/onedrive/quickxorhash`). */
const publishedVectors: readonly [input: string, hash: string][] = [
  ["", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="],
  ["Sg==", "SgAAAAAAAAAAAAAAAQAAAAAAAAA="],
  ["tbQ=", "taAFAAAAAAAAAAAAAgAAAAAAAAA="],
  ["0pZP", "0rDEEwAAAAAAAAAAAwAAAAAAAAA="],
  ["jRRDVA==", "jaDAEKgAAAAAAAAABAAAAAAAAAA="],
  ["luBZlaT6", "lgBHFipBCn0AAAAABgAAAAAAAAA="],
  ["2fuxhBJXtpWFe8dOfdGeHw==", "O9tHLAghgSvYohKFyMMxnNCHaHg="],
  ["T6LYJIfDh81JrAK309H2JMJTXis=", "zBTHrspn3mEcohlJdIUAbjGNaNg="],
];

/** Computed by two implementations that reproduce every published vector. */
const ownVectors: readonly [name: string, input: Uint8Array, hash: string][] = [
  ["no bytes", byteAt(0, () => 0), "AAAAAAAAAAAAAAAAAAAAAAAAAAA="],
  ["one zero byte", byteAt(1, () => 0), "AAAAAAAAAAAAAAAAAQAAAAAAAAA="],
  ["one byte 0x01", byteAt(1, () => 1), "AQAAAAAAAAAAAAAAAQAAAAAAAAA="],
  ["a", Buffer.from("a"), "YQAAAAAAAAAAAAAAAQAAAAAAAAA="],
  ["hello world", Buffer.from("hello world"), "aCgDG9jwBhDc4Q1yawMZAAAAAAA="],
  ["the wrap from bit 159 to bit 0", byteAt(15, (i) => (i === 14 ? 0xff : 0)), "AwAAAAAAAAAAAAAADwAAAAAAAPw="],
  ["naïve 日本語", Buffer.from("naïve 日本語"), "rBvDMF5hhzKAwByXOIU5OMEKdKg="],
  ["0x00 to 0x9f", byteAt(160, (i) => i), "/+EGLlnQi0dVs5OErXWhEnz5wg4="],
  ["0x00 to 0xa0", byteAt(161, (i) => i), "X+EGLlnQi0dVs5OErHWhEnz5wg4="],
  ["0x00 to 0xff", byteAt(256, (i) => i), "QkGEfSisZcA7k+FCh71r2dbCayY="],
  ["1000 bytes of 7 i", byteAt(1000, (i) => 7 * i), "1+af4JAt6vicGNPjpE3HUFtNbW0="],
  ["1 MiB of zeros", byteAt(1 << 20, () => 0), "AAAAAAAAAAAAAAAAAAAQAAAAAAA="],
  ["1 MiB of 0xff", byteAt(1 << 20, () => 0xff), "SlKSkpSkJCUpSUlKrWpFq1rVqlY="],
  ["1 MiB and 1 of i mod 251", byteAt((1 << 20) + 1, (i) => i % 251), "pVcWCkWK/HTa4DMyh2B1A1Y9XyM="],
];

describe("QuickXorHash", () => {
  it.each(publishedVectors)("QuickXorHash of base64 %j is the published %s", (input, expected) => {
    expect(hash(Buffer.from(input, "base64"))).toBe(expected);
  });

  it.each(ownVectors)("QuickXorHash of %s is the known one", (_name, input, expected) => {
    expect(hash(input)).toBe(expected);
  });

  it("update() gives the same hash for every split and every alignment of the input", () => {
    const piece = fc.tuple(fc.uint8Array({ maxLength: 3000, size: "max" }), fc.integer({ min: 0, max: 8 }));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const split = new QuickXorHash();
        for (const [bytes, offset] of pieces) {
          const placed = new Uint8Array(new ArrayBuffer(bytes.length + offset + 3), offset, bytes.length);
          placed.set(bytes);
          split.update(placed);
        }
        const whole = Buffer.concat(pieces.map(([bytes]) => bytes));
        expect(base64(split.digest())).toBe(base64(slowQuickXorHash(whole)));
      }),
    );
  });

  it("update() takes no more bytes once the digest was taken", () => {
    const done = new QuickXorHash().update(Buffer.from("a"));
    done.digest();
    expect(() => done.update(Buffer.from("b"))).toThrow(RangeError);
  });

  it("digest() gives the same bytes each time, and a copy", () => {
    const done = new QuickXorHash().update(Buffer.from("a"));
    const first = done.digest();
    const expected = base64(first);
    first.fill(0);
    expect(base64(done.digest())).toBe(expected);
  });
});
