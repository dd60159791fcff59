import type { PackagePlan } from "./plan.ts";
import type { PackageLocation } from "./ports.ts";

/**
 * One line of `packages.ndjson`: a finished package.
 *
 * `folders + files + items + lists` are its packaged items, `deletions` those that it deletes; each has a line in
 * `items.ndjson`, as has each of `failed`.
 */
export interface PackageRecord {
  readonly name: string;
  readonly kind: PackagePlan["kind"];
  readonly dependsOn: readonly string[];
  readonly folders: number;
  readonly files: number;
  /** Items of a list that is no library. */
  readonly items: number;
  /** 1 if the permissions of the list itself are set, else 0. */
  readonly lists: number;
  readonly deletions: number;
  /** Older versions of the files. */
  readonly versions: number;
  readonly attachments: number;
  /** Unique scopes: objects that get permissions of their own. */
  readonly scopes: number;
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
  /** SHA-256, hexadecimal, of what else the manifests depend on: the source type and the forms. */
  readonly settings: string;
}
