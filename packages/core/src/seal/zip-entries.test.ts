import fc from "fast-check";
import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { ZipFault, zipEntries } from "./zip-entries.ts";

const limits = { entryBytes: 100_000, totalBytes: 1_000_000 };
const names = fc.stringMatching(/^[a-z0-9é]{1,8}\.dat$/);
const files = fc.dictionary(names, fc.uint8Array({ maxLength: 300 }), { maxKeys: 6 });

describe("zipEntries()", () => {
  it("reads what fflate writes, stored and deflated", () => {
    fc.assert(
      fc.property(files, fc.constantFrom(0, 9), (contents, level) => {
        const entries = [...zipEntries(zipSync(contents, { level }), limits)];
        expect(Object.fromEntries(entries.map(({ name, bytes }) => [name, Buffer.from(bytes)]))).toEqual(
          Object.fromEntries(Object.entries(contents).map(([name, bytes]) => [name, Buffer.from(bytes)])),
        );
      }),
    );
  });

  it("throws nothing but ZipFault for a zip with any bytes changed or cut off", () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 });
    fc.assert(
      fc.property(files, changes, fc.nat(), (contents, changed, cut) => {
        const zip = zipSync(contents);
        for (const [at, byte] of changed) zip[at % zip.length] = byte;
        try {
          for (const _ of zipEntries(zip.subarray(0, zip.length - (cut % 40)), limits));
        } catch (reason) {
          expect(reason).toBeInstanceOf(ZipFault);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("inflates no entry beyond its limit, whatever size is claimed", () => {
    const zip = zipSync({ x: new Uint8Array(10_000_000) }, { level: 9 });
    const view = new DataView(zip.buffer, zip.byteOffset, zip.length);
    for (let at = 0; at + 4 < zip.length; at++) {
      if (view.getUint32(at, true) === 10_000_000) view.setUint32(at, 10, true);
    }
    expect(() => [...zipEntries(zip, limits)]).toThrow("must inflate to at most 100000 bytes");
  });

  it("refuses more bytes in all than its limit", () => {
    const many = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`${index}x`, new Uint8Array(100_000)]));
    expect(() => [...zipEntries(zipSync(many, { level: 9 }), limits)]).toThrow("must hold at most 1000000 bytes");
  });

  it("refuses entries that share their bytes", () => {
    const zip = zipSync({ a: new Uint8Array(1_000).map((_, at) => at), b: new Uint8Array(1_000) }, { level: 0 });
    // Both entries of the directory are made the first: it begins behind the bytes of both.
    const view = new DataView(zip.buffer, zip.byteOffset, zip.length);
    const directory = view.getUint32(zip.length - 22 + 16, true);
    const entry = zip.slice(directory, directory + 47);
    const sharing = Buffer.concat([zip.subarray(0, 1_031), entry, entry, entry, zip.subarray(zip.length - 22)]);
    sharing.writeUInt16LE(3, sharing.length - 22 + 10);
    sharing.writeUInt32LE(1_031, sharing.length - 22 + 16);
    expect(() => [...zipEntries(sharing, limits)]).toThrow("must not share bytes");
  });
});
