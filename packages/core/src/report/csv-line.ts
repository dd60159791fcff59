/** Begins a file of CSV: spreadsheets take one without it for text of the machine's old code page. */
export const BYTE_ORDER_MARK = "\ufeff";

/** A cell of a table; undefined is an empty one. */
export type CsvCell = string | number | undefined;

/** What a spreadsheet takes for the beginning of a formula, full-width forms included. */
const formula = /^[\s\p{Cc}\p{Cf}]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/u;
const plainNumber = /^[-+]?\d+(?:\.\d+)?$/;
/** Would end the cell or the line for some reader, or can't be seen; U+0085 and the like end lines for some. */
const controls = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu;
const needsQuotes = /[",;\t]|^\s|\s$/;

/**
 * A line of CSV (RFC 4180, with its CRLF) that a spreadsheet shows and never executes: text that it would take for a
 * formula begins with an apostrophe, control characters and lone surrogates are written as `\u{hex}`.
 */
export function csvLine(cells: readonly CsvCell[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

function csvCell(cell: CsvCell): string {
  if (cell === undefined) return "";
  if (typeof cell === "number") return String(cell);
  const shown = cell.replace(controls, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
  const text = formula.test(cell) && !plainNumber.test(cell) ? `'${shown}` : shown;
  return needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
