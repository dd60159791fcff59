import { appendFileSync } from "node:fs";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { JobContainer } from "../ports.ts";
import type { EmulatorSwitches } from "../types.ts";
import { encrypt } from "./encrypt.ts";
import type { JobProblem } from "./job-event.ts";
import { serviceTime } from "./service-time.ts";

const KINDS = ["log", "err", "wrn"] as const;
type Kind = (typeof KINDS)[number];

/** Stored bytes of a segment, about; lines are kept whole. */
const SEGMENT_BYTES = 4 * 2 ** 20;
/** Characters kept in memory before they are written to the emulator's folder. */
const BUFFER_LENGTH = 2 ** 16;
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The log of an import: gathered in the emulator's folder (so that it grows over restarts and takes no memory), written to
 * the manifest container as `Import-<job>-<n>.log`, `.err` and `.wrn` when the job ends (wire-protocol 7).
 */
export class ImportLog {
  readonly #directory: string;
  readonly #jobId: string;
  readonly #now: () => Date;
  readonly #lines: Required<EmulatorSwitches>["logLines"];
  readonly #buffers: Record<Kind, string> = { log: "", err: "", wrn: "" };

  constructor(
    directory: string,
    jobId: string,
    now: () => Date,
    lines: Required<EmulatorSwitches>["logLines"] = "fields",
  ) {
    this.#lines = lines;
    this.#directory = directory;
    this.#jobId = jobId;
    this.#now = now;
  }

  info(text: string): void {
    this.#add("log", this.#line("Info", [], text));
  }

  object(object: { readonly objectType: string; readonly id: string; readonly url: string }): void {
    this.#add("log", this.#line("Info", [object.objectType, object.id, object.url], "Imported"));
  }

  /** A warning goes to `.wrn` too, any error to `.err`. */
  problem(level: "warning" | "error" | "fatal", problem: JobProblem): void {
    const { objectType, id, url, errorCode, errorType, message } = problem;
    const name = level === "warning" ? "Warning" : "Error";
    const text = `${level === "fatal" ? "Fatal error: " : ""}${message}`;
    const line = this.#line(name, [objectType, id, url, errorCode, errorType], text);
    this.#add("log", line);
    this.#add(level === "warning" ? "wrn" : "err", line);
  }

  /** Encrypted if there is a key. Logs without a line are not written. */
  async write(
    container: Pick<JobContainer, "write">,
    key: Uint8Array | undefined,
    segmentBytes: number = SEGMENT_BYTES,
  ): Promise<void> {
    for (const kind of KINDS) {
      this.#flush(kind);
      let number = 0;
      for await (const segment of this.#segments(kind, segmentBytes)) {
        number += 1;
        const name = `Import-${this.#jobId}-${number}.${kind}`;
        if (key === undefined) {
          await container.write(name, segment, undefined);
        } else {
          const { iv, content } = encrypt(segment, key);
          await container.write(name, content, iv);
        }
      }
    }
  }

  /** Keeps what is only in memory yet: the import goes on in another process. */
  keep(): void {
    for (const kind of KINDS) this.#flush(kind);
  }

  async discard(): Promise<void> {
    for (const kind of KINDS) {
      this.#buffers[kind] = "";
      await rm(this.#path(kind), { force: true });
    }
  }

  #line(level: string, about: readonly string[], text: string): string {
    const [time, said] = [serviceTime(this.#now().toISOString()), about.filter((part) => part !== "")];
    const isWithin = this.#lines === "message";
    const parts = isWithin ? [level] : [time, level, ...said];
    const line = [...parts.map((part) => `[${part}]`), isWithin ? withinMessage(text, said) : text].join(" ");
    return `${(isWithin ? `${time} ${line}` : line).replace(/[\r\n]+/g, " ")}\r\n`;
  }

  #add(kind: Kind, line: string): void {
    this.#buffers[kind] += line;
    if (this.#buffers[kind].length >= BUFFER_LENGTH) this.#flush(kind);
  }

  #flush(kind: Kind): void {
    if (this.#buffers[kind] === "") return;
    appendFileSync(this.#path(kind), this.#buffers[kind]);
    this.#buffers[kind] = "";
  }

  #path(kind: Kind): string {
    return join(this.#directory, `${this.#jobId}.${kind}`);
  }

  async *#segments(kind: Kind, segmentBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
    const file = await open(this.#path(kind)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    if (file === undefined) return;
    try {
      let position = 0;
      for (;;) {
        const { bytesRead, buffer } = await file.read(Buffer.alloc(segmentBytes), 0, segmentBytes, position);
        if (bytesRead === 0) return;
        const lineEnd = buffer.subarray(0, bytesRead).lastIndexOf("\n") + 1;
        const length = bytesRead < segmentBytes || lineEnd === 0 ? bytesRead : lineEnd;
        yield buffer.subarray(0, length);
        position += length;
      }
    } finally {
      await file.close();
    }
  }
}

/** GUIDs as .NET writes them with braces, in capitals. */
function withinMessage(text: string, about: readonly string[]): string {
  if (about.length === 0) return text;
  const named = about.map((part) => (GUID.test(part) ? `{${part.toUpperCase()}}` : part));
  return `${text} (${named.join(", ")})`;
}
