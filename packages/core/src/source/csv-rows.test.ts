import { collect } from "@primepack/test-support";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Delimiter } from "../table/index.ts";
import { type CsvRow, readCsvRows } from "./csv-rows.ts";

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function rowsOf(
  text: string | Buffer,
  maxRowBytes = 4096,
  delimiter: Delimiter = ",",
  chunkSize = 7,
): Promise<CsvRow[]> {
  return (await collect(readCsvRows(inChunks(Buffer.from(text), chunkSize), maxRowBytes, delimiter))).flat();
}

const faults = (rows: readonly CsvRow[]) => rows.map(({ number, fault }) => [number, fault?.because]);

describe("readCsvRows", () => {
  it("reads rows with quotes, line breaks and other ends of lines, and numbers their first lines", async () => {
    const rows = await rowsOf(
      '\ufeffpath,size,content\r\n"a, ""b""",5,c.txt\r\n"x\ny",,https://h/?a=1\r\n,,\r\n\r\nz,1,"d"\r\n',
    );
    expect(rows).toEqual([
      { number: 2, value: { kind: "file", path: 'a, "b"', size: 5, content: { path: "c.txt" } } },
      { number: 3, value: { kind: "file", path: "x\ny", content: { url: "https://h/?a=1" } } },
      { number: 7, value: { kind: "file", path: "z", size: 1, content: { path: "d" } } },
    ]);
  });

  it("gives back any cells that are written as RFC 4180 says, however the bytes are cut", async () => {
    const cell = fc.string({ unit: "grapheme", minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell), { minLength: 1 }),
        fc.integer({ min: 1, max: 20 }),
        async (given, size) => {
          const text = [
            "path,author",
            ...given.map((row) => row.map((c) => `"${c.replaceAll('"', '""')}"`).join(",")),
          ].join("\n");
          const rows = await rowsOf(text, 4096, ",", size);
          expect(rows.map(({ value, fault }) => [value.path, value.author, fault])).toEqual(
            given.map((row) => [...row, undefined]),
          );
        },
      ),
    );
  });

  it("reads columns of fields by their types", async () => {
    const guid = "11111111-2222-4333-8444-555555555555";
    const given: readonly (readonly [string, string, object])[] = [
      ["field:A", "x", { type: "Text", value: "x" }],
      ["field:A:Note", "x", { type: "Note", value: "x" }],
      ["field:A:MultiChoice", "x; y;", { type: "MultiChoice", value: ["x", "y"] }],
      ["field:A:Number", "1.5", { type: "Number", value: "1.5" }],
      ["field:A:Integer", "-7", { type: "Integer", value: -7 }],
      ["field:A:Boolean", "TRUE", { type: "Boolean", value: true }],
      ["field:A:DateTime", "2024-01-02T03:04:05Z", { type: "DateTime", value: "2024-01-02T03:04:05Z" }],
      [
        "field:A:URL",
        "https://h/, Home, sweet",
        { type: "URL", value: { url: "https://h/", description: "Home, sweet" } },
      ],
      ["field:A:UserMulti", "ada;bob", { type: "UserMulti", value: ["ada", "bob"] }],
      [`field:A:Lookup:${guid}`, "3", { type: "Lookup", value: { itemId: 3, listId: guid } }],
      [`field:A:LookupMulti:${guid}`, "3;4", { type: "LookupMulti", value: { itemIds: [3, 4], listId: guid } }],
      [
        "field:A:TaxonomyFieldType:ATaxHT0",
        `Pa|ris|${guid}`,
        { type: "TaxonomyFieldType", value: { label: "Pa|ris", termGuid: guid }, noteField: { name: "ATaxHT0" } },
      ],
      [
        "field:A:TaxonomyFieldTypeMulti:N",
        `P|${guid}`,
        { type: "TaxonomyFieldTypeMulti", value: [{ label: "P", termGuid: guid }], noteField: { name: "N" } },
      ],
      ["field:A:raw:Custom", "x", { type: "raw", fieldType: "Custom", value: "x" }],
    ];
    for (const [heading, cell, field] of given) {
      const [row] = await rowsOf(`path,"${heading}"\na,"${cell}"\n`);
      expect(row?.value.fields, heading).toEqual([{ name: "A", ...field }]);
    }
    const [empty] = await rowsOf("path,field:A:Integer\na,\n");
    expect(empty?.value).toEqual({ kind: "file", path: "a" });
  });

  it("takes JSON in the columns of lists and objects", async () => {
    const [row] = await rowsOf('path;permissions\na;"[{""principal"":""ada"",""role"":""Read""}]"\n', 4096, ";");
    expect(row?.value.permissions).toEqual([{ principal: "ada", role: "Read" }]);
  });

  it("tells of bad rows with their lines, and goes on", async () => {
    const rows = await rowsOf(
      Buffer.concat([
        Buffer.from("path,size,permissions,field:B:Boolean\na,1,,\nb,x,,\nc,1\nd,1,[,\ne,1,,maybe\nf"),
        Buffer.from([0xff]),
        Buffer.from(',1,,\ng,1,"x"y,\nh,1,,\n5" pipe,1,,\n"i\nj",1,,\n'),
      ]),
    );
    expect(faults(rows)).toEqual([
      [2, undefined],
      [3, 'size must be digits: current value is "x"'],
      [4, "it must have 4 cells, as the first row has: current value is 2"],
      [5, expect.stringMatching(/^permissions is no JSON/)],
      [6, 'field:B:Boolean must be true or false: current value is "maybe"'],
      [7, "it has a cell that is no UTF-8, the 1. of the row"],
      [8, "it has a cell that goes on behind its quote"],
      [9, undefined],
      [10, "it has a quote in a cell that doesn't begin with one"],
      [11, undefined],
    ]);
    expect(rows[1]?.value.path).toBe("b");
  });

  it("bounds a row, also one whose quote never ends", async () => {
    const long = await rowsOf(`path,author\na,${"x".repeat(9000)}\nb,\n`, 4096, ",", 1000);
    expect(faults(long)).toEqual([
      [2, "it has more than 4096 bytes, or a quote that doesn't end"],
      [3, undefined],
    ]);
    const wide = await rowsOf(`path,author\na${",".repeat(3_000_000)}\nb,\n`, 4_000_000, ",", 1000);
    expect(faults(wide)).toEqual([
      [2, "it has more than 10000 cells"],
      [3, undefined],
    ]);
    const open = await rowsOf(`path,author\na,"x\n${"y,\n".repeat(5)}`);
    expect(faults(open)).toEqual([[2, "it has a quote that doesn't end"]]);
    const endless = await rowsOf(`path,author\na,"x\n${"y,\n".repeat(5000)}"\nb,\n`);
    expect(faults(endless)).toEqual([
      [2, "it has more than 4096 bytes, or a quote that doesn't end"],
      [5004, undefined],
    ]);
  });

  it.each([
    ["", "an empty file"],
    ["a,b\n", "no column path"],
    ["path;author\n", "one column, with another delimiter in its name"],
    ["path,path\n", 'two columns "path"'],
    ["path,colour\n", 'a column "colour"'],
    ["path,__proto__\n", 'a column "__proto__"'],
    ["path,field:A:Nonsense\n", 'a column "field:A:Nonsense"'],
    ["path,field:A:Lookup\n", 'a column "field:A:Lookup"'],
    ["path,field::Text\n", 'a column "field::Text"'],
  ])("refuses a file that begins %j", async (text, found) => {
    await expect(rowsOf(text)).rejects.toMatchObject({
      code: "INVENTORY_INVALID",
      message: `Cannot read the inventory as its first row must name its columns: current value is ${found}`,
    });
  });

  it("refuses UTF-16 and tells of what its bytes throw", async () => {
    await expect(rowsOf(Buffer.from("\ufeffpath\n", "utf16le"))).rejects.toMatchObject({ code: "INVENTORY_INVALID" });
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("path\na\n");
      throw new Error("the disk is gone");
    }
    await expect(collect(readCsvRows(failing(), 4096, ","))).rejects.toThrow("the disk is gone");
  });
});
