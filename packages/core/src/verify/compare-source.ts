import { describe, PrimepackError } from "../errors/index.ts";
import type { Source, SourceContent, SourceFile, SourcePath } from "../model/index.ts";
import { QuickXorHash } from "../seal/quick-xor-hash.ts";
import { readStableFile } from "../source/read-file.ts";
import { quoted, type ReportAt } from "./finding.ts";
import type { OutcomeRecords } from "./outcome-records.ts";

/**
 * Reads the source as it is now, and compares it with what was recorded: each entry needs an outcome, and the bytes of
 * each packaged file their size and QuickXorHash. That hash finds every change of one stretch up to 20 bytes, and misses
 * a change on purpose.
 *
 * Yields after each entry; returns how many files were compared.
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
      const recorded = records.see(item.path);
      if (recorded === "unrecorded") {
        report(
          "SOURCE_UNRECORDED",
          placeOf(item.path),
          `The entry must have an outcome: current value is none for a ${item.kind}`,
        );
      } else if (recorded === "packagedFile" && item.kind === "file") {
        compared++;
        await compareFile(item, records, report, signal);
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

async function compareFile(
  file: SourceFile,
  records: OutcomeRecords,
  report: ReportAt,
  signal: AbortSignal | undefined,
): Promise<void> {
  const place = placeOf(file.path);
  const hash = new QuickXorHash();
  let size = 0;
  try {
    for await (const chunk of contentOf(file.content, signal)) {
      size += chunk.length;
      hash.update(chunk);
    }
  } catch (reason) {
    const error = PrimepackError.from(reason, "SOURCE_UNREADABLE", "read the file again");
    if (error.code === "ABORTED") throw error;
    report(error.code, place, error.message, "warning");
    return;
  }
  if (records.hasContent(file.path, size, Buffer.from(hash.digest()).toString("base64"))) return;
  report(
    "SOURCE_CONTENT_DIFFERS",
    place,
    `The file's bytes must be those that were packaged: current value is ${size} other bytes`,
    "warning",
  );
}

async function* contentOf(content: SourceContent, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  if (content instanceof Uint8Array) yield content;
  else if ("path" in content) yield* readStableFile(content.path, signal === undefined ? {} : { signal });
  else yield* await content.open(signal ?? new AbortController().signal);
}

function placeOf(path: SourcePath): string {
  return `source:${quoted(path.join("/"))}`;
}
