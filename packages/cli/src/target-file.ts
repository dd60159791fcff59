import { readFile } from "node:fs/promises";
import { describe, PrimepackError, parseTarget, type Target } from "@primepack/core";

/** Reads the target description; a byte order mark is tolerated. Throws INVALID_TARGET. */
export async function readTargetFile(path: string): Promise<Target> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new PrimepackError("INVALID_TARGET", `Cannot read the target as ${describe(error)}`, { cause: error });
  }
  return parseTarget(parseJson(text.replace(/^\uFEFF/, ""), path));
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Without its cause: the parser's message repeats some of the text, which is a key if the wrong file was named.
    throw new PrimepackError(
      "INVALID_TARGET",
      `Cannot read the target as the file is not JSON: current value is ${path}`,
    );
  }
}
