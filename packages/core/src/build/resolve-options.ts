import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import { PrimepackError, Secret } from "../errors/index.ts";
import { KEY_BYTES, PACKAGE_MAX_BYTES, PACKAGE_MAX_ITEMS } from "../model/index.ts";
import { SOURCE_TYPES } from "./source-types.ts";
import { systemClock } from "./system-clock.ts";
import { checkTarget } from "./target.ts";
import type { BuildOptions, NameOptions, PackageLimits } from "./types.ts";

const MEBIBYTE = 1024 * 1024;

/** A blob has at most 50,000 blocks (Put Block List page), and the largest file must fit. */
const BLOCK_SIZE_MIN = 5 * MEBIBYTE;

type Optional = "defaultAuthor" | "workerUrl" | "finished" | "signal" | "logger";

/** {@link BuildOptions} with every default filled in and every bound checked. */
export type ResolvedBuildOptions = Required<Omit<BuildOptions, Optional | "names" | "limits">> &
  Pick<BuildOptions, Optional> & { readonly names: Required<NameOptions>; readonly limits: Required<PackageLimits> };

/** Fills a copy; throws INVALID_OPTION, INVALID_KEY or INVALID_TARGET at the first fault. */
export function resolveOptions(options: BuildOptions): ResolvedBuildOptions {
  const {
    encryption,
    names = {},
    limits = {},
    sourceType = "FileShare",
    workers = Math.min(8, Math.max(1, availableParallelism() - 1)),
    blockSize = 8 * MEBIBYTE,
    uploads = 8,
    ahead = 4,
    packagesInFlight = 2 * Math.max(1, workers),
    dryRun = false,
    clock = systemClock,
    random = (size: number) => randomBytes(size),
  } = options;
  const { policy = "rename", renameWith = "hex" } = names;
  const { maxItems = PACKAGE_MAX_ITEMS, maxBytes = PACKAGE_MAX_BYTES } = limits;

  checkInteger("limits.maxItems", maxItems, 1, PACKAGE_MAX_ITEMS);
  checkInteger("limits.maxBytes", maxBytes, 1, PACKAGE_MAX_BYTES);
  checkInteger("workers", workers, 0, 64);
  checkInteger("blockSize", blockSize, BLOCK_SIZE_MIN, 100 * MEBIBYTE);
  checkInteger("uploads", uploads, 1, 256);
  checkInteger("ahead", ahead, 0, 256);
  checkInteger("packagesInFlight", packagesInFlight, 1, 64);
  checkOneOf("names.policy", policy, ["rename", "skip", "fail"]);
  checkOneOf("names.renameWith", renameWith, ["hex", "underscore"]);
  if (typeof sourceType === "string") checkOneOf("sourceType", sourceType, SOURCE_TYPES);
  else checkInteger("the length of sourceType.other", sourceType.other.length, 1, 255);
  if (encryption !== "none") {
    const size = encryption instanceof Secret ? encryption.reveal().byteLength : 0;
    if (size !== KEY_BYTES) {
      throw new PrimepackError(
        "INVALID_KEY",
        `Cannot encrypt as a key has ${KEY_BYTES} bytes: current value has ${size}`,
      );
    }
  }
  checkTarget(options.target);

  return {
    ...options,
    names: { policy, renameWith },
    limits: { maxItems, maxBytes },
    sourceType,
    workers,
    blockSize,
    uploads,
    ahead,
    packagesInFlight,
    dryRun,
    clock,
    random,
  };
}

function checkInteger(name: string, value: number, least: number, most: number): void {
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw new PrimepackError(
      "INVALID_OPTION",
      `Cannot use option ${name} as it takes a whole number from ${least} to ${most}: current value is ${value}`,
    );
  }
}

function checkOneOf(name: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) {
    throw new PrimepackError(
      "INVALID_OPTION",
      `Cannot use option ${name} as it takes one of ${allowed.join(", ")}: current value is ${value}`,
    );
  }
}
