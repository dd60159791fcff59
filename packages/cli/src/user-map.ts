import { resolve } from "node:path";
import { type BuildEvent, type PeopleOptions, readUserMap } from "@primepack/core";
import type { ShapeArguments } from "./arguments/packaging-arguments.ts";

/** Who the people of a source are, and what is wrong with the file that says so. */
export interface MappedPeople {
  readonly people: PeopleOptions;
  readonly warnings: readonly Extract<BuildEvent, { type: "warning" }>[];
}

/** Reads the user map that is named, if one is. Throws USER_MAP_FAILED and ABORTED. */
export async function mappedPeople(
  { userMap, unmapped }: Pick<ShapeArguments, "userMap" | "unmapped">,
  cwd: string,
  signal: AbortSignal,
): Promise<MappedPeople> {
  const chosen = unmapped === undefined ? {} : { unmapped };
  if (userMap === undefined) return { people: chosen, warnings: [] };
  const { map, problems, problemCount } = await readUserMap(resolve(cwd, userMap), { signal });
  const messages = problems.map(({ line, message }) => `Cannot use line ${line} of the user map as ${message}`);
  if (problemCount > problems.length) {
    messages.push(`Cannot use ${problemCount} lines of the user map as each has a fault; the first ones are named`);
  }
  return {
    people: { ...chosen, map },
    warnings: messages.map((message) => ({ type: "warning", code: "USER_MAP_LINE", message })),
  };
}
