import type { TokenCredential } from "@azure/core-auth";
import {
  createServiceClient,
  type RetryOptions,
  type ServiceClient,
  type TrafficDecoration,
} from "@primepack/core/http";
import type { Logger, NetworkOptions } from "@primepack/core/model";
import type { PolledEvents } from "../types.ts";

/** Events that are read from a service. */
export interface ServiceEvents extends PolledEvents {
  /** Ends the connections, unless the caller brought the client. */
  close(): Promise<void>;
}

/** For who has no client of the service yet. */
export interface ServiceAccess {
  /** Gives the bearer tokens. */
  readonly credential: TokenCredential;
  /** Scopes of the tokens. Default: those of the service's host. */
  readonly scopes?: readonly string[];
  /** Default: `NONISV|Primepack|Primepack/<version>`. */
  readonly traffic?: TrafficDecoration;
  /** Default: directly. */
  readonly network?: NetworkOptions;
  readonly retry?: RetryOptions;
  /** Default: nobody. */
  readonly logger?: Logger;
}

/** Pages that one read takes at most, so that a service whose tokens never end doesn't hold it; the rest is the next read's. */
export const MAX_PAGES_OF_READ = 1000;

/** A client of the caller's, or one that is made here and closed with `close`. */
export interface OpenedClient {
  readonly client: ServiceClient;
  close(): Promise<void>;
}

export function borrowedClient(client: ServiceClient): OpenedClient {
  return { client, close: () => Promise.resolve() };
}

export function ownClient(baseUrl: string, access: ServiceAccess, defaultScopes: readonly string[]): OpenedClient {
  const { credential, scopes = defaultScopes, traffic, network, retry, logger } = access;
  const client = createServiceClient({
    baseUrl,
    credential,
    scopes,
    ...(traffic === undefined ? {} : { traffic }),
    ...(network === undefined ? {} : { network }),
    ...(retry === undefined ? {} : { retry }),
    ...(logger === undefined ? {} : { logger }),
  });
  return { client, close: () => client.close() };
}
