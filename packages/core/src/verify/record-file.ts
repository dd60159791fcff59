import { createReadStream } from "node:fs";
import { access } from "node:fs/promises";
import { createInterface } from "node:readline";
import { PrimepackError } from "../errors/index.ts";

/**
 * The lines of a file of one JSON value a line. A line that is no JSON comes as undefined, so that the reader of the
 * records can tell its number; none of the values is checked. Throws OUTPUT_UNREADABLE.
 */
export async function* readRecordFile(path: string): AsyncGenerator<unknown, void, undefined> {
  const file = createReadStream(path, "utf8");
  const lines = createInterface({ input: file, crlfDelay: Number.POSITIVE_INFINITY });
  try {
    for await (const line of lines) if (line !== "") yield parsed(line);
  } catch (reason) {
    throw PrimepackError.from(reason, "OUTPUT_UNREADABLE", `read ${path}`);
  } finally {
    lines.close();
    file.destroy();
  }
}

export async function fileExists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (reason) {
    const { code } = reason as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return false;
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
