import type { PackagePlan } from "./plan.ts";
import type { PackageLocation } from "./ports.ts";

/** One line of `packages.ndjson`: a finished package. */
export interface PackageRecord {
  readonly name: string;
  readonly kind: PackagePlan["kind"];
  readonly dependsOn: readonly string[];
  readonly folders: number;
  readonly files: number;
  /** Planned items that failed and are in no package; their outcomes name this one. */
  readonly failed: number;
  readonly renamed: number;
  /** Bytes of plaintext. */
  readonly bytes: number;
  /** Bytes of all blobs, manifest files included. */
  readonly storedBytes: number;
  readonly blobs: number;
  readonly encrypted: boolean;
  /** Undefined for a store that only its process knows. */
  readonly containers?: PackageLocation;
  /** SHA-256 of the plan, hexadecimal: the same plan need not be executed twice. */
  readonly plan: string;
}
