import type { Site } from "../ports.ts";
import { ServiceRefusal } from "../service-refusal.ts";
import type { EmulatorSwitches } from "../types.ts";
import type { JobService } from "./job-service.ts";
import { ODataFault, type ODataValue } from "./odata-reply.ts";
import type { Provisioning } from "./provisioning.ts";

/** Arguments of a call, by name in lower case or by place (`0`, `1`, ...); text as it came, whichever way it came. */
export type CallArguments = ReadonlyMap<string, unknown>;

/** What the calls of one site collection need. */
export interface MigrationContext {
  readonly site: Site;
  readonly jobs: JobService;
  readonly provisioning: Provisioning;
  readonly switches: Required<EmulatorSwitches>;
}

/** A function bound to `SP.Site`. */
export interface MigrationCall {
  readonly name: string;
  readonly verbs: readonly ("GET" | "POST")[];
  /** In their order. */
  readonly parameters: readonly string[];
  run(context: MigrationContext, call: CallArguments): Promise<ODataValue>;
}

/** Events that one reply of GetMigrationJobProgress gives at most. */
const PROGRESS_PAGE = 1000;

const ARGUMENT_ERROR = "-2147024809, System.ArgumentException";
const SP_EXCEPTION = "Microsoft.SharePoint.SPException";
const JOB_PARAMETERS = ["gWebId", "azureContainerSourceUri", "azureContainerManifestUri", "azureQueueReportUri"];

/** All calls that the emulator knows, in the terms of the service's metadata (wire protocol, 2). */
export const migrationCalls: readonly MigrationCall[] = [
  {
    name: "ProvisionMigrationContainers",
    verbs: ["POST"],
    parameters: [],
    async run({ provisioning }) {
      const { dataContainerUri, metadataContainerUri, encryptionKey } = await provisioning.provisionContainers();
      return {
        type: "SP.ProvisionedMigrationContainersInfo",
        properties: {
          DataContainerUri: dataContainerUri,
          EncryptionKey: Buffer.from(encryptionKey).toString("base64"),
          MetadataContainerUri: metadataContainerUri,
        },
      };
    },
  },
  {
    name: "ProvisionMigrationQueue",
    verbs: ["POST"],
    parameters: [],
    async run({ provisioning }) {
      return {
        type: "SP.ProvisionedMigrationQueueInfo",
        properties: { JobQueueUri: await provisioning.provisionQueue() },
      };
    },
  },
  {
    name: "CreateMigrationJob",
    verbs: ["POST"],
    parameters: JOB_PARAMETERS,
    run: (context, call) => createJob(context, call, undefined),
  },
  {
    name: "CreateMigrationJobEncrypted",
    verbs: ["POST"],
    parameters: [...JOB_PARAMETERS, "options"],
    async run(context, call) {
      const options = argument(call, "options", 4) as { readonly AES256CBCKey?: unknown } | null | undefined;
      const key = binary(options?.AES256CBCKey);
      if (key?.length !== 32) {
        throw refusal(context, "badResource", "options.AES256CBCKey must be an AES-256 key: 32 bytes in base64.");
      }
      return await createJob(context, call, key);
    },
  },
  {
    name: "GetMigrationJobStatus",
    verbs: ["POST"],
    parameters: ["id"],
    run: async ({ site, jobs }, call) => jobs.state(site, guidArgument(call, "id", 0)),
  },
  {
    name: "GetMigrationStatus",
    verbs: ["GET", "POST"],
    parameters: [],
    run: async ({ site, jobs }) => ({
      elementType: "SP.SPMigrationJobStatus",
      items: jobs.list(site).map(({ jobId, state }) => ({
        type: "SP.SPMigrationJobStatus",
        properties: { JobId: jobId, JobState: state },
      })),
    }),
  },
  {
    name: "DeleteMigrationJob",
    verbs: ["POST"],
    parameters: ["id"],
    async run({ site, jobs }, call) {
      const outcome = await jobs.delete(site, guidArgument(call, "id", 0));
      return outcome === "deleted" || outcome === "cancelling";
    },
  },
  {
    name: "GetMigrationJobProgress",
    verbs: ["GET"],
    parameters: ["jobId", "nextToken"],
    async run({ site, jobs }, call) {
      const jobId = guidArgument(call, "jobId", 0);
      const token = text(argument(call, "nextToken", 1)) || "0";
      if (!/^\d{1,15}$/.test(token)) throw new ODataFault(400, ARGUMENT_ERROR, "nextToken must be a number.");
      const events = await jobs.events(site, jobId, Number(token), PROGRESS_PAGE);
      if (events === "notFound") throw new ODataFault(500, `-2147213145, ${SP_EXCEPTION}`, "Job not found");
      if (events === "expired") throw new ODataFault(500, `-2147213146, ${SP_EXCEPTION}`, "Job status expired");
      return {
        type: "SP.MigrationJobProgress",
        properties: {
          Logs: { elementType: "Edm.String", items: events.map(({ log }) => log) },
          NextToken: String(events.at(-1)?.number ?? token),
        },
      };
    },
  },
];

async function createJob(
  context: MigrationContext,
  call: CallArguments,
  key: Uint8Array | undefined,
): Promise<ODataValue> {
  const { site, jobs } = context;
  const webId = guid(argument(call, "gWebId", 0));
  if (webId === undefined) throw refusal(context, "badRequest", "gWebId must be a GUID.");
  if (webId !== guid(site.webId)) {
    throw refusal(context, "badRequest", `The site collection has no web with the id ${webId}.`);
  }
  const [dataContainerUri, manifestContainerUri] = [1, 2].map((place) => {
    const name = JOB_PARAMETERS[place] ?? "";
    const uri = text(argument(call, name, place));
    if (uri === "") throw refusal(context, "badRequest", `${name} must be a URI with a shared access signature.`);
    return uri;
  }) as [string, string];
  const queueUri = text(argument(call, "azureQueueReportUri", 3)) || undefined;
  try {
    return await jobs.create({ service: "sharepoint", site, dataContainerUri, manifestContainerUri, queueUri, key });
  } catch (error) {
    if (error instanceof ServiceRefusal) throw refusal(context, error.kind, error.message);
    throw error;
  }
}

/** What is refused has the status of the switch; what one may not has the service's own. */
function refusal(context: MigrationContext, kind: ServiceRefusal["kind"], message: string): ODataFault {
  if (kind === "accessDenied") return new ODataFault(403, "-2147024891, System.UnauthorizedAccessException", message);
  return new ODataFault(context.switches.badJobStatus, ARGUMENT_ERROR, message);
}

function argument(call: CallArguments, name: string, place: number): unknown {
  return call.get(name.toLowerCase()) ?? call.get(String(place));
}

function guidArgument(call: CallArguments, name: string, place: number): string {
  const id = guid(argument(call, name, place));
  if (id === undefined) throw new ODataFault(400, ARGUMENT_ERROR, `${name} must be a GUID.`);
  return id;
}

/** Lower case, without braces; undefined if it is none. */
export function guid(value: unknown): string | undefined {
  const [, id] = /^\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?$/i.exec(text(value)) ?? [];
  return id?.toLowerCase();
}

function text(value: unknown): string {
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? value.trim() : "";
}

/** Undefined: no base64. */
export function binary(value: unknown): Uint8Array | undefined {
  if (typeof value !== "string" || !/^[A-Za-z0-9+/]+={0,2}$/.test(value.trim())) return undefined;
  return Buffer.from(value, "base64");
}
