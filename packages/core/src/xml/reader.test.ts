import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PrimepackError } from "../errors/index.ts";
import type { XmlElement } from "./element.ts";
import { readBatches, readXmlDocument, readXmlRecords, type XmlRecordsOptions } from "./reader.ts";

const bytesOf = (xml: string): Uint8Array => new TextEncoder().encode(xml);

interface Reading {
  readonly records: XmlElement[];
  readonly error?: { readonly code: string; readonly message: string };
}

async function read(
  xml: string | Uint8Array,
  options: Partial<XmlRecordsOptions> = {},
  pieceBytes = 64 * 1024,
): Promise<Reading> {
  const records: XmlElement[] = [];
  try {
    const bytes = typeof xml === "string" ? bytesOf(xml) : xml;
    for await (const batch of readBatches([bytes], { root: "r", ...options }, 1, pieceBytes)) records.push(...batch);
    return { records };
  } catch (error) {
    if (!(error instanceof PrimepackError)) throw error;
    return { records, error: { code: error.code, message: error.message } };
  }
}

const sample = [
  `\ufeff<?xml version="1.0" encoding="UTF-8"?>`,
  `<!-- before --><s:r xmlns:s="urn:x" other="1">`,
  `  <s:a`,
  `     id="1" text="&lt;&#x1F600;&quot;'é日本\u{1f600}&#xA;"/>`,
  `\t<s:b\r\n  id='2'><s:c/>one<!-- c -->&amp;<![CDATA[<two>]]>  <s:c __proto__="p" constructor="q"\r></s:c\n>`,
  `</s:b><?pi body?><d xmlns="urn:other"/>\r`,
  `</s:r>`,
  ``,
].join("\n");

describe("readXmlRecords()", () => {
  it("yields each child of the root with attributes, children, text and place", async () => {
    const { records, error } = await read(sample, { namespace: "urn:x" });
    expect(error).toBeUndefined();
    expect(records).toEqual([
      {
        name: "a",
        attributes: { id: "1", text: `<\u{1f600}"'é日本\u{1f600}\n` },
        attributeCount: 2,
        children: [],
        line: 3,
        column: 3,
      },
      {
        name: "b",
        attributes: { id: "2" },
        attributeCount: 1,
        text: "one&<two>",
        line: 5,
        column: 2,
        children: [
          { name: "c", attributes: {}, attributeCount: 0, children: [], line: 6, column: 10 },
          {
            name: "c",
            attributes: Object.fromEntries([
              ["__proto__", "p"],
              ["constructor", "q"],
            ]),
            attributeCount: 2,
            children: [],
            line: 6,
            column: 53,
          },
        ],
      },
      { name: "d", attributes: { xmlns: "urn:other" }, attributeCount: 1, children: [], line: 9, column: 18 },
    ]);
  });

  it("reads the same at every size of piece", async () => {
    const whole = await read(sample);
    const { length } = bytesOf(sample);
    for (let size = 1; size <= length; size++) expect(await read(sample, {}, size)).toEqual(whole);
  });

  it("reads the same however the bytes are split", async () => {
    const bytes = bytesOf(sample);
    const whole = await read(sample);
    const cuts = fc.uniqueArray(fc.nat(bytes.length), { maxLength: 20 }).map((at) => at.sort((a, b) => a - b));
    await fc.assert(
      fc.asyncProperty(cuts, fc.integer({ min: 1, max: 64 }), async (at, pieceBytes) => {
        const chunks = [0, ...at].map((from, index) => bytes.subarray(from, at[index] ?? bytes.length));
        const records: XmlElement[] = [];
        for await (const batch of readBatches(chunks, { root: "r" }, 1, pieceBytes)) records.push(...batch);
        expect(records).toEqual(whole.records);
      }),
    );
  });

  it("gives attributes without a prototype, so that no name can reach one", async () => {
    const { records } = await read(`<r><a __proto__="x"/></r>`);
    expect(Object.getPrototypeOf(records[0]?.attributes)).toBeNull();
    expect(Object.keys(records[0]?.attributes ?? {})).toEqual(["__proto__"]);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it("hands the root's own attributes to onRoot before the first record", async () => {
    const seen: unknown[] = [];
    const options = { root: "r", onRoot: ({ name, attributes }: XmlElement) => seen.push([name, { ...attributes }]) };
    for await (const record of readXmlRecords([bytesOf(`<r xmlns="urn:x" a="1"><b/></r>`)], options)) {
      seen.push(record.name);
    }
    expect(seen).toEqual([["r", { a: "1" }], "b"]);
  });

  it("reads an empty root as no records", async () => {
    expect(await read("<r/>")).toEqual({ records: [] });
  });

  it("asks for no further chunk when the consumer breaks", async () => {
    let asked = 0;
    let closed = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        yield bytesOf("<r>");
        for (;;) {
          asked++;
          yield bytesOf("<a/>".repeat(20_000));
        }
      } finally {
        closed = true;
      }
    }
    for await (const _ of readXmlRecords(endless(), { root: "r" })) break;
    expect(asked).toBe(1);
    expect(closed).toBe(true);
  });

  it("lets errors of its input through unchanged", async () => {
    const broken = new Error("disk");
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield bytesOf("<r>");
      throw broken;
    }
    await expect(readXmlRecords(failing(), { root: "r" }).next()).rejects.toBe(broken);
  });

  it("ends with ABORTED when its signal is", async () => {
    const controller = new AbortController();
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield bytesOf(`<r>${"<a/>".repeat(20_000)}`);
      controller.abort(new Error("enough"));
      yield bytesOf("<a/>".repeat(20_000));
    }
    const reading = (async () => {
      for await (const _ of readXmlRecords(chunks(), { root: "r", signal: controller.signal }));
    })();
    await expect(reading).rejects.toMatchObject({ code: "ABORTED", cause: { message: "enough" } });
  });
});

const refusals: readonly (readonly [what: string, xml: string | Uint8Array, code: string, place: string])[] = [
  ["a DOCTYPE", `<!DOCTYPE r [<!ENTITY a "b">]><r/>`, "XML_DOCTYPE", "1:30"],
  ["a DOCTYPE inside of the root", `<r><!DOCTYPE r></r>`, "XML_DOCTYPE", "1:12"],
  ["an entity of its own", "<r>\n<a b='&c;'/></r>", "XML_MALFORMED", "2:9"],
  ["an end tag of another element", "<r><a></b></r>", "XML_MALFORMED", "1:10"],
  ["an end tag too many", "<r></r></r>", "XML_MALFORMED", "1:11"],
  ["an element that is not closed", "<r><a>", "XML_MALFORMED", "1:6"],
  ["two roots", "<r/><r/>", "XML_MALFORMED", "1:7"],
  ["an empty file", "", "XML_MALFORMED", "1:1"],
  ["a duplicate attribute", `<r><a b="1" b="2"/></r>`, "XML_MALFORMED", "1:19"],
  ["a duplicate __proto__", `<r><a __proto__="1" __proto__="2"/></r>`, "XML_MALFORMED", "1:35"],
  ["a raw < in an attribute", `<r><a b="<"/></r>`, "XML_MALFORMED", "1:10"],
  ["text between records", "<r><a/>\nx<a/></r>", "MANIFEST_UNEXPECTED", "2:2"],
  ["a control character", "<r><a b='\u0001'/></r>", "XML_CHARACTER", "1:10"],
  ["a reference to a control character", "<r><a b='&#1;'/></r>", "XML_CHARACTER", "1:13"],
  ["a reference to a surrogate", "<r><a b='&#xD800;'/></r>", "XML_CHARACTER", "1:17"],
  ["XML 1.1", `<?xml version="1.1"?><r/>`, "XML_MALFORMED", "1:21"],
  ["a declared UTF-16", `<?xml version="1.0" encoding="utf-16"?><r/>`, "XML_ENCODING", "1:39"],
  ["UTF-16", new Uint8Array(Buffer.from("\ufeff<r/>", "utf16le")), "XML_ENCODING", "1:1"],
  ["UTF-16 of the other order", new Uint8Array(Buffer.from("\ufeff<r/>", "utf16le").swap16()), "XML_ENCODING", "1:1"],
  ["UTF-16 without a mark", new Uint8Array(Buffer.from("<r/>", "utf16le")), "XML_CHARACTER", "1:2"],
  ["a second byte order mark", "\ufeff\ufeff<r/>", "XML_MALFORMED", "1:2"],
  ["Latin-1", new Uint8Array(Buffer.from("<r>\n<a n='caf\u00e9'/></r>", "latin1")), "XML_ENCODING", "2:9"],
  ["a NUL", "<r>\n<a b='\0'/></r>", "XML_CHARACTER", "2:7"],
  ["NULs behind the root", "<r/>\0\0", "XML_CHARACTER", "1:5"],
  ["entities that double", "<!DOCTYPE r [<!ENTITY a '&b;&b;'><!ENTITY b '&c;&c;'>]><r>&a;</r>", "XML_DOCTYPE", "1:55"],
  ["an entity that XML lacks", "<r><a b='&nbsp;'/></r>", "XML_MALFORMED", "1:15"],
  ["a byte that is no UTF-8", new Uint8Array([...bytesOf("<r><é/>"), 0xff, ...bytesOf("</r>")]), "XML_ENCODING", "1:7"],
  ["an overlong form", new Uint8Array([...bytesOf("<r><a/>"), 0xe0, 0x80, 0x80]), "XML_ENCODING", "1:7"],
  ["a file that ends within a character", new Uint8Array([...bytesOf("<r/>"), 0xe2, 0x82]), "XML_ENCODING", "1:4"],
  ["another root", "<q/>", "MANIFEST_UNEXPECTED", "1:4"],
  ["another namespace", "<r xmlns='urn:y'/>", "MANIFEST_UNEXPECTED", "1:18"],
  ["no namespace", "<r/>", "MANIFEST_UNEXPECTED", "1:4"],
  [
    "a prefix that is bound to another namespace",
    "<p:r xmlns='urn:x' xmlns:p='urn:y'/>",
    "MANIFEST_UNEXPECTED",
    "1:36",
  ],
];

describe("readXmlRecords() on input that it refuses", () => {
  for (const [what, xml, code, place] of refusals) {
    it(`refuses ${what} with ${code} at ${place}, at every size of piece`, async () => {
      const options = what.includes("namespace") ? { namespace: "urn:x" } : {};
      const bytes = typeof xml === "string" ? bytesOf(xml) : xml;
      const { records, error } = await read(xml, options);
      expect(error).toMatchObject({ code });
      expect(error?.message).toContain(`Cannot read XML at ${place} as `);
      for (let size = 1; size <= bytes.length; size++) {
        expect(await read(bytes, options, size)).toEqual({ records, error });
      }
    });
  }

  it.each([
    ["comment", "<!--", "-->"],
    ["CDATA section", "<a><![CDATA[", "]]></a>"],
    ["processing instruction", "<?p ", "?>"],
    ["attribute value", "<a b='", "'/>"],
  ])("refuses a %s of 50 MB on one line, with its place", async (_, start, end) => {
    const piece = bytesOf("x ".repeat(500_000));
    let given = 0;
    function* chunks() {
      yield bytesOf(`<r>\n${start}`);
      for (let count = 0; count < 50; count++) {
        given++;
        yield piece;
      }
      yield bytesOf(`${end}</r>`);
    }
    const reading = (async () => {
      for await (const _ of readXmlRecords(chunks(), { root: "r" }));
    })();
    const place = /^Cannot read XML at 2:\d+ as a record must not be longer than 16777216 characters/;
    await expect(reading).rejects.toMatchObject({ code: "XML_TOO_LARGE", message: expect.stringMatching(place) });
    expect(given).toBe(17);
  });

  it("reads millions of empty elements one by one", async () => {
    const piece = bytesOf("<a/>".repeat(50_000));
    function* chunks() {
      yield bytesOf("<r>");
      for (let count = 0; count < 40; count++) yield piece;
      yield bytesOf("</r>");
    }
    let count = 0;
    let most = 0;
    for await (const batch of readBatches(chunks(), { root: "r" }, 1, 64 * 1024)) {
      count += batch.length;
      most = Math.max(most, batch.length);
    }
    expect(count).toBe(2_000_000);
    expect(most).toBeLessThan(20_000);
  });

  it("yields the records before the fault, and none that is not closed", async () => {
    const { records, error } = await read("<r><a/><b></b><c></d></r>");
    expect(records.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(error?.code).toBe("XML_MALFORMED");
  });

  it("names the file and cuts long values in its message", async () => {
    const { error } = await read(`<${"x".repeat(5000)}/>`, { file: "Manifest.xml" });
    expect(error?.message).toMatch(/^Cannot read Manifest\.xml at 1:5003 as /);
    expect(error?.message.length).toBeLessThan(300);
  });

  it("refuses elements that nest deeper than the bound, and no less deep ones", async () => {
    const nested = (depth: number): string => `${"<r>".repeat(depth)}${"</r>".repeat(depth)}`;
    expect((await read(nested(5), { limits: { depth: 5 } })).error).toBeUndefined();
    expect((await read(nested(6), { limits: { depth: 5 } })).error?.code).toBe("XML_TOO_DEEP");
    expect((await read("<r>".repeat(100_000))).error?.code).toBe("XML_TOO_DEEP");
  });

  it("refuses a record with more elements than the bound, counting each record for itself", async () => {
    const limits = { recordElements: 4 };
    expect((await read(`<r>${"<a><b/><b/><b/></a>".repeat(9)}</r>`, { limits })).error).toBeUndefined();
    expect((await read("<r><a><b/><b/><b/><b/></a></r>", { limits })).error?.code).toBe("XML_TOO_LARGE");
  });

  it("refuses an element with more attributes than the bound, counting each for itself", async () => {
    const element = (count: number) => `<a ${Array.from({ length: count }, (_, at) => `a${at}=""`).join(" ")}/>`;
    const limits = { attributes: 4 };
    expect((await read(`<r>${element(4).repeat(3)}</r>`, { limits })).error).toBeUndefined();
    const { error } = await read(`<r>\n${element(5)}</r>`, { limits });
    expect(error).toMatchObject({ code: "XML_TOO_LARGE" });
    expect(error?.message).toContain("at 2:32 as an element must not have more than 4 attributes");
    expect((await read(`<r>${element(1_000_000)}</r>`)).error?.code).toBe("XML_TOO_LARGE");
  });

  const endlessKinds = {
    "attribute value": ['<r><a b="', "x".repeat(999)],
    "entities in an attribute value": ['<r><a b="', "&amp;"],
    attributes: ["<r><a ", undefined],
    "element name": ["<r><", "x".repeat(999)],
    "entity name": ['<r><a b="&', "x".repeat(999)],
    comment: ["<!--", "x ".repeat(999)],
    "processing instruction": ["<r><?a ", "x ".repeat(999)],
    "white space": ["<r>", " \n".repeat(999)],
    DOCTYPE: ["<!DOCTYPE r [", "<!ENTITY a 'b'>"],
    text: ["<r><a>", "x".repeat(999)],
    CDATA: ["<r><a><![CDATA[", "x".repeat(999)],
  } as const;

  for (const [what, [start, more]] of Object.entries(endlessKinds)) {
    it(`stops asking for chunks in the middle of endless ${what}`, async () => {
      let given = 0;
      async function* endless(): AsyncGenerator<Uint8Array> {
        yield bytesOf(start);
        for (let index = 0; ; index++) {
          const chunk = bytesOf(more ?? `a${index}="" `);
          given += chunk.length;
          yield chunk;
        }
      }
      const reading = (async () => {
        for await (const _ of readXmlRecords(endless(), { root: "r", limits: { recordLength: 200_000 } }));
      })();
      await expect(reading).rejects.toMatchObject({ code: "XML_TOO_LARGE" });
      expect(given).toBeLessThan(200_000 + 2 * 64 * 1024);
    });
  }
});

describe("readXmlDocument()", () => {
  it("gives the root with all that is in it", async () => {
    const root = await readXmlDocument([bytesOf(`<r xmlns="u" a="1"><b>t</b></r>`)], { root: "r", namespace: "u" });
    expect(root).toEqual({
      name: "r",
      attributes: { a: "1" },
      line: 1,
      column: 1,
      children: [{ name: "b", attributes: {}, attributeCount: 0, children: [], text: "t", line: 1, column: 20 }],
    });
  });

  it("refuses a root that is longer than one record may be", async () => {
    const xml = bytesOf(`<r>${"<a/>".repeat(100_000)}</r>`);
    await expect(readXmlDocument([xml], { root: "r", limits: { recordLength: 70_000 } })).rejects.toMatchObject({
      code: "XML_TOO_LARGE",
    });
  });
});
