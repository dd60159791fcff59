import { describe } from "../errors/index.ts";

/** A request that got no usable reply. Holds text only: errors of the HTTP client may hold the request. */
export class TransportFault extends Error {
  /** Of the error underneath: `ECONNRESET`. */
  readonly code: string;
  /** False where another attempt would meet the same: a certificate that is not trusted, a proxy that refuses. */
  readonly passing: boolean;
  /** True where the request surely did not reach the service: there was no connection to send it by. */
  readonly unsent: boolean;

  /** @param connected - false where it is known that there was no connection, whatever the error says */
  constructor(reason: unknown, { connected = true }: { readonly connected?: boolean } = {}) {
    super(describe(reason).replace(/\s+/g, " ").trim());
    this.name = "TransportFault";
    this.code = codeOf(reason);
    this.passing = !PERMANENT.test(this.code) && !/Proxy response \(4/.test(this.message);
    this.unsent =
      !connected || UNSENT.test(this.code) || isOfConnecting(reason) || /Proxy response \(/.test(this.message);
  }
}

const PERMANENT =
  /CERT|^ERR_TLS_|^UNABLE_TO_|^EPROTO$|^ERR_SSL_|^UND_ERR_INVALID_ARG$|^UND_ERR_PRX_TLS$|^UND_ERR_DESTROYED$|^UND_ERR_CLOSED$|^UND_ERR_RES_EXCEEDED_MAX_SIZE$/;

/** Faults of finding, connecting to, or trusting the other side. */
const UNSENT =
  /^ECONNREFUSED$|^ENOTFOUND$|^EAI_AGAIN$|^UND_ERR_CONNECT_TIMEOUT$|CERT|^ERR_TLS_|^UNABLE_TO_|^UND_ERR_PRX_TLS$|^UND_ERR_INVALID_ARG$|^UND_ERR_DESTROYED$|^UND_ERR_CLOSED$/;

function isOfConnecting(reason: unknown): boolean {
  if (!(reason instanceof Error)) return false;
  if (reason instanceof AggregateError) return reason.errors.length > 0 && reason.errors.every(isOfConnecting);
  if ("syscall" in reason) return reason.syscall === "connect" || reason.syscall === "getaddrinfo";
  return reason.cause !== undefined && isOfConnecting(reason.cause);
}

function codeOf(reason: unknown): string {
  if (!(reason instanceof Error)) return "";
  if (reason instanceof AggregateError && reason.errors.length > 0) return codeOf(reason.errors[0]);
  if ("code" in reason && typeof reason.code === "string") return reason.code;
  return reason.cause === undefined ? "" : codeOf(reason.cause);
}
