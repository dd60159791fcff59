import { PrimepackError } from "./primepack-error.ts";

/** The error of work whose signal aborted: the signal's reason if it is a PrimepackError, else ABORTED because of it. */
export function abortedError(signal: AbortSignal, doing: string): PrimepackError {
  const { reason } = signal;
  if (reason instanceof PrimepackError) return reason;
  return new PrimepackError("ABORTED", `Cannot ${doing} as the caller aborted`, { cause: reason });
}

/** Throws {@link abortedError} once the signal has aborted. */
export function throwIfAborted(signal: AbortSignal | undefined, doing: string): void {
  if (signal?.aborted) throw abortedError(signal, doing);
}
