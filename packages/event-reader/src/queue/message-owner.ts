import type { Members } from "@primepack/core/http";
import { Fields } from "../parse/fields.ts";
import { parseEvent } from "../parse/parse-event.ts";
import { jobIdOf } from "../parse/values.ts";
import type { JobEvent, JobKey } from "../types.ts";
import type { QueueJob } from "./queue-types.ts";
import { malformed, openMessage, type ReadMessage } from "./read-message.ts";

/** Whose a message is, and what it says. */
export type OwnedMessage =
  | { readonly kind: "event"; readonly jobId: string; readonly id: string | undefined; readonly event: JobEvent }
  | { readonly kind: "stranger"; readonly jobId: string; readonly encrypted: boolean }
  | (ReadMessage & { readonly kind: "malformed" });

/** Jobs that are remembered: strangers with the keys that don't open their messages, and jobs that a key identified. */
const MAX_REMEMBERED = 10_000;

/** Tells whose messages are: by the job's id where it is known, else by the key that opens them. */
export class MessageOwners {
  readonly #jobs: Iterable<QueueJob>;
  readonly #isOwn: boolean;
  readonly #identified: Map<string, { readonly id: string | undefined; readonly key: JobKey }> = new Map();
  /** Ids of the candidates whose keys were tried in vain, by job. */
  readonly #tried: Map<string, Set<string>> = new Map();

  constructor(jobs: Iterable<QueueJob>, isOwn: boolean) {
    this.#jobs = jobs;
    this.#isOwn = isOwn;
  }

  async ownerOf(message: ReadMessage): Promise<OwnedMessage> {
    switch (message.kind) {
      case "malformed":
        return message;
      case "clear":
        return this.#ownerOfClear(message.event);
      default:
        return this.#ownerOfEncrypted(message);
    }
  }

  #ownerOfClear(raw: Members): OwnedMessage {
    const event = parseEvent(raw);
    const { jobId } = event;
    if (jobId === "") {
      const names = Object.keys(raw).slice(0, 10).join(", ");
      return malformed("", "it must name a job", names === "" ? "an empty object" : `an object with ${names}`);
    }
    const job = this.#known(jobId);
    if (job === undefined && !this.#isOwn) return { kind: "stranger", jobId, encrypted: false };
    return { kind: "event", jobId, id: job?.id, event };
  }

  async #ownerOfEncrypted(message: ReadMessage & { readonly kind: "encrypted" }): Promise<OwnedMessage> {
    const { jobId } = message;
    const known = this.#known(jobId) ?? this.#identified.get(jobId);
    if (known !== undefined) {
      if (known.key === undefined) return malformed(jobId, "it is encrypted and the job was said not to be", "no key");
      const raw = await openMessage(message, known.key);
      return raw === undefined
        ? malformed(jobId, "the key of its job must open it", "another key, or damaged bytes")
        : eventOf(jobId, known.id, raw);
    }
    return this.#identify(message);
  }

  /** Tries the key of each job whose id isn't known. One that several share proves only that the job is one of them. */
  async #identify(message: ReadMessage & { readonly kind: "encrypted" }): Promise<OwnedMessage> {
    const { jobId } = message;
    const tried = this.#tried.get(jobId) ?? new Set<string>();
    const candidates = [...this.#jobs].filter((job) => job.jobId === undefined);
    for (const { id, key } of candidates) {
      if (key === undefined || tried.has(id)) continue;
      const raw = await openMessage(message, key);
      if (raw === undefined) {
        tried.add(id);
        continue;
      }
      const isShared = candidates.some((other) => other.id !== id && other.key !== undefined && isSame(other.key, key));
      const owner = { id: isShared ? undefined : id, key };
      remember(this.#identified, jobId, owner);
      this.#tried.delete(jobId);
      return eventOf(jobId, owner.id, raw);
    }
    remember(this.#tried, jobId, tried);
    return { kind: "stranger", jobId, encrypted: true };
  }

  #known(jobId: string): QueueJob | undefined {
    for (const job of this.#jobs) if (job.jobId !== undefined && jobIdOf(job.jobId) === jobId) return job;
    return undefined;
  }
}

/** The outer job id chose the key, so the inner one may be missing, but not be another. */
function eventOf(jobId: string, id: string | undefined, raw: Members): OwnedMessage {
  const inner = jobIdOf(new Fields(raw).get("JobId"));
  if (inner !== "" && inner !== jobId) return malformed(jobId, "its content must be of the same job", inner);
  return { kind: "event", jobId, id, event: { ...parseEvent(raw), jobId } };
}

function isSame(one: JobKey, other: JobKey): boolean {
  return Buffer.from(one.reveal()).equals(other.reveal());
}

function remember<T>(map: Map<string, T>, jobId: string, value: T): void {
  map.delete(jobId);
  map.set(jobId, value);
  const [oldest] = map.keys();
  if (map.size > MAX_REMEMBERED && oldest !== undefined) map.delete(oldest);
}
