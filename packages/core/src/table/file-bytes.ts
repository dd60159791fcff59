import { createReadStream } from "node:fs";
import { extname } from "node:path";
import { describe, errnoOf, PrimepackError } from "../errors/index.ts";
import type { TableFormat, TableKind } from "./table-types.ts";

const READ_BYTES: number = 256 * 1024;

/** The format of a file that names none. */
export function tableFormat(file: string | AsyncIterable<Uint8Array>, format?: TableFormat): TableFormat {
  return format ?? (typeof file === "string" && extname(file).toLowerCase() === ".csv" ? "csv" : "ndjson");
}

/**
 * The bytes of a file that is given by its path, or as they are.
 *
 * The iteration throws INVALID_OPTION for a file that can't be opened, SOURCE_UNREADABLE for one that can't be read to
 * its end.
 */
export function fileBytes(
  file: string | AsyncIterable<Uint8Array>,
  { noun }: Pick<TableKind, "noun">,
): AsyncIterable<Uint8Array> {
  return typeof file === "string" ? bytesAt(file, noun) : file;
}

async function* bytesAt(path: string, noun: string): AsyncGenerator<Uint8Array, void, undefined> {
  const stream = createReadStream(path, { highWaterMark: READ_BYTES });
  let opened = false;
  stream.once("open", () => {
    opened = true;
  });
  try {
    yield* stream;
  } catch (reason) {
    const answer = errnoOf(reason) ?? describe(reason);
    throw new PrimepackError(
      opened && answer !== "EISDIR" ? "SOURCE_UNREADABLE" : "INVALID_OPTION",
      `Cannot read ${noun} as the operating system answers ${answer}: current value is ${JSON.stringify(path)}`,
      { cause: reason },
    );
  } finally {
    stream.destroy();
  }
}
