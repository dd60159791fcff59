import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { odataLiteral } from "./odata-literal.ts";

describe("odataLiteral()", () => {
  it("quotes a text, doubles its quotes, and encodes what ends a part of a URL", () => {
    expect(odataLiteral("O'Hara & sons/#1?")).toBe("%27O%27%27Hara%20%26%20sons%2F%231%3F%27");
  });

  it("says any text so that it can be read back, in one part of a path", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const literal = odataLiteral(text);
        expect(literal).not.toMatch(/[\s'/?#&=+"<>]/);
        const read = decodeURIComponent(literal);
        expect(read.slice(1, -1).replaceAll("''", "'")).toBe(text);
        expect([read.at(0), read.at(-1)]).toEqual(["'", "'"]);
      }),
    );
  });
});
