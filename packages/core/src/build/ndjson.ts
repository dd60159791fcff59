import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { PrimepackError } from "../errors/index.ts";

/**
 * The lines of a file of one JSON value a line; none if there is no file. A last line that was cut off in the middle
 * (the writer was killed) is left out, as if it had not been written; any other bad line throws RECORDS_INVALID.
 */
export async function* readNdjson<T>(path: string): AsyncGenerator<T> {
  const lines = createInterface({ input: createReadStream(path, "utf8"), crlfDelay: Number.POSITIVE_INFINITY });
  let number = 0;
  let broken: PrimepackError | undefined;
  try {
    for await (const line of lines) {
      number += 1;
      if (broken) throw broken;
      if (line === "") continue;
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
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
