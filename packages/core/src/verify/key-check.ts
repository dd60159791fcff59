import { readFile } from "node:fs/promises";
import { PrimepackError, type Secret } from "../errors/index.ts";
import { checkOfKey } from "../seal/key-check.ts";
import type { ReportAt } from "./finding.ts";

/**
 * Whether the key may be that of the run whose file is given; a finding if it isn't. A file that says nothing of the key
 * says nothing against it.
 */
export async function mayBeKeyOf(
  runFile: string,
  place: string,
  key: Secret<Uint8Array>,
  report: ReportAt,
): Promise<boolean> {
  let check: unknown;
  try {
    check = (JSON.parse(await readFile(runFile, "utf8")) as { readonly keyCheck?: unknown } | null)?.keyCheck;
  } catch (reason) {
    if (reason instanceof SyntaxError) return true;
    throw PrimepackError.from(reason, "OUTPUT_UNREADABLE", `read ${runFile}`);
  }
  if (typeof check !== "string" || check === checkOfKey(key)) return true;
  report(
    "KEY_MISMATCH",
    place,
    "The key must be that of the run, which no blob can be read without: current value is another",
  );
  return false;
}
