import { createServiceClient, graphBaseUrl, type ServiceClient, scopesOf } from "@primepack/core/http";
import type { TenantServiceArguments } from "../arguments/tenant-arguments.ts";
import type { CommandContext } from "../command-context.ts";
import { networkFromEnvironment } from "../environment.ts";
import { credentialFor } from "../migration/credential.ts";
import { organizationOf } from "./organization.ts";

/** One of the two organizations, as Graph shows it. */
export interface OpenedTenant {
  readonly client: ServiceClient;
  /** Tells it from others: Graph's host, and the organization as far as whoever asks names it. */
  readonly place: string;
  close(): Promise<void>;
}

/** Opens Graph for the organization of whoever asks; nothing is sent. Throws INVALID_OPTION. */
export async function openTenant(
  { graphUrl, credential }: TenantServiceArguments,
  context: Pick<CommandContext, "cwd" | "env">,
): Promise<OpenedTenant> {
  const baseUrl = graphBaseUrl("beta", graphUrl);
  const asker = await credentialFor(credential, baseUrl, context);
  const network = networkFromEnvironment(context.env);
  const { traffic } = credential;
  const client = createServiceClient({
    baseUrl,
    credential: asker,
    scopes: scopesOf(baseUrl),
    ...(traffic && { traffic }),
    ...(network && { network }),
  });
  return { client, place: await placeOf({ graphUrl: baseUrl, credential }, context), close: () => client.close() };
}

/** Tells the organization of whoever asks from others. Throws INVALID_OPTION for a token that can't be read. */
export async function placeOf(
  { graphUrl, credential }: TenantServiceArguments,
  context: Pick<CommandContext, "cwd" | "env">,
): Promise<string> {
  const organization = await organizationOf(credential, context);
  const { host } = new URL(graphBaseUrl("beta", graphUrl));
  return organization === undefined ? host : `${organization} (${host})`;
}
