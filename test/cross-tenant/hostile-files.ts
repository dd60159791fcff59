import { gzipSync } from "node:zlib";

/** What a file is of, as far as it takes to write one: lines with names of their own. */
export interface Table {
  /** Of CSV. */
  readonly header: string;
  /** Cells of a line that can be used. */
  cells(name: string): readonly string[];
  /** The column whose values have to differ, in both formats. */
  readonly source: { readonly column: string; readonly index: number };
}

/** A line that can't be used, between others that can. */
export interface HostileLine {
  readonly name: string;
  readonly format: "csv" | "ndjson";
  /** Without its end; `first` is the name of the line before it. */
  bytes(table: Table, first: string): Uint8Array;
  /** What its finding says. */
  readonly says: RegExp;
  readonly isDuplicate?: true;
}

/** A file that no line of can be used. */
export interface HostileFile {
  readonly name: string;
  readonly format: "csv" | "ndjson";
  bytes(table: Table): Uint8Array;
  /** What the error says; undefined: it is a file without lines. */
  readonly says?: RegExp;
}

/** The line in CSV with one cell replaced, which is written as it stands. */
function csv(table: Table, cell: string | Uint8Array, more = ""): Uint8Array {
  const cells = table.cells("hostile").map((text, index) => (index === table.source.index ? cell : text));
  const bytes = cells.flatMap((text, index) => (index === 0 ? [text] : [",", text])).map((text) => Buffer.from(text));
  return Buffer.concat([...bytes, Buffer.from(more)]);
}

function columnsOf({ header }: Table): readonly string[] {
  return header.split(",");
}

/** The line in NDJSON, with the JSON text of the source replaced and more properties behind. */
function json(table: Table, source: string, more = ""): Uint8Array {
  const cells = table.cells("hostile").map((text, index) => (index === table.source.index ? source : `"${text}"`));
  return Buffer.from(`{${columnsOf(table).map((name, index) => `"${name}":${cells[index]}`)}${more}}`);
}

const BAD_NAMES: readonly string[] = [
  "ana",
  "@south.example",
  "ana@",
  "ana@@south.example",
  "ana@south.example@north.example",
  "ana silva@south.example",
  "ana@south",
  "ana@.south.example",
  "ana@south.example.",
  "<ana@south.example>",
  "ana;bo@south.example",
  "ana\u0007@south.example",
  "ana\u2028bo@south.example",
  `${"a".repeat(2000)}@south.example`,
];

const FORMULAS: readonly string[] = ["=1+1", "+1+1", "-1+1", "@SUM(A1:A9)", "=cmd|' /C calc'!A0", "\t=1+1", "＝1+1"];

const csvLines: readonly Omit<HostileLine, "format">[] = [
  { name: "a quote inside a cell", bytes: (table) => csv(table, 'an"a@south.example'), says: /quote/ },
  { name: "text behind a quote", bytes: (table) => csv(table, '"ana@south.example"x'), says: /quote/ },
  { name: "a quote that doesn't end", bytes: (table) => csv(table, '"ana@south.example'), says: /quote/ },
  { name: "a cell too many", bytes: (table) => csv(table, "ana@south.example", ",more"), says: /cells/ },
  { name: "a cell too few", bytes: (table) => Buffer.from(table.cells("few").slice(1).join(",")), says: /cells/ },
  { name: "another code page", bytes: (table) => csv(table, Buffer.from([0xe9, 0x40, 0x61])), says: /UTF-8/ },
  { name: "a surrogate in UTF-8", bytes: (table) => csv(table, Buffer.from([0xed, 0xa0, 0x80])), says: /UTF-8/ },
  { name: "NUL", bytes: (table) => csv(table, "a\0na@south.example"), says: /must be a user principal name/ },
  { name: "no source", bytes: (table) => csv(table, ""), says: /source/i },
  { name: "blanks for a source", bytes: (table) => csv(table, '"  \t "'), says: /source/i },
  { name: "a cell of 1 MB", bytes: (table) => csv(table, `${"x".repeat(1_000_000)}@south.example`), says: /bytes/ },
  {
    name: "10,000 quotes",
    bytes: (table) => csv(table, `"${'""'.repeat(10_000)}@south.example"`),
    says: /must be a user principal name/,
  },
  {
    name: "a signature of a URL",
    bytes: (table) => csv(table, "https://x.example/?sig=a1b2c3d4e5f6@south.example"),
    says: /\[redacted\]/,
  },
  {
    name: "the source of another line in other case",
    bytes: (table, first) => csv(table, (table.cells(first)[table.source.index] ?? "").toUpperCase()),
    says: /line/,
    isDuplicate: true,
  },
  ...BAD_NAMES.map((text) => ({
    name: `the name ${JSON.stringify(text.slice(0, 40))}`,
    bytes: (table: Table) => csv(table, text),
    says: /must be a user principal name|must have at most/,
  })),
  ...FORMULAS.map((text) => ({
    name: `the formula ${JSON.stringify(text)}`,
    bytes: (table: Table) => csv(table, text),
    says: /must be a user principal name/,
  })),
];

const jsonLines: readonly Omit<HostileLine, "format">[] = [
  { name: "cut JSON", bytes: (table) => json(table, '"ana@south.example"').subarray(0, -2), says: /JSON/ },
  {
    name: "JSON with more behind",
    bytes: (table) => Buffer.concat([json(table, '"a@b.example"'), Buffer.from(" x")]),
    says: /JSON/,
  },
  {
    name: "two objects",
    bytes: (table) => Buffer.concat([json(table, '"a@b.example"'), json(table, '"c@d.example"')]),
    says: /JSON/,
  },
  { name: "a list", bytes: () => Buffer.from('["ana@south.example"]'), says: /must be an object/ },
  { name: "null", bytes: () => Buffer.from("null"), says: /must be an object/ },
  { name: "a number", bytes: () => Buffer.from("1e999"), says: /must be an object|JSON/ },
  { name: "100,000 brackets", bytes: () => Buffer.from("[".repeat(60_000)), says: /JSON|nested|deep|must be/ },
  { name: "a list for a source", bytes: (table) => json(table, '["ana@south.example"]'), says: /text/ },
  { name: "an object for a source", bytes: (table) => json(table, '{"toString":"ana@south.example"}'), says: /text/ },
  { name: "null for a source", bytes: (table) => json(table, "null"), says: /source/i },
  { name: "a half character", bytes: (table) => json(table, '"a\\ud800@south.example"'), says: /whole characters/ },
  { name: "NUL", bytes: (table) => json(table, '"a\\u0000@south.example"'), says: /must be a user principal name/ },
  {
    name: "__proto__",
    bytes: (table) => json(table, '"a@b.example"', ',"__proto__":{"polluted":"yes"}'),
    says: /__proto__/,
  },
  {
    name: "constructor",
    bytes: (table) => json(table, '"a@b.example"', ',"constructor":{"prototype":{"polluted":1}}'),
    says: /constructor/,
  },
  { name: "an unknown property", bytes: (table) => json(table, '"a@b.example"', ',"colour":"red"'), says: /colour/ },
  {
    name: "a property twice",
    bytes: (table) => json(table, '"a@b.example"', `,"${table.source.column}":"c@d.example"`),
    says: /twice|once/,
  },
  {
    name: "a property twice in other case",
    bytes: (table) => json(table, '"a@b.example"', `,"${table.source.column.toUpperCase()}":"c@d.example"`),
    says: /twice|once/,
  },
  {
    name: "another code page",
    bytes: (table) => Buffer.from(json(table, '"é@b.example"').toString(), "latin1"),
    says: /UTF-8/,
  },
  { name: "a text of 1 MB", bytes: (table) => json(table, `"${"x".repeat(1_000_000)}@b.example"`), says: /bytes/ },
  {
    name: "a byte order mark in the middle",
    bytes: (table) => Buffer.concat([Buffer.from("\ufeff"), json(table, '"a@b.example"')]),
    says: /JSON/,
  },
  {
    name: "the source of another line in other case",
    bytes: (table, first) => json(table, JSON.stringify(table.cells(first)[table.source.index]?.toUpperCase())),
    says: /line/,
    isDuplicate: true,
  },
];

export const HOSTILE_LINES: readonly HostileLine[] = [
  ...csvLines.map((line) => ({ ...line, format: "csv" as const })),
  ...jsonLines.map((line) => ({ ...line, format: "ndjson" as const })),
];

const text = (of: (table: Table) => string) => (table: Table) => Buffer.from(of(table));
const linesOf = (table: Table) => `${table.header}\n${table.cells("a").join(",")}\n`;

export const HOSTILE_FILES: readonly HostileFile[] = [
  {
    name: "UTF-16, least byte first",
    format: "csv",
    bytes: (table) => Buffer.from(`\ufeff${linesOf(table)}`, "utf16le"),
    says: /UTF-16/,
  },
  {
    name: "UTF-16, greatest byte first",
    format: "csv",
    bytes: (table) => Buffer.from(`\ufeff${linesOf(table)}`, "utf16le").swap16(),
    says: /UTF-16/,
  },
  { name: "UTF-16 in NDJSON", format: "ndjson", bytes: () => Buffer.from("\ufeff{}\n", "utf16le"), says: /UTF-16/ },
  {
    name: "UTF-16 without a mark",
    format: "csv",
    bytes: (table) => Buffer.from(linesOf(table), "utf16le"),
    says: /column|columns/,
  },
  { name: "nothing", format: "csv", bytes: text(() => ""), says: /empty file/ },
  { name: "a byte order mark alone", format: "csv", bytes: text(() => "\ufeff"), says: /empty file/ },
  { name: "empty lines", format: "csv", bytes: text(() => "\r\n\n  \n,,\n"), says: /empty file/ },
  { name: "an unknown column", format: "csv", bytes: text(({ header }) => `${header},colour\n`), says: /"colour"/ },
  { name: "a column without a name", format: "csv", bytes: text(({ header }) => `${header},\n`), says: /columns/ },
  {
    name: "the column __proto__",
    format: "csv",
    bytes: text(({ header }) => `${header},__proto__\na,b,c,d\n`),
    says: /__proto__/,
  },
  {
    name: "the column constructor",
    format: "csv",
    bytes: text(({ header }) => `constructor,${header}\n`),
    says: /constructor/,
  },
  {
    name: "a column twice in other case",
    format: "csv",
    bytes: text(({ header, source }) => `${header},${source.column.toUpperCase()}\n`),
    says: /once/,
  },
  {
    name: "no source column",
    format: "csv",
    bytes: text(({ header, source }) => header.replace(source.column, "userType")),
    says: /name the column|name no columns/,
  },
  {
    name: "another delimiter",
    format: "csv",
    bytes: text((table) => linesOf(table).replaceAll(",", ";")),
    says: /another delimiter/,
  },
  {
    name: "lines that end with CR alone",
    format: "csv",
    bytes: text((table) => linesOf(table).replaceAll("\n", "\r")),
    says: /columns|column/,
  },
  {
    name: "a header that doesn't end",
    format: "csv",
    bytes: text((table) => `"${linesOf(table)}`),
    says: /quote|bytes/,
  },
  { name: "a header of 1 MB", format: "csv", bytes: text(() => "x".repeat(1_000_000)), says: /bytes/ },
  { name: "a compressed file", format: "csv", bytes: (table) => gzipSync(linesOf(table)), says: /first row/ },
  { name: "a header alone", format: "csv", bytes: text(({ header }) => `\ufeff${header}\r\n`) },
  { name: "nothing in NDJSON", format: "ndjson", bytes: text(() => "") },
  { name: "empty lines in NDJSON", format: "ndjson", bytes: text(() => "\ufeff\r\n\n   \n") },
];

/** A good line, the hostile one, and another good one, as a file. */
export function fileAround(table: Table, line: HostileLine, names: readonly [string, string]): Uint8Array {
  const good = (name: string) =>
    line.format === "csv"
      ? table.cells(name).join(",")
      : JSON.stringify(Object.fromEntries(columnsOf(table).map((column, index) => [column, table.cells(name)[index]])));
  return Buffer.concat([
    Buffer.from(line.format === "csv" ? `${table.header}\r\n` : ""),
    Buffer.from(`${good(names[0])}\r\n`),
    line.bytes(table, names[0]),
    Buffer.from(`\r\n${good(names[1])}`),
  ]);
}

/** What is good though it looks odd: a mark, CRLF, quotes, empty lines, names in quotes and in other case. */
export function oddFile(table: Table, names: readonly [string, string]): Uint8Array {
  const [one, other] = names.map((name) => table.cells(name));
  const header = columnsOf(table).map((column, index) => (index === 0 ? `"${column.toUpperCase()}"` : ` ${column}`));
  return Buffer.from(
    `\ufeff\r\n${header}\r\n\r\n${one?.map((cell) => `"${cell}"`)}\r\n ,\r\n${other?.map((cell) => ` ${cell}\t`)}`,
  );
}
