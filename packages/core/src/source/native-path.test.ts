import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesOfName, nameOfBytes, nativePath } from "./native-path.ts";

/** Arbitrary bytes, and bytes among which broken UTF-8 is likely: leads, continuations, encoded surrogates. */
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 64 }),
  fc.array(fc.constantFrom(0x2e, 0x61, 0x80, 0xa0, 0xbf, 0xc0, 0xc3, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xff), {
    maxLength: 24,
  }),
  fc.string({ unit: "binary" }).map((text) => Buffer.from(text)),
);

describe("nameOfBytes", () => {
  it("gives names from which bytesOfName has any bytes back", () => {
    fc.assert(
      fc.property(bytes, (given) => {
        expect([...bytesOfName(nameOfBytes(Uint8Array.from(given)))]).toEqual([...given]);
      }),
      { numRuns: 2000 },
    );
  });

  it("decodes valid UTF-8 as any decoder does", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(nameOfBytes(Buffer.from(text))).toBe(text);
      }),
    );
  });

  it("is valid UTF-8's own text exactly where a strict decoder takes the bytes", () => {
    const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    fc.assert(
      fc.property(bytes, (given) => {
        const array = Uint8Array.from(given);
        let decoded: string | undefined;
        try {
          decoded = strict.decode(array);
        } catch {
          decoded = undefined;
        }
        if (decoded === undefined) expect(nameOfBytes(array)).toMatch(/[\uDC80-\uDCFF]/u);
        else expect(nameOfBytes(array)).toBe(decoded);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ["a byte alone", [0x61, 0xff, 0x62], "a\uDCFFb"],
    ["an encoded surrogate", [0xed, 0xb2, 0x80], "\uDCED\uDCB2\uDC80"],
    ["an overlong slash", [0xc0, 0xaf], "\uDCC0\uDCAF"],
    ["a character that is cut off", [0x61, 0xe2, 0x82], "a\uDCE2\uDC82"],
    ["what lies beyond U+10FFFF", [0xf4, 0x90, 0x80, 0x80], "\uDCF4\uDC90\uDC80\uDC80"],
    ["a real U+FFFD beside a bad byte", [0xef, 0xbf, 0xbd, 0x80], "\uFFFD\uDC80"],
    ["a byte order mark", [0xef, 0xbb, 0xbf, 0x61], "\uFEFFa"],
  ])("writes %s losslessly", (_, given, name) => {
    expect(nameOfBytes(Uint8Array.from(given))).toBe(name);
  });

  it("reads only the bytes of a view", () => {
    expect(nameOfBytes(Buffer.from("xabcx").subarray(1, 4))).toBe("abc");
  });
});

describe("bytesOfName", () => {
  it("keeps characters beyond the base plane, whose second halves look like escapes", () => {
    expect(bytesOfName("\u{1F480}\uDC80").equals(Buffer.from([0xf0, 0x9f, 0x92, 0x80, 0x80]))).toBe(true);
  });

  it.each(["\uD800", "a\uDC7F", "\uDD00b", "\uDFFF"])("refuses the lone surrogate in %j, which is no byte", (name) => {
    expect(() => bytesOfName(name)).toThrow(expect.objectContaining({ code: "SOURCE_INVALID_ITEM" }));
  });
});

describe("nativePath", () => {
  it("gives plain paths as they are, and bytes where they are needed", () => {
    expect(nativePath("/a/\u{1F480} ü", "linux")).toBe("/a/\u{1F480} ü");
    expect(nativePath("/a/\uDCFF", "linux")).toEqual(Buffer.from([0x2f, 0x61, 0x2f, 0xff]));
    expect(() => nativePath("/a/\uD800", "darwin")).toThrow(expect.objectContaining({ code: "SOURCE_INVALID_ITEM" }));
  });

  it("leaves paths of Windows alone", () => {
    expect(nativePath("C:\\\uDCFF\uD800", "win32")).toBe("C:\\\uDCFF\uD800");
  });

  it.skipIf(process.platform !== "linux")("opens the file that a listing in bytes names", async () => {
    const folder = await mkdtemp(join(tmpdir(), "primepack-names-"));
    try {
      await writeFile(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0x80, 0xfe, 0x41])]), "here");
      const [name] = await readdir(folder, { encoding: "buffer" });
      expect(name).toBeDefined();
      const path = nativePath(join(folder, nameOfBytes(name ?? Buffer.alloc(0))));
      expect(await readFile(path, "utf8")).toBe("here");
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
