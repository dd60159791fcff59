import { PrimepackError } from "../errors/index.ts";
import type { BlobContainer, BlobProperties, BlobRecord } from "../model/index.ts";
import { quoted, type ReportAt } from "./finding.ts";
import type { VerifyPackage } from "./types.ts";

export type ContainerName = "content" | "manifest";

/** What is known of one blob before it is read. */
export interface KnownBlob {
  readonly name: string;
  /** As the container tells; undefined where it may not be listed. */
  readonly properties?: BlobProperties;
  /** As `blobs.ndjson` tells. */
  readonly record?: BlobRecord;
}

/** The blobs of a container, as records and container tell together. */
export interface Inventory {
  readonly blobs: ReadonlyMap<string, KnownBlob>;
  /** Whether every blob is in {@link blobs}: the container was listed, or there were records. */
  readonly complete: boolean;
}

/** Faults of one blob or container, which make findings; others (network, rights) end the run. */
export function isFindable(reason: unknown): reason is PrimepackError {
  return (
    reason instanceof PrimepackError &&
    ["BLOB_NOT_FOUND", "BLOB_CORRUPT", "BLOB_NAME_INVALID", "CONTAINER_NOT_FOUND"].includes(reason.code)
  );
}

export async function readRecords(
  source: VerifyPackage,
  report: ReportAt,
): Promise<Readonly<Record<ContainerName, ReadonlyMap<string, BlobRecord>>> | undefined> {
  if (source.blobs === undefined) return undefined;
  const records = { content: new Map<string, BlobRecord>(), manifest: new Map<string, BlobRecord>() };
  let line = 0;
  for await (const record of source.blobs) {
    line++;
    const place = `blobs.ndjson:${line}`;
    if (!isRecord(record)) {
      report("RECORDS_INVALID", place, "The line must hold container, name, iv, md5 and size of a blob");
    } else if (records[record.container].has(record.name)) {
      report("RECORDS_INVALID", place, `A blob must be recorded once: current value is ${quoted(record.name)}`);
    } else records[record.container].set(record.name, record);
  }
  return records;
}

function isRecord(value: unknown): value is BlobRecord {
  if (typeof value !== "object" || value === null) return false;
  const { container, name, iv, md5, size } = value as Partial<Record<keyof BlobRecord, unknown>>;
  return (
    (container === "content" || container === "manifest") &&
    typeof name === "string" &&
    (iv === null || typeof iv === "string") &&
    typeof md5 === "string" &&
    typeof size === "number"
  );
}

export async function takeInventory(
  containerName: ContainerName,
  container: BlobContainer,
  records: ReadonlyMap<string, BlobRecord> | undefined,
  report: ReportAt,
  signal: AbortSignal | undefined,
): Promise<Inventory> {
  const listed = await listBlobs(containerName, container, records === undefined, report, signal);
  const blobs = new Map<string, KnownBlob>();
  for (const [name, properties] of listed ?? []) {
    const record = records?.get(name);
    blobs.set(name, { name, properties, ...(record === undefined ? {} : { record }) });
    if (records !== undefined && record === undefined) {
      report(
        "BLOB_UNRECORDED",
        `${containerName}/${name}`,
        "The container holds a blob that blobs.ndjson doesn't tell of",
      );
    }
  }
  for (const [name, record] of records ?? []) if (!blobs.has(name)) blobs.set(name, { name, record });
  return { blobs, complete: listed !== undefined || records !== undefined };
}

async function listBlobs(
  containerName: ContainerName,
  container: BlobContainer,
  needed: boolean,
  report: ReportAt,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, BlobProperties> | undefined> {
  const listed = new Map<string, BlobProperties>();
  try {
    for await (const properties of container.list(signal)) listed.set(properties.name, properties);
    return listed;
  } catch (reason) {
    if (isFindable(reason)) {
      report(reason.code, containerName, reason.message);
      return listed;
    }
    if (!(reason instanceof PrimepackError) || reason.code !== "CONTAINER_FORBIDDEN") throw reason;
    if (needed)
      report("BLOB_UNLISTABLE", containerName, "The container may not be listed, and no records were given", "note");
    return undefined;
  }
}
