// Files of rows: CSV and NDJSON, read in bounded memory; what is wrong with a row costs that row.

export { readLines } from "./byte-lines.ts";
export { type CellRow, readCsvCells } from "./csv-cells.ts";
export { fileBytes, tableFormat } from "./file-bytes.ts";
export { parseJson } from "./json-text.ts";
export { Misfit } from "./misfit.ts";
export { readTable } from "./read-table.ts";
export type { Delimiter, TableColumn, TableFormat, TableKind, TableOptions, TableRow } from "./table-types.ts";
