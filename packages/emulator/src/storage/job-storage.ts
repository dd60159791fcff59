import { randomUUID } from "node:crypto";
import { type BlobServiceClient, ContainerClient, type Pipeline } from "@azure/storage-blob";
import { QueueClient, type Pipeline as QueuePipeline } from "@azure/storage-queue";
import type { JobContainer, JobStorage } from "../ports.ts";
import { ServiceRefusal } from "../service-refusal.ts";
import { blobContainer } from "./blob-container.ts";
import { inTime } from "./in-time.ts";
import { ProvidedContainers } from "./provided.ts";
import { hasExactly, parseSasUri, type SasUri } from "./sas.ts";

export interface JobStorageOptions {
  /** With the account's key: our own storage. */
  readonly blobs: BlobServiceClient;
  readonly queueUrl: string;
  /** Pipelines for URIs that bring their SAS. */
  readonly signed: Pipeline;
  readonly signedQueue: QueuePipeline;
  readonly now: () => Date;
  /** Called before a SAS is tried. */
  readonly syncClock: () => Promise<void>;
  /** Milliseconds that a storage may take to answer: own containers may lie anywhere. */
  readonly patience: number;
}

/** Rights that a SAS of the owner's must have, no more and no less (Doc). */
const OWN_RIGHTS = { data: "rl", manifest: "rlw", queue: "rau" } as const;
/** Rights with which containers and queues are provided. */
const PROVIDED_RIGHTS = { data: "rw", manifest: "rw", queue: "rap" } as const;

type Role = "data" | "manifest";
const ROLE_NAMES = { data: "content container", manifest: "manifest container", queue: "queue" } as const;

/** The checks that a job's containers and queue have to pass, each before the job exists. */
export function jobStorage(options: JobStorageOptions): JobStorage {
  const { patience } = options;
  const provided = new ProvidedContainers(options.blobs);

  const isHere = (sas: SasUri) => sas.resource.startsWith(`${options.blobs.url.replace(/\/$/, "")}/`);

  const open = async (
    uri: string,
    role: Role,
    signal: AbortSignal | undefined,
  ): Promise<{ container: JobContainer; sas: SasUri; isProvided: boolean }> => {
    const sas = validSas(uri, role, options.now());
    const kind = isHere(sas) ? await provided.kind(sas.name) : "own";
    if (kind === "absent") throw bad(`The ${ROLE_NAMES[role]} does not exist.`);
    const isProvided = kind === "provided";
    checkRights(sas, role, isProvided);
    const client = clientOf(role, () => new ContainerClient(uri, options.signed));
    await inTime(patience, signal, (abortSignal) => probe(client, role, isProvided, abortSignal));
    const assertValid = () => void validSas(uri, role, options.now());
    // Our own storage is read by its key: SAS of provided containers can't list, and Azurite takes no SAS of a container
    // for snapshots if its version is newer than 2018-03-28.
    const opened = isHere(sas) ? options.blobs.getContainerClient(sas.name) : client;
    return { container: blobContainer(opened, { assertValid, signal, patience }), sas, isProvided };
  };

  return {
    async openContainers(uris, job, signal) {
      await options.syncClock();
      const data = await open(uris.data, "data", signal);
      const manifest = await open(uris.manifest, "manifest", signal);
      if (data.sas.resource === manifest.sas.resource) {
        throw bad("Content and manifest are in one container; a job needs two.");
      }
      const ours = [data, manifest].filter(({ isProvided }) => isProvided);
      if (ours.length > 0 && !job.isEncrypted) {
        throw bad("Containers provided by SharePoint take encrypted content only; create the job with its key.");
      }
      const names = ours.map(({ sas }) => sas.name);
      if (names.length > 0 && !(await provided.claim(names, job.id))) {
        throw bad("The containers were given to another migration job; provided containers are used once.");
      }
      return { data: data.container, manifest: manifest.container, isProvided: ours.length > 0 };
    },

    async openQueue(uri) {
      await options.syncClock();
      const sas = validSas(uri, "queue", options.now());
      const client = clientOf("queue", () => new QueueClient(uri, options.signedQueue));
      let metadata: Record<string, string>;
      try {
        const properties = await inTime(patience, undefined, (abortSignal) => client.getProperties({ abortSignal }));
        metadata = properties.metadata ?? {};
      } catch (error) {
        throw unreachable(error, "queue");
      }
      const isOurs = sas.resource.startsWith(`${options.queueUrl}/`) && metadata.provided !== undefined;
      checkRights(sas, "queue", isOurs);
      return {
        async send(messageText) {
          await inTime(patience, undefined, (abortSignal) => client.sendMessage(messageText, { abortSignal }));
        },
      };
    },
  };
}

function validSas(uri: string, role: Role | "queue", now: Date): SasUri {
  const sas = parseSasUri(uri);
  const name = ROLE_NAMES[role];
  if (sas === undefined) throw bad(`The URI of the ${name} is not a URI with a shared access signature.`);
  if (sas.until === undefined) throw bad(`The shared access signature of the ${name} names no expiry.`);
  if (sas.until <= now) throw bad(`The shared access signature of the ${name} has expired.`);
  if (sas.from !== undefined && sas.from > now)
    throw bad(`The shared access signature of the ${name} is not yet valid.`);
  return sas;
}

function checkRights(sas: SasUri, role: Role | "queue", isProvided: boolean): void {
  const wanted = (isProvided ? PROVIDED_RIGHTS : OWN_RIGHTS)[role];
  if (hasExactly(sas.permissions, wanted)) return;
  const rights = sas.permissions === "" ? "none" : sas.permissions;
  throw bad(
    `The shared access signature of the ${ROLE_NAMES[role]} needs the rights ${wanted} and no others, it has ${rights}.`,
  );
}

/** The clients throw where a URI names an account, but nothing in it. */
function clientOf<T>(role: Role | "queue", open: () => T): T {
  try {
    return open();
  } catch {
    throw bad(`The URI of the ${ROLE_NAMES[role]} names no ${role === "queue" ? "queue" : "container"}.`);
  }
}

/** Lets the storage say whether the signature is good and the container there. */
async function probe(
  client: ContainerClient,
  role: Role,
  isProvided: boolean,
  abortSignal: AbortSignal,
): Promise<void> {
  try {
    if (isProvided) await client.getBlobClient(randomUUID()).getProperties({ abortSignal });
    else await client.listBlobsFlat({ abortSignal }).byPage({ maxPageSize: 1 }).next();
  } catch (error) {
    if (codeOf(error) === "BlobNotFound") return;
    throw unreachable(error, role);
  }
}

function unreachable(error: unknown, role: Role | "queue"): Error {
  const name = ROLE_NAMES[role];
  const { statusCode } = error as { statusCode?: number };
  if (statusCode === 404) return bad(`The ${name} does not exist.`);
  if (statusCode === 401 || statusCode === 403) return bad(`Access to the ${name} is denied: ${codeOf(error)}.`);
  return bad(`The ${name} can't be reached: ${codeOf(error) || statusCode || "no answer"}.`);
}

function codeOf(error: unknown): string {
  const { code, details } = error as { code?: string; details?: { errorCode?: string } };
  return details?.errorCode ?? code ?? "";
}

function bad(message: string): ServiceRefusal {
  return new ServiceRefusal("badResource", message);
}
