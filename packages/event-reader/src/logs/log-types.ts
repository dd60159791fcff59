import type { BlobContainer } from "@primepack/core/model";
import type { JobKey, LogEntry } from "../types.ts";

/** Which logs of which job are read, and where they are. */
export interface ImportLogOptions {
  /** The manifest container of the job. It is read by names: the right to list isn't needed. */
  readonly container: BlobContainer;
  readonly jobId: string;
  /** Of the job. Undefined: it was not encrypted. */
  readonly key?: JobKey;
  /** In this order. Default: `error`, `warning`, `log`. */
  readonly kinds?: readonly LogEntry["kind"][];
  /** Characters of a line; a longer one comes in pieces, which overlap by the length of a GUID. Default: 65,536. */
  readonly maxLineLength?: number;
  readonly signal?: AbortSignal;
}
