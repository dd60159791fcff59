import type { BlobRecord } from "../model/index.ts";

/** Name of the list of a package's blobs, beside its two containers. */
export const BLOB_RECORDS_FILE = "blobs.ndjson";

/** One JSON line a blob; content before manifest, then by name, so that equal packages have equal lists. */
export function formatBlobRecords(records: readonly BlobRecord[]): string {
  return [...records]
    .sort((a, b) => compare(a.container, b.container) || compare(a.name, b.name))
    .map(({ container, name, iv, md5, size }) => `${JSON.stringify({ container, name, iv, md5, size })}\n`)
    .join("");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The records that a list holds; undefined if some line is none, or the last is cut short. */
export function parseBlobRecords(text: string): BlobRecord[] | undefined {
  if (text !== "" && !text.endsWith("\n")) return undefined;
  const records: BlobRecord[] = [];
  for (const line of text.split("\n").slice(0, -1)) {
    const record = parseLine(line);
    if (record === undefined) return undefined;
    records.push(record);
  }
  return records;
}

function parseLine(line: string): BlobRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isBlobRecord(value) ? value : undefined;
}

function isBlobRecord(value: unknown): value is BlobRecord {
  if (typeof value !== "object" || value === null) return false;
  const { container, name, iv, md5, size } = value as Partial<Record<keyof BlobRecord, unknown>>;
  return (
    (container === "content" || container === "manifest") &&
    typeof name === "string" &&
    (iv === null || typeof iv === "string") &&
    typeof md5 === "string" &&
    Number.isSafeInteger(size)
  );
}
