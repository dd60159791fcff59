import {
  type CommonBuildOptions,
  MEGABYTE,
  PACKAGE_MAX_BYTES,
  PACKAGE_MAX_ITEMS,
  type PackageForms,
  type PeopleOptions,
  SOURCE_TYPES,
} from "@primepack/core";
import { choice, type FlagValues, meaning, present, required, usageError, wholeNumber } from "./flags.ts";
import { type formFlags, readForms } from "./form-arguments.ts";

const MEBIBYTE = 1024 * 1024;

/** What shapes packages, whatever becomes of them; with {@link formFlags}. */
export const shapeFlags = {
  ledger: { type: "string" },
  "delete-missing": { type: "boolean" },
  names: { type: "string" },
  "rename-with": { type: "string" },
  "max-items": { type: "string" },
  "max-megabytes": { type: "string" },
  workers: { type: "string" },
  "block-size": { type: "string" },
  uploads: { type: "string" },
  ahead: { type: "string" },
  "author-name": { type: "string" },
  "author-login": { type: "string" },
  "author-email": { type: "string" },
  "user-map": { type: "string" },
  unmapped: { type: "string" },
  "source-type": { type: "string" },
  "detailed-source": { type: "string" },
  json: { type: "boolean" },
  quiet: { type: "boolean" },
} as const;

const folderFlags = {
  target: { type: "string" },
  out: { type: "string" },
  "key-file": { type: "string" },
  "no-encryption": { type: "boolean" },
  "storage-file": { type: "string" },
  continue: { type: "boolean" },
  "dry-run": { type: "boolean" },
} as const;

/** What every command takes that makes packages and no more, wherever their items come from; with {@link formFlags}. */
export const packagingFlags: typeof folderFlags & typeof shapeFlags = { ...folderFlags, ...shapeFlags };

/** Options that go to core's `build` as they are. */
export type BuildSettings = Pick<
  CommonBuildOptions,
  "names" | "limits" | "defaultAuthor" | "sourceType" | "workers" | "blockSize" | "uploads" | "ahead" | "dryRun"
>;

/** The values of {@link shapeFlags} and {@link formFlags}. */
export interface ShapeArguments {
  /** Folder of the ledger, which makes the run a delta. */
  readonly ledger?: string;
  readonly deleteMissing: boolean;
  /** CSV with who the people of the source are in the target. */
  readonly userMap?: string;
  /** What becomes of those whom it doesn't name. */
  readonly unmapped?: Exclude<PeopleOptions["unmapped"], object>;
  readonly forms: PackageForms;
  readonly settings: BuildSettings;
  readonly json: boolean;
  readonly quiet: boolean;
}

export interface PackagingArguments extends ShapeArguments {
  readonly target: string;
  readonly out: string;
  readonly encryption: "key" | "none";
  readonly keyFile?: string;
  readonly storageFile?: string;
  readonly continue: boolean;
}

type ShapeValues = FlagValues<typeof shapeFlags> & FlagValues<typeof formFlags>;
type Values = FlagValues<typeof packagingFlags> & FlagValues<typeof formFlags>;

/** The values of {@link packagingFlags} and {@link formFlags}. Throws INVALID_OPTION at the first fault. */
export function readPackagingArguments(values: Values): PackagingArguments {
  if (values["no-encryption"] && values["key-file"] !== undefined) {
    throw usageError("Cannot use --key-file as --no-encryption needs no key: both are given");
  }
  if (values["no-encryption"] && values.archives) {
    throw usageError("Cannot use --archives as archives need encryption: current value is --no-encryption");
  }
  const { "key-file": keyFile, "storage-file": storageFile } = values;
  const shape = readShapeArguments(values);
  return {
    ...shape,
    target: required("--target", values.target),
    out: required("--out", values.out),
    encryption: values["no-encryption"] ? "none" : "key",
    ...(keyFile === undefined ? {} : { keyFile: required("--key-file", keyFile) }),
    ...(storageFile === undefined ? {} : { storageFile: required("--storage-file", storageFile) }),
    continue: values.continue ?? false,
    settings: { ...shape.settings, dryRun: values["dry-run"] ?? false },
  };
}

/** The values of {@link shapeFlags} and {@link formFlags}. Throws INVALID_OPTION at the first fault. */
export function readShapeArguments(values: ShapeValues): ShapeArguments {
  if (values["delete-missing"] && values.ledger === undefined) {
    throw usageError("Cannot use --delete-missing as it needs a --ledger, which knows what was sent: none is given");
  }
  const { "user-map": userMap, ledger } = values;
  const unmapped = meaning("--unmapped", values.unmapped, { keep: "keep", "default-author": "defaultAuthor" } as const);
  return {
    ...(ledger === undefined ? {} : { ledger: required("--ledger", ledger) }),
    deleteMissing: values["delete-missing"] ?? false,
    ...(userMap === undefined ? {} : { userMap: required("--user-map", userMap) }),
    ...(unmapped === undefined ? {} : { unmapped }),
    forms: readForms(values),
    settings: readSettings(values),
    json: values.json ?? false,
    quiet: values.quiet ?? false,
  };
}

function readSettings(values: ShapeValues): BuildSettings {
  const policy = choice("--names", values.names, ["rename", "skip", "fail"]);
  const renameWith = choice("--rename-with", values["rename-with"], ["hex", "underscore"]);
  const maxItems = wholeNumber("--max-items", values["max-items"], 1, PACKAGE_MAX_ITEMS);
  const maxMegabytes = wholeNumber("--max-megabytes", values["max-megabytes"], 1, PACKAGE_MAX_BYTES / MEGABYTE);
  const blockSize = wholeNumber("--block-size", values["block-size"], 5, 100);
  const defaultAuthor = readAuthor(values["author-name"], values["author-login"], values["author-email"]);
  return present({
    names: present({ policy, renameWith }),
    limits: present({ maxItems, maxBytes: maxMegabytes && maxMegabytes * MEGABYTE }),
    defaultAuthor,
    sourceType: readSourceType(values["source-type"], values["detailed-source"]),
    workers: wholeNumber("--workers", values.workers, 0, 64),
    blockSize: blockSize && blockSize * MEBIBYTE,
    uploads: wholeNumber("--uploads", values.uploads, 1, 256),
    ahead: wholeNumber("--ahead", values.ahead, 0, 256),
  });
}

function readAuthor(
  name: string | undefined,
  login: string | undefined,
  email: string | undefined,
): BuildSettings["defaultAuthor"] {
  if (!name && !login && !email) return undefined;
  if (!name || !login) throw usageError("Cannot set an author as --author-name and --author-login belong together");
  return { name, login, ...(email ? { email } : {}) };
}

function readSourceType(type: string | undefined, detail: string | undefined): BuildSettings["sourceType"] {
  const found = choice("--source-type", type, [...SOURCE_TYPES, "Other"] as const);
  if (found === "Other" ? !detail : detail !== undefined) {
    throw usageError("Cannot set the source as --source-type Other and --detailed-source belong together");
  }
  return found === "Other" ? { other: detail ?? "" } : found;
}
