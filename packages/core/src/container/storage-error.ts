import { type Code, PrimepackError } from "../errors/index.ts";
import type { HttpHeaders } from "./http-reply.ts";
import type { TransportFault } from "./transport-fault.ts";

/** What a wrapper may do about a failed request. */
export interface RetryAdvice {
  /** Another attempt may succeed. */
  readonly retryable: boolean;
  /** The store asks for less load: other requests had better wait too. */
  readonly throttled: boolean;
  /** Milliseconds that the store asks to wait. */
  readonly retryAfterMs: number | undefined;
}

/** An error of a container that says whether to try again. */
export class StorageError extends PrimepackError implements RetryAdvice {
  readonly retryable: boolean;
  readonly throttled: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(code: Code, message: string, cause: Error | undefined, advice: Partial<RetryAdvice> = {}) {
    super(code, message, { cause });
    this.retryable = advice.retryable ?? false;
    this.throttled = advice.throttled ?? false;
    this.retryAfterMs = advice.retryAfterMs;
  }
}

/** Codes of the service that say more than its status does ("Status and error codes", Blob service REST API). */
const codeByServiceCode: Readonly<Record<string, Code>> = {
  BlobNotFound: "BLOB_NOT_FOUND",
  ContainerNotFound: "CONTAINER_NOT_FOUND",
  ContainerDisabled: "CONTAINER_NOT_FOUND",
  BlobAlreadyExists: "BLOB_EXISTS",
  Md5Mismatch: "BLOB_CORRUPT",
  InvalidMd5: "BLOB_CORRUPT",
  AccountBeingCreated: "CONTAINER_BUSY",
  ContainerBeingDeleted: "CONTAINER_BUSY",
  InvalidResourceName: "BLOB_NAME_INVALID",
  InvalidUri: "BLOB_NAME_INVALID",
  OutOfRangeInput: "CONTAINER_REFUSED",
};

/** Statuses that pass: overload (429, 500, 503) and what gateways say when they lose the store behind them. */
const passing: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
const overload: ReadonlySet<number> = new Set([429, 503]);

export interface RefusedReply {
  readonly status: number;
  readonly headers: HttpHeaders;
  /** The error document; empty for HEAD. */
  readonly body?: Uint8Array;
}

/** The error for a reply with a status of 300 or more. Of the reply's text only the service's own message is kept. */
export function refusedError({ status, headers, body }: RefusedReply, doing: string): StorageError {
  const text = body === undefined ? "" : Buffer.from(body.subarray(0, ERROR_BODY_MAX_BYTES)).toString("utf8");
  const serviceCode = headerOf(headers, "x-ms-error-code") ?? elementOf(text, "Code") ?? "";
  const answer = `${status} ${serviceCode}`.trim();
  const message = elementOf(text, "Message")?.split("\n", 1)[0] ?? "no message";
  const requestId = headerOf(headers, "x-ms-request-id");
  const cause = new PrimepackError(
    "CONTAINER_REFUSED",
    `The storage answered ${answer}: ${message}${requestId === undefined ? "" : ` (request ${requestId})`}`,
  );
  return new StorageError(
    codeOf(status, serviceCode),
    `Cannot ${doing} as the storage refused the request: current value is ${answer}`,
    cause,
    {
      retryable: passing.has(status) || serviceCode === "ContainerBeingDeleted",
      throttled: overload.has(status),
      retryAfterMs: retryAfterOf(headers),
    },
  );
}

/** Bytes of an error's body that are looked at for its code and message. */
export const ERROR_BODY_MAX_BYTES = 4096;

function codeOf(status: number, serviceCode: string): Code {
  const known = codeByServiceCode[serviceCode];
  if (known !== undefined) return known;
  if (status === 404) return "BLOB_NOT_FOUND";
  if (status === 401 || status === 403) return "CONTAINER_FORBIDDEN";
  return passing.has(status) ? "CONTAINER_BUSY" : "CONTAINER_REFUSED";
}

function elementOf(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
}

export function headerOf(headers: HttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : value?.[0];
}

/** Milliseconds. A date counts from the reply's own date, so that no clock but the server's matters. */
function retryAfterOf(headers: HttpHeaders): number | undefined {
  const milliseconds = headerOf(headers, "x-ms-retry-after-ms") ?? headerOf(headers, "retry-after-ms");
  if (milliseconds !== undefined && /^\d+$/.test(milliseconds)) return Number(milliseconds);
  const value = headerOf(headers, "retry-after") ?? headerOf(headers, "x-ms-retry-after");
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const wait = Date.parse(value) - Date.parse(headerOf(headers, "date") ?? "");
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

/** The error for a request that got no reply. */
export function unreachableError(fault: TransportFault, doing: string, origin: string): StorageError {
  const value = fault.code === "" ? fault.message : `${fault.code} (${fault.message})`;
  const cause = new Error(fault.message);
  return new StorageError(
    "CONTAINER_UNREACHABLE",
    `Cannot ${doing} as ${origin} could not be reached: current value is ${value}`,
    cause,
    { retryable: fault.passing },
  );
}
