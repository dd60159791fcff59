import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseJson } from "./json-text.ts";
import { Misfit } from "./misfit.ts";

function faultOf(text: string): string | undefined {
  try {
    parseJson(text);
    return undefined;
  } catch (reason) {
    if (reason instanceof Misfit) return reason.because;
    throw reason;
  }
}

describe("parseJson", () => {
  it("gives what JSON.parse gives for whatever JSON.stringify writes, spaced or not", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8, stringUnit: "binary" }), fc.boolean(), (json, spaced) => {
        const text = spaced ? JSON.stringify(JSON.parse(json), undefined, 2) : json;
        expect(parseJson(text)).toEqual(JSON.parse(json));
      }),
      { numRuns: 500 },
    );
  });

  it("refuses whatever JSON.parse refuses", () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.nat(),
        fc.constantFrom('"', "\\", "{", "}", "[", ":", ",", "\n", "\0", "x"),
        (json, at, put) => {
          const index = at % (json.length + 1);
          const text = json.slice(0, index) + put + json.slice(index);
          let isJson = true;
          try {
            JSON.parse(text);
          } catch {
            isJson = false;
          }
          if (!isJson) expect(faultOf(text)).toMatch(/^it is no JSON/);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    ['{"a":1,"a":2}', '"a"'],
    ['{"a":{"b":1,"c":[{"x":":\\":"},{"d":1,"d" : 2}]}}', '"d"'],
    ['{"__proto__":1,"__proto__":2}', '"__proto__"'],
    ['{"a":1,"\\u0061":2}', '"a"'],
  ])("refuses %s, which has a property twice", (text, name) => {
    expect(faultOf(text)).toBe(`it has an object with the same property twice: current value is ${name}`);
  });

  it("takes texts that look like properties, and __proto__ as a property of its own", () => {
    const value = parseJson('{"a":"\\"a\\":1,\\\\","b":["a:","{"],"__proto__":{"c":1}}');
    expect(Object.keys(value as object)).toEqual(["a", "b", "__proto__"]);
    expect((value as { c?: number }).c).toBeUndefined();
  });

  it("bounds nesting and values before it makes any of them", () => {
    expect(faultOf("[".repeat(64) + "]".repeat(64))).toBeUndefined();
    expect(faultOf("[".repeat(65) + "]".repeat(65))).toBe("it nests arrays and objects deeper than 64");
    expect(faultOf("[".repeat(8_000_000))).toBe("it nests arrays and objects deeper than 64");
    expect(faultOf(`[${"[],".repeat(2_000_000)}[]]`)).toBe("it holds more than 2000000 values");
  });

  it("quotes nothing of a text that is no JSON", () => {
    expect(faultOf('{"url":"https://contoso.com?sig=secret" x}')).toMatch(/^it is no JSON(, from character \d+ on)?$/);
  });
});
