import type { Code } from "@primepack/core/errors";
import { type ServiceAnswer, ServiceError } from "@primepack/core/http";

const ANSWER: readonly (keyof ServiceAnswer)[] = ["status", "serviceCode", "innerCode", "serviceMessage", "requestId"];

/**
 * The same failure by a code that says more: with all that the service said, and the first error as its cause.
 *
 * @param hint - default: the remedy that the registry gives for the code
 */
export function recoded(error: ServiceError, code: Code, hint?: string): ServiceError {
  const { retryable, throttled, retryAfterMs } = error;
  const said = ANSWER.filter((member) => error[member] !== undefined).map((member) => [member, error[member]]);
  return new ServiceError(code, error.message, {
    cause: error,
    answer: Object.fromEntries(said),
    advice: { retryable, throttled, retryAfterMs },
    ...(hint === undefined ? {} : { hint }),
  });
}
