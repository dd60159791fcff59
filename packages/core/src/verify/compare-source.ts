import { describe, PrimepackError } from "../errors/index.ts";
import type { Source, SourceContent, SourceFile, SourceListItem, SourcePath } from "../model/index.ts";
import { QuickXorHash } from "../seal/quick-xor-hash.ts";
import { readStableFile } from "../source/read-file.ts";
import { quoted, type ReportAt } from "./finding.ts";
import type { ContentPart, OutcomeRecords } from "./outcome-records.ts";

/**
 * Reads the source as it is now, and compares it with what was recorded: each entry needs an outcome, and the bytes of
 * each packaged file, its older versions and the attachments of items their size and QuickXorHash. That hash finds every change of one stretch up to 20 bytes, and misses
 * a change on purpose.
 *
 * Yields after each entry; returns how many files and items with attachments were compared.
 */
export async function* compareSource(
  source: Source,
  records: OutcomeRecords,
  report: ReportAt,
  signal: AbortSignal | undefined,
): AsyncGenerator<void, number, undefined> {
  let compared = 0;
  try {
    for await (const item of source) {
      // What other entries name has no outcome of its own.
      if (!("path" in item)) continue;
      const recorded = records.see(item.path, item.kind === "deletion");
      if (recorded === "unrecorded") {
        report(
          "SOURCE_UNRECORDED",
          placeOf(item.path),
          `The entry must have an outcome: current value is none for a ${item.kind}`,
        );
      } else if (
        (recorded === "packagedFile" && item.kind === "file") ||
        (recorded === "packagedAttachments" && item.kind === "item")
      ) {
        compared++;
        for (const [part, content] of contentsOf(item, records)) {
          await compareContent(item.path, part, content, records, report, signal);
        }
      } else if (recorded === "packagedFile") {
        report(
          "SOURCE_CONTENT_DIFFERS",
          placeOf(item.path),
          `The entry was packaged as a file: current value is a ${item.kind}`,
          "warning",
        );
      }
      yield;
    }
  } catch (reason) {
    if (reason instanceof PrimepackError) throw reason;
    throw new PrimepackError("SOURCE_FAILED", `Cannot compare with the source as it failed: ${describe(reason)}`, {
      cause: reason,
    });
  }
  return compared;
}

/** Contents with what tells them apart in the records. */
function* contentsOf(
  item: SourceFile | SourceListItem,
  records: OutcomeRecords,
): Generator<readonly [ContentPart, SourceContent]> {
  if (item.kind === "item") {
    for (const [index, { content }] of (item.attachments ?? []).entries()) yield [`attachment ${index}`, content];
    return;
  }
  yield ["own", item.content];
  if (!records.hasVersions(item.path)) return;
  for (const [index, { content }] of (item.versions ?? []).entries()) yield [`version ${index}`, content];
}

async function compareContent(
  path: SourcePath,
  part: ContentPart,
  content: SourceContent,
  records: OutcomeRecords,
  report: ReportAt,
  signal: AbortSignal | undefined,
): Promise<void> {
  const place = placeOf(path);
  const hash = new QuickXorHash();
  let size = 0;
  try {
    for await (const chunk of bytesOf(content, signal)) {
      size += chunk.length;
      hash.update(chunk);
    }
  } catch (reason) {
    const error = PrimepackError.from(reason, "SOURCE_UNREADABLE", "read the file again");
    if (error.code === "ABORTED") throw error;
    report(error.code, place, error.message, "warning");
    return;
  }
  if (records.hasContent(path, part, size, Buffer.from(hash.digest()).toString("base64"))) return;
  report(
    "SOURCE_CONTENT_DIFFERS",
    place,
    `The bytes of the ${part === "own" ? "file" : part} must be those that were packaged: current value is ${size} other bytes`,
    "warning",
  );
}

async function* bytesOf(content: SourceContent, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  if (content instanceof Uint8Array) yield content;
  else if ("path" in content) yield* readStableFile(content.path, signal === undefined ? {} : { signal });
  else yield* await content.open(signal ?? new AbortController().signal);
}

function placeOf(path: SourcePath): string {
  return `source:${quoted(path.join("/"))}`;
}
