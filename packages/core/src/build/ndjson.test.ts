import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collect } from "@primepack/test-support";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatNdjsonLine, readNdjson } from "./ndjson.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "primepack-ndjson-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(text: string): Promise<unknown[]> {
  const path = join(folder, "lines");
  await writeFile(path, text);
  return collect(readNdjson(path));
}

describe("readNdjson()", () => {
  it("gives a value a line", async () => {
    expect(await read('{"a":1}\n[2]\n')).toEqual([{ a: 1 }, [2]]);
  });

  it("ends lines at line feeds alone", async () => {
    const names = ["a\u2028b", "a\u2029b", "a\u0085b", "a\vb", "a\rb"];
    const text = names.map((name) => `${JSON.stringify({ name })}\n`).join("");
    expect(await read(text)).toEqual(names.map((name) => ({ name })));
    expect(await read('{"a":1}\r\n\r\n[2]\r\n')).toEqual([{ a: 1 }, [2]]);
  });

  it("leaves out a last line that was cut off", async () => {
    expect(await read('{"a":1}\n{"b":')).toEqual([{ a: 1 }]);
  });

  it("throws on a broken line in the middle", async () => {
    await expect(read('{"a":1}\n{"b":\n{"c":3}\n')).rejects.toThrow(
      expect.objectContaining({ code: "RECORDS_INVALID", message: expect.stringContaining("line 2") }),
    );
  });

  it("gives nothing for a file that isn't there", async () => {
    expect(await collect(readNdjson(join(folder, "none")))).toEqual([]);
  });
});

describe("formatNdjsonLine()", () => {
  it("gives a line that all readers of lines take for one", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab\n\r\v\f\u0085\u2028\u2029\\"') }), (name) => {
        const line = formatNdjsonLine({ name });
        expect(line.trimEnd().split(/[\n\v\f\r\u0085\u2028\u2029]/)).toHaveLength(1);
        expect(line.endsWith("\n")).toBe(true);
        expect(JSON.parse(line)).toEqual({ name });
      }),
    );
  });
});
