import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvLine } from "./csv-line.ts";

/** A plain reader of one line of RFC 4180. */
function readLine(line: string): string[] {
  const cells: string[] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^",]*))(,|\r\n)/gy;
  for (let match = pattern.exec(line); match !== null; match = pattern.exec(line)) {
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
  }
  return cells;
}

describe("csvLine()", () => {
  it("quotes what would end a cell, and leaves the rest as it is", () => {
    expect(csvLine(["a", 'say "hi"', "a,b", "a;b", " edge ", 12.5, undefined, ""])).toBe(
      'a,"say ""hi""","a,b","a;b"," edge ",12.5,,\r\n',
    );
  });

  it.each([
    "=1+1",
    "+a",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "  =1",
    "＝1",
    "＠A1",
    "\u200b=1",
    '=HYPERLINK("http://x")',
  ])("makes plain text of the formula %j", (text) => {
    const [cell = ""] = readLine(csvLine([text]));
    expect(cell.startsWith("'")).toBe(true);
  });

  it("leaves numbers alone, negative ones too", () => {
    expect(csvLine([-2147024809, 0, "-2147024809", "+1.5"])).toBe("-2147024809,0,-2147024809,+1.5\r\n");
  });

  it("shows control characters, line ends and lone surrogates as codes", () => {
    expect(csvLine(["a\nb", "a\0b", "\u2028", "\ud800"])).toBe("a\\u{a}b,a\\u{0}b,\\u{2028},\\u{d800}\r\n");
  });

  it("is one line with as many cells as were given, whatever they hold", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" }), { minLength: 1 }), (cells) => {
        const line = csvLine(cells);
        expect(line.match(/[\r\n]/g)).toHaveLength(2);
        const read = readLine(line);
        expect(read).toHaveLength(cells.length);
        for (const cell of read) expect(cell).not.toMatch(/^[\s\p{Cf}]*[=+\-@＝＋－＠](?![\d.]+$)/u);
      }),
    );
  });
});
