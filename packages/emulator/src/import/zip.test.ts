import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { zipMembers } from "./zip.ts";

interface Entry {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly isDeflated: boolean;
}

/** A zip by the rules of its format; what `change` does to the fields of an entry goes into both of its headers. */
function zipOf(entries: readonly Entry[], change: { flags?: number; method?: number; size?: number } = {}): Buffer {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes, isDeflated } of entries) {
    const packed = isDeflated ? deflateRawSync(bytes) : Buffer.from(bytes);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(change.flags ?? 0, 2);
    fields.writeUInt16LE(change.method ?? (isDeflated ? 8 : 0), 4);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(change.size ?? bytes.length, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), fields, Buffer.from(name), packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), fields, rest, Buffer.from(name)]));
    parts.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, directory, Buffer.from("PK\x05\x06"), end]);
}

const one = (change: Parameters<typeof zipOf>[1] = {}, isDeflated = false) =>
  zipMembers(zipOf([{ name: "a.dat", bytes: Buffer.from("hello"), isDeflated }], change), 1_000).get("a.dat");

describe("zipMembers()", () => {
  it("gives back what was stored or deflated", () => {
    const entry = fc.record({ name: fc.uuid(), bytes: fc.uint8Array({ maxLength: 300 }), isDeflated: fc.boolean() });
    const entries = fc.uniqueArray(entry, { selector: ({ name }) => name, maxLength: 6 });
    fc.assert(
      fc.property(entries, (made) => {
        const members = zipMembers(zipOf(made), 300);
        expect([...members.keys()]).toEqual(made.map(({ name }) => name));
        for (const { name, bytes } of made)
          expect(Buffer.from(members.get(name)?.read() ?? []).equals(bytes)).toBe(true);
      }),
    );
  });

  it.each([
    ["encrypted by zip", () => one({ flags: 1 })?.read()],
    ["compressed by method 12", () => one({ method: 12 })?.read()],
    ["of less than 1000", () => one({ size: 1_001 })?.read()],
    ["not as long as it says", () => one({ size: 6 }, true)?.read()],
    ["can't be inflated", () => one({ size: 4 }, true)?.read()],
    [
      "more than once",
      () => zipMembers(zipOf([1, 2].map(() => ({ name: "a", bytes: new Uint8Array(), isDeflated: false }))), 9),
    ],
    ["no end record", () => zipMembers(Buffer.from("no zip at all, but long enough"), 9)],
  ])("refuses what is %s", (reason, read) => {
    expect(read).toThrow(reason);
  });

  it("refuses a zip that was cut or changed anywhere, or reads it, but never breaks", () => {
    const zip = zipOf([{ name: "a.dat", bytes: Buffer.from("hello hello hello"), isDeflated: true }]);
    fc.assert(
      fc.property(fc.nat({ max: zip.length - 1 }), fc.nat({ max: 255 }), fc.boolean(), (at, byte, isCut) => {
        const broken = Buffer.from(isCut ? zip.subarray(0, at) : zip);
        if (!isCut) broken[at] = byte;
        try {
          for (const member of zipMembers(broken, 1_000).values()) member.read();
        } catch (error) {
          expect(error).toMatchObject({ name: "Fault" });
        }
      }),
      { numRuns: 500 },
    );
  });
});
