import type { HttpReply, HttpRequest } from "./http-types.ts";
import type { PathSegment } from "./odata-path.ts";
import { attempt, invalidQuery, type ODataQuery, parseODataQuery } from "./odata-query.ts";
import { ODataFault, type ODataObject, type ODataValue, resourceReply, resultReply } from "./odata-reply.ts";
import type { CollectionResource, EntityResource, Resource } from "./resource.ts";

/** Items that a page of a list holds unless `$top` says so, and at most. */
const PAGE = 100;
const LARGEST_PAGE = 5000;

/** Follows a path from a resource and answers with what is there. `api`: absolute URL of `_api`. */
export function readResource(
  request: HttpRequest,
  api: string,
  root: Resource,
  segments: readonly PathSegment[],
): HttpReply {
  let resource = root;
  for (const [index, segment] of segments.entries()) {
    const next = member(resource, segment);
    if (next !== undefined) {
      resource = next;
      continue;
    }
    const value = resource.kind === "entity" ? propertyOf(resource, segment) : undefined;
    if (value === undefined || index < segments.length - 1) throw notFound(segment.name);
    return resultReply(request, segment.name, value);
  }
  const query = parseODataQuery(request.url.searchParams);
  if (resource.kind === "entity") return resourceReply(request, show(resource, query, api));
  return resourceReply(request, page(request, resource, query, api));
}

function member(resource: Resource, { name, arguments: args }: PathSegment): Resource | undefined {
  return memberNamed(resource, name)?.(args);
}

/** Only its own: what every object of the language has is no part of a resource. */
function memberNamed({ members }: Resource, name: string): Resource["members"][string] | undefined {
  const key = name.toLowerCase();
  return Object.hasOwn(members, key) ? members[key] : undefined;
}

function propertyOf(
  { properties, onRequest }: EntityResource,
  { name, arguments: args }: PathSegment,
): ODataValue | undefined {
  if (args.length > 0) return undefined;
  const keys = [...Object.keys(properties), ...Object.keys(onRequest ?? {})];
  const key = keys.find((one) => one.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : (properties[key] ?? onRequest?.[key]);
}

function page(request: HttpRequest, collection: CollectionResource, query: ODataQuery, api: string) {
  const paged = collection.pagedBy;
  const { filter, orderBy, skipToken } = query;
  if (paged !== undefined && orderBy !== undefined && orderBy.name.toLowerCase() !== paged.toLowerCase()) {
    throw invalidQuery(`$orderby takes ${paged} only.`);
  }
  const unknown = query.select?.find((name) => collection.fields?.includes(name.split("/")[0] ?? "") === false);
  if (unknown !== undefined) throw invalidQuery(`The field or property '${unknown}' does not exist.`);
  const isDescending = orderBy?.isDescending ?? false;
  const after = skipToken === undefined ? undefined : Number(skipToken.get("p_ID") ?? Number.NaN);
  if (paged === undefined ? skipToken !== undefined : Number.isNaN(after))
    throw invalidQuery("$skiptoken is not valid.");
  const size = query.top === undefined ? (paged === undefined ? Number.POSITIVE_INFINITY : PAGE) : query.top;
  if (paged !== undefined && size > LARGEST_PAGE) throw invalidQuery(`$top is at most ${LARGEST_PAGE}.`);

  let entities: Iterable<EntityResource> = collection.entities();
  if (orderBy !== undefined || isDescending) entities = ordered(entities, orderBy?.name ?? "Id", isDescending);
  const shown: EntityResource[] = [];
  let skipped = 0;
  let hasMore = false;
  for (const entity of entities) {
    const id = entity.properties.Id as number;
    if (after !== undefined && (isDescending ? id >= after : id <= after)) continue;
    if (filter !== undefined && !attempt(() => filter((name) => property(entity, name)))) continue;
    // Lists go on by token: the service takes no notice of $skip there.
    if (paged === undefined && skipped < query.skip) {
      skipped += 1;
      continue;
    }
    if (shown.length >= size) {
      hasMore = paged !== undefined;
      break;
    }
    shown.push(entity);
  }
  const last = shown.at(-1)?.properties.Id;
  return {
    elementType: collection.type,
    items: shown.map((entity) => show(entity, query, api)),
    next: hasMore && last !== undefined ? nextLink(request, String(last)) : undefined,
  };
}

function nextLink(request: HttpRequest, last: string): string {
  const next = new URL(request.url);
  for (const name of [...next.searchParams.keys()]) {
    if (name.toLowerCase() === "$skiptoken") next.searchParams.delete(name);
  }
  next.searchParams.set("$skiptoken", `Paged=TRUE&p_ID=${last}`);
  return next.href;
}

function ordered(entities: Iterable<EntityResource>, name: string, isDescending: boolean): EntityResource[] {
  const all = [...entities].map((entity) => ({ entity, value: attempt(() => required(entity, name)) }));
  all.sort((one, other) => compare(one.value, other.value) * (isDescending ? -1 : 1));
  return all.map(({ entity }) => entity);
}

function compare(one: ODataValue, other: ODataValue): number {
  if (typeof one === "number" && typeof other === "number") return one - other;
  const [left, right] = [String(one).toLowerCase(), String(other).toLowerCase()];
  return left < right ? -1 : Number(left > right);
}

function show(entity: EntityResource, { select, expand }: ODataQuery, api: string): ODataObject {
  const wanted = select ?? [...Object.keys(entity.properties), ...expand];
  const properties: Record<string, ODataValue> = {};
  if (select === undefined && Object.keys(entity.properties).length === 0) throw fileNotFound();
  for (const name of wanted) {
    const [head = "", ...rest] = name.split("/");
    const isExpanded = expand.some((one) => one.split("/")[0]?.toLowerCase() === head.toLowerCase());
    if (isExpanded) {
      const inner = select?.filter((one) => one.startsWith(`${head}/`)).map((one) => one.slice(head.length + 1));
      properties[head] = expanded(entity, head, { select: inner?.length === 0 ? undefined : inner, expand: [] }, api);
      continue;
    }
    const value = rest.length === 0 ? property(entity, head) : undefined;
    if (value !== undefined) properties[head] = value;
    else if (Object.keys(entity.properties).length === 0) throw fileNotFound();
    else throw invalidQuery(`The field or property '${name}' does not exist.`);
  }
  return { type: entity.type, id: `${api}/${entity.path}`, properties };
}

function expanded(
  entity: EntityResource,
  name: string,
  query: Pick<ODataQuery, "select" | "expand">,
  api: string,
): ODataValue {
  const resource = memberNamed(entity, name)?.([]);
  const full: ODataQuery = {
    ...query,
    filter: undefined,
    orderBy: undefined,
    top: undefined,
    skip: 0,
    skipToken: undefined,
  };
  if (resource?.kind === "entity") return show(resource, full, api);
  if (resource?.kind === "collection") {
    return { elementType: resource.type, items: [...resource.entities()].map((one) => show(one, full, api)) };
  }
  // A file has no folder, and the other way round.
  if (entity.type === "SP.ListItem" && /^(file|folder)$/i.test(name)) return null;
  throw invalidQuery(`The field or property '${name}' does not exist.`);
}

function required(entity: EntityResource, name: string): ODataValue {
  const value = property(entity, name);
  if (value === undefined) throw new Error(`The field or property '${name}' does not exist.`);
  return value;
}

function property({ properties, onRequest = {} }: EntityResource, name: string): ODataValue | undefined {
  if (Object.hasOwn(properties, name)) return properties[name];
  return Object.hasOwn(onRequest, name) ? onRequest[name] : undefined;
}

function fileNotFound(): ODataFault {
  return new ODataFault(404, "-2147024894, System.IO.FileNotFoundException", "File Not Found.");
}

/** No such function or property. */
export function notFound(name: string): ODataFault {
  const message = `Cannot find resource for the request ${name}.`;
  return new ODataFault(404, "-1, Microsoft.SharePoint.Client.ResourceNotFoundException", message);
}
