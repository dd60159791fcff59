import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { xmlClean } from "./characters.ts";
import type { XmlElement } from "./element.ts";
import { readXmlDocument } from "./reader.ts";
import { CHUNK_BYTES, utf8Chunks, writeXmlElement, writeXmlFile } from "./writer.ts";

const textOf = (chunks: Iterable<Uint8Array>): string => Buffer.concat([...chunks]).toString("utf8");

function element(
  name: string,
  attributes: Record<string, string>,
  children: XmlElement[] = [],
  text?: string,
): XmlElement {
  return { name, attributes, children, line: 0, column: 0, ...(text === undefined ? {} : { text }) };
}

const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,8}$/).filter((word) => word !== "xmlns");
const value = fc.string({ unit: "binary", maxLength: 30 }).map(xmlClean);
const anyElement = fc.letrec<{ element: XmlElement }>((tie) => ({
  element: fc
    .record({
      name,
      attributes: fc.dictionary(name, value, { maxKeys: 4 }),
      children: fc.oneof({ maxDepth: 3 }, fc.constant<XmlElement[]>([]), fc.array(tie("element"), { maxLength: 3 })),
      text: fc.option(
        value.filter((text) => /[^ \t\r\n]/.test(text)),
        { nil: undefined },
      ),
    })
    .map((parts) => element(parts.name, parts.attributes, parts.children, parts.text)),
})).element;

/** Without places, and with attributes as a plain list, so that prototypes don't matter. */
function comparable({ name, attributes, children, text }: XmlElement): unknown {
  return [name, Object.entries(attributes), children.map(comparable), text];
}

describe("writeXmlElement()", () => {
  it("is read back as the element that was written, whatever it holds", async () => {
    await fc.assert(
      fc.asyncProperty(anyElement, async (written) => {
        const xml = Buffer.from(writeXmlElement(written, 0));
        expect(comparable(await readXmlDocument([xml], { root: written.name }))).toEqual(comparable(written));
      }),
    );
  });

  it("puts children on lines of their own, but never adds white space to text", () => {
    const inner = element("c", { d: "1" }, [element("e", {})], "t");
    expect(writeXmlElement(element("a", {}, [element("b", {}), inner]), 1)).toBe(
      `  <a>\n    <b/>\n    <c d="1">t<e/></c>\n  </a>\n`,
    );
  });
});

describe("writeXmlFile()", () => {
  it("writes declaration, namespace, attributes and records", () => {
    const root = { name: "r", namespace: "urn:a&b", attributes: ` c="d"` };
    expect(textOf(writeXmlFile(root, ["  <x/>\n", "  <y/>\n"]))).toBe(
      `<?xml version="1.0" encoding="utf-8"?>\n<r xmlns="urn:a&amp;b" c="d">\n  <x/>\n  <y/>\n</r>\n`,
    );
  });

  it("writes an empty element for a root without records", () => {
    expect(textOf(writeXmlFile({ name: "r", namespace: "u" }, []))).toMatch(/\n<r xmlns="u"\/>\n$/);
  });

  it("takes records only as chunks are asked for", () => {
    let taken = 0;
    function* records(): Generator<string> {
      for (;;) {
        taken++;
        yield `${"x".repeat(999)}\n`;
      }
    }
    const chunks = writeXmlFile({ name: "r", namespace: "u" }, records());
    expect(taken).toBe(0);
    expect(chunks.next().value?.length).toBeGreaterThanOrEqual(CHUNK_BYTES);
    expect(taken).toBe(66);
  });
});

describe("utf8Chunks()", () => {
  it("splits parts that are much larger than a chunk, and loses nothing", () => {
    const parts = ["a", "é".repeat(500_000), "", "z"];
    const chunks = [...utf8Chunks(parts)];
    expect(Math.max(...chunks.map((chunk) => chunk.length))).toBeLessThanOrEqual(2 * CHUNK_BYTES);
    expect(textOf(chunks)).toBe(parts.join(""));
  });
});
