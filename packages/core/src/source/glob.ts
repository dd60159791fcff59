import picomatch from "picomatch";
import { PrimepackError } from "../errors/index.ts";

/** Says which of its patterns a path below the source's root matches, names joined by `/`; undefined if none does. */
export type GlobFilter = (path: string) => string | undefined;

/**
 * Patterns as those of a shell: `*` and `?` stay within a name, `**` spans folders, `{a,b}`, `[a-z]`. Case counts, on
 * every system; names with a leading period match like others; a pattern is held against the whole path. A slash at
 * either end of a pattern means nothing.
 *
 * Throws INVALID_OPTION for patterns that are empty or too long.
 */
export function globFilter(patterns: readonly string[], option: string): GlobFilter {
  const matchers = patterns.map((pattern) => ({ pattern, matches: matcherOf(pattern, option) }));
  return (path) => matchers.find(({ matches }) => matches(path))?.pattern;
}

function matcherOf(pattern: string, option: string): (path: string) => boolean {
  const bare = typeof pattern === "string" ? pattern.replace(/^(?:\.?\/+)+|\/+$/g, "") : "";
  if (bare === "") {
    throw new PrimepackError(
      "INVALID_OPTION",
      `Cannot use ${option} as a pattern must name something: current value is ${JSON.stringify(pattern)}`,
    );
  }
  try {
    // The flag `s`, since names may hold line breaks.
    return picomatch(bare, { dot: true, windows: false, flags: "s", strictSlashes: true, nonegate: true });
  } catch (reason) {
    throw new PrimepackError(
      "INVALID_OPTION",
      `Cannot use ${option} as the pattern is none: current value is ${JSON.stringify(pattern)}`,
      { cause: reason },
    );
  }
}
