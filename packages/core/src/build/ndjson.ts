import { createReadStream } from "node:fs";
import { errnoOf, PrimepackError } from "../errors/index.ts";

/** Besides the line feed, which JSON escapes itself, what readers of other programs take for the end of a line. */
const otherLineEnds = /[\u0085\u2028\u2029]/g;

/**
 * One JSON value as a line with its end, as `items.ndjson` and `packages.ndjson` have them: any reader of lines takes it
 * for one, whatever names the value holds.
 */
export function formatNdjsonLine(value: unknown): string {
  const escaped = JSON.stringify(value).replace(
    otherLineEnds,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${escaped}\n`;
}

/**
 * The lines of a file of one JSON value a line; none if there is no file. A last line that was cut off in the middle
 * (the writer was killed) is left out, as if it had not been written; any other bad line throws RECORDS_INVALID.
 */
export async function* readNdjson<T>(path: string): AsyncGenerator<T> {
  let number = 0;
  let broken: PrimepackError | undefined;
  try {
    for await (const line of linesOf(createReadStream(path, "utf8"))) {
      number += 1;
      if (broken) throw broken;
      if (line.trim() === "") continue;
      try {
        yield JSON.parse(line) as T;
      } catch (error) {
        broken = new PrimepackError(
          "RECORDS_INVALID",
          `Cannot read the records in ${path} as each line is JSON: current value is another text in line ${number}`,
          { cause: error },
        );
      }
    }
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
}

/** Split at line feeds alone, unlike node:readline: names may hold all other ends of lines. */
async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  let begun = "";
  for await (const chunk of chunks) {
    const lines = `${begun}${chunk}`.split("\n");
    begun = lines.pop() ?? "";
    yield* lines;
  }
  if (begun !== "") yield begun;
}
