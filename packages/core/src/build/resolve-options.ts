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

/** Most packages at once, so that those in flight take no more than some plans' memory. */
const PACKAGES_IN_FLIGHT_MAX = 64;

/** Fills a copy; throws INVALID_OPTION, INVALID_KEY or INVALID_TARGET at the first fault. */
export function resolveOptions(options: BuildOptions): ResolvedBuildOptions {
  checkPorts(options);
  const {
    encryption,
    names = {},
    limits = {},
    sourceType = "FileShare",
    workers = Math.min(8, Math.max(1, availableParallelism() - 1)),
    blockSize = 8 * MEBIBYTE,
    uploads = 8,
    ahead = 4,
    packagesInFlight = Math.min(PACKAGES_IN_FLIGHT_MAX, 2 * Math.max(1, workers)),
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
  checkInteger("packagesInFlight", packagesInFlight, 1, PACKAGES_IN_FLIGHT_MAX);
  checkOneOf("names.policy", policy, ["rename", "skip", "fail"]);
  checkOneOf("names.renameWith", renameWith, ["hex", "underscore"]);
  if (typeof sourceType === "string") checkOneOf("sourceType", sourceType, SOURCE_TYPES);
  else checkInteger("the length of sourceType.other", sourceType.other.length, 1, 255);
  checkAuthor(options.defaultAuthor);
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

/** What a caller without types may leave out, told now instead of where it is used first. */
function checkPorts(options: BuildOptions): void {
  if (typeof options !== "object" || options === null) throw invalid("options", "an object", options);
  const { source, packages, signal } = options;
  if (!isIterable(source)) throw invalid("source", "an AsyncIterable of items", source);
  if (typeof packages?.open !== "function") throw invalid("packages", "a PackageStore", packages);
  if (signal !== undefined && typeof signal?.addEventListener !== "function") {
    throw invalid("signal", "an AbortSignal", signal);
  }
}

function isIterable(source: unknown): boolean {
  return typeof source === "object" && source !== null && (Symbol.asyncIterator in source || Symbol.iterator in source);
}

function checkAuthor(author: BuildOptions["defaultAuthor"]): void {
  if (author === undefined) return;
  const { name, login, email = "" } = author;
  const texts = { name, login, email };
  for (const [field, value] of Object.entries(texts)) {
    if (typeof value !== "string" || (value === "" && field !== "email")) {
      throw invalid(`defaultAuthor.${field}`, "a text", value);
    }
  }
}

/** Tells the kind of value only, since it could be a secret that was put into the wrong place. */
function invalid(name: string, takes: string, value: unknown): PrimepackError {
  const found = value === "" ? "an empty text" : value === null ? "null" : `of type ${typeof value}`;
  return new PrimepackError(
    "INVALID_OPTION",
    `Cannot use option ${name} as it takes ${takes}: current value is ${found}`,
  );
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
