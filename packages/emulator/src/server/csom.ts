import { randomUUID } from "node:crypto";
import { ServiceRefusal } from "../service-refusal.ts";
import type { HttpReply, HttpRequest } from "./http-types.ts";
import { type CallArguments, type MigrationContext, migrationCalls } from "./migration-calls.ts";
import { ODataFault, type ODataObject, type ODataValue } from "./odata-reply.ts";
import { parseXml, type XmlElement } from "./xml-tree.ts";

/** `SP.RequestContext`, whose static property `Current` every request begins with. */
const REQUEST_CONTEXT = "3747adcd-a3c3-41b9-bfab-4a64dd2f1e0a";
const NAMESPACE = "http://schemas.microsoft.com/sharepoint/clientquery/2009";

/** What an object path leads to. */
type PathTarget = "context" | "site" | "web" | { readonly call: string; readonly element: XmlElement };

/** An error of the request as a whole, which CSOM tells in the first element, with status 200. */
class CsomError extends Error {
  readonly errorCode: number;
  readonly typeName: string;

  constructor(errorCode: number, typeName: string, message: string) {
    super(message);
    this.errorCode = errorCode;
    this.typeName = typeName;
  }
}

/**
 * `_vti_bin/client.svc/ProcessQuery`: the migration calls as methods of the site, its id and URL as queries.
 *
 * Actions run in order; the first error ends the request, whatever has been done stays done.
 */
export async function processQuery(request: HttpRequest, context: MigrationContext): Promise<HttpReply> {
  const correlation = randomUUID();
  const results: unknown[] = [];
  let errorInfo: unknown = null;
  try {
    const { paths, actions } = parseRequest(request.body.toString("utf8"));
    for (const action of actions) await runAction(action, paths, context, request, results);
  } catch (error) {
    errorInfo = errorInfoOf(error, correlation);
  }
  const head = {
    SchemaVersion: "15.0.0.0",
    LibraryVersion: "16.0.0.0",
    ErrorInfo: errorInfo,
    TraceCorrelationId: correlation,
  };
  return {
    status: 200,
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify([head, ...(errorInfo === null ? results : [])]),
  };
}

function parseRequest(text: string): {
  readonly paths: ReadonlyMap<string, XmlElement>;
  readonly actions: readonly XmlElement[];
} {
  const root = parseXml(text);
  if (root === undefined || root.name !== "Request" || root.namespace !== NAMESPACE) {
    throw invalid("The request is no Request of the client query namespace.");
  }
  const child = (name: string) => root.children.find((one) => one.name === name)?.children ?? [];
  return {
    paths: new Map(child("ObjectPaths").map((path) => [path.attributes.Id ?? "", path])),
    actions: child("Actions"),
  };
}

async function runAction(
  action: XmlElement,
  paths: ReadonlyMap<string, XmlElement>,
  context: MigrationContext,
  request: HttpRequest,
  results: unknown[],
): Promise<void> {
  const id = Number(action.attributes.Id);
  const target = resolve(action.attributes.ObjectPathId, paths, context);
  switch (action.name) {
    case "Method": {
      if (target !== "site") throw noMethod(action.attributes.Name);
      const value = await runCall(action.attributes.Name ?? "", action, context);
      results.push(id, rendered(value));
      return;
    }
    case "ObjectPath":
      results.push(id, { IsNull: false });
      return;
    case "ObjectIdentityQuery":
    case "Query":
      results.push(id, await queried(target, action, context, request));
      return;
    default:
      throw invalid(`The action ${action.name} is not supported.`);
  }
}

/** `Query`: what is asked for of the site, the web, or what a method gives that stands as a path. */
async function queried(
  target: PathTarget,
  action: XmlElement,
  context: MigrationContext,
  request: HttpRequest,
): Promise<unknown> {
  const { site } = context;
  if (typeof target === "object") return rendered(await runCall(target.call, target.element, context));
  const identity = identityOf(target, context);
  const own = { _ObjectIdentity_: identity };
  if (action.name === "ObjectIdentityQuery") return own;
  const url = `${request.url.origin}${site.url}`;
  if (target === "site") {
    return { _ObjectType_: "SP.Site", ...own, Id: `/Guid(${site.siteId})/`, ServerRelativeUrl: site.url, Url: url };
  }
  if (target === "web") {
    const { title } = site;
    const names = { Id: `/Guid(${site.webId})/`, ServerRelativeUrl: site.url, Title: title, Url: url };
    return { _ObjectType_: "SP.Web", ...own, ...names };
  }
  return { _ObjectType_: "SP.RequestContext", ...own };
}

function resolve(
  id: string | undefined,
  paths: ReadonlyMap<string, XmlElement>,
  context: MigrationContext,
  depth = 0,
): PathTarget {
  const path = paths.get(id ?? "");
  if (path === undefined || depth > 10) throw invalid(`The object path ${id} is not known.`);
  const parent = () => resolve(path.attributes.ParentId, paths, context, depth + 1);
  const name = path.attributes.Name ?? "";
  switch (path.name) {
    case "StaticProperty":
      if (name === "Current" && path.attributes.TypeId?.toLowerCase() === `{${REQUEST_CONTEXT}}`) return "context";
      break;
    case "Property": {
      const from = parent();
      if (from === "context" && name === "Site") return "site";
      if ((from === "context" && name === "Web") || (from === "site" && name === "RootWeb")) return "web";
      break;
    }
    case "Identity": {
      const [, siteId, webId] = /:site:([0-9a-f-]{36})(?::web:([0-9a-f-]{36}))?$/i.exec(name) ?? [];
      if (siteId?.toLowerCase() !== context.site.siteId.toLowerCase()) break;
      if (webId === undefined) return "site";
      if (webId.toLowerCase() === context.site.webId.toLowerCase()) return "web";
      break;
    }
    case "Method":
      if (parent() === "site") return { call: name, element: path };
      break;
    default:
  }
  throw invalid(`The object path ${path.name} '${name}' is not known.`);
}

/** The form in which a client may name the object later. */
function identityOf(target: "context" | "site" | "web", { site }: MigrationContext): string {
  const base = `${randomUUID()}|740c6a0b-85e2-48a0-a494-e0f1759d4aa7`;
  if (target === "site") return `${base}:site:${site.siteId}`;
  return target === "web" ? `${base}:site:${site.siteId}:web:${site.webId}` : `${base}:context`;
}

async function runCall(name: string, element: XmlElement, context: MigrationContext): Promise<ODataValue> {
  const call = migrationCalls.find((one) => one.name === name);
  if (call === undefined) throw noMethod(name);
  const parameters = element.children.find((one) => one.name === "Parameters")?.children ?? [];
  const found: Map<string, unknown> = new Map(
    parameters.map((parameter, place) => [String(place), parameterValue(parameter)]),
  );
  return await call.run(context, found satisfies CallArguments);
}

/** A value by its type; an object as its properties. */
function parameterValue(parameter: XmlElement): unknown {
  const type = parameter.attributes.Type;
  if (type === "Null") return null;
  if (type !== undefined) return parameter.text;
  return Object.fromEntries(
    parameter.children
      .filter(({ name }) => name === "Property")
      .map((property) => [property.attributes.Name ?? "", parameterValue(property)]),
  );
}

/** CSOM's JSON of a value: binary and GUIDs are marked, objects tell their type. */
function rendered(value: ODataValue, name?: string): unknown {
  if (typeof value === "string") {
    if (name === "EncryptionKey") return `/Base64Binary(${value})/`;
    return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value) ? `/Guid(${value})/` : value;
  }
  if (value === null || typeof value !== "object") return value;
  if ("items" in value) {
    const items = value.items.map((item) => rendered(item));
    return value.elementType.startsWith("Edm.")
      ? items
      : { _ObjectType_: `Collection(${value.elementType})`, _Child_Items_: items };
  }
  return renderedObject(value);
}

function renderedObject({ type, properties }: ODataObject): unknown {
  const shown = Object.entries(properties).map(([name, property]) => [name, rendered(property, name)]);
  return { _ObjectType_: type, ...Object.fromEntries(shown) };
}

function errorInfoOf(error: unknown, correlation: string): unknown {
  const { message } = error instanceof Error ? error : new Error(String(error));
  const [code, type] = codeOf(error);
  return {
    ErrorMessage: message,
    ErrorValue: null,
    TraceCorrelationId: correlation,
    ErrorCode: code,
    ErrorTypeName: type,
  };
}

function codeOf(error: unknown): [code: number, typeName: string] {
  if (error instanceof CsomError) return [error.errorCode, error.typeName];
  if (error instanceof ServiceRefusal) return [-2147024809, "System.ArgumentException"];
  if (error instanceof ODataFault) {
    const [code = "-1", type = "Microsoft.SharePoint.SPException"] = error.code.split(", ");
    return [Number(code), type];
  }
  return [-2146232832, "Microsoft.SharePoint.SPException"];
}

function noMethod(name: string | undefined): CsomError {
  return new CsomError(
    -1,
    "Microsoft.SharePoint.Client.InvalidClientQueryException",
    `Method '${name}' does not exist.`,
  );
}

function invalid(message: string): CsomError {
  return new CsomError(-1, "Microsoft.SharePoint.Client.InvalidClientQueryException", message);
}
