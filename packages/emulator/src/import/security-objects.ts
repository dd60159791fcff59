import type { Entry } from "../site/entry.ts";
import { urlOf } from "../site/entry.ts";
import { limitedAccessId } from "../site/role-definitions.ts";
import type { ImportedScope } from "../site/types.ts";
import {
  demandWeb,
  type ImportContext,
  type Imported,
  isSameGuid,
  nothingStored,
  type ObjectElement,
} from "./context.ts";
import { demand, Fault } from "./fault.ts";
import { isSameUrl } from "./names.ts";
import { isGuid, isTrue } from "./simple-types.ts";
import { childrenNamed, type Element } from "./xml-reader.ts";

const mostScopes = 50_000;
const mostAssignments = 5_000;
const mostBelow = 100_000;
const largestMask = 2n ** 64n;

/** `DeploymentRoles`: what the role ids of the package's assignments are. */
export async function importRoles(context: ImportContext, { object, element }: ObjectElement): Promise<Imported> {
  demandWeb(context, object);
  for (const role of childrenNamed(element, "Role")) {
    const { RoleId = "", Title = "", PermMask = "", Hidden, Type = "0" } = role.attributes;
    demand(/^\d+$/.test(RoleId), `The role id '${RoleId}' is not valid.`, "format");
    demand(/^\d+$/.test(PermMask) && BigInt(PermMask) < largestMask, `The mask '${PermMask}' is not valid.`, "format");
    context.roleIds.add(Number(RoleId));
    if (isTrue(Hidden) || !context.includesSecurity) continue;
    await context.site.ensureRole({ id: Number(RoleId), name: Title, roleType: Number(Type) || 0, permMask: PermMask });
  }
  return { url: context.site.url, ...nothingStored };
}

/** Yields the fault of each scope that fails; the others are set. */
export async function* importRoleAssignments(
  context: ImportContext,
  { object, element }: ObjectElement,
): AsyncGenerator<{ readonly fault: Fault; readonly id: string; readonly url: string }, Imported, undefined> {
  demandWeb(context, object);
  const assignments = childrenNamed(element, "RoleAssignment");
  if (!context.includesSecurity) {
    if (assignments.length > 0) context.warn("The permissions are not imported, as IncludeSecurity is not 'All'.");
    return { url: context.site.url, ...nothingStored };
  }
  const scopes = new Set<string>();
  for (const assignment of assignments) {
    try {
      await context.site.exclusively(() => setScope(context, assignment, scopes));
    } catch (fault) {
      if (!(fault instanceof Fault) || fault.isFatal) throw fault;
      const { ObjectId: id = "", ObjectUrl = "" } = assignment.attributes;
      yield { fault, id, url: `/${ObjectUrl.replace(/^\//, "")}` };
    }
  }
  return { url: context.site.url, ...nothingStored };
}

async function setScope(context: ImportContext, element: Element, scopes: Set<string>): Promise<void> {
  const { site } = context;
  const { ScopeId = "", RoleDefWebId = "", RoleDefWebUrl = "", ObjectId = "", ObjectUrl = "" } = element.attributes;
  demand(isGuid(ScopeId), `The scope id '${ScopeId}' is not a GUID.`, "format");
  demand(isSameGuid(RoleDefWebId, site.webId), `Parent web not found: '${RoleDefWebId}' of the scope '${ScopeId}'.`);
  const web = `/${RoleDefWebUrl.replace(/^\//, "")}`;
  demand(isSameUrl(web, site.url), `Parent web not found: '${RoleDefWebUrl}' of the scope '${ScopeId}'.`);
  const entry = objectOf(context, element);
  const url = `/${ObjectUrl.replace(/^\//, "")}`;
  demand(
    isSameUrl(url, urlOf(entry)),
    `The object '${ObjectId}' of the scope '${ScopeId}' is '${urlOf(entry)}', not '${url}'.`,
  );
  const own = entry.parent ? entry.uniqueId : entry.list.id;
  const holder = site.scopeHolder(ScopeId);
  const isOwn = holder === undefined || isSameGuid(holder, own);
  demand(isOwn && !scopes.has(ScopeId.toLowerCase()), `The scope '${ScopeId}' is already that of '${holder}'.`);
  scopes.add(ScopeId.toLowerCase());
  demandLimits(entry, element);
  const scope = { scopeId: ScopeId, assignments: assignmentsOf(context, element, url) };
  if (entry.parent === undefined) await site.setListScope(entry.list, scope);
  else await site.save(entry.parent, { ...(await site.read(entry)), scope });
}

function objectOf(context: ImportContext, element: Element): Entry {
  const { ObjectId = "", ObjectType = "" } = element.attributes;
  demand(ObjectType === "1" || ObjectType === "2", `The object type '${ObjectType}' of a scope is not supported.`);
  const entry = ObjectType === "1" ? context.site.list(ObjectId)?.root : context.site.find(ObjectId);
  const isRoot = ObjectType === "2" && entry?.kind === "root";
  demand(entry !== undefined && !isRoot, `The object '${ObjectId}' of a scope does not exist.`);
  return entry;
}

function demandLimits(entry: Entry, element: Element): void {
  const count = childrenNamed(element, "Assignment").length;
  demand(count <= mostAssignments, `A scope may have ${mostAssignments} assignments: there are ${count}.`);
  const isNew = entry.scopeId === undefined;
  demand(!isNew || entry.list.scopes < mostScopes, `A list may have ${mostScopes} unique scopes.`);
  const isBroken = isNew && entry.below > mostBelow;
  demand(!isBroken, `The inheritance of '${urlOf(entry)}' can't be broken, as it has ${entry.below} objects below it.`);
}

function assignmentsOf(context: ImportContext, element: Element, url: string): ImportedScope["assignments"] {
  return childrenNamed(element, "Assignment").flatMap((assignment) => {
    const { RoleId = "", PrincipalId = "" } = assignment.attributes;
    const principal = context.people.find(PrincipalId);
    demand(principal !== undefined, `The principal '${PrincipalId}' of '${url}' is not in the user map.`);
    const roleId = Number(RoleId);
    const role = context.site.people.roles.get(roleId);
    demand(role !== undefined || context.roleIds.has(roleId), `The role '${RoleId}' of '${url}' does not exist.`);
    if (roleId === limitedAccessId) {
      context.warn(`Limited Access of '${PrincipalId}' at '${url}' is not granted: the service gives it by itself.`);
      return [];
    }
    return [{ principal, roleId, roleName: role?.name ?? "" }];
  });
}
