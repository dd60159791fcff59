import { PrimepackError } from "@primepack/core/errors";
import { systemNow, systemTimer, type Timer } from "@primepack/core/http";
import type { BatchLimits, BatchOptions, CancelBatchOptions, MoveFileOptions } from "./batch-types.ts";

/** What a run on a batch's journal is for. */
export type BatchMode = "move" | "cancel";

/** With every default filled in. */
export interface ResolvedBatchOptions extends Pick<BatchOptions, "journal" | "tasks" | "place"> {
  readonly mode: BatchMode;
  readonly rows: MoveFileOptions | undefined;
  readonly validate: boolean;
  readonly validateOnly: boolean;
  readonly skipInvalid: boolean;
  readonly resubmitUnknown: boolean;
  /** Of cancelling: watch what has started to its end. */
  readonly watch: boolean;
  readonly limits: Required<Pick<BatchLimits, "requests" | "tasks" | "searchLooks" | "searchMs">> & BatchLimits;
  readonly now: () => Date;
  readonly timer: Timer;
  readonly signal: AbortSignal | undefined;
}

/** Fills a copy; throws INVALID_OPTION. */
export function resolveBatchOptions(options: BatchOptions): ResolvedBatchOptions {
  const { validate = true, validateOnly = false, skipInvalid = false, resubmitUnknown = false, rows } = options;
  if (validateOnly && !validate) {
    throw new PrimepackError(
      "INVALID_OPTION",
      "Cannot use option validateOnly as it needs the validation: current value of validate is false",
    );
  }
  return { ...common(options), mode: "move", rows, validate, validateOnly, skipInvalid, resubmitUnknown, watch: true };
}

/** Fills a copy; throws INVALID_OPTION. */
export function resolveCancelOptions(options: CancelBatchOptions): ResolvedBatchOptions {
  return {
    ...common(options),
    mode: "cancel",
    rows: undefined,
    validate: false,
    validateOnly: false,
    skipInvalid: true,
    resubmitUnknown: false,
    watch: options.watch ?? false,
  };
}

function common({ journal, tasks, place, limits, now = systemNow, timer = systemTimer, signal }: CancelBatchOptions) {
  if (place === "") {
    throw new PrimepackError(
      "INVALID_OPTION",
      "Cannot use option place as it names the source organization: current value is empty",
    );
  }
  return { journal, tasks, place, limits: resolveLimits(limits), now, timer, signal };
}

function resolveLimits(given: BatchLimits = {}): ResolvedBatchOptions["limits"] {
  const limits = {
    ...given,
    requests: given.requests ?? 4,
    tasks: given.tasks ?? 4000,
    searchLooks: given.searchLooks ?? 3,
    searchMs: given.searchMs ?? 30_000,
  };
  for (const [name, value] of Object.entries(limits)) {
    if (Number.isSafeInteger(value) && value >= 1) continue;
    throw new PrimepackError(
      "INVALID_OPTION",
      `Cannot use option limits.${name} as it takes a whole number from 1: current value is ${value}`,
    );
  }
  return limits;
}
