import { abortedError, PrimepackError } from "@primepack/core/errors";
import type { BlobProperties } from "@primepack/core/model";
import { openSealed } from "@primepack/core/seal";
import { guidsIn } from "../parse/guids-in.ts";
import { jobIdOf } from "../parse/values.ts";
import type { LogEntry } from "../types.ts";
import { logLines } from "./log-lines.ts";
import type { ImportLogOptions } from "./log-types.ts";

type LogKind = LogEntry["kind"];

const EXTENSIONS: Readonly<Record<LogKind, string>> = { error: "err", warning: "wrn", log: "log" };
const DEFAULT_MAX_LINE_LENGTH = 65_536;
/** The shortest that a line may be cut at; each piece has to bring more than it repeats of the one before. */
const MIN_LINE_LENGTH = 256;

/**
 * The lines of a job's import logs: `Import-<job>-<n>.err`, `.wrn` and `.log` of its manifest container, `n` from 1.
 *
 * `.err` and `.wrn` exist only when there is something in them, so the parts of `.log` say up to which number they are
 * looked for at least. A part that can't be read or decrypted doesn't keep the others from being read: LOG_UNREADABLE comes
 * when those are through, and names all such parts. Where there is no log at all, not even `.log`, LOG_MISSING comes: it
 * proves nothing, as logs are written only when the job is over. Errors of the container come out as they are.
 */
export async function* readImportLogs(options: ImportLogOptions): AsyncGenerator<LogEntry, void, undefined> {
  const { kinds = ["error", "warning", "log"] } = options;
  const broken: Unreadable[] = [];
  const partsOfLog = await countParts(options);
  let parts = partsOfLog;
  for (const kind of kinds) parts += yield* readKind(kind, partsOfLog, options, broken);
  if (parts === 0) throw missing(nameOf(options.jobId, 1, "log"));
  if (broken.length > 0) throw unreadable(broken);
}

interface Unreadable {
  readonly name: string;
  readonly reason: unknown;
}

function nameOf(jobId: string, part: number, kind: LogKind): string {
  return `Import-${jobIdOf(jobId)}-${part}.${EXTENSIONS[kind]}`;
}

async function countParts(options: ImportLogOptions): Promise<number> {
  let parts = 0;
  while ((await propertiesOf(nameOf(options.jobId, parts + 1, "log"), options)) !== undefined) parts += 1;
  return parts;
}

/** Gives back how many parts there are. */
async function* readKind(
  kind: LogKind,
  partsOfLog: number,
  options: ImportLogOptions,
  broken: Unreadable[],
): AsyncGenerator<LogEntry, number, undefined> {
  let parts = 0;
  for (let part = 1; ; part++) {
    const name = nameOf(options.jobId, part, kind);
    const properties = await propertiesOf(name, options);
    if (properties === undefined) {
      if (part > partsOfLog) return parts;
      continue;
    }
    parts += 1;
    yield* readPart(name, kind, properties, options, broken);
  }
}

async function propertiesOf(
  name: string,
  { container, signal }: ImportLogOptions,
): Promise<BlobProperties | undefined> {
  try {
    return await container.properties(name, signal);
  } catch (error) {
    if (error instanceof PrimepackError && error.code === "BLOB_NOT_FOUND") return undefined;
    throw error;
  }
}

async function* readPart(
  name: string,
  kind: LogKind,
  properties: BlobProperties,
  options: ImportLogOptions,
  broken: Unreadable[],
): AsyncGenerator<LogEntry, void, undefined> {
  const maxLength = Math.max(MIN_LINE_LENGTH, options.maxLineLength ?? DEFAULT_MAX_LINE_LENGTH);
  try {
    for await (const { line, text } of logLines(plaintext(name, properties, options), maxLength)) {
      yield { file: name, line, kind, text, ids: guidsIn(text) };
    }
  } catch (reason) {
    if (options.signal?.aborted) throw abortedError(options.signal, `read ${name}`);
    if (!(reason instanceof PrimepackError && isOfPart(reason))) throw reason;
    broken.push({ name, reason });
  }
}

/** What the part itself is to blame for, and not its container. */
function isOfPart({ code }: PrimepackError): boolean {
  return code === "UNSEAL_FAILED" || code === "LOG_UNREADABLE" || code === "BLOB_NOT_FOUND";
}

async function* plaintext(
  name: string,
  { iv }: BlobProperties,
  { container, key, signal }: ImportLogOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const stored = container.read(name, signal);
  if (iv === undefined) {
    yield* stored;
    return;
  }
  if (key === undefined) {
    throw new PrimepackError("LOG_UNREADABLE", `Cannot read ${name} as it is encrypted: current value is no key`);
  }
  let isFirst = true;
  for await (const chunk of openSealed(stored, { key, iv: Buffer.from(iv, "base64") })) {
    // One wrong key in 256 leaves valid padding.
    if (isFirst && isNoise(chunk)) {
      throw new PrimepackError(
        "LOG_UNREADABLE",
        `Cannot read ${name} as its plaintext must be text: current value is not`,
      );
    }
    isFirst = false;
    yield chunk;
  }
}

const SAMPLE_BYTES = 1024;
/** Of random bytes about a half is no UTF-8; a wrong IV spoils 16 bytes of a whole sample. */
const NOISE_SHARE = 0.1;

function isNoise(chunk: Uint8Array): boolean {
  const text = new TextDecoder("utf-8").decode(chunk.subarray(0, SAMPLE_BYTES));
  const strange = Array.from(text).filter((character) => character === "\uFFFD" || character === "\0").length;
  return strange > 16 && strange > text.length * NOISE_SHARE;
}

function missing(name: string): PrimepackError {
  return new PrimepackError(
    "LOG_MISSING",
    `Cannot read the import logs as the manifest container must hold ${name}: current value is no such blob`,
  );
}

function unreadable(broken: readonly Unreadable[]): PrimepackError {
  const names = broken.map(({ name }) => name).join(", ");
  const [first] = broken;
  const cause = broken.length === 1 ? first?.reason : new AggregateError(broken.map(({ reason }) => reason));
  return new PrimepackError(
    "LOG_UNREADABLE",
    `Cannot read all of the import logs as parts are broken: current value is ${names}`,
    {
      cause,
    },
  );
}
