import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapeAttribute, escapeText, XML_REPLACEMENT, xmlClean } from "./characters.ts";
import { readXmlDocument } from "./reader.ts";

/** Strings of any UTF-16 units, with much of what is special. */
const anyText = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0xffff }),
      fc.constantFrom(0, 9, 10, 11, 13, 34, 38, 39, 60, 62, 127, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xfffe, 0xffff),
    ),
    { maxLength: 40 },
  )
  .map((units) => String.fromCharCode(...units));

/** The rule of XML 1.0, production 2, written a second time: by code points. */
function cleanByCodePoints(text: string): string {
  return Array.from(text, (character) => {
    const point = character.codePointAt(0) ?? 0;
    const allowed =
      point === 9 ||
      point === 10 ||
      point === 13 ||
      (point >= 0x20 && point <= 0xd7ff) ||
      (point >= 0xe000 && point <= 0xfffd) ||
      point >= 0x10000;
    return allowed ? character : XML_REPLACEMENT;
  }).join("");
}

describe("xmlClean()", () => {
  it("puts U+FFFD for exactly the characters that XML 1.0 cannot hold", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(xmlClean(text)).toBe(cleanByCodePoints(text));
      }),
    );
    expect(xmlClean("a\u0000b\u000bc\ud83dd\udc00e\ufffef\uffff")).toBe("a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf\ufffd");
  });

  it("leaves pairs of surrogates, markup and white space alone", () => {
    const text = `<a href="x">&\u{1f600}\t\r\n'</a>`;
    expect(xmlClean(text)).toBe(text);
  });

  it("does so for every UTF-16 unit between others", () => {
    const wrong: number[] = [];
    for (let unit = 0; unit <= 0xffff; unit++) {
      const text = `a${String.fromCharCode(unit)}b`;
      if (xmlClean(text) !== cleanByCodePoints(text)) wrong.push(unit);
    }
    expect(wrong).toEqual([]);
  });
});

describe("escapeAttribute()", () => {
  it("writes markup and white space other than spaces as references", () => {
    expect(escapeAttribute(`& < > " ' \t \n \r`)).toBe("&amp; &lt; &gt; &quot; ' &#x9; &#xA; &#xD;");
  });

  it("is read back as the clean text, whatever the text", async () => {
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        const xml = Buffer.from(`<r a="${escapeAttribute(text)}"/>`);
        const { attributes } = await readXmlDocument([xml], { root: "r" });
        expect(attributes.a).toBe(xmlClean(text));
      }),
    );
  });
});

describe("escapeText()", () => {
  it("is read back as the clean text, whatever the text", async () => {
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        const xml = Buffer.from(`<r>.${escapeText(text)}</r>`);
        expect((await readXmlDocument([xml], { root: "r" })).text).toBe(`.${xmlClean(text)}`);
      }),
    );
  });
});
