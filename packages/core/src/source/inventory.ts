import { dirname, resolve } from "node:path";
import { PrimepackError, redact, throwIfAborted } from "../errors/index.ts";
import type { Source, SourceItem, SourcePath, SourceProblem } from "../model/index.ts";
import {
  type Delimiter,
  fileBytes,
  Misfit,
  parseJson,
  readLines,
  type TableFormat,
  tableFormat,
} from "../table/index.ts";
import { readCsvRows } from "./csv-rows.ts";
import { type ContentPlaces, type ReadableBlobs, withContents } from "./inventory-content.ts";
import { inventoryItem, path as pathShape } from "./inventory-item.ts";
import { INVENTORY } from "./inventory-kind.ts";
import { type InventoryOrderOptions, type InventoryValue, inOrder } from "./inventory-order.ts";
import { type ContentUrlOptions, UrlContents } from "./url-content.ts";

/** An inventory file, and where the contents are that it names. */
export interface InventoryOptions {
  /** Path of the file, or its bytes (which then can be iterated as often as they can). */
  readonly file: string | AsyncIterable<Uint8Array>;
  /** Default: `csv` for a path that ends in `.csv`, else `ndjson`. */
  readonly format?: TableFormat;
  /** Between the cells of CSV. Default: `,`. */
  readonly delimiter?: Delimiter;
  /** Folder that relative paths of contents are below. Default: the file's folder; none where the file is given as bytes. */
  readonly contentRoot?: string;
  /** Take absolute paths of contents: any file that this user may read. Default: false, which makes them problems. */
  readonly absolutePaths?: boolean;
  /** Take contents by URL. Default: they are problems. */
  readonly contentUrls?: ContentUrlOptions;
  /**
   * Opened containers by the names that the inventory has for them. Of a single one the inventory may leave the name out.
   * Blobs are taken as they are stored.
   */
  readonly blobs?: Readonly<Record<string, ReadableBlobs>>;
  /** Bytes of a line, 1 KiB to 256 MiB; a longer one is a problem. Memory is some times this. Default: 16 MiB. */
  readonly maxLineBytes?: number;
  /** Bring the lines into the order of a source first. Default: they have it. */
  readonly sort?: InventoryOrderOptions;
  /** Ends the reading with ABORTED; looked at before each item. */
  readonly signal?: AbortSignal;
}

const DEFAULT_LINE_BYTES: number = 16 * 1024 * 1024;
const LEAST_LINE_BYTES = 1024;
const MOST_LINE_BYTES: number = 256 * 1024 * 1024;
const DOING = "read the inventory";

/**
 * Items that a file says, one a line: NDJSON (the JSON form of {@link SourceItem}, see `schemas/inventory.schema.json`) or
 * CSV. `docs/inventory.md` describes both.
 *
 * A line that can't be used is a problem with its number, the place in it and the reason, and with the path if the line
 * has a readable one, else with an empty path; the rest goes on. Lines are streamed: memory grows with the longest line
 * and nothing else. They stand in the order of a source, or are sorted by the option.
 *
 * Throws INVALID_OPTION; the iteration throws INVALID_OPTION for a file that can't be opened, INVENTORY_INVALID for
 * UTF-16 and for CSV without usable column names, SOURCE_UNREADABLE for a file that can't be read to its end, ABORTED, and
 * what {@link InventoryOptions.file} and the sorting throw.
 */
export function inventorySource(options: InventoryOptions): Source {
  const { file, contentUrls, blobs = {}, absolutePaths = false, signal } = options;
  const contentRoot = options.contentRoot ?? (typeof file === "string" ? dirname(file) : undefined);
  const { maxLineBytes = DEFAULT_LINE_BYTES } = options;
  if (!Number.isInteger(maxLineBytes) || maxLineBytes < LEAST_LINE_BYTES || maxLineBytes > MOST_LINE_BYTES) {
    throw new PrimepackError(
      "INVALID_OPTION",
      `Cannot read the inventory as maxLineBytes must be an integer from ${LEAST_LINE_BYTES} to ${MOST_LINE_BYTES}: current value is ${maxLineBytes}`,
    );
  }
  const places: ContentPlaces = {
    root: contentRoot === undefined ? undefined : resolve(contentRoot),
    absolutePaths,
    urls: contentUrls === undefined ? undefined : new UrlContents(contentUrls),
    blobs,
    signal,
  };
  return { [Symbol.asyncIterator]: () => readItems({ ...options, maxLineBytes }, places) };
}

async function* readItems(
  options: InventoryOptions & { readonly maxLineBytes: number },
  places: ContentPlaces,
): AsyncGenerator<SourceItem, void, undefined> {
  const { signal, sort } = options;
  const values = valuesOf(options);
  for await (const value of sort === undefined ? values : inOrder(values, sort, signal)) {
    throwIfAborted(signal, DOING);
    yield await itemOf(value, places);
  }
}

/** What each line says, not looked at yet. */
async function* valuesOf({
  file,
  format,
  delimiter = ",",
  maxLineBytes,
}: InventoryOptions & { readonly maxLineBytes: number }): AsyncGenerator<InventoryValue, void, undefined> {
  const chunks = fileBytes(file, INVENTORY);
  if (tableFormat(file, format) === "csv") {
    for await (const rows of readCsvRows(chunks, maxLineBytes, delimiter)) {
      for (const { number, value, fault } of rows) {
        yield { line: number, value, ...(fault === undefined ? {} : { fault: fault.because }) };
      }
    }
    return;
  }
  for await (const lines of readLines(chunks, maxLineBytes, INVENTORY)) {
    for (const { number, text } of lines)
      yield text instanceof Misfit ? { line: number, fault: text.because } : parsed(number, text);
  }
}

function parsed(line: number, text: string): InventoryValue {
  try {
    return { line, value: parseJson(text) };
  } catch (reason) {
    if (reason instanceof Misfit) return { line, fault: reason.because };
    throw reason;
  }
}

async function itemOf({ line, value, fault }: InventoryValue, places: ContentPlaces): Promise<SourceItem> {
  if (fault !== undefined) return problem(line, pathOf(value), fault);
  try {
    const item = inventoryItem(value);
    if (item.kind === "problem") return { ...item, line };
    return item.kind === "file" || item.kind === "item" ? await withContents(item, places) : item;
  } catch (reason) {
    const path = pathOf(value);
    if (reason instanceof Misfit) return problem(line, path, reason.because);
    if (!(reason instanceof PrimepackError) || reason.code === "ABORTED") throw reason;
    return { kind: "problem", path, outcome: "failed", code: reason.code, message: reason.message, line };
  }
}

/** The path of a line that can't be used otherwise. */
function pathOf(value: unknown): SourcePath {
  try {
    return typeof value === "object" && value !== null && "path" in value ? pathShape(value.path) : [];
  } catch {
    return [];
  }
}

function problem(line: number, path: SourcePath, because: string): SourceProblem {
  const message = redact(`Cannot use line ${line} of the inventory as ${because}`);
  return { kind: "problem", path, outcome: "failed", code: "SOURCE_INVALID_ITEM", message, line };
}
