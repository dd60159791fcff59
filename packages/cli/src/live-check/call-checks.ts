import { randomUUID } from "node:crypto";
import { openSasContainer, Secret } from "@primepack/core";
import type { ServiceClient, ServiceRequest } from "@primepack/core/http";
import type { JobContainers, SharePointJobService } from "@primepack/submitter";
import type { Laboratory } from "./experiment.ts";
import { ask, type Finding, type Observation, refusalOf, type Trial, tried } from "./findings.ts";

const NO_METADATA = {
  accept: "application/json;odata=nometadata",
  "content-type": "application/json;odata=nometadata",
};
/** A job that no service has. */
const NO_JOB = "00000000-1111-4222-8333-444444444444";

/** What can be asked without a job, of both services. */
export async function* callChecks(laboratory: Laboratory, client: ServiceClient): AsyncGenerator<Finding> {
  const { service, signal, network, target } = laboratory;
  let containers: JobContainers | undefined;
  yield await ask(
    {
      id: "provided containers",
      question: "Which rights, life and version has the SAS of provided containers, and how long is the key?",
    },
    signal,
    async () => {
      containers = await service.provisionContainers(signal);
      const { dataContainerUri, metadataContainerUri, encryptionKey } = containers;
      const data = sasFacts(dataContainerUri);
      return {
        answer: `sp=${data.sp}, sv=${data.sv}, ${data.hours ?? "no"} hours, key of ${encryptionKey?.reveal().byteLength ?? 0} bytes`,
        evidence: { data, metadata: sasFacts(metadataContainerUri) },
      };
    },
  );
  const provided = containers;
  if (provided !== undefined) {
    yield await ask(
      { id: "listing provided containers", question: "May who has the SAS of a provided container list its blobs?" },
      signal,
      async () => {
        const container = openSasContainer(provided.metadataContainerUri, network ? { network } : {});
        try {
          for await (const _ of container.list(signal)) break;
          return { answer: "yes" };
        } catch (error) {
          return { answer: "no", evidence: refusalOf(error) };
        }
      },
    );
    yield await ask(
      {
        id: "refused job",
        question: "With which HTTP status and code is a job refused whose container's SAS is forged?",
      },
      signal,
      async () => {
        const forged = new Secret(provided.dataContainerUri.reveal().replace(/sig=[^&]+/, `sig=${"A".repeat(43)}%3D`));
        const containersOfJob = { ...provided, dataContainerUri: forged };
        return refused(() => service.createJob({ containers: containersOfJob, webId: target.webId }, signal));
      },
    );
  }
  yield* service.kind === "sharepoint"
    ? sharePointChecks(service, client, laboratory)
    : graphChecks(client, laboratory);
}

async function* sharePointChecks(
  service: SharePointJobService,
  client: ServiceClient,
  { signal, target }: Laboratory,
): AsyncGenerator<Finding> {
  const send = (request: Pick<ServiceRequest, "method" | "url" | "body">) =>
    tried(async () => {
      const { status, body } = await client.send({
        ...request,
        headers: NO_METADATA,
        doing: "try a form of the call",
        signal,
      });
      return { status, body };
    });
  yield await ask(
    { id: "provided queue", question: "Which rights and life has the SAS of a provided queue?" },
    signal,
    async () => {
      const facts = sasFacts((await service.provisionQueue(signal)).queueUri);
      return { answer: `sp=${facts.sp}, sv=${facts.sv}, ${facts.hours ?? "no"} hours`, evidence: facts };
    },
  );
  yield await ask(
    { id: "list of jobs", question: "Is GetMigrationStatus asked by GET or by POST?" },
    signal,
    async () =>
      compared({
        GET: await send({ method: "GET", url: "_api/site/GetMigrationStatus" }),
        POST: await send({ method: "POST", url: "_api/site/GetMigrationStatus", body: {} }),
      }),
  );
  for (const name of ["GetMigrationJobStatus", "DeleteMigrationJob"] as const) {
    yield await ask(
      { id: `arguments of ${name}`, question: "In which form is a job's id given: in the body, by name or by place?" },
      signal,
      async () =>
        compared({
          body: await send({ method: "POST", url: `_api/site/${name}`, body: { id: NO_JOB } }),
          "by name": await send({ method: "POST", url: `_api/site/${name}(id=guid'${NO_JOB}')`, body: {} }),
          "by place": await send({ method: "POST", url: `_api/site/${name}('${NO_JOB}')`, body: {} }),
        }),
    );
  }
  yield await ask(
    {
      id: "progress of an unknown job",
      question:
        "With which code is GetMigrationJobProgress answered for a job that isn't there, in both spellings of its id?",
    },
    signal,
    async () => {
      const progress = (id: string) =>
        send({ method: "GET", url: `_api/site/GetMigrationJobProgress(jobId=${id},nextToken=0)` });
      return compared({ guid: await progress(`guid'${NO_JOB}'`), text: await progress(`'${NO_JOB}'`) });
    },
  );
  yield await ask(
    {
      id: "unencrypted job",
      question: "With which status and code is an unencrypted job on provided containers refused?",
    },
    signal,
    async () => {
      const { encryptionKey: _, ...containers } = await service.provisionContainers(signal);
      return refused(() => service.createJob({ containers, webId: target.webId }, signal));
    },
  );
  yield await ask(
    { id: "foreign web", question: "With which status and code is a job refused whose web is not of the site?" },
    signal,
    async () => {
      const containers = await service.provisionContainers(signal);
      return refused(() => service.createJob({ containers, webId: randomUUID() }, signal));
    },
  );
}

async function* graphChecks(client: ServiceClient, { signal, service }: Laboratory): AsyncGenerator<Finding> {
  if (service.kind !== "graph") return;
  const jobs = `storage/fileStorage/containers/${encodeURIComponent(service.containerId)}/migrationJobs`;
  const get = (url: string) =>
    tried(async () => {
      const { status, body } = await client.send({ method: "GET", url, doing: "try a route", signal });
      return { status, body };
    });
  yield await ask(
    { id: "reading jobs", question: "Do GET migrationJobs and GET migrationJobs/{id} work?" },
    signal,
    async () => compared({ list: await get(jobs), one: await get(`${jobs}/${NO_JOB}`) }),
  );
  yield await ask(
    {
      id: "progress of an unknown job",
      question: "With which code are the events of a job answered that isn't there?",
    },
    signal,
    async () => compared({ progressEvents: await get(`${jobs}/${NO_JOB}/progressEvents`) }),
  );
  yield await ask(
    { id: "job without key", question: "Is a job accepted that brings no encryption key?" },
    signal,
    async () => {
      const { dataContainerUri, metadataContainerUri } = await service.provisionContainers(signal);
      const containerInfo = {
        dataContainerUri: dataContainerUri.reveal(),
        metadataContainerUri: metadataContainerUri.reveal(),
      };
      // Without the service's own port, which takes no such job.
      return refused(() =>
        client.send({ method: "POST", url: jobs, body: { containerInfo }, doing: "create a job", signal }),
      );
    },
  );
}

/** How a creation went that is expected to fail. */
async function refused(create: () => Promise<unknown>): Promise<Observation> {
  const outcome = await tried(create);
  if (outcome.ok) return { answer: "it was accepted", evidence: outcome };
  const { status, serviceCode, serviceMessage } = outcome;
  return {
    answer: `${status ?? "no answer"}, ${serviceCode ?? "no code"}: ${serviceMessage ?? ""}`,
    evidence: outcome,
  };
}

function compared(forms: Readonly<Record<string, Trial>>): Observation {
  const answer = Object.entries(forms).map(
    ([name, outcome]) =>
      `${name}: ${outcome.ok ? "answered" : `refused (${[outcome.status, outcome.serviceCode].filter(Boolean).join(", ")})`}`,
  );
  return { answer: answer.join("; "), evidence: forms };
}

/** What a SAS says of itself, without its signature. */
function sasFacts(uri: Secret) {
  const { host, searchParams } = new URL(uri.reveal());
  const of = (name: string) => searchParams.get(name) ?? undefined;
  const [start, end] = [Date.parse(of("st") ?? ""), Date.parse(of("se") ?? "")];
  // Names of accounts are nobody's business.
  const suffix = host.replace(/^[^.]+/, "*");
  return {
    host: suffix,
    ...{ sv: of("sv"), sr: of("sr"), sp: of("sp"), spr: of("spr"), st: of("st"), se: of("se") },
    hours: Number.isNaN(start + end) ? undefined : Math.round(((end - start) / 3_600_000) * 10) / 10,
  };
}
