import type { TokenCredential } from "@azure/core-auth";
import type { Logger, NetworkOptions } from "../model/index.ts";
import type { RetryOptions } from "./retrier.ts";

/** How requests say who sends them: `ISV|Company|App/1.0` or `NONISV|...` ("Avoid getting throttled or blocked"). */
export interface TrafficDecoration {
  /** Default: `NONISV`. */
  readonly kind?: "ISV" | "NONISV";
  /** Without `|`. Default: `Primepack`. */
  readonly company?: string;
  /** Without `|`. Default: `Primepack`. */
  readonly application?: string;
  /** Default: that of this package. */
  readonly version?: string;
}

/** How one service is reached. */
export interface ServiceClientOptions {
  /** Absolute; requests go to it or below it, so that no token is ever sent elsewhere. No query. */
  readonly baseUrl: string;
  /** Gives the bearer tokens; kept and renewed before they expire. Plain HTTP is only for loopback hosts. */
  readonly credential: TokenCredential;
  /** Scopes of the tokens, for example `https://contoso.sharepoint.com/.default`. */
  readonly scopes: readonly string[];
  /** Default: `NONISV|Primepack|Primepack/<version>`. */
  readonly traffic?: TrafficDecoration;
  /** Default: directly. */
  readonly network?: NetworkOptions;
  /** When requests are sent again; a `Retry-After` or `RateLimit-Reset` that is longer than the delay is obeyed. */
  readonly retry?: RetryOptions;
  /** The present moment, for tokens and dates of `Retry-After`. Default: the machine's. */
  readonly now?: () => Date;
  /** Told of each request, without its secrets. Default: nobody. */
  readonly logger?: Logger;
}

/** One request with JSON in and out. */
export interface ServiceRequest {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Relative to the base URL, or absolute below it (as links to next pages are); encoded, with query. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** For messages: `create the migration job`. */
  readonly doing: string;
  /**
   * Whether it may be sent again after a fault that leaves open if the service has acted (a lost reply, 408, most 5xx):
   * `safe` (default) or `once`, which rejects with SERVICE_ANSWER_LOST then. What surely wasn't acted on (429, 503 with
   * its `Retry-After`, a refused connection) is sent again either way.
   */
  readonly repeat?: "safe" | "once";
  readonly signal?: AbortSignal;
}

export interface ServiceReply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON; undefined where there is no body. */
  readonly body: unknown;
}

/** Requests to one service. */
export interface ServiceClient {
  readonly baseUrl: string;
  /**
   * Sends until it is answered with 2xx. Rejects with a {@link ServiceError}, or ABORTED.
   */
  send(request: ServiceRequest): Promise<ServiceReply>;
  /** Ends the connections; requests under way are waited for. */
  close(): Promise<void>;
}
