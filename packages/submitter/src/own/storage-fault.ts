import type { RestError } from "@azure/storage-blob";
import { abortedError, type Code, describe, PrimepackError } from "@primepack/core/errors";
import { isOverload, isPassing, RequestError, retryAfterOf, TransportFault } from "@primepack/core/http";

/** The error of a failed request to storage. Keeps nothing of the SDK's, which holds the request with its headers. */
export function storageFault(reason: unknown, doing: string, signal: AbortSignal | undefined): PrimepackError {
  if (signal?.aborted) return abortedError(signal, doing);
  if (reason instanceof PrimepackError) return reason;
  if (isRestError(reason) && reason.statusCode !== undefined) return refused(reason, reason.statusCode, doing);
  const fault = reason instanceof TransportFault ? reason : new TransportFault(reason);
  return new RequestError(
    "CONTAINER_UNREACHABLE",
    `Cannot ${doing} as the storage account could not be reached: current value is ${fault.code || fault.message}`,
    new Error(fault.message),
    { retryable: fault.passing },
  );
}

function refused(
  { statusCode: _, code = "", message, response }: RestError,
  status: number,
  doing: string,
): RequestError {
  const [firstLine = ""] = describe(new Error(message)).split("\n", 1);
  return new RequestError(
    codeOf(status),
    `Cannot ${doing} as the storage account refused the request: current value is ${`${status} ${code}`.trim()}`,
    new Error(firstLine),
    {
      retryable: isPassing(status),
      throttled: isOverload(status),
      retryAfterMs: retryAfterOf(response?.headers.toJSON() ?? {}),
    },
  );
}

function codeOf(status: number): Code {
  if (status === 401 || status === 403) return "CONTAINER_FORBIDDEN";
  if (status === 404) return "CONTAINER_NOT_FOUND";
  return isPassing(status) ? "CONTAINER_BUSY" : "CONTAINER_REFUSED";
}

function isRestError(error: unknown): error is RestError {
  return error instanceof Error && error.name === "RestError";
}
