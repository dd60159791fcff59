import { createServiceClient, graphBaseUrl, type ServiceClient, scopesOf } from "@primepack/core/http";
import { graphEvents, type PolledEvents, progressEvents } from "@primepack/event-reader";
import { graphJobService, type MigrationService, sharePointJobService } from "@primepack/submitter";
import type { CredentialArguments, ServiceArguments } from "../arguments/service-arguments.ts";
import type { CommandContext } from "../command-context.ts";
import { networkFromEnvironment } from "../environment.ts";
import { credentialFor } from "./credential.ts";

/** A service with the one client that all of its parts share, so that its pacing counts for all. */
export interface OpenedService {
  readonly client: ServiceClient;
  readonly service: MigrationService;
  readonly events: PolledEvents;
  close(): Promise<void>;
}

/** Opens the service; nothing is sent. Throws INVALID_OPTION. */
export async function openService(
  service: ServiceArguments,
  credential: CredentialArguments,
  context: Pick<CommandContext, "cwd" | "env">,
): Promise<OpenedService> {
  const baseUrl = service.kind === "sharepoint" ? service.siteUrl : graphBaseUrl("v1.0", service.graphUrl);
  const network = networkFromEnvironment(context.env);
  const { traffic } = credential;
  const client = createServiceClient({
    baseUrl,
    credential: await credentialFor(credential, baseUrl, context),
    scopes: scopesOf(baseUrl),
    ...(traffic && { traffic }),
    ...(network && { network }),
  });
  const close = () => client.close();
  if (service.kind === "sharepoint") {
    const { siteUrl } = service;
    return { client, service: sharePointJobService({ siteUrl, client }), events: progressEvents({ client }), close };
  }
  const { containerId } = service;
  return {
    client,
    service: graphJobService({ containerId, graphUrl: baseUrl, client }),
    events: graphEvents({ containerId, client }),
    close,
  };
}
