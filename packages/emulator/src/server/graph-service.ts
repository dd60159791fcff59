import { randomUUID } from "node:crypto";
import { ServiceRefusal } from "../service-refusal.ts";
import { type HttpReply, type HttpRequest, type HttpService, header } from "./http-types.ts";

/** An answer that is an error, in Graph's terms. */
export class GraphFault extends Error {
  readonly status: number;
  readonly code: string;
  readonly innerCode: string | undefined;

  constructor(status: number, code: string, innerCode: string | undefined, message: string) {
    super(message);
    this.name = "GraphFault";
    this.status = status;
    this.code = code;
    this.innerCode = innerCode;
  }
}

/** What a route is asked. */
export interface GraphCall {
  readonly request: HttpRequest;
  /** What stands in the place of each `{name}`, decoded. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Query options by name in lower case. */
  readonly query: ReadonlyMap<string, string>;
  /** URL of the version's root: `http://127.0.0.1:PORT/v1.0`. */
  readonly root: string;
}

/** One row of a service's table. */
export interface GraphRoute {
  readonly method: "GET" | "POST" | "DELETE" | "PATCH";
  /** Below the version, as `/drives/{driveId}/root`; a last `{name*}` takes all that is left. */
  readonly path: string;
  readonly versions?: readonly ("v1.0" | "beta")[];
  answer(call: GraphCall): Promise<HttpReply>;
}

/** Microsoft Graph, as far as the tables of routes go. */
export function graphService(routes: readonly GraphRoute[]): HttpService {
  return {
    owns: ({ url }) => /^\/(v1\.0|beta)(\/|$)/i.test(url.pathname),
    isProgress: ({ url }) => /\/progressEvents$/i.test(url.pathname),
    async answer(request) {
      try {
        return await route(request, routes);
      } catch (error) {
        if (error instanceof GraphFault) return graphError(request, error);
        if (error instanceof ServiceRefusal) return graphError(request, faultOf(error));
        throw error;
      }
    },
    throttled: (request, status) => {
      const [code, inner] =
        status === 429 ? ["RetryAfterDelay", "activityLimitReached"] : ["serviceNotAvailable", undefined];
      return graphError(
        request,
        new GraphFault(status, code ?? "", inner, "The request was throttled; try again later."),
      );
    },
    unauthorized: (request) => {
      const reply = graphError(
        request,
        new GraphFault(401, "InvalidAuthenticationToken", undefined, "Access token is empty or not valid."),
      );
      return { ...reply, headers: { ...reply.headers, "www-authenticate": 'Bearer realm="emulator"' } };
    },
    failed: (request, message) => graphError(request, new GraphFault(500, "generalException", undefined, message)),
  };
}

/** A reply with a body. `type`: what `@odata.context` says it is. */
export function graphReply(status: number, { root }: GraphCall, type: string, body: object): HttpReply {
  return {
    status,
    headers: { "content-type": "application/json;odata.metadata=minimal;odata.streaming=true;charset=utf-8" },
    body: JSON.stringify({ "@odata.context": `${root}/$metadata#${type}`, ...body }),
  };
}

/** The JSON of the body. */
export function graphBody({ request }: GraphCall): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(request.body.toString("utf8"));
    if (typeof body === "object" && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  } catch {
    // Told below, like JSON that is no object.
  }
  throw new GraphFault(400, "BadRequest", undefined, "The body must be a JSON object.");
}

async function route(request: HttpRequest, routes: readonly GraphRoute[]): Promise<HttpReply> {
  const [, version = "", ...rest] = request.url.pathname.split("/");
  const segments = rest.filter((segment) => segment !== "").map(decoded);
  const root = `${request.url.origin}/${version}`;
  const query = new Map([...request.url.searchParams].map(([name, value]) => [name.toLowerCase(), value]));
  const others = new Set<string>();
  for (const one of routes) {
    if (one.versions?.some((known) => known === version.toLowerCase()) === false) continue;
    const parameters = match(one.path, segments);
    if (parameters === undefined) continue;
    if (one.method === request.method) return await one.answer({ request, parameters, query, root });
    others.add(one.method);
  }
  if (others.size === 0) {
    throw new GraphFault(400, "BadRequest", undefined, `Resource not found for the segment '${segments[0] ?? ""}'.`);
  }
  throw new GraphFault(405, "Request_BadRequest", undefined, `The resource takes ${[...others].join(", ")} only.`);
}

function match(path: string, segments: readonly string[]): Record<string, string> | undefined {
  const pattern = path.split("/").slice(1);
  const parameters: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const [, name, rest] = /^\{(\w+)(\*?)\}$/.exec(part) ?? [];
    if (name !== undefined && rest === "*") {
      parameters[name] = segments.slice(index).join("/");
      return parameters;
    }
    const segment = segments[index];
    if (segment === undefined) return undefined;
    if (name !== undefined) parameters[name] = segment;
    else if (part.toLowerCase() !== segment.toLowerCase()) return undefined;
  }
  return pattern.length === segments.length ? parameters : undefined;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function graphError(request: HttpRequest, { status, code, innerCode, message }: GraphFault): HttpReply {
  const requestId = randomUUID();
  const innerError = {
    ...(innerCode === undefined ? {} : { code: innerCode }),
    date: new Date().toISOString().slice(0, 19),
    "request-id": requestId,
    "client-request-id": header(request, "client-request-id") ?? requestId,
  };
  return {
    status,
    headers: { "content-type": "application/json", "request-id": requestId },
    body: JSON.stringify({ error: { code, message, innerError } }),
  };
}

function faultOf({ kind, message }: ServiceRefusal): GraphFault {
  switch (kind) {
    case "badResource":
      return new GraphFault(400, "migrationBadRequest", "invalidAzureResource", message);
    case "badRequest":
      return new GraphFault(400, "migrationBadRequest", undefined, message);
    case "accessDenied":
      return new GraphFault(403, "accessDenied", undefined, message);
    case "notFound":
      return new GraphFault(404, "migrationNotFound", undefined, message);
  }
}
