export { abortedError, throwIfAborted } from "./aborted.ts";
export { type Code, type CodeEntry, codes } from "./codes.ts";
export { errnoOf } from "./errno.ts";
export { describe, type ErrorWire, PrimepackError, type PrimepackErrorOptions } from "./primepack-error.ts";
export { redact } from "./redact.ts";
export { Secret, type SecretWire } from "./secret.ts";
export { untilAborted } from "./until-aborted.ts";
