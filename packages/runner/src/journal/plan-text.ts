import { deflateRawSync, inflateRawSync } from "node:zlib";
import { type PackagePlan, parsePlan } from "@primepack/core";

/** A plan as the journal keeps it: its JSON, deflated, in base64. Plans of many like items take a tenth of their size. */
export function planToText(plan: PackagePlan): string {
  return deflateRawSync(JSON.stringify(plan)).toString("base64");
}

/** Throws PLAN_VERSION or PLAN_INVALID. */
export function planFromText(text: string): PackagePlan {
  return parsePlan(inflateRawSync(Buffer.from(text, "base64")).toString("utf8"));
}
