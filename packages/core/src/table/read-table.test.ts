import { mkdir, writeFile } from "node:fs/promises";
import { collect, temporaryFolder } from "@primepack/test-support";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readTable } from "./read-table.ts";
import type { TableOptions, TableRow } from "./table-types.ts";

const path = temporaryFolder();

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  // One buffer for all chunks, as readers that spare memory have it.
  const chunk = Buffer.alloc(size);
  for (let start = 0; start < bytes.length; start += size) {
    const part = bytes.subarray(start, start + size);
    chunk.set(part);
    yield chunk.subarray(0, part.length);
  }
}

const kind = { noun: "the mapping file", code: "TABLE_INVALID" } as const;
const columns = [{ name: "source", required: true }, { name: "target" }, { name: "mailNickname" }] as const;

type Asked = Partial<Omit<TableOptions, "file">> & { readonly chunkSize?: number };

async function read(text: string | Uint8Array, { chunkSize = 7, ...more }: Asked = {}): Promise<readonly TableRow[]> {
  const file = inChunks(Buffer.from(text), chunkSize);
  return (await collect(readTable({ file, format: "csv", columns, kind, ...more }))).flat();
}

/** Lines with their values, or faults. */
const shown = (rows: readonly TableRow[]) => rows.map(({ line, values, fault }) => [line, fault ?? values]);

describe("readTable() of CSV", () => {
  it("takes a carriage return between two quotes for what it is, and no quote that was doubled", async () => {
    expect(shown(await read('source,target\r\n"a@x"\r"b@x",c@x\r\n"d@x",e@x\r\n'))).toEqual([
      [2, "it has a cell that goes on behind its quote"],
      [3, { source: "d@x", target: "e@x" }],
    ]);
  });

  it("names values as its columns are named, trimmed, and leaves out empty ones", async () => {
    const rows = await read("\ufeffTARGET, Source ,mailnickname\r\n b@x ,a@x,\r\n,c@x,  \r\n");
    expect(shown(rows)).toEqual([
      [2, { source: "a@x", target: "b@x" }],
      [3, { source: "c@x" }],
    ]);
  });

  it("reads quoted cells with delimiters, quotes and line breaks, and blanks around their quotes", async () => {
    const rows = await read('source,target\r\n"a, ""b""" ,\t"x\r\ny"\t\r\n  "  padded  "  ,z\r\n');
    expect(shown(rows)).toEqual([
      [2, { source: 'a, "b"', target: "x\r\ny" }],
      [4, { source: "padded", target: "z" }],
    ]);
  });

  it("passes over empty lines and rows of empty cells, before the header too", async () => {
    const rows = await read("\n \n,,\nsource,target\n\n , \n,\na@x,b@x");
    expect(shown(rows)).toEqual([[8, { source: "a@x", target: "b@x" }]]);
  });

  it("reads back any table that is written with quotes, however the bytes are cut", async () => {
    const text = fc.string({
      unit: fc.constantFrom("a", "Ä", "é", "日", "😀", '"', ",", ";", " ", "\n", "\r\n", "\t"),
    });
    const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(text, text, text)),
        fc.constantFrom(",", ";", "\t"),
        fc.constantFrom("\n", "\r\n"),
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 1, max: 40 }),
        async (table, delimiter, end, hasMark, hasLastEnd, chunkSize) => {
          const lines = [["source", "target", "mailNickname"], ...table].map((row) => row.map(quoted).join(delimiter));
          const written = `${hasMark ? "\ufeff" : ""}${lines.join(end)}${hasLastEnd ? end : ""}`;
          const rows = await read(written, { delimiter, chunkSize });
          let line = 2;
          const expected: unknown[] = [];
          for (const [source, target, mailNickname] of table) {
            const cells = Object.entries({
              source: source.trim(),
              target: target.trim(),
              mailNickname: mailNickname.trim(),
            });
            const isBlank = [source, target, mailNickname].every((cell) => /^[\0- ]*$/.test(cell));
            if (!isBlank) expected.push([line, Object.fromEntries(cells.filter(([, cell]) => cell !== ""))]);
            line += 1 + [source, target, mailNickname].join("").split("\n").length - 1;
          }
          expect(shown(rows)).toEqual(expected);
        },
      ),
    );
  });

  it("says the same of any bytes, however they are cut, and never loses a row behind a broken one", async () => {
    const text = fc.string({ unit: fc.constantFrom("a", ",", '"', " ", "\n", "\r", "é", "\0") });
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 12 }), async (body, chunkSize) => {
        const whole = shown(await read(`source,target\n${body}`, { chunkSize: 1024, lineBreaks: false }));
        expect(shown(await read(`source,target\n${body}`, { chunkSize, lineBreaks: false }))).toEqual(whole);
        const behind = await read(`source,target\n${body}\nlast,row`, { chunkSize, lineBreaks: false });
        expect(behind.at(-1)?.values).toEqual({ source: "last", target: "row" });
      }),
      { numRuns: 300 },
    );
  });

  it("tells of a broken row with its line, and goes on with the next", async () => {
    const rows = await read(
      Buffer.concat([
        Buffer.from('source,target\na,"b"c\nd\ne"f,g\nh,i,j\nk,'),
        Buffer.from([0xff]),
        Buffer.from('\n"l\nm",n\no,"p" "q"\nlast,"x'),
      ]),
    );
    expect(shown(rows)).toEqual([
      [2, "it has a cell that goes on behind its quote"],
      [3, "it must have 2 cells, as the first row has: current value is 1"],
      [4, "it has a quote in a cell that doesn't begin with one"],
      [5, "it must have 2 cells, as the first row has: current value is 3"],
      [6, "it has a cell that is no UTF-8, the 2. of the row"],
      [7, { source: "l\nm", target: "n" }],
      [9, "it has a cell that goes on behind its quote"],
      [10, "it has a quote that doesn't end"],
    ]);
  });

  it("loses only its line to a quote that doesn't end, where cells hold no line breaks", async () => {
    expect(shown(await read('source,target\na,"b\nc,d\n"e","f"\n', { lineBreaks: false }))).toEqual([
      [2, "it has a quote that doesn't end"],
      [3, { source: "c", target: "d" }],
      [4, { source: "e", target: "f" }],
    ]);
  });

  it("bounds a row, also one whose quote never ends", async () => {
    const rows = await read(`source,target\na,${"x".repeat(900)}\nb,"${"y\n".repeat(900)}"\nc,d\n`, {
      maxRowBytes: 512,
    });
    const long = "it has more than 512 bytes, or a quote that doesn't end";
    expect(shown(rows)).toEqual([
      [2, long],
      [3, long],
      [904, { source: "c", target: "d" }],
    ]);
  });

  it.each([
    ["", "name the columns: current value is an empty file"],
    ["source,target,Target\n", 'name each column once: current value is "Target"'],
    ["source,colour\n", 'name no columns but source, target, mailNickname: current value is "colour"'],
    ["source,__proto__\n", 'name no columns but source, target, mailNickname: current value is "__proto__"'],
    ["source,\n", 'name no columns but source, target, mailNickname: current value is ""'],
    ["target,mailNickname\n", 'name the column "source": current value is "target, mailNickname"'],
    ["source;target\n", 'name the column "source": current value is one name, with another delimiter in it'],
    ['source,"target\n', "name the columns: current value is a row that has a quote that doesn't end"],
  ])("refuses a file that begins %j", async (text, because) => {
    await expect(read(text)).rejects.toMatchObject({
      code: "TABLE_INVALID",
      message: `Cannot read the mapping file as its first row must ${because}`,
    });
  });

  it("refuses a header that is no UTF-8, and bounds the cells of a row", async () => {
    await expect(read(Buffer.from("source,t\xe4rget\n", "latin1"))).rejects.toMatchObject({
      code: "TABLE_INVALID",
      message: expect.stringMatching(/current value is a name that is no UTF-8$/),
    });
    expect(shown(await read(`source\na${",".repeat(20_000)}\nb\n`, { chunkSize: 4096 }))).toEqual([
      [2, "it has more than 10000 cells"],
      [3, { source: "b" }],
    ]);
  });

  it("passes over other columns for who asks for it", async () => {
    const rows = await read("notes,source,notes,\nx,a,y,z\n", { otherColumns: "passed over" });
    expect(shown(rows)).toEqual([[2, { source: "a" }]]);
  });

  it("refuses UTF-16", async () => {
    await expect(read(Buffer.from("\ufeffsource\na", "utf16le"))).rejects.toMatchObject({
      code: "TABLE_INVALID",
      message: "Cannot read the mapping file as it must be UTF-8: current value is UTF-16, by its first two bytes",
    });
  });
});

describe("readTable() of NDJSON", () => {
  const lines = (text: string | Uint8Array, more: Asked = {}) => read(text, { format: "ndjson", ...more });

  it("takes texts, numbers and booleans; null and empty texts are no values", async () => {
    const rows = await lines(
      '\ufeff{"source":" a ","TARGET":7}\r\n\r\n{"source":true,"target":null,"mailnickname":""}\n{"source":-1.5}\n{}',
    );
    expect(shown(rows)).toEqual([
      [1, { source: "a", target: "7" }],
      [3, { source: "true" }],
      [4, { source: "-1.5" }],
      [5, {}],
    ]);
  });

  it("reads back any objects, however the bytes are cut", async () => {
    const value = fc.oneof(fc.string({ unit: "grapheme" }), fc.boolean(), fc.maxSafeInteger(), fc.constant(null));
    const object = fc.record({ source: value, target: value, mailNickname: value }, { requiredKeys: [] });
    await fc.assert(
      fc.asyncProperty(fc.array(object), fc.integer({ min: 1, max: 40 }), async (objects, chunkSize) => {
        const text = objects.map((one) => `${JSON.stringify(one)}\n`).join("");
        expect(shown(await lines(text, { chunkSize }))).toEqual(
          objects.map((one, index) => {
            const texts = Object.entries(one).map(
              ([name, of]) => [name, of === null ? "" : String(of).trim()] as const,
            );
            return [index + 1, Object.fromEntries(texts.filter(([, text]) => text !== ""))];
          }),
        );
      }),
    );
  });

  it("tells of a broken line, and goes on with the next", async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"source":"a"\n["a"]\n"a"\n{"source":"a","source":"b"}\n{"source":"a","Source":"b"}\n'),
      Buffer.from('{"source":["a"]}\n{"target":{}}\n{"source":"a","colour":"b"}\n{"source":12345678901234567890}\n'),
      Buffer.from('{"source":"\\ud800"}\n{"source":"'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from(`"}\n{"source":"${"x".repeat(900)}"}\n{"source":"last"}`),
    ]);
    expect(shown(await lines(bytes, { maxRowBytes: 512 }))).toEqual([
      [1, expect.stringMatching(/^it is no JSON/)],
      [2, "it must be an object: current value is a list of 1"],
      [3, 'it must be an object: current value is "a"'],
      [4, 'it has an object with the same property twice: current value is "source"'],
      [5, 'it must have each property once: current value is "Source"'],
      [6, "source must be a text: current value is a list of 1"],
      [7, "target must be a text: current value is an object"],
      [8, 'it must have no properties but source, target, mailNickname: current value is "colour"'],
      [9, "source must be a text: current value is 12345678901234567000"],
      [10, expect.stringMatching(/^source must be a text of whole characters: current value is /)],
      [11, "it is no UTF-8"],
      [12, "it has more than 512 bytes: current value is 913"],
      [13, { source: "last" }],
    ]);
  });

  it("passes over other properties for who asks for it", async () => {
    const rows = await lines('{"source":"a","__proto__":{"target":"b"},"colour":[]}', { otherColumns: "passed over" });
    expect(shown(rows)).toEqual([[1, { source: "a" }]]);
  });

  it("shows no secret of a line in its fault", async () => {
    const [row] = await lines('{"https://x.blob.core.windows.net/c?sv=1&sig=abcdef%3D":1}');
    expect(row?.fault).toContain("sig=");
    expect(row?.fault).not.toContain("abcdef");
    // A key that the cut goes through.
    const [cut] = await lines(`{"${"x ".repeat(20)}${"k".repeat(43)}=":1}`);
    expect(cut?.fault).not.toContain("kkk");
  });
});

describe("readTable() of a file", () => {
  it("takes CSV for what ends in .csv, and anything else for NDJSON", async () => {
    await mkdir(path("files"));
    await writeFile(path("files/a.CSV"), "source\na\n");
    await writeFile(path("files/a.txt"), '{"source":"b"}\n');
    const rowsOf = async (file: string) => (await collect(readTable({ file: path(file), columns, kind }))).flat();
    expect(shown(await rowsOf("files/a.CSV"))).toEqual([[2, { source: "a" }]]);
    expect(shown(await rowsOf("files/a.txt"))).toEqual([[1, { source: "b" }]]);
    for (const file of ["files/none.csv", "files"]) {
      await expect(rowsOf(file)).rejects.toMatchObject({
        code: "INVALID_OPTION",
        message: expect.stringMatching(/^Cannot read the mapping file as the operating system answers E/),
      });
    }
  });

  it("reads a file of any size in bounded memory, row by row", async () => {
    const row = Buffer.from(`${'ann@contoso.example,"ann, of fabrikam",\n'.repeat(1600)}`);
    async function* many(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("source,target,mailNickname\n");
      for (let chunk = 0; chunk < 200; chunk++) yield row;
    }
    const before = process.memoryUsage.rss();
    let rows = 0;
    for await (const batch of readTable({ file: many(), format: "csv", columns, kind })) rows += batch.length;
    expect(rows).toBe(320_000);
    expect(process.memoryUsage.rss() - before).toBeLessThan(128 * 1024 * 1024);
  });

  it("ends with ABORTED while bytes are waited for that don't come", async () => {
    const controller = new AbortController();
    async function* stalled(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('{"source":"a@x"}\n');
      queueMicrotask(() => controller.abort());
      await new Promise(() => undefined);
    }
    const reading = collect(readTable({ file: stalled(), columns, kind, signal: controller.signal }));
    await expect(reading).rejects.toMatchObject({
      code: "ABORTED",
      message: "Cannot read the mapping file as the caller aborted",
    });
  });

  it("ends with ABORTED and closes the bytes when the caller aborts", async () => {
    const controller = new AbortController();
    let isClosed = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        yield Buffer.from("source\n");
        for (let row = 0; ; row += 1) {
          if (row === 3) controller.abort();
          yield Buffer.from(`${row}\n`);
        }
      } finally {
        isClosed = true;
      }
    }
    const reading = collect(readTable({ file: endless(), format: "csv", columns, kind, signal: controller.signal }));
    await expect(reading).rejects.toMatchObject({ code: "ABORTED" });
    expect(isClosed).toBe(true);
  });

  it("refuses a bound that is none, and passes on what its bytes throw", async () => {
    await expect(read("source\n", { maxRowBytes: 0 })).rejects.toMatchObject({ code: "INVALID_OPTION" });
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("source\na\n");
      throw new Error("the disk is gone");
    }
    await expect(collect(readTable({ file: failing(), format: "csv", columns, kind }))).rejects.toThrow(
      "the disk is gone",
    );
  });
});
