import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import { PrimepackError, Secret } from "../errors/index.ts";
import {
  KEY_BYTES,
  type MappedUser,
  MEGABYTE,
  PACKAGE_MAX_BYTES,
  PACKAGE_MAX_ITEMS,
  type PackageForms,
  type PeopleOptions,
} from "../model/index.ts";
import { SOURCE_TYPES } from "./source-types.ts";
import { systemClock } from "./system-clock.ts";
import { checkTarget } from "./target.ts";
import type { BuildOptions, DefaultAuthor, LedgerOptions, NameOptions, PackageLimits } from "./types.ts";

const MEBIBYTE = 1024 * 1024;

/** A blob has at most 50,000 blocks (Put Block List page), and the largest file must fit. */
const BLOCK_SIZE_MIN = 5 * MEBIBYTE;

type Optional = "workerUrl" | "finished" | "signal" | "logger";
type Nested = "names" | "limits" | "people" | "forms" | "ledger";

/** {@link BuildOptions} with every default filled in and every bound checked. */
export type ResolvedBuildOptions = Required<Omit<BuildOptions, Optional | Nested>> &
  Pick<BuildOptions, Optional> & {
    readonly names: Required<NameOptions>;
    readonly limits: Required<PackageLimits>;
    readonly people: Required<Pick<PeopleOptions, "unmapped">> & Pick<PeopleOptions, "map">;
    readonly forms: Required<PackageForms>;
    readonly ledger?: Required<LedgerOptions>;
  };

/** By this login public builders with live runs write it. */
const systemAccount: DefaultAuthor = { name: "System Account", login: "SHAREPOINT\\system" };

/** Most packages at once, so that those in flight take no more than some plans' memory. */
const PACKAGES_IN_FLIGHT_MAX = 64;

/** Fills a copy; throws INVALID_OPTION, INVALID_KEY or INVALID_TARGET at the first fault. */
export function resolveOptions(options: BuildOptions): ResolvedBuildOptions {
  checkPorts(options);
  const {
    encryption,
    names = {},
    limits = {},
    defaultAuthor = systemAccount,
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
  checkAuthor(defaultAuthor);
  const people = resolvePeople(options.people);
  const forms = resolveForms(options.forms);
  if (forms.archives && encryption === "none") {
    throw new PrimepackError(
      "INVALID_OPTION",
      "Cannot use option forms.archives as archives need encryption: current value of encryption is none",
    );
  }
  const ledger = options.ledger === undefined ? undefined : resolveLedger(options.ledger);
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

  const { ledger: _, ...rest } = options;
  return {
    ...rest,
    names: { policy, renameWith },
    limits: { maxItems, maxBytes },
    defaultAuthor,
    people,
    forms,
    ...(ledger === undefined ? {} : { ledger }),
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

function resolvePeople(people: PeopleOptions = {}): ResolvedBuildOptions["people"] {
  const { map, unmapped = "keep" } = people;
  if (map !== undefined && typeof map !== "function") throw invalid("people.map", "a function", map);
  if (typeof unmapped === "string") checkOneOf("people.unmapped", unmapped, ["keep", "defaultAuthor"]);
  else checkMappedUser(unmapped);
  return { unmapped, ...(map === undefined ? {} : { map }) };
}

/** The one who stands for all whom the map doesn't know. */
function checkMappedUser(user: MappedUser): void {
  if (typeof user !== "object" || user === null) throw invalid("people.unmapped", "a text or an object", user);
  const { to, login } = user;
  checkOneOf("people.unmapped.to", to, ["user", "guest", "group", "deleted"]);
  if (to === "deleted" && login === undefined) return;
  if (typeof login !== "string" || login === "") throw invalid("people.unmapped.login", "a text", login);
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

function resolveLedger({ store, runId, deletions = false }: LedgerOptions): Required<LedgerOptions> {
  if (typeof store?.get !== "function") throw invalid("ledger.store", "a Ledger", store);
  if (typeof runId !== "string") throw invalid("ledger.runId", "a text", runId);
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(runId)) {
    throw new PrimepackError(
      "INVALID_OPTION",
      `Cannot use option ledger.runId as it takes 1 to 64 of A-Z a-z 0-9 _ -: current value has ${runId.length} characters`,
    );
  }
  checkBoolean("ledger.deletions", deletions);
  return { store, runId, deletions };
}

function checkAuthor(author: DefaultAuthor): void {
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

function checkBoolean(name: string, value: unknown): void {
  if (typeof value !== "boolean") throw invalid(name, "true or false", value);
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
