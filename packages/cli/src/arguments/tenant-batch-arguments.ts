import type { BatchLimits } from "@primepack/cross-tenant";
import { plainNumber, present, readFlags, required, usageError, wholeNumber } from "./flags.ts";
import {
  type MoveTargetArguments,
  moveTargetFlags,
  pollFlags,
  readMoveTarget,
  readPolling,
  readTable,
  readTenantService,
  type TableArguments,
  type TenantServiceArguments,
  tableFlags,
  tenantServiceFlags,
} from "./tenant-arguments.ts";
import { runOf } from "./tenant-move-arguments.ts";

/** What a batch that is gone on with may be given anew. */
const limitFlags = {
  tasks: { type: "string" },
  requests: { type: "string" },
  "search-looks": { type: "string" },
  "search-seconds": { type: "string" },
} as const;

const choiceFlags = {
  "skip-invalid": { type: "boolean" },
  "resubmit-unknown": { type: "boolean" },
  json: { type: "boolean" },
  quiet: { type: "boolean" },
} as const;

const batchOnlyFlags = {
  batch: { type: "string" },
  out: { type: "string" },
  "validate-only": { type: "boolean" },
  "no-validation": { type: "boolean" },
} as const;

export const batchFlags: typeof batchOnlyFlags &
  typeof choiceFlags &
  typeof limitFlags &
  typeof pollFlags &
  typeof moveTargetFlags &
  typeof tableFlags &
  typeof tenantServiceFlags = {
  ...batchOnlyFlags,
  ...choiceFlags,
  ...limitFlags,
  ...pollFlags,
  ...moveTargetFlags,
  ...tableFlags,
  ...tenantServiceFlags,
};

/** What a batch that is gone on with may be told anew. */
interface ContinuedBatchArguments {
  readonly skipInvalid: boolean;
  readonly resubmitUnknown: boolean;
  readonly limits: BatchLimits;
  readonly service: TenantServiceArguments;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** `primepack tenant move --batch`. */
export interface BatchArguments extends ContinuedBatchArguments {
  readonly table: TableArguments;
  /** The run's folder. */
  readonly out: string;
  readonly validate: boolean;
  readonly validateOnly: boolean;
  /** For rows that name none. */
  readonly defaults: MoveTargetArguments;
}

/** What follows `primepack tenant move`, with `--batch`. Throws INVALID_OPTION at the first fault. */
export function readBatchArguments(argv: readonly string[]): BatchArguments {
  const { values, positionals } = readFlags(argv, batchFlags);
  if (positionals.length > 0) {
    throw usageError(
      `Cannot move as user, site, group, resume, status, report or cancel, or --batch FILE must follow: current value is ${positionals[0]}`,
    );
  }
  const validate = !(values["no-validation"] ?? false);
  const validateOnly = values["validate-only"] ?? false;
  if (validateOnly && !validate) throw usageError("Cannot use --no-validation as --validate-only is given");
  return {
    table: readTable(required("--batch", values.batch), values),
    out: required("--out", values.out),
    validate,
    validateOnly,
    defaults: readMoveTarget(values),
    ...readContinued(values),
  };
}

const resumingFlags = { create: { type: "boolean" } } as const;

export const batchResumeFlags: typeof resumingFlags &
  typeof choiceFlags &
  typeof limitFlags &
  typeof pollFlags &
  typeof tenantServiceFlags = { ...resumingFlags, ...choiceFlags, ...limitFlags, ...pollFlags, ...tenantServiceFlags };

/** `primepack tenant move resume`. */
export interface BatchResumeArguments extends ContinuedBatchArguments {
  readonly run: string;
  /** Create what the batch began only to validate. */
  readonly create: boolean;
}

/** What follows `primepack tenant move resume`. Throws INVALID_OPTION at the first fault. */
export function readBatchResumeArguments(argv: readonly string[]): BatchResumeArguments {
  const { values, positionals } = readFlags(argv, batchResumeFlags);
  return { run: runOf("resume", positionals), create: values.create ?? false, ...readContinued(values) };
}

export const batchReportFlags = { out: { type: "string" }, json: { type: "boolean" } } as const;

/** `primepack tenant move report`. */
export interface BatchReportArguments {
  readonly run: string;
  /** Folder of the report; undefined: `report` in the run's folder. */
  readonly out?: string;
  readonly json: boolean;
}

/** What follows `primepack tenant move report`. Throws INVALID_OPTION at the first fault. */
export function readBatchReportArguments(argv: readonly string[]): BatchReportArguments {
  const { values, positionals } = readFlags(argv, batchReportFlags);
  const { out, json = false } = values;
  return { run: runOf("report", positionals), json, ...(out !== undefined && { out: required("--out", out) }) };
}

type ContinuedValues = ReturnType<typeof readFlags<typeof batchResumeFlags>>["values"];

function readContinued(values: Omit<ContinuedValues, "create">): ContinuedBatchArguments {
  const seconds = plainNumber("--search-seconds", values["search-seconds"], 0.01, 86_400);
  return {
    skipInvalid: values["skip-invalid"] ?? false,
    resubmitUnknown: values["resubmit-unknown"] ?? false,
    limits: {
      ...present({
        tasks: wholeNumber("--tasks", values.tasks, 1, 1_000_000),
        requests: wholeNumber("--requests", values.requests, 1, 64),
        searchLooks: wholeNumber("--search-looks", values["search-looks"], 1, 1000),
        searchMs: seconds && Math.round(seconds * 1000),
      }),
      ...readPolling(values),
    },
    service: readTenantService(values),
    json: values.json ?? false,
    quiet: values.quiet ?? false,
  };
}
