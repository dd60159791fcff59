import { choice, readFlags, required, usageError } from "./flags.ts";
import { formFlags } from "./form-arguments.ts";
import { type PackagingArguments, packagingFlags, readPackagingArguments } from "./packaging-arguments.ts";

const flags = {
  ...packagingFlags,
  ...formFlags,
  "export-key-file": { type: "string" },
  content: { type: "string" },
  list: { type: "string" },
  job: { type: "string" },
  ids: { type: "string" },
  "item-ids": { type: "string" },
  versions: { type: "string" },
  temp: { type: "string" },
} as const;

export interface ConvertArguments extends PackagingArguments {
  /** Folder of the export. */
  readonly directory: string;
  readonly exportKeyFile?: string;
  /** Folder with the contents. */
  readonly content?: string;
  readonly list?: string;
  readonly jobId?: string;
  readonly ids?: "keep" | "new";
  readonly itemIds?: "keep" | "new";
  readonly versions?: "all" | "current";
  /** Folder for temporary files. */
  readonly temp?: string;
}

/** The command line of `primepack convert`, without the command. Throws INVALID_OPTION at the first fault. */
export function readConvertArguments(argv: readonly string[]): ConvertArguments {
  const { values, positionals } = readFlags(argv, flags);
  const [directory, ...others] = positionals;
  if (directory === undefined || others.length > 0) {
    throw usageError(`Cannot convert as one EXPORT is needed: current value is ${positionals.length} arguments`);
  }
  const { "export-key-file": exportKeyFile, content, list, job, temp } = values;
  const ids = choice("--ids", values.ids, ["keep", "new"]);
  const itemIds = choice("--item-ids", values["item-ids"], ["keep", "new"]);
  const versions = choice("--versions", values.versions, ["all", "current"]);
  return {
    ...readPackagingArguments(values),
    directory,
    ...(exportKeyFile === undefined ? {} : { exportKeyFile: required("--export-key-file", exportKeyFile) }),
    ...(content === undefined ? {} : { content: required("--content", content) }),
    ...(list === undefined ? {} : { list: required("--list", list) }),
    ...(job === undefined ? {} : { jobId: required("--job", job) }),
    ...(temp === undefined ? {} : { temp: required("--temp", temp) }),
    ...(ids === undefined ? {} : { ids }),
    ...(itemIds === undefined ? {} : { itemIds }),
    ...(versions === undefined ? {} : { versions }),
  };
}
