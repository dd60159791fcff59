import { randomUUID } from "node:crypto";
import type { Site } from "../ports.ts";
import { processQuery } from "./csom.ts";
import { type HttpReply, type HttpRequest, type HttpService, header } from "./http-types.ts";
import { type CallArguments, type MigrationCall, type MigrationContext, migrationCalls } from "./migration-calls.ts";
import { type PathArgument, type PathSegment, parseLiteral, parseODataPath } from "./odata-path.ts";
import { errorReply, ODataFault, resultReply } from "./odata-reply.ts";
import { notFound, readResource } from "./read-resource.ts";
import { siteResource, webResource } from "./site-resources.ts";

const CLIENT_EXCEPTION = "-1, Microsoft.SharePoint.Client.ClientServiceException";
const INVALID_REQUEST = "-1, Microsoft.SharePoint.Client.InvalidClientQueryException";

/** A site collection: the calls of the Migration API as REST and as CSOM, and what finding a target reads. */
export function sharePointService(context: MigrationContext): HttpService {
  const { site } = context;
  return {
    owns: (request) => pathBelow(site, request) !== undefined,
    isProgress: (request) => /getmigrationjobprogress/i.test(request.url.pathname),
    async answer(request) {
      try {
        return await route(request, context);
      } catch (error) {
        if (error instanceof ODataFault) return errorReply(request, error.status, error.code, error.message);
        throw error;
      }
    },
    throttled: (_request, status) => ({
      status,
      headers: { "content-type": "text/plain; charset=utf-8" },
      body: status === 429 ? "429 TOO MANY REQUESTS" : "503 SERVICE UNAVAILABLE",
    }),
    unauthorized: (request) => {
      const message = "Access denied. You do not have permission to perform this action or access this resource.";
      const reply = errorReply(request, 401, "-2147024891, System.UnauthorizedAccessException", message);
      const challenge = 'Bearer realm="emulator",client_id="00000003-0000-0ff1-ce00-000000000000"';
      return { ...reply, headers: { ...reply.headers, "www-authenticate": challenge } };
    },
    failed: (request, message) => errorReply(request, 500, "-2146232832, Microsoft.SharePoint.SPException", message),
  };
}

/** What comes after the site's URL, decoded, beginning with a slash; undefined: it is no URL of the site. */
function pathBelow(site: Site, { url }: HttpRequest): string | undefined {
  let path: string;
  try {
    path = decodeURIComponent(url.pathname);
  } catch {
    return undefined;
  }
  const base = site.url === "/" ? "" : site.url;
  if (!path.toLowerCase().startsWith(base.toLowerCase())) return undefined;
  const rest = path.slice(base.length);
  return rest === "" || rest.startsWith("/") ? rest : undefined;
}

async function route(request: HttpRequest, context: MigrationContext): Promise<HttpReply> {
  const path = pathBelow(context.site, request) ?? "";
  if (/^\/_vti_bin\/client\.svc\/ProcessQuery\/?$/i.test(path)) {
    if (request.method !== "POST") throw wrongVerb(request.method, "ProcessQuery");
    return await processQuery(request, context);
  }
  const [, rest] = /^\/(?:_api|_vti_bin\/client\.svc)(?:\/(.*))?$/is.exec(path) ?? [];
  if (rest === undefined) return { status: 404, headers: { "content-type": "text/plain" }, body: "404 NOT FOUND" };
  const segments = parseODataPath(rest, (name) => request.url.searchParams.get(`@${name}`) ?? undefined);
  if (segments === undefined) throw new ODataFault(400, INVALID_REQUEST, "The path of the request is not valid.");
  const [head, ...tail] = segments;
  switch (head?.name.toLowerCase()) {
    case "contextinfo":
      return contextInfo(request, context.site);
    case "site":
      return await siteRoute(request, context, tail);
    case "web":
      return read(request, context, webResource(context.site, request.url.origin), tail);
    default:
      throw notFound(head?.name ?? "_api");
  }
}

async function siteRoute(
  request: HttpRequest,
  context: MigrationContext,
  segments: readonly PathSegment[],
): Promise<HttpReply> {
  const [segment] = segments;
  const call = migrationCalls.find(({ name }) => name.toLowerCase() === segment?.name.toLowerCase());
  if (call === undefined || segment === undefined || segments.length > 1) {
    return read(request, context, siteResource(context.site, request.url.origin), segments);
  }
  if (!call.verbs.some((verb) => verb === request.method)) throw wrongVerb(request.method, call.name);
  return resultReply(request, call.name, await call.run(context, callArguments(request, call, segment.arguments)));
}

function read(
  request: HttpRequest,
  { site }: MigrationContext,
  root: Parameters<typeof readResource>[2],
  segments: readonly PathSegment[],
): HttpReply {
  if (request.method !== "GET") throw wrongVerb(request.method, segments.at(-1)?.name ?? root.path);
  return readResource(request, `${request.url.origin}${site.url === "/" ? "" : site.url}/_api`, root, segments);
}

/** From the URL (by name or place, in brackets or as query) and the body; the URL has precedence. */
function callArguments(request: HttpRequest, call: MigrationCall, inPath: readonly PathArgument[]): CallArguments {
  const found = new Map<string, unknown>();
  for (const [name, value] of Object.entries(bodyOf(request))) found.set(name.toLowerCase(), value);
  for (const [name, value] of request.url.searchParams) {
    const isParameter = call.parameters.some((parameter) => parameter.toLowerCase() === name.toLowerCase());
    if (isParameter) found.set(name.toLowerCase(), parseLiteral(value) ?? value);
  }
  for (const [place, { name, value }] of inPath.entries()) found.set(name?.toLowerCase() ?? String(place), value);
  return found;
}

function bodyOf(request: HttpRequest): object {
  const text = request.body.toString("utf8").replace(/^\uFEFF/, "");
  if (text.trim() === "") return {};
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "object" && body !== null && !Array.isArray(body)) return body;
  } catch {
    // Told below, like JSON that is no object.
  }
  const type = header(request, "content-type") ?? "no type";
  throw new ODataFault(400, INVALID_REQUEST, `The body must be a JSON object, it is other text (${type}).`);
}

/** Cookies and user sessions need the digest; bearer tokens don't, and it is not looked at. */
function contextInfo(request: HttpRequest, site: Site): HttpReply {
  if (request.method !== "POST") throw wrongVerb(request.method, "contextinfo");
  const url = `${request.url.origin}${site.url}`;
  return resultReply(request, "GetContextWebInformation", {
    type: "SP.ContextWebInformation",
    properties: {
      FormDigestTimeoutSeconds: 1800,
      FormDigestValue: `0x${randomUUID().replaceAll("-", "").toUpperCase()},${new Date().toUTCString()}`,
      LibraryVersion: "16.0.0.0",
      SiteFullUrl: url,
      SupportedSchemaVersions: { elementType: "Edm.String", items: ["14.0.0.0", "15.0.0.0"] },
      WebFullUrl: url,
    },
  });
}

function wrongVerb(method: string, name: string): ODataFault {
  const message = `The HTTP method '${method}' cannot be used to access the resource '${name}'. Please use the correct HTTP method.`;
  return new ODataFault(405, CLIENT_EXCEPTION, message);
}
