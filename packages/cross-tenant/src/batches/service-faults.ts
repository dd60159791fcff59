import { type Code, PrimepackError } from "@primepack/core/errors";

/**
 * What an error of a call about tasks comes to:
 *
 * - `later`: the service surely didn't act on it, and may at another time.
 * - `lost`: it may have acted on it.
 * - `denied`: this application may not, at least not this.
 * - `run`: the service doesn't know who asks; no call of this batch would fare better.
 * - `refused`: it is this move's, and would be refused again.
 */
export type ServiceFault = "later" | "lost" | "denied" | "run" | "refused";

const faults: Partial<Record<Code, ServiceFault>> = {
  SERVICE_THROTTLED: "later",
  SERVICE_UNREACHABLE: "later",
  SERVICE_ANSWER_LOST: "lost",
  // An answer that can't be read, or a failure after which nobody knows.
  SERVICE_REPLY_INVALID: "lost",
  SERVICE_FAILED: "lost",
  CREDENTIAL_FAILED: "run",
  SERVICE_UNAUTHORIZED: "run",
  CROSS_TENANT_ACCESS_DENIED: "denied",
  SERVICE_FORBIDDEN: "denied",
  SERVICE_REFUSED: "refused",
  CROSS_TENANT_REQUEST_INVALID: "refused",
  CROSS_TENANT_PRECONDITION: "refused",
  CROSS_TENANT_RELATIONSHIP_MISSING: "refused",
  SOURCE_ONEDRIVE_MISSING: "refused",
  IDENTITY_MAP_MISSING: "refused",
  ORGANIZATIONS_ON_ONE_FARM: "refused",
  MIGRATION_TASK_NOT_FOUND: "refused",
  MIGRATION_TASK_IN_PROGRESS: "refused",
  // Of a move that the client rules out.
  INVALID_OPTION: "refused",
};

/** Throws what is no error of the service: an abort, a defect. Whether the service acted is open then. */
export function serviceFault(error: unknown): { readonly fault: ServiceFault; readonly error: PrimepackError } {
  const fault = error instanceof PrimepackError ? faults[error.code] : undefined;
  if (!(error instanceof PrimepackError) || fault === undefined) throw error;
  return { fault, error };
}

/** Which permission a call takes: looking at tasks, or making and cancelling them (validations are made too). */
export type Operation = "read" | "manage";

/** Moves in a row that the service may deny before that is the whole batch's. */
const DENIED_IN_A_ROW = 5;
/** Rests in a row after which calls still fail, are throttled away or reach nobody, before the batch ends. */
const SETBACKS = 5;

/** How calls of one operation fare: whether a failure is one move's or the whole batch's. */
export class CallRecord {
  #denied = DENIED_IN_A_ROW;
  #setbacks = 0;

  /** The service has answered a call, if only to say what is wrong with it. */
  answered(): void {
    this.#denied = 0;
    this.#setbacks = 0;
  }

  /**
   * Whether a denied access is the batch's. A right that lacks denies all moves, and failing them one by one would lose the
   * batch; one site may deny what others allow. So it is the batch's until the service has allowed something, and again
   * when it denies several moves in a row.
   */
  isDenied(): boolean {
    this.#denied += 1;
    return this.#denied > DENIED_IN_A_ROW;
  }

  /** Whether one more rest is worth while. */
  mayRest(): boolean {
    this.#setbacks += 1;
    return this.#setbacks <= SETBACKS;
  }
}

/** Whether one call has met so many rests that those of other calls, which helped them, don't count for it. */
export function isHopeless(rests: number): boolean {
  return rests >= SETBACKS;
}
