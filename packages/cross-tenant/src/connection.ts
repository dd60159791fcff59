import { graphBaseUrl, type OpenedConnection, openConnection, type ServiceConnection } from "@primepack/core/http";

/**
 * How Microsoft Graph is reached for one of the two organizations: by a client that is shared, whose base URL is Graph's
 * root with its version, or by a credential of that organization. Source and target have credentials of their own.
 */
export type CrossTenantOptions = ServiceConnection & {
  /**
   * Root of Graph with its version; without a path `beta` is taken, the one version that has these calls. Not looked at
   * where there is a `client`. Default: `https://graph.microsoft.com/beta`. The pages of the tasks name the global cloud
   * only; roots of others are taken, and what they answer is theirs to say.
   */
  readonly graphUrl?: string;
};

/** `sharePointMigrationsRoot`, below the root of Graph with its version. */
export const MIGRATIONS_ROOT = "solutions/sharePoint/migrations";

/**
 * Nothing is sent before the first request.
 *
 * @throws INVALID_OPTION if Graph's URL is none, or not https: for a host that is not this machine
 */
export function openCrossTenant(options: CrossTenantOptions): OpenedConnection {
  return openConnection(graphBaseUrl("beta", options.graphUrl), options);
}
