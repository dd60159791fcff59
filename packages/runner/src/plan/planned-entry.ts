import { type PackagePlan, planHash } from "@primepack/core";
import type { PackageEntry } from "../journal/entries.ts";

/** What the journal says of a package that is planned, and no more. */
export function plannedEntry(plan: PackagePlan, plannedAt: string): PackageEntry {
  return {
    stage: "planned",
    attempt: 1,
    dependsOn: plan.dependsOn,
    kind: plan.kind,
    ...(plan.items.some(({ kind }) => kind === "deletion") ? { deletes: true } : {}),
    hash: planHash(plan),
    portable: plan.portable,
    items: plan.items.length,
    bytes: plan.bytes,
    uploads: 0,
    plannedAt,
  };
}
