import type { SharePointMigrationContainerInfo, SharePointMigrationEventPage } from "@primepack/core/wire";
import type { Site } from "../ports.ts";
import { type GraphCall, GraphFault, type GraphRoute, graphBody, graphReply } from "./graph-service.ts";
import type { JobService } from "./job-service.ts";
import { binary, guid } from "./migration-calls.ts";
import type { Provisioning } from "./provisioning.ts";

const CONTAINER = "/storage/fileStorage/containers/{containerId}";
const JOB = `${CONTAINER}/migrationJobs/{jobId}`;
/** Events that a page holds at most. */
const PAGE = 200;

export interface GraphMigrationContext {
  /** By the ids of their containers. */
  readonly sites: ReadonlyMap<string, Site>;
  readonly jobs: JobService;
  readonly provisioning: Provisioning;
}

/** The four documented routes of the migration API of SharePoint Embedded. */
export function graphMigrationRoutes(context: GraphMigrationContext): readonly GraphRoute[] {
  const { jobs, provisioning } = context;
  return [
    {
      method: "POST",
      path: `${CONTAINER}/provisionMigrationContainers`,
      async answer(call) {
        siteOf(context.sites, call.parameters.containerId);
        const { dataContainerUri, metadataContainerUri, encryptionKey } = await provisioning.provisionContainers();
        const info: SharePointMigrationContainerInfo = {
          dataContainerUri,
          metadataContainerUri,
          encryptionKey: Buffer.from(encryptionKey).toString("base64"),
        };
        return graphReply(200, call, "microsoft.graph.sharePointMigrationContainerInfo", info);
      },
    },
    {
      method: "POST",
      path: `${CONTAINER}/migrationJobs`,
      async answer(call) {
        const site = siteOf(context.sites, call.parameters.containerId);
        const info = containerInfo(graphBody(call).containerInfo);
        const id = await jobs.create({ service: "graph", site, queueUri: undefined, ...info });
        return graphReply(201, call, "microsoft.graph.sharePointMigrationJob/$entity", { id });
      },
    },
    {
      method: "DELETE",
      path: JOB,
      async answer(call) {
        const site = siteOf(context.sites, call.parameters.containerId);
        const outcome = await jobs.delete(site, jobId(call));
        if (outcome === "notFound") throw noJob();
        if (outcome === "refused") {
          throw new GraphFault(400, "migrationBadRequest", undefined, "The job is being processed.");
        }
        return { status: 204 };
      },
    },
    {
      method: "GET",
      path: `${JOB}/progressEvents`,
      async answer(call) {
        const site = siteOf(context.sites, call.parameters.containerId);
        const after = numberOf(call.query.get("$skiptoken"));
        const events = await jobs.events(site, jobId(call), after, PAGE);
        if (events === "notFound") throw noJob();
        if (events === "expired") {
          throw new GraphFault(
            404,
            "migrationNotFound",
            "jobProgressExpired",
            "The events of the job are no longer kept.",
          );
        }
        const last = events.at(-1);
        const page: SharePointMigrationEventPage = {
          value: events.map(({ graph }) => graph).filter((event) => event !== undefined),
          // A page without events is the last for now; until then each names the next.
          ...(last === undefined ? {} : { "@odata.nextLink": nextLink(call, last.number) }),
        };
        return graphReply(200, call, "Collection(microsoft.graph.sharePointMigrationEvent)", page);
      },
    },
  ];
}

function containerInfo(value: unknown): {
  readonly dataContainerUri: string;
  readonly manifestContainerUri: string;
  readonly key: Uint8Array | undefined;
} {
  if (typeof value !== "object" || value === null) throw badRequest("containerInfo is required.");
  const { dataContainerUri, metadataContainerUri, encryptionKey } = value as Partial<SharePointMigrationContainerInfo>;
  if (typeof dataContainerUri !== "string" || typeof metadataContainerUri !== "string") {
    throw badRequest("containerInfo needs dataContainerUri and metadataContainerUri.");
  }
  const hasKey = encryptionKey !== undefined && encryptionKey !== null;
  const key = hasKey ? binary(encryptionKey) : undefined;
  if (hasKey && key?.length !== 32) {
    throw badRequest("encryptionKey must be an AES-256 key: 32 bytes in base64.");
  }
  return { dataContainerUri, manifestContainerUri: metadataContainerUri, key };
}

/** The site behind a container or drive. */
export function siteOf(sites: ReadonlyMap<string, Site>, id: string | undefined): Site {
  const site = sites.get(id ?? "");
  if (site === undefined) throw new GraphFault(404, "itemNotFound", undefined, "The container was not found.");
  return site;
}

function jobId({ parameters }: GraphCall): string {
  const id = guid(parameters.jobId);
  if (id === undefined) throw noJob();
  return id;
}

function noJob(): GraphFault {
  return new GraphFault(404, "migrationNotFound", "jobNotFound", "The job was not found.");
}

function badRequest(message: string): GraphFault {
  return new GraphFault(400, "migrationBadRequest", undefined, message);
}

function nextLink({ request }: GraphCall, last: number): string {
  const token = Buffer.from(String(last)).toString("base64").replaceAll("=", "");
  return `${request.url.origin}${request.url.pathname}?$skiptoken=${token}`;
}

/** The token is a number's text in base64. */
function numberOf(token: string | undefined): number {
  if (token === undefined) return 0;
  const text = Buffer.from(token, "base64").toString("latin1");
  if (!/^\d{1,15}$/.test(text)) throw new GraphFault(400, "invalidRequest", undefined, "$skiptoken is not valid.");
  return Number(text);
}
