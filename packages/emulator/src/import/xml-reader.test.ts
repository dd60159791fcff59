import { collect } from "@primepack/test-support";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Element, readWhole, readXml } from "./xml-reader.ts";

async function* inPieces(text: string, sizes: readonly number[]) {
  const bytes = Buffer.from(text);
  let at = 0;
  for (let index = 0; at < bytes.length; index += 1) {
    const size = Math.max(1, sizes[index % Math.max(1, sizes.length)] ?? 1);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const whole = (text: string, sizes: readonly number[] = [7]) => readWhole(inPieces(text, sizes), "a.xml");
const shape = ({ name, attributes, children, text }: Element): unknown => [
  name,
  { ...attributes },
  text,
  children.map(shape),
];

describe("readXml()", () => {
  it("reads the same, however the bytes are cut", async () => {
    const text = `\uFEFF<?xml version="1.0"?><a xmlns="urn:x" b="é&amp;&#xA;&#x1F600;"><c d="語"/>t<![CDATA[<]]><e/></a>`;
    const expected = [
      "a",
      { b: "é&\n😀" },
      "t<",
      [
        ["c", { d: "語" }, "", []],
        ["e", {}, "", []],
      ],
    ];
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(sizes, async (cut) => {
        expect(shape(await whole(text, cut))).toEqual(expected);
      }),
    );
  });

  it("makes a line break in an attribute a space, unless it is written as a character", async () => {
    expect((await whole('<a b="1\n2&#xA;3"/>')).attributes.b).toBe("1 2\n3");
  });

  it("gives containers as they open, and records one by one", async () => {
    const text = '<Map><Users n="1"><User/><User><X/></User></Users><Groups/></Map>';
    const parts = await collect(readXml(inPieces(text, [3]), 3, "a.xml"));
    expect(parts.map((part) => `${part.type} ${part.element.name} ${part.element.children.length}`)).toEqual([
      ...["open Map 0", "open Users 0", "record User 0", "record User 1", "open Groups 0"],
    ]);
  });

  it("leaves declarations of namespaces and xsi: out, and names attributes of others", async () => {
    const text =
      '<a xmlns="urn:x" xmlns:o="urn:o" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:x="1" o:y="2" z="3"/>';
    expect({ ...(await whole(text)).attributes }).toEqual({ "{urn:o}y": "2", z: "3" });
  });

  it.each([
    ["a document type", "<!DOCTYPE a><a/>"],
    ["XML 1.1", '<?xml version="1.1"?><a>&#1;</a>'],
    ["another encoding", '<?xml version="1.0" encoding="utf-16"?><a/>'],
    ["an unknown entity", "<a>&b;</a>"],
    ["an attribute twice", '<a b="1" b="2"/>'],
    ["a control character", "<a>\u0001</a>"],
    ["an end that is missing", "<a>"],
    ["nothing", ""],
    ["an unknown prefix", "<o:a/>"],
    ["too deep nesting", `${"<a>".repeat(100)}${"</a>".repeat(100)}`],
  ])("ends the job by %s", async (_, text) => {
    await expect(whole(text)).rejects.toMatchObject({ name: "Fault", isFatal: true });
  });
});
