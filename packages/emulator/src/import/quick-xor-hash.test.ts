import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { QuickXorHash } from "./quick-xor-hash.ts";

function hashOf(...chunks: Uint8Array[]): string {
  const hash = new QuickXorHash();
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest();
}

/** The rule as it is written: bit by bit into the ring. */
function byTheRule(bytes: Uint8Array): string {
  const ring = Buffer.alloc(20);
  const flip = (bit: number) => {
    const byte = (bit % 160) >> 3;
    ring[byte] = (ring[byte] ?? 0) ^ (1 << (bit & 7));
  };
  for (const [index, byte] of bytes.entries()) {
    for (let bit = 0; bit < 8; bit += 1) if ((byte >> bit) & 1) flip(11 * index + bit);
  }
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  for (const [index, byte] of length.entries()) ring[12 + index] = (ring[12 + index] ?? 0) ^ byte;
  return ring.toString("base64");
}

describe("QuickXorHash", () => {
  it.each([
    ["", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="],
    ["Sg==", "SgAAAAAAAAAAAAAAAQAAAAAAAAA="],
    ["2fuxhBJXtpWFe8dOfdGeHw==", "O9tHLAghgSvYohKFyMMxnNCHaHg="],
    ["T6LYJIfDh81JrAK309H2JMJTXis=", "zBTHrspn3mEcohlJdIUAbjGNaNg="],
  ])("gives the published hash of %s", (input, hash) => {
    expect(hashOf(Buffer.from(input, "base64"))).toBe(hash);
  });

  it("gives the known hash of 1048577 bytes, index modulo 251", () => {
    const bytes = Uint8Array.from({ length: 1_048_577 }, (_, index) => index % 251);
    expect(hashOf(bytes)).toBe("pVcWCkWK/HTa4DMyh2B1A1Y9XyM=");
  });

  it("is that of the rule, however the bytes are cut", () => {
    const cut = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 });
    fc.assert(
      fc.property(cut, (chunks) => {
        expect(hashOf(...chunks)).toBe(byTheRule(Buffer.concat(chunks)));
      }),
    );
  });
});
