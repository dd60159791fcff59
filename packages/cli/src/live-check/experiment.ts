import {
  type BlobContainer,
  build,
  type NetworkOptions,
  type PackageContainers,
  type Secret,
  type SourceItem,
  sasPackageContainers,
  type Target,
} from "@primepack/core";
import { type JobEvent, type PolledEvents, watchJobs } from "@primepack/event-reader";
import type { RunLimits } from "@primepack/runner";
import type { JobContainers, MigrationService } from "@primepack/submitter";

/** What experiments have in common. */
export interface Laboratory {
  readonly service: MigrationService;
  readonly events: PolledEvents;
  readonly target: Target;
  /** Names of the folders that experiments make begin with it. */
  readonly folder: string;
  readonly limits: RunLimits;
  readonly network: NetworkOptions | undefined;
  readonly signal: AbortSignal;
  /** Item ids that no experiment has used. */
  readonly itemIds: { next: number };
}

/** A small import, with something wrong in it perhaps. */
export interface Experiment {
  readonly name: string;
  /** Contents of files by name. */
  readonly files: ReadonlyMap<string, string>;
  /** Stands between the build and the content container. */
  readonly tamper?: (container: BlobContainer) => BlobContainer;
  readonly queueUri?: Secret;
  /** Default: ids that are free. */
  readonly firstItemId?: number;
  /** Told when the job is there, before it is watched. */
  readonly onJob?: (jobId: string) => Promise<void>;
}

/** What came of it. */
export interface Import {
  readonly jobId: string;
  readonly containers: JobContainers;
  readonly events: readonly JobEvent[];
  readonly how: string;
  readonly firstItemId: number;
}

/** Packages the files, creates a job and watches it to its end. */
export async function runExperiment(laboratory: Laboratory, experiment: Experiment): Promise<Import> {
  const { service, target, signal, itemIds } = laboratory;
  const containers = await service.provisionContainers(signal);
  const firstItemId = experiment.firstItemId ?? itemIds.next;
  const run = build({
    source: itemsOf(laboratory, experiment),
    target: { ...target, firstItemId },
    packages: { open: async () => opened(containers, laboratory, experiment) },
    encryption: "provided",
    workers: 0,
    signal,
  });
  const { nextItemId } = await run.result;
  itemIds.next = Math.max(itemIds.next, nextItemId);
  const { queueUri, onJob } = experiment;
  const jobId = await service.createJob(
    { containers, webId: target.webId, ...(queueUri === undefined ? {} : { queueUri }) },
    signal,
  );
  await onJob?.(jobId);
  return { jobId, containers, firstItemId, ...(await watchToEnd(laboratory, jobId)) };
}

async function watchToEnd(
  { events: source, limits, signal }: Laboratory,
  jobId: string,
): Promise<{ readonly events: readonly JobEvent[]; readonly how: string }> {
  const events: JobEvent[] = [];
  const { pollRunningMs, pollQueuedMs } = limits;
  const watcher = watchJobs({
    events: source,
    jobs: [{ jobId }],
    signal,
    ...(pollRunningMs !== undefined && { pollRunningMs }),
    ...(pollQueuedMs !== undefined && { pollQueuedMs }),
  });
  let how = "silent";
  for await (const update of watcher) {
    if (update.type === "events") events.push(...update.events);
    else if (update.type === "over") {
      how = update.how;
      watcher.close();
    }
  }
  return { events, how };
}

function opened(containers: JobContainers, { network }: Laboratory, { tamper }: Experiment): PackageContainers {
  const { dataContainerUri, metadataContainerUri, encryptionKey } = containers;
  const plain = sasPackageContainers({
    content: dataContainerUri,
    manifest: metadataContainerUri,
    ...(encryptionKey === undefined ? {} : { key: encryptionKey }),
    ...(network === undefined ? {} : { network }),
  });
  return tamper === undefined ? plain : { ...plain, content: tamper(plain.content) };
}

async function* itemsOf({ folder }: Laboratory, { name, files }: Experiment): AsyncGenerator<SourceItem> {
  const top = folderOf(folder, name);
  const created = new Date("2024-01-02T03:04:05Z");
  yield { kind: "folder", path: [top], created, modified: created };
  for (const [file, text] of files) {
    const content = Buffer.from(text);
    yield { kind: "file", path: [top, file], size: content.byteLength, content, created, modified: created };
  }
}

export function folderOf(folder: string, name: string): string {
  return `${folder} ${name}`;
}

/** Names and texts of so many small files. */
export function someFiles(count: number): ReadonlyMap<string, string> {
  return new Map(Array.from({ length: count }, (_, index) => [`file ${index + 1}.txt`, `content ${index + 1}`]));
}

/** The container, but for some of its calls. */
export function instead(container: BlobContainer, calls: Partial<BlobContainer>): BlobContainer {
  const bound: BlobContainer = {
    putBlob: (...args) => container.putBlob(...args),
    putBlock: (...args) => container.putBlock(...args),
    putBlockList: (...args) => container.putBlockList(...args),
    snapshot: (...args) => container.snapshot(...args),
    remove: (...args) => container.remove(...args),
    read: (...args) => container.read(...args),
    properties: (...args) => container.properties(...args),
    list: (...args) => container.list(...args),
  };
  return { ...bound, ...calls };
}
