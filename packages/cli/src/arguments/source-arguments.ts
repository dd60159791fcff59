import { type FlagValues, meaning, present, required, usageError } from "./flags.ts";

/** Where items come from. */
export const sourceFlags = {
  include: { type: "string", multiple: true },
  exclude: { type: "string", multiple: true },
  owners: { type: "boolean" },
  sidecar: { type: "string" },
  inventory: { type: "string" },
  delimiter: { type: "string" },
  "content-root": { type: "string" },
  "absolute-paths": { type: "boolean" },
  "content-origin": { type: "string", multiple: true },
  sort: { type: "boolean" },
  temp: { type: "string" },
  "blob-container": { type: "string" },
  "blob-sas-file": { type: "string" },
  "blob-prefix": { type: "string" },
} as const;

/** Folders and files. */
export interface FileArguments {
  readonly kind: "files";
  /** Paths and patterns as given. */
  readonly paths: readonly string[];
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly owners: boolean;
  /** End of the names of files with metadata. */
  readonly sidecar?: string;
}

/** A container of Azure Blob Storage. */
export interface BlobArguments {
  readonly kind: "blobs";
  readonly container: string;
  readonly sasFile?: string;
  readonly prefix?: string;
}

/** A file that names the items. */
export interface InventoryArguments {
  readonly kind: "inventory";
  readonly file: string;
  readonly delimiter?: "," | ";" | "\t";
  readonly contentRoot?: string;
  readonly absolutePaths: boolean;
  /** Empty: contents by URL are not taken. */
  readonly contentOrigins: readonly string[];
  readonly sort: boolean;
  /** Folder for temporary files. */
  readonly temp?: string;
  /** Holds the contents that the inventory names by blob. */
  readonly blobs?: Omit<BlobArguments, "kind" | "prefix">;
}

export type SourceArguments = FileArguments | BlobArguments | InventoryArguments;

type Values = FlagValues<typeof sourceFlags>;

/** Which sources a flag goes with. */
const fits: Readonly<Record<keyof typeof sourceFlags, readonly SourceArguments["kind"][]>> = {
  include: ["files"],
  exclude: ["files"],
  owners: ["files"],
  sidecar: ["files"],
  inventory: ["inventory"],
  delimiter: ["inventory"],
  "content-root": ["inventory"],
  "absolute-paths": ["inventory"],
  "content-origin": ["inventory"],
  sort: ["inventory"],
  temp: ["inventory"],
  "blob-container": ["blobs", "inventory"],
  "blob-sas-file": ["blobs", "inventory"],
  "blob-prefix": ["blobs"],
};

/**
 * The values of {@link sourceFlags} with the paths of a file system, which stand behind `pathsFlag`; undefined if no
 * source is named. Throws INVALID_OPTION at the first fault, and for flags that don't fit together.
 */
export function readSourceArguments(
  paths: readonly string[],
  values: Values,
  pathsFlag: string,
): SourceArguments | undefined {
  const kind = kindOf(values);
  const leading = { files: pathsFlag, blobs: "--blob-container", inventory: "--inventory" };
  if (kind !== "files" && paths.length > 0) {
    throw usageError(`Cannot use ${pathsFlag} as ${leading[kind]} is the source: current value is ${paths[0]}`);
  }
  const isNamed = kind !== "files" || paths.length > 0;
  for (const [flag, kinds] of Object.entries(fits)) {
    if (values[flag as keyof Values] === undefined || (isNamed && kinds.includes(kind))) continue;
    const wanted = kinds.map((fitting) => leading[fitting]).join(" or ");
    const current = isNamed ? leading[kind] : "none";
    throw usageError(`Cannot use --${flag} as it goes with ${wanted}: current value of the source is ${current}`);
  }
  if (kind === "inventory") return readInventory(values);
  if (kind === "blobs") {
    const prefix = values["blob-prefix"];
    return { kind, ...readBlobs(values), ...(prefix === undefined ? {} : { prefix }) };
  }
  return paths.length === 0 ? undefined : readFiles(paths, values);
}

function kindOf(values: Values): SourceArguments["kind"] {
  if (values.inventory !== undefined) return "inventory";
  return values["blob-container"] === undefined ? "files" : "blobs";
}

function readFiles(paths: readonly string[], values: Values): FileArguments {
  const { include = [], exclude = [], owners = false, sidecar } = values;
  return {
    ...{ kind: "files", paths, include, exclude, owners },
    ...(sidecar === undefined ? {} : { sidecar: required("--sidecar", sidecar) }),
  };
}

function readInventory(values: Values): InventoryArguments {
  const { "content-root": contentRoot, "content-origin": contentOrigins = [], temp } = values;
  if (temp !== undefined && !values.sort) {
    throw usageError("Cannot use --temp as only --sort takes temporary files: current value of it is none");
  }
  if (values["blob-sas-file"] !== undefined && values["blob-container"] === undefined) {
    throw usageError("Cannot use --blob-sas-file as it goes with --blob-container: current value of it is none");
  }
  if (values.delimiter !== undefined && !/\.csv$/i.test(values.inventory ?? "")) {
    throw usageError(
      `Cannot use --delimiter as it goes with an inventory whose name ends in .csv: current value is ${values.inventory}`,
    );
  }
  return {
    kind: "inventory",
    file: required("--inventory", values.inventory),
    absolutePaths: values["absolute-paths"] ?? false,
    contentOrigins,
    sort: values.sort ?? false,
    ...(values["blob-container"] === undefined ? {} : { blobs: readBlobs(values) }),
    ...present({
      delimiter: meaning("--delimiter", values.delimiter, { comma: ",", semicolon: ";", tab: "\t" } as const),
      contentRoot: contentRoot === undefined ? undefined : required("--content-root", contentRoot),
      temp: temp === undefined ? undefined : required("--temp", temp),
    }),
  };
}

function readBlobs(values: Values): Omit<BlobArguments, "kind" | "prefix"> {
  const sasFile = values["blob-sas-file"];
  return {
    container: required("--blob-container", values["blob-container"]),
    ...(sasFile === undefined ? {} : { sasFile: required("--blob-sas-file", sasFile) }),
  };
}
