import type { Code } from "../errors/index.ts";

/** What a file is to those who read it: messages name it so, and a file that can't be used has this code. */
export interface TableKind {
  /** With its article: `the mapping file`. */
  readonly noun: string;
  readonly code: Code;
}

/** How a file of rows is written. */
export type TableFormat = "csv" | "ndjson";

/** Between the cells of CSV. */
export type Delimiter = "," | ";" | "\t";

/** A column of CSV, or a property of the objects of NDJSON. */
export interface TableColumn {
  readonly name: string;
  /** Whether CSV without this column is refused; whether a row has a value there is its reader's to check. Default: false. */
  readonly required?: boolean;
}

export interface TableOptions {
  /** Path of the file, or its bytes. */
  readonly file: string | AsyncIterable<Uint8Array>;
  /** Default: `csv` for a path that ends in `.csv`, else `ndjson`. */
  readonly format?: TableFormat;
  /** Default: `,`. */
  readonly delimiter?: Delimiter;
  /** Bytes of a row; a longer one is at fault. Memory is some times this. Default: 64 KiB. */
  readonly maxRowBytes?: number;
  readonly columns: readonly TableColumn[];
  /** Columns of CSV and properties of NDJSON beside {@link TableOptions.columns}. Default: `refused`. */
  readonly otherColumns?: "refused" | "passed over";
  /** Whether cells in quotes may hold line breaks; where not, a quote that doesn't end costs its line only. Default: true. */
  readonly lineBreaks?: boolean;
  readonly kind: TableKind;
  /** Ends the reading with ABORTED, also while the file's next bytes are waited for. */
  readonly signal?: AbortSignal;
}

/** A row by the names of its columns, or why it can't be used. */
export type TableRow =
  | {
      /** Number of its first line, from 1; the first row of CSV, which names the columns, counts. */
      readonly line: number;
      /** Without the columns where it has none. */
      readonly values: Readonly<Record<string, string>>;
      readonly fault?: never;
    }
  | {
      readonly line: number;
      readonly values?: never;
      /** To stand behind `Cannot use line 7 of the mapping file as `. Without secrets. */
      readonly fault: string;
    };
