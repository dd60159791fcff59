import { writeFile } from "node:fs/promises";
import { temporaryFolder } from "@primepack/test-support";
import { unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import type { PlannedContent, SourceContent } from "../model/index.ts";
import { storedSize } from "../seal/cipher.ts";
import { archiveRoom, readMember, zipStored } from "./archives.ts";

const path = temporaryFolder();
const { signal } = new AbortController();

const planned = (size: number, content: PlannedContent["content"] = { kind: "local", handle: 1 }): PlannedContent => ({
  size,
  content,
  blob: "00000001.dat",
  archive: "archive1.zip",
});

const local = (content: SourceContent) => new Map([[1, content]]);

describe("zipStored()", () => {
  it("stores members as they are, in their order", () => {
    const members = [
      { name: "00000002.dat", bytes: Buffer.from("second") },
      { name: "00000001.dat", bytes: Buffer.alloc(0) },
    ];
    const zip = Buffer.from(zipStored(members));
    expect(Object.entries(unzipSync(zip)).map(([name, bytes]) => [name, Buffer.from(bytes).toString()])).toEqual([
      ["00000002.dat", "second"],
      ["00000001.dat", ""],
    ]);
    // Local header: no flags, method 0 (stored), 1980-01-01 00:00.
    expect(zip.readUInt16LE(6)).toBe(0);
    expect(zip.readUInt16LE(8)).toBe(0);
    expect(zip.readUInt32LE(10)).toBe(0x00210000);
    expect(zip.subarray(30 + 12, 30 + 12 + 6).toString()).toBe("second");
  });

  it("gives the same bytes in any time zone", () => {
    const members = [{ name: "a", bytes: Buffer.from("a") }];
    const here = zipStored(members);
    const zone = process.env.TZ;
    try {
      process.env.TZ = "Pacific/Auckland";
      expect(zipStored(members)).toEqual(here);
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });
});

describe("archiveRoom()", () => {
  it("is what members can have together in a zip that keeps the limit when it is encrypted", () => {
    const names = ["00000001.dat", "00000002.dat"];
    const room = archiveRoom(names);
    const half = Math.floor(room / 2);
    const zip = zipStored([
      { name: "00000001.dat", bytes: new Uint8Array(half) },
      { name: "00000002.dat", bytes: new Uint8Array(room - half) },
    ]);
    expect(storedSize(zip.length, true)).toBeLessThanOrEqual(10_000_000);
    expect(storedSize(zip.length + 32, true)).toBeGreaterThan(10_000_000);
  });
});

describe("readMember()", () => {
  it("reads bytes, streams and files whole, with the date of a file", async () => {
    const chunks: SourceContent = {
      async *open() {
        const chunk = Buffer.alloc(2, "a");
        yield chunk;
        chunk.fill("b");
        yield chunk;
      },
    };
    expect(Buffer.from((await readMember(planned(4), local(chunks), signal)).bytes).toString()).toBe("aabb");
    expect(await readMember(planned(3), local(Buffer.from("abc")), signal)).toEqual({
      name: "00000001.dat",
      bytes: Buffer.from("abc"),
    });
    await writeFile(path("file"), "on disk");
    for (const file of [
      await readMember(planned(7, { kind: "path", path: path("file") }), new Map(), signal),
      await readMember(planned(7), local({ path: path("file") }), signal),
    ]) {
      expect(Buffer.from(file.bytes).toString()).toBe("on disk");
      expect(file.modified).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    }
  });

  it("refuses a file that has grown beyond what an archive takes, and what is not as long as it says", async () => {
    await writeFile(path("grown"), Buffer.alloc(99_984));
    const grown = planned(7, { kind: "path", path: path("grown") });
    await expect(readMember(grown, new Map(), signal)).rejects.toMatchObject({ code: "SOURCE_CHANGED" });
    await writeFile(path("largest"), Buffer.alloc(99_983));
    const largest = planned(7, { kind: "path", path: path("largest") });
    expect((await readMember(largest, new Map(), signal)).bytes).toHaveLength(99_983);
    for (const size of [2, 4]) {
      await expect(readMember(planned(size), local(Buffer.from("abc")), signal)).rejects.toMatchObject({
        code: "SOURCE_INVALID_ITEM",
      });
    }
    await expect(readMember(planned(1), new Map(), signal)).rejects.toMatchObject({ code: "SOURCE_INVALID_ITEM" });
  });

  it("ends with the reason of its signal", async () => {
    const abort = new AbortController();
    abort.abort(new Error("enough"));
    await expect(readMember(planned(3), local(Buffer.from("abc")), abort.signal)).rejects.toThrow("enough");
  });
});
