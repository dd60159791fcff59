import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import { PrimepackError } from "../errors/index.ts";
import { MEGABYTE, PACKAGE_MAX_BYTES, type PackageForms } from "../model/index.ts";
import { checkBoolean, checkInteger, checkOneOf, invalid } from "./option-checks.ts";
import { checkedKey, type Encryption } from "./package-key.ts";
import { SOURCE_TYPES } from "./source-types.ts";
import type { EncryptionOptions, ExecutionOptions } from "./types.ts";

const MEBIBYTE = 1024 * 1024;

/** A blob has at most 50,000 blocks (Put Block List page), and the largest file must fit. */
const BLOCK_SIZE_MIN = 5 * MEBIBYTE;

/** Most packages at once, so that those in flight take no more than some plans' memory. */
const PACKAGES_IN_FLIGHT_MAX = 64;

type Optional = "workerUrl" | "finished" | "signal" | "logger";

/** {@link ExecutionOptions} with every default filled in and every bound checked. */
export type ResolvedExecution = Required<Omit<ExecutionOptions, Optional>> &
  Pick<ExecutionOptions, Optional> & {
    readonly encryption: Encryption;
    readonly forms: Required<PackageForms>;
  };

/** Fills a copy; throws INVALID_OPTION or INVALID_KEY at the first fault. */
export function resolveExecution(options: EncryptionOptions & ExecutionOptions): ResolvedExecution {
  const { packages, signal } = options;
  if (typeof packages?.open !== "function") throw invalid("packages", "a PackageStore", packages);
  if (signal !== undefined && typeof signal?.addEventListener !== "function") {
    throw invalid("signal", "an AbortSignal", signal);
  }
  const {
    encryption,
    sourceType = "FileShare",
    workers = Math.min(8, Math.max(1, availableParallelism() - 1)),
    blockSize = 8 * MEBIBYTE,
    uploads = 8,
    ahead = 4,
    packagesInFlight = Math.min(PACKAGES_IN_FLIGHT_MAX, 2 * Math.max(1, workers)),
    random = (size: number) => randomBytes(size),
  } = options;
  checkInteger("workers", workers, 0, 64);
  checkInteger("blockSize", blockSize, BLOCK_SIZE_MIN, 100 * MEBIBYTE);
  checkInteger("uploads", uploads, 1, 256);
  checkInteger("ahead", ahead, 0, 256);
  checkInteger("packagesInFlight", packagesInFlight, 1, PACKAGES_IN_FLIGHT_MAX);
  if (typeof sourceType === "string") checkOneOf("sourceType", sourceType, SOURCE_TYPES);
  else checkInteger("the length of sourceType.other", sourceType.other.length, 1, 255);
  const forms = resolveForms(options.forms);
  if (forms.archives && encryption === "none") {
    throw new PrimepackError(
      "INVALID_OPTION",
      "Cannot use option forms.archives as archives need encryption: current value of encryption is none",
    );
  }
  if (encryption !== "none" && encryption !== "provided") checkedKey(encryption);
  return { ...options, forms, sourceType, workers, blockSize, uploads, ahead, packagesInFlight, random };
}

function resolveForms(forms: PackageForms = {}): Required<PackageForms> {
  const {
    outerFileValue = true,
    versionIds = "same",
    attachmentUrl = "webRelative",
    dateTimeFields = "iso",
    userFields = "native",
    twoVersions = "keep",
    roles = "write",
    manifestBytes = 25 * MEGABYTE,
    archives = false,
  } = forms;
  checkBoolean("forms.outerFileValue", outerFileValue);
  checkOneOf("forms.versionIds", versionIds, ["same", "distinct"]);
  checkOneOf("forms.attachmentUrl", attachmentUrl, ["webRelative", "serverRelative"]);
  checkOneOf("forms.dateTimeFields", dateTimeFields, ["iso", "us"]);
  checkOneOf("forms.userFields", userFields, ["native", "hash"]);
  checkOneOf("forms.twoVersions", twoVersions, ["keep", "repeatFirst", "currentOnly"]);
  checkOneOf("forms.roles", roles, ["write", "omit"]);
  checkInteger("forms.manifestBytes", manifestBytes, MEGABYTE, PACKAGE_MAX_BYTES);
  checkBoolean("forms.archives", archives);
  return {
    outerFileValue,
    versionIds,
    attachmentUrl,
    dateTimeFields,
    userFields,
    twoVersions,
    roles,
    manifestBytes,
    archives,
  };
}
