import { describe } from "../errors/index.ts";
import { ServiceError } from "./service-error.ts";

/**
 * The error of a credential that gave no token. Keeps only text: errors of credentials may hold their request.
 *
 * @param doing - for the message: `get a token for https://contoso.sharepoint.com/.default`
 */
export function credentialFault(reason: unknown, doing: string): ServiceError {
  return new ServiceError(
    "CREDENTIAL_FAILED",
    `Cannot ${doing} as the credential failed: current value is ${describe(reason)}`,
    {
      cause: new Error(describe(reason)),
      advice: { retryable: isPassing(reason) },
    },
  );
}

/** Whether the login service could not be reached or asked for less load, in the properties that `@azure/identity` gives. */
function isPassing(reason: unknown): boolean {
  if (!(reason instanceof Error)) return false;
  const status = "statusCode" in reason ? reason.statusCode : undefined;
  if (typeof status === "number") return status === 429 || status >= 500;
  return "code" in reason && typeof reason.code === "string" && /^(ECONN|ETIMEDOUT|EAI_AGAIN|EPIPE)/.test(reason.code);
}
