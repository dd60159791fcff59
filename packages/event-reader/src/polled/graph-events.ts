import {
  graphBaseUrl,
  isMembers,
  type OpenedConnection,
  type OwnConnection,
  openConnection,
  ServiceError,
  type SharedConnection,
} from "@primepack/core/http";
import { parseGraphEvent } from "../parse/parse-graph-event.ts";
import { jobIdOf } from "../parse/values.ts";
import type { EventPage, JobEvent } from "../types.ts";
import { MAX_PAGES_OF_READ, type ServiceEvents } from "./event-source.ts";

/** The SharePoint Embedded container whose jobs are asked for, and a client whose base URL is a root of Graph with its version. */
export type GraphEventsOptions = { readonly containerId: string } & (
  | SharedConnection
  | (OwnConnection & {
      /** Root of Graph; without a path its version `v1.0` is taken. Default: `https://graph.microsoft.com/v1.0`. */
      readonly graphUrl?: string;
    })
);

/**
 * Events of SharePoint Embedded's jobs by Graph's `progressEvents`.
 *
 * A read follows the pages until one has no link to a next one, or is empty and leads to itself; at most 1,000 of them.
 * Its token holds Graph's `$skiptoken` and how many events of that page are known: whether the last page of a running job
 * has a link is not documented, so it may have to be read again as it grows.
 */
export function graphEvents(options: GraphEventsOptions): ServiceEvents {
  const { containerId } = options;
  if (options.client !== undefined) return new GraphEvents(openConnection("", options), containerId);
  const { containerId: _, graphUrl, ...connection } = options;
  return new GraphEvents(openConnection(graphBaseUrl("v1.0", graphUrl), connection), containerId);
}

/** Where a read goes on: behind the first `known` events of the page of this `$skiptoken` (undefined: of the first page). */
interface Position {
  readonly skipToken: string | undefined;
  readonly known: number;
}

class GraphEvents implements ServiceEvents {
  readonly #opened: OpenedConnection;
  readonly #jobsUrl: string;

  constructor(opened: OpenedConnection, containerId: string) {
    this.#opened = opened;
    this.#jobsUrl = `storage/fileStorage/containers/${encodeURIComponent(containerId)}/migrationJobs`;
  }

  async read(jobId: string, token: string | undefined, signal?: AbortSignal): Promise<EventPage> {
    const url = `${this.#jobsUrl}/${encodeURIComponent(jobIdOf(jobId))}/progressEvents`;
    const events: JobEvent[] = [];
    let position = positionIn(token);
    for (let requests = 1; ; requests++) {
      const { value, skipToken } = await this.#page(url, position.skipToken, signal);
      for (const event of value.slice(position.known)) events.push(parseGraphEvent(event));
      const leadsOn = skipToken !== undefined && skipToken !== position.skipToken;
      position = leadsOn
        ? { skipToken, known: 0 }
        : { skipToken: position.skipToken, known: Math.max(position.known, value.length) };
      if (!leadsOn || requests >= MAX_PAGES_OF_READ) return { events, token: tokenOf(position), requests };
    }
  }

  close(): Promise<void> {
    return this.#opened.close();
  }

  async #page(url: string, skipToken: string | undefined, signal: AbortSignal | undefined): Promise<GraphPage> {
    const { body } = await this.#opened.client.send({
      method: "GET",
      url: skipToken === undefined ? url : `${url}?$skiptoken=${skipToken}`,
      doing: "read the events of the migration job",
      ...(signal === undefined ? {} : { signal }),
    });
    if (!isMembers(body) || !Array.isArray(body.value)) {
      throw new ServiceError(
        "SERVICE_REPLY_INVALID",
        `Cannot read the events of the migration job as the reply has no list named value: current value is ${typeof body}`,
      );
    }
    return { value: body.value, skipToken: skipTokenIn(body["@odata.nextLink"]) };
  }
}

interface GraphPage {
  readonly value: readonly unknown[];
  readonly skipToken: string | undefined;
}

/** The token as the link has it, still encoded. The link itself is not followed: it could lead anywhere. */
function skipTokenIn(link: unknown): string | undefined {
  return typeof link === "string" ? /[?&](?:\$|%24)skiptoken=([^&#]+)/i.exec(link)?.[1] : undefined;
}

function tokenOf({ skipToken, known }: Position): string {
  return `${known}:${skipToken ?? ""}`;
}

function positionIn(token: string | undefined): Position {
  const [, known = "0", skipToken = token ?? ""] = /^(\d+):(.*)$/s.exec(token ?? "") ?? [];
  return { skipToken: skipToken === "" ? undefined : skipToken, known: Number(known) };
}
