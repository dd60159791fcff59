import { abortedError, PrimepackError, redact, throwIfAborted, untilAborted } from "../errors/index.ts";
import { type ReadRow, readCsvTable } from "./csv-table.ts";
import { fileBytes, tableFormat } from "./file-bytes.ts";
import { readJsonTable } from "./json-table.ts";
import { Misfit } from "./misfit.ts";
import { TableColumns } from "./table-columns.ts";
import type { TableOptions, TableRow } from "./table-types.ts";

const DEFAULT_ROW_BYTES: number = 64 * 1024;

/**
 * The rows of a file that people or other programs wrote: CSV (RFC 4180) whose first row names the columns, or NDJSON with
 * an object a line. UTF-8, with or without a byte order mark; lines end with LF or CRLF.
 *
 * Cells are trimmed; empty cells, null and absent properties are no values. Numbers and booleans of NDJSON become their
 * text. Columns and properties are compared without regard to case, and `values` names them as `columns` does. Empty lines
 * and rows of empty cells are passed over. What is wrong with a row costs that row: it comes with its fault. Rows come as
 * many at a time as one chunk completes; memory is that of one row and one chunk.
 *
 * The iteration throws the kind's code for UTF-16, for CSV without a first row, with unknown (unless they are passed
 * over), repeated or without required columns; INVALID_OPTION for a file that can't be opened and for a `maxRowBytes`
 * that is no positive integer; SOURCE_UNREADABLE for a file that can't be read to its end; ABORTED; what `file` throws.
 */
export async function* readTable(options: TableOptions): AsyncGenerator<readonly TableRow[], void, undefined> {
  const { file, format, delimiter = ",", maxRowBytes = DEFAULT_ROW_BYTES, lineBreaks = true, kind, signal } = options;
  if (!Number.isSafeInteger(maxRowBytes) || maxRowBytes < 1) {
    throw new PrimepackError(
      "INVALID_OPTION",
      `Cannot read ${kind.noun} as maxRowBytes must be a positive integer: current value is ${maxRowBytes}`,
    );
  }
  const columns = new TableColumns(options);
  const chunks = abortable(fileBytes(file, kind), `read ${kind.noun}`, signal);
  const batches =
    tableFormat(file, format) === "csv"
      ? readCsvTable(chunks, columns, { maxRowBytes, delimiter, lineBreaks, blanksAroundQuotes: true, kind })
      : readJsonTable(chunks, columns, { maxRowBytes, kind });
  for await (const rows of batches) yield rows.map(rowOf);
}

function rowOf({ line, values }: ReadRow): TableRow {
  return values instanceof Misfit ? { line, fault: redact(values.because) } : { line, values };
}

async function* abortable(
  chunks: AsyncIterable<Uint8Array>,
  doing: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  throwIfAborted(signal, doing);
  if (signal === undefined) {
    yield* chunks;
    return;
  }
  const iterator = chunks[Symbol.asyncIterator]();
  let isOpen = true;
  try {
    while (isOpen) {
      const next = await untilAborted(iterator.next(), signal);
      throwIfAborted(signal, doing);
      if (next.done === true) isOpen = false;
      else yield next.value;
    }
  } catch (reason) {
    if (signal.aborted) throw abortedError(signal, doing);
    isOpen = false;
    throw reason;
  } finally {
    // What hangs isn't waited for to close either.
    const closing = isOpen ? Promise.resolve(iterator.return?.()) : undefined;
    if (signal.aborted) closing?.catch(() => undefined);
    else await closing;
  }
}
