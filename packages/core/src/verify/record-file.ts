import { createReadStream, type Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { errnoOf, PrimepackError } from "../errors/index.ts";

/** Bytes of a line; the longest that is written, the outcome of an entry with the longest path, has less than 1% of it. */
export const RECORD_MAX_BYTES: number = 16 * 1024 * 1024;

const LINE_FEED = 0x0a;

/**
 * The lines of a file of one JSON value a line. A line that is no JSON, or has more than {@link RECORD_MAX_BYTES}, comes
 * as undefined, so that the reader of the records can tell its number; none of the values is checked. Throws
 * OUTPUT_UNREADABLE.
 */
export async function* readRecordFile(path: string): AsyncGenerator<unknown, void, undefined> {
  const file = createReadStream(path);
  try {
    for await (const line of linesOf(file)) if (line !== "") yield line === undefined ? undefined : parsed(line);
  } catch (reason) {
    throw PrimepackError.from(reason, "OUTPUT_UNREADABLE", `read ${path}`);
  } finally {
    file.destroy();
  }
}

/** Lines without their ends; undefined for those that are too long. */
async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string | undefined, void, undefined> {
  let begun: Buffer[] = [];
  let length = 0;
  const end = (last: Buffer): string | undefined => {
    const line = length > RECORD_MAX_BYTES ? undefined : Buffer.concat([...begun, last]).toString("utf8");
    begun = [];
    length = 0;
    return line?.endsWith("\r") ? line.slice(0, -1) : line;
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, start)) {
      length += at - start;
      yield end(chunk.subarray(start, at));
      start = at + 1;
    }
    length += chunk.length - start;
    if (length > RECORD_MAX_BYTES) begun = [];
    else begun.push(chunk.subarray(start));
  }
  if (length > 0) yield end(Buffer.alloc(0));
}

/** Whether it is a file whose reading ends, links followed; no pipe, and no device. */
export async function isFile(path: string): Promise<boolean> {
  return (await statOf(path))?.isFile() ?? false;
}

export async function isFolder(path: string): Promise<boolean> {
  return (await statOf(path))?.isDirectory() ?? false;
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (reason) {
    const code = errnoOf(reason);
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP") return undefined;
    throw PrimepackError.from(reason, "OUTPUT_UNREADABLE", `read ${path}`);
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
