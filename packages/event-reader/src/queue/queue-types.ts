import type { PrimepackError, Secret } from "@primepack/core/errors";
import type { RetryOptions, Timer } from "@primepack/core/http";
import type { Logger, NetworkOptions } from "@primepack/core/model";
import type { JobEvent, JobKey } from "../types.ts";

/** A job whose messages may be in a queue, or a package of which nobody knows whether it became a job. */
export interface QueueJob {
  /** What the caller knows it by: the package's name, say. */
  readonly id: string;
  /** Undefined: not known (yet); then only the key can tell its messages from those of others. */
  readonly jobId?: string;
  /** What the job was created with. Undefined: it is not encrypted. */
  readonly key?: JobKey;
}

/** How a queue is read. */
export interface QueueEventsOptions {
  /** With its SAS, which goes out untouched. */
  readonly queueUri: Secret;
  /** Gone through anew for each message of an unknown job, so it may grow while the queue is read. */
  readonly jobs: Iterable<QueueJob>;
  /**
   * Nobody else's jobs are told to this queue: events of jobs that `jobs` doesn't name are given out too if they are not
   * encrypted. Default: false; they are strangers.
   */
  readonly own?: boolean;
  /** Seconds for which messages that were read are hidden from other readers. Default: 30, the queue service's own. */
  readonly visibilitySeconds?: number;
  /** Milliseconds between two looks at an empty queue. Default: 30,000. */
  readonly idleMs?: number;
  /** Waits. Default: the machine's timer. */
  readonly timer?: Timer;
  /** Ends the iteration with ABORTED, or with its reason if that has a code. */
  readonly signal?: AbortSignal;
  /** How requests leave this machine. Default: directly, trusting the authorities that Node brings along. */
  readonly network?: NetworkOptions;
  /** How often and when failed requests are sent again. Default: as {@link RetryOptions} says. */
  readonly retry?: RetryOptions;
  /** Told of requests that are sent again, and of messages that can't be deleted. Default: nobody. */
  readonly logger?: Logger;
}

/** What reading a queue gives. */
export type QueueUpdate =
  | {
      readonly type: "events";
      readonly jobId: string;
      /** Of the {@link QueueJob} whose job it is; where that named no job id, its key opened the message, which proves it. */
      readonly id: string | undefined;
      /** By time; each once. `JobEnd` comes only once the queue was seen empty after it. */
      readonly events: readonly JobEvent[];
      /** Deletes the messages: once what was made of the events is kept. Never rejects; what stays comes again. */
      acknowledge(): Promise<void>;
    }
  /** A job that is not among `jobs`; its messages are left to others. Told once for each job. */
  | { readonly type: "stranger"; readonly jobId: string; readonly encrypted: boolean }
  /** A message that can't be read, told once. It stays in the queue unless it is acknowledged. */
  | {
      readonly type: "malformed";
      /** Empty where the message names none. */
      readonly jobId: string;
      readonly messageId: string;
      readonly error: PrimepackError;
      acknowledge(): Promise<void>;
    };

/** Events of one queue. Iterating goes on until `close()`; errors of the queue service end it. */
export interface QueueEvents extends AsyncIterable<QueueUpdate> {
  /** What is in the queue now: ends when nothing new is left to be seen. */
  drain(signal?: AbortSignal): AsyncIterable<QueueUpdate>;
  /** Ends iterations once what has been read is consumed. */
  close(): void;
}
