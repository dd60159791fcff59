import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

/**
 * The lines of a file of one JSON value a line; none if there is no file. A last line that was cut off in the middle
 * (the writer was killed) is left out, as if it had not been written; any other bad line throws a SyntaxError.
 */
export async function* readNdjson<T>(path: string): AsyncGenerator<T> {
  const lines = createInterface({ input: createReadStream(path, "utf8"), crlfDelay: Number.POSITIVE_INFINITY });
  let broken: SyntaxError | undefined;
  try {
    for await (const line of lines) {
      if (broken) throw broken;
      if (line === "") continue;
      try {
        yield JSON.parse(line) as T;
      } catch (error) {
        broken = error as SyntaxError;
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
