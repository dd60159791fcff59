import { TenantRefusal } from "../tenant/error-rows.ts";
import { type MappingKind, mappingMembers } from "../tenant/mapping-entry.ts";
import type { MoveKind } from "../tenant/migration-task.ts";
import type { CrossTenant } from "../tenant/open-cross-tenant.ts";
import { type GraphCall, GraphFault, type GraphRoute, graphBody, graphReply } from "./graph-service.ts";
import { type HttpReply, header } from "./http-types.ts";
import { type PathSegment, parseODataPath } from "./odata-path.ts";

const BASE = "solutions/sharePoint/migrations";
const TASKS = "crossOrganizationMigrationTasks";
const methods = ["GET", "POST", "PATCH", "DELETE"] as const;
const taskMembers = [
  ...["id", "status", "parameters", "startedDateTime", "lastUpdatedDateTime", "finishedDateTime", "error"],
];

/** Functions that look a task up, by name in lower case, with their one parameter. */
const lookUps: Readonly<Record<string, { readonly kind: MoveKind; readonly parameter: string }>> = {
  getbysourceuserprincipalname: { kind: "user", parameter: "sourcePrincipalName" },
  getbysourcesiteurl: { kind: "site", parameter: "sourceSiteUrl" },
  getbysourcegroupmailnickname: { kind: "group", parameter: "sourceGroupMailNickname" },
};

/** Collections of mappings, by name in lower case, with their alternate key. */
const mappingSets: Readonly<
  Record<string, { readonly kind: MappingKind; readonly name: string; readonly key: string }>
> = {
  crossorganizationusermappings: {
    kind: "users",
    name: "crossOrganizationUserMappings",
    key: "sourceUserPrincipalName",
  },
  crossorganizationgroupmappings: {
    kind: "groups",
    name: "crossOrganizationGroupMappings",
    key: "sourceGroupObjectId",
  },
};

/** What a path leads to: the verb that it takes, and the answer. */
interface Target {
  readonly method: (typeof methods)[number];
  answer(): Promise<HttpReply>;
}

/**
 * The routes of cross-tenant migration. They are told apart by the path as a whole, as a site's URL between quotes has
 * slashes, encoded or not.
 */
export function graphCrossTenantRoutes(tenant: CrossTenant): readonly GraphRoute[] {
  return methods.map((method) => ({
    method,
    path: `/${BASE}/{rest*}`,
    versions: ["beta"],
    answer: (call) => answer(tenant, call),
  }));
}

async function answer(tenant: CrossTenant, call: GraphCall): Promise<HttpReply> {
  const segments = segmentsOf(call);
  const target = targetOf(tenant, call, segments);
  if (target === undefined) {
    throw badRequest(`Resource not found for the segment '${segments.at(-1)?.name ?? ""}'.`);
  }
  if (target.method !== call.request.method) {
    throw new GraphFault(405, "Request_BadRequest", undefined, `The resource takes ${target.method} only.`);
  }
  try {
    return await target.answer();
  } catch (error) {
    if (error instanceof TenantRefusal) throw new GraphFault(error.status, error.code, undefined, error.message);
    throw error;
  }
}

/** What is below the base. */
function segmentsOf({ request, query }: GraphCall): readonly PathSegment[] {
  const aliases = (name: string) => query.get(`@${name.toLowerCase()}`);
  try {
    const path = decodeURIComponent(request.url.pathname);
    const segments = parseODataPath(path, aliases)?.slice(BASE.split("/").length + 1);
    if (segments !== undefined) return segments;
  } catch {
    // Escapes that are none: told below, like quotes that don't match.
  }
  throw badRequest("The path is malformed: quotes, brackets or escapes don't match.");
}

function targetOf(tenant: CrossTenant, call: GraphCall, segments: readonly PathSegment[]): Target | undefined {
  const [set, ...below] = segments;
  const name = set?.name.toLowerCase() ?? "";
  if (name === TASKS.toLowerCase()) return taskTarget(tenant, call, keyed(set), below);
  const mappings = Object.hasOwn(mappingSets, name) ? mappingSets[name] : undefined;
  if (set === undefined || mappings === undefined || below.length > 0) return undefined;
  return mappingTarget(tenant, call, set, mappings);
}

/** `crossOrganizationMigrationTasks('id')` is another way to write `crossOrganizationMigrationTasks/id`. */
function keyed(segment: PathSegment | undefined): readonly PathSegment[] {
  return (segment?.arguments ?? []).map(({ value }) => ({ name: value, arguments: [] }));
}

function taskTarget(
  { tasks }: CrossTenant,
  call: GraphCall,
  key: readonly PathSegment[],
  below: readonly PathSegment[],
): Target | undefined {
  const [first, last, ...more] = [...key, ...below];
  if (more.length > 0) return undefined;
  if (first === undefined) {
    return {
      method: "POST",
      answer: async () => graphReply(200, call, `${BASE}/${TASKS}/$entity`, await tasks.create(jsonBody(call))),
    };
  }
  if (last !== undefined) {
    if (plainName(last) !== "cancel") return undefined;
    return {
      method: "POST",
      async answer() {
        await tasks.cancel(first.name);
        return { status: 204 };
      },
    };
  }
  const lookUp = Object.hasOwn(lookUps, plainName(first)) ? lookUps[plainName(first)] : undefined;
  if (lookUp === undefined && first.arguments.length > 0) return undefined;
  return {
    method: "GET",
    async answer() {
      const select = selectOf(call, taskMembers);
      const task =
        lookUp === undefined
          ? await tasks.get(first.name)
          : await tasks.getBySource(lookUp.kind, lookUp.parameter, argumentOf(first, lookUp.parameter) ?? "");
      return graphReply(200, call, `${BASE}/${TASKS}/$entity`, select(task));
    },
  };
}

function mappingTarget(
  { mappings }: CrossTenant,
  call: GraphCall,
  set: PathSegment,
  { kind, name, key }: { readonly kind: MappingKind; readonly name: string; readonly key: string },
): Target | undefined {
  if (set.arguments.length === 0) {
    return {
      method: "PATCH",
      answer: async () =>
        graphReply(200, call, `${BASE}/${name}/$delta`, { value: await mappings.update(kind, jsonBody(call)) }),
    };
  }
  const source = argumentOf(set, key);
  if (source === undefined || source === "") return undefined;
  return {
    method: "GET",
    async answer() {
      const select = selectOf(call, mappingMembers(kind));
      const mapping = await mappings.get(kind, source);
      if (mapping === undefined) return { status: 200 };
      return graphReply(200, call, `${BASE}/${name}/$entity`, select(mapping));
    },
  };
}

/** Names of functions and actions may be qualified. */
function plainName({ name }: PathSegment): string {
  return name.toLowerCase().replace(/^microsoft\.graph\./, "");
}

/** Published names are in camel case, those of draft pages in lower case. */
function argumentOf(segment: PathSegment, parameter: string): string | undefined {
  return segment.arguments.find(({ name }) => name?.toLowerCase() === parameter.toLowerCase())?.value;
}

function jsonBody(call: GraphCall): Readonly<Record<string, unknown>> {
  if (!/^application\/(?:[\w.]+\+)?json\b/i.test(header(call.request, "content-type") ?? "")) {
    throw badRequest("Entity only allows writes with a JSON Content-Type header.");
  }
  return graphBody(call);
}

/** `$select`, the one option that the pages name; others are refused rather than left out. */
function selectOf(
  { query }: GraphCall,
  members: readonly string[],
): (body: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>> {
  for (const name of query.keys()) {
    if (name.startsWith("$") && name !== "$select") throw badRequest(`The query option ${name} is not supported.`);
  }
  const names = (query.get("$select") ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "" && name !== "*");
  if (names.length === 0) return (body) => body;
  const chosen = new Set<string>();
  for (const name of names) {
    const member = members.find((known) => known.toLowerCase() === name.toLowerCase());
    if (member === undefined) throw badRequest(`Could not find a property named '${name}'.`);
    chosen.add(member);
  }
  return (body) => Object.fromEntries(Object.entries(body).filter(([name]) => chosen.has(name)));
}

function badRequest(message: string): GraphFault {
  return new GraphFault(400, "BadRequest", undefined, message);
}
