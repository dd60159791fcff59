import { scopesOf } from "./clouds.ts";
import { createServiceClient } from "./service-client.ts";
import type { ServiceClient, ServiceClientOptions } from "./service-types.ts";

/** How a service is reached: by a client that others use too, so that its pacing counts for all, or by one of its own. */
export type ServiceConnection = SharedConnection | OwnConnection;

export interface SharedConnection {
  /** Requests go to its base URL: the site, or Graph's root with its version. It is not closed with the service. */
  readonly client: ServiceClient;
}

export type OwnConnection = Omit<ServiceClientOptions, "baseUrl" | "scopes"> & {
  readonly client?: never;
  /** Default: `https://<host>/.default`. */
  readonly scopes?: readonly string[];
};

/** A client and what to do with it in the end. */
export interface OpenedConnection {
  readonly client: ServiceClient;
  /** Ends the connections of a client that was made here. */
  close(): Promise<void>;
}

/**
 * The client of the connection, or one that is made for this base URL; nothing is sent before its first request.
 *
 * @throws INVALID_OPTION if a client is to be made and the URL is none, or not https: for a host that is not this machine
 */
export function openConnection(baseUrl: string, connection: ServiceConnection): OpenedConnection {
  if (connection.client !== undefined) return { client: connection.client, close: async () => {} };
  const { scopes, client: _, ...options } = connection;
  // The URL is checked before scopes are made of it.
  const client = createServiceClient({ ...options, baseUrl, scopes: scopes ?? scopesOf(checked(baseUrl)) });
  return { client, close: () => client.close() };
}

/** An URL that the client will refuse with a message of its own. */
function checked(baseUrl: string): string {
  return URL.canParse(baseUrl) ? baseUrl : "https://invalid.invalid";
}
