import { createServiceClient, type ServiceClient, type ServiceClientOptions, scopesOf } from "@primepack/core/http";

/** How a service is reached: by a client that others use too, so that its pacing counts for all, or by one of its own. */
export type ServiceConnection =
  | {
      /** Requests go to its base URL: the site, or Graph's root with its version. It is not closed with the service. */
      readonly client: ServiceClient;
    }
  | (Omit<ServiceClientOptions, "baseUrl" | "scopes"> & {
      readonly client?: never;
      /** Default: `https://<host>/.default`. */
      readonly scopes?: readonly string[];
    });

/** A client and what to do with it in the end. */
export interface OpenedConnection {
  readonly client: ServiceClient;
  close(): Promise<void>;
}

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
