import { PrimepackError } from "@primepack/core/errors";

/**
 * The names of a folder's path, from `A/B` with or without slashes around it.
 *
 * @throws INVALID_OPTION for a path with an empty name, `.` or `..`
 */
export function folderNames(folder: string): readonly string[] {
  const trimmed = folder.replace(/^\/+|\/+$/g, "");
  const names = trimmed === "" ? [] : trimmed.split("/");
  if (names.every((name) => name !== "" && name !== "." && name !== ".." && !/[\\\p{Cc}\p{Cs}]/u.test(name)))
    return names;
  throw new PrimepackError(
    "INVALID_OPTION",
    `Cannot use the target folder as it must be names joined by /: current value is ${JSON.stringify(folder)}`,
  );
}
