import { collect } from "@primepack/test-support";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readLines } from "./byte-lines.ts";
import { Misfit } from "./misfit.ts";

const kind = { noun: "the list", code: "TABLE_INVALID" } as const;

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  // One buffer for all chunks, as readers that spare memory have it.
  const chunk = Buffer.alloc(size);
  for (let start = 0; start < bytes.length; start += size) {
    const length = bytes.copy(chunk, 0, start, Math.min(bytes.length, start + size));
    yield chunk.subarray(0, length);
  }
}

async function linesOf(
  bytes: Buffer,
  chunkSize = 1024,
  maxBytes = 1024,
): Promise<readonly (readonly [number, string])[]> {
  const lines = (await collect(readLines(inChunks(bytes, chunkSize), maxBytes, kind))).flat();
  return lines.map(({ number, text }) => [number, text instanceof Misfit ? `! ${text.because}` : text]);
}

describe("readLines", () => {
  it("gives the lines of any text with their numbers, however it is cut into chunks", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: "grapheme" })),
        fc.constantFrom("\n", "\r\n"),
        fc.integer({ min: 1, max: 40 }),
        async (texts, end, chunkSize) => {
          const lines = texts.map((text) => text.replace(/[\r\n]/g, ""));
          const expected = lines
            .map((text, index) => [index + 1, text])
            .filter(([, text]) => String(text).trim() !== "");
          expect(await linesOf(Buffer.from(lines.map((line) => line + end).join("")), chunkSize)).toEqual(expected);
          expect(await linesOf(Buffer.from(lines.join(end)), chunkSize)).toEqual(expected);
        },
      ),
    );
  });

  it("leaves out a byte order mark, and keeps what other readers take for the end of a line", async () => {
    expect(await linesOf(Buffer.from("\ufeffa\u2028b\rc\n\ufeffd"))).toEqual([
      [1, "a\u2028b\rc"],
      [2, "\ufeffd"],
    ]);
  });

  it("goes on after a line that is too long, or no UTF-8", async () => {
    const bytes = Buffer.concat([
      Buffer.from("first\n"),
      Buffer.from(`${"x".repeat(5000)}\n`),
      Buffer.from([0x61, 0xff, 0x62, 0x0a, 0xed, 0xa0, 0x80, 0x0a]),
      Buffer.from("last"),
    ]);
    expect(await linesOf(bytes, 100)).toEqual([
      [1, "first"],
      [2, "! it has more than 1024 bytes: current value is 5000"],
      [3, "! it is no UTF-8"],
      [4, "! it is no UTF-8"],
      [5, "last"],
    ]);
  });

  it("holds no more of an endless line than its bound", async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (let chunk = 0; chunk < 4000; chunk++) yield Buffer.alloc(64 * 1024, 0x78);
    }
    const before = process.memoryUsage.rss();
    const [line] = (await collect(readLines(endless(), 1024 * 1024, kind))).flat();
    expect(line?.text).toMatchObject({ message: `has more than 1048576 bytes: current value is ${4000 * 64 * 1024}` });
    expect(process.memoryUsage.rss() - before).toBeLessThan(128 * 1024 * 1024);
  });

  it.each([
    ["little", "\ufeff{}\n", "utf16le" as const],
    ["big", "\ufffe\u7b00", "utf16le" as const],
  ])("refuses UTF-16, %s endian", async (_, text, encoding) => {
    await expect(linesOf(Buffer.from(text, encoding))).rejects.toMatchObject({
      code: "TABLE_INVALID",
      message: expect.stringMatching(/^Cannot read the list as it must be UTF-8: /),
    });
  });
});
