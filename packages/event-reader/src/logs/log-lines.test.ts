import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { guidsIn } from "../parse/guids-in.ts";
import { type LogLine, logLines } from "./log-lines.ts";

async function linesOf(bytes: Uint8Array, chunkSize: number, maxLength = 1000): Promise<LogLine[]> {
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += chunkSize) yield bytes.subarray(at, at + chunkSize);
  }
  const lines: LogLine[] = [];
  for await (const line of logLines(chunks(), maxLength)) lines.push(line);
  return lines;
}

const utf8 = (text: string) => Buffer.from(text, "utf8");
const texts = async (text: string, chunkSize = 7) => (await linesOf(utf8(text), chunkSize)).map(({ text }) => text);

describe("logLines()", () => {
  it.each([
    ["", []],
    ["one", ["one"]],
    ["one\r\ntwo\r\n", ["one", "two"]],
    ["one\n\ntwo", ["one", "", "two"]],
    ["one\rtwo", ["one", "two"]],
    ["\uFEFFone\n", ["one"]],
  ])("splits %j", async (text, expected) => {
    for (let chunkSize = 1; chunkSize <= 8; chunkSize++) expect(await texts(text, chunkSize)).toEqual(expected);
  });

  it("gives the same lines whatever the split of the bytes", async () => {
    const unit = fc.constantFrom("a", "ü", "😀", "\r\n", "\n", " ");
    await fc.assert(
      fc.asyncProperty(fc.array(unit), fc.integer({ min: 1, max: 20 }), async (parts, chunkSize) => {
        const text = parts.join("");
        const whole = text.split(/\r\n|\n/);
        if (whole.at(-1) === "") whole.pop();
        const lines = await linesOf(utf8(text), chunkSize);
        expect(lines).toEqual(whole.map((line, at) => ({ line: at + 1, text: line })));
      }),
    );
  });

  it("gives a line that is too long in pieces under one number, without cutting any GUID", async () => {
    const guid = "0d4f1d60-6a6e-4df3-8a39-6f5f3e1f2a11";
    for (let before = 200; before <= 300; before++) {
      const text = `first\n${"x".repeat(before)} ${guid} ${"y".repeat(900)}\nlast`;
      for (const chunkSize of [64, 5000]) {
        const lines = await linesOf(utf8(text), chunkSize, 256);
        const pieces = lines.filter(({ line }) => line === 2);
        expect(pieces.length).toBeGreaterThan(4);
        expect(Math.max(...pieces.map((piece) => piece.text.length))).toBeLessThanOrEqual(256);
        expect(pieces.flatMap((piece) => guidsIn(piece.text))).toContain(guid);
        expect([lines[0], lines.at(-1)]).toEqual([
          { line: 1, text: "first" },
          { line: 3, text: "last" },
        ]);
      }
    }
  });
});
