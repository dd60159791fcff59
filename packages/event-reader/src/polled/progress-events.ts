import { PrimepackError } from "@primepack/core/errors";
import {
  isMembers,
  type OpenedConnection,
  type OwnConnection,
  odataLiteral,
  openConnection,
  ServiceError,
  type SharedConnection,
} from "@primepack/core/http";
import { Fields } from "../parse/fields.ts";
import { parseEvent } from "../parse/parse-event.ts";
import { guidOf, textOf } from "../parse/values.ts";
import type { EventPage, JobEvent } from "../types.ts";
import { MAX_PAGES_OF_READ, type ServiceEvents } from "./event-source.ts";

/** Where the progress of jobs is asked for: a client whose base URL is that of the site collection, or what makes one. */
export type ProgressEventsOptions = SharedConnection | (OwnConnection & { readonly siteUrl: string });

/**
 * Events of SharePoint's jobs by `GetMigrationJobProgress`, which gives them in clear text for encrypted jobs too.
 *
 * A read asks on until there is no news, at most 1,000 times. Its token is the service's `NextToken`.
 */
export function progressEvents(options: ProgressEventsOptions): ServiceEvents {
  if (options.client !== undefined) return new ProgressEvents(openConnection("", options));
  const { siteUrl, ...connection } = options;
  return new ProgressEvents(openConnection(siteUrl, connection));
}

/** The first token (Progress page). */
const FIRST_TOKEN = "0";

/**
 * How the id stands in the URL: the first is what a tool with experience holds to be needed, the second what the
 * Progress page prints.
 */
const JOB_ID_FORMS: readonly ((jobId: string) => string)[] = [(jobId) => `guid'${jobId}'`, (jobId) => `'${jobId}'`];

class ProgressEvents implements ServiceEvents {
  readonly #opened: OpenedConnection;
  #form = 0;
  #formIsProven = false;

  constructor(opened: OpenedConnection) {
    this.#opened = opened;
  }

  async read(jobId: string, token: string | undefined, signal?: AbortSignal): Promise<EventPage> {
    const id = guidOf(jobId);
    if (id === undefined) {
      throw new PrimepackError(
        "INVALID_OPTION",
        `Cannot read events as a job's id is a GUID: current value is ${jobId}`,
      );
    }
    const events: JobEvent[] = [];
    let next = token ?? FIRST_TOKEN;
    let requests = 0;
    for (;;) {
      const page = await this.#page(id, next, signal);
      requests += 1;
      for (const log of page.logs) events.push(parseEvent(log));
      const isNews = page.logs.length > 0 && page.nextToken !== next;
      next = page.nextToken;
      if (!isNews || requests >= MAX_PAGES_OF_READ) return { events, token: next, requests };
    }
  }

  close(): Promise<void> {
    return this.#opened.close();
  }

  async #page(jobId: string, token: string, signal: AbortSignal | undefined): Promise<ProgressPage> {
    for (let form = this.#form; ; form++) {
      try {
        const page = await this.#request(jobId, token, form, signal);
        this.#form = form;
        this.#formIsProven = true;
        return page;
      } catch (error) {
        const isForm = error instanceof PrimepackError && error.code === "SERVICE_REFUSED" && !this.#formIsProven;
        if (!isForm || form + 1 >= JOB_ID_FORMS.length) throw error;
      }
    }
  }

  async #request(jobId: string, token: string, form: number, signal: AbortSignal | undefined): Promise<ProgressPage> {
    const id = JOB_ID_FORMS[form]?.(jobId) ?? jobId;
    const { body } = await this.#opened.client.send({
      method: "GET",
      url: `_api/site/GetMigrationJobProgress(jobId=${id},nextToken=${tokenLiteral(token)})`,
      headers: { accept: "application/json;odata=nometadata" },
      doing: "read the events of the migration job",
      ...(signal === undefined ? {} : { signal }),
    });
    return progressIn(body, token);
  }
}

/** A number stands as it is; anything else, which is not known to occur, as a string of OData. */
function tokenLiteral(token: string): string {
  return /^\d+$/.test(token) ? token : odataLiteral(token);
}

interface ProgressPage {
  readonly logs: readonly unknown[];
  readonly nextToken: string;
}

/** Reads the reply of all OData modes; `verbose` wraps it, and `NextToken` is written in two ways. */
function progressIn(body: unknown, token: string): ProgressPage {
  let fields = new Fields(isMembers(body) ? body : {});
  for (const wrapper of ["d", "GetMigrationJobProgress", "value"]) {
    const inner = fields.get(wrapper);
    if (isMembers(inner)) fields = new Fields(inner);
  }
  const logs = fields.get("Logs");
  const nextToken = textOf(fields.get("NextToken"));
  if (logs === undefined && nextToken === "") {
    throw new ServiceError(
      "SERVICE_REPLY_INVALID",
      `Cannot read the events of the migration job as the reply has neither Logs nor NextToken: current value is ${kindOf(body)}`,
    );
  }
  const list = listIn(logs);
  if (list === undefined) {
    // Passed over, its events would be lost with it.
    throw new ServiceError(
      "SERVICE_REPLY_INVALID",
      `Cannot read the events of the migration job as Logs must be a list: current value is ${kindOf(logs)}`,
    );
  }
  return { logs: list, nextToken: nextToken === "" ? token : nextToken };
}

function listIn(logs: unknown): readonly unknown[] | undefined {
  if (Array.isArray(logs)) return logs;
  if (logs === undefined || logs === null || logs === "") return [];
  const results = isMembers(logs) ? new Fields(logs).get("results") : undefined;
  return Array.isArray(results) ? results : undefined;
}

function kindOf(body: unknown): string {
  return isMembers(body) ? `an object with ${Object.keys(body).slice(0, 10).join(", ") || "no members"}` : typeof body;
}
