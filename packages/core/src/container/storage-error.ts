import { type Code, PrimepackError } from "../errors/index.ts";
import { type HttpHeaders, headerOf } from "../http/http-reply.ts";
import { RequestError } from "../http/request-error.ts";
import { isOverload, isPassing, retryAfterOf } from "../http/retry-after.ts";
import type { TransportFault } from "../http/transport-fault.ts";

/** An error of a container that says whether to try again. */
export class StorageError extends RequestError {}

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
      retryable: isPassing(status) || serviceCode === "ContainerBeingDeleted",
      throttled: isOverload(status),
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
  return isPassing(status) ? "CONTAINER_BUSY" : "CONTAINER_REFUSED";
}

function elementOf(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
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
