import { lstat } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { describe, PrimepackError } from "@primepack/core";
import fastGlob from "fast-glob";

/**
 * The absolute paths that SOURCE arguments name: what exists is taken as it is, even if its name looks like a pattern; a
 * pattern is expanded, and matches that lie in another match are left to that one. Throws INVALID_OPTION for an argument
 * that names nothing.
 */
export async function sourcePaths(sources: readonly string[], cwd: string): Promise<string[]> {
  const paths = new Set<string>();
  for (const source of sources) {
    for (const path of await pathsOf(source, cwd)) paths.add(path);
  }
  return [...paths];
}

async function pathsOf(source: string, cwd: string): Promise<string[]> {
  const path = resolve(cwd, source);
  try {
    await lstat(path);
    return [path];
  } catch (error) {
    if (!fastGlob.isDynamicPattern(source)) {
      throw new PrimepackError("INVALID_OPTION", `Cannot read SOURCE ${source} as ${describe(error)}`, {
        cause: error,
        hint: "Name an existing file or folder, or a pattern that matches some.",
      });
    }
  }
  const matches = await fastGlob(source, { cwd, onlyFiles: false, dot: true, followSymbolicLinks: false });
  if (matches.length === 0) {
    throw new PrimepackError(
      "INVALID_OPTION",
      `Cannot read SOURCE as the pattern must match something: current value is ${source}`,
    );
  }
  return outermost(matches.map((match) => resolve(cwd, match)).sort());
}

/** Without the paths that lie in another one; sorted input, so that a folder comes before what is in it. */
function outermost(paths: readonly string[]): string[] {
  const kept: string[] = [];
  const folders = new Set<string>();
  for (const path of paths) {
    const inside = ancestors(path).some((folder) => folders.has(folder));
    if (inside) continue;
    kept.push(path);
    folders.add(path);
  }
  return kept;
}

function ancestors(path: string): string[] {
  const names = path.split(sep);
  return names.slice(1).map((_, index) => names.slice(0, index + 1).join(sep) || sep);
}
