import type { XmlElement } from "../../xml/element.ts";
import { quoted } from "../finding.ts";
import { guidKey, type IdTable } from "../id-table.ts";
import { isGuid } from "../schema/values.ts";
import { checkUser, type RuleContext } from "./context.ts";
import { LIMITED_ACCESS, standardRoleById, standardRoleByTitle } from "./standard-roles.ts";

/** Assignments of one scope. Permission page. */
const ASSIGNMENTS_MAX = 5_000;

const MASK_MAX = (1n << 64n) - 1n;

export function checkRoles(context: RuleContext, roles: XmlElement): void {
  for (const role of roles.children) {
    const { RoleId: id, PermMask: mask } = role.attributes;
    if (id !== undefined) {
      if (context.facts.roles.has(id)) {
        context.report("DUPLICATE_ID", role, `Roles must differ in RoleId: current value is ${quoted(id)}`);
      }
      context.facts.roles.add(id);
      if (!/^\d{1,10}$/.test(id)) {
        context.report("SCHEMA_VALUE", role, `RoleId must be a number: current value is ${quoted(id)}`);
      }
    }
    if (mask !== undefined && (!/^\d{1,20}$/.test(mask) || BigInt(mask) > MASK_MAX)) {
      context.report(
        "SCHEMA_VALUE",
        role,
        `PermMask must be a decimal number of at most 64 bits: current value is ${quoted(mask)}`,
      );
    } else checkStandardRole(context, role);
  }
}

/** A standard role under another id would be a second one; another mask would change it for the whole site. */
function checkStandardRole(context: RuleContext, role: XmlElement): void {
  const { RoleId: id = "", Title: title = "", PermMask: mask } = role.attributes;
  const byId = standardRoleById.get(id);
  const byTitle = standardRoleByTitle.get(title.toLowerCase());
  if (byId !== undefined && mask !== undefined && mask !== byId.mask) {
    context.report(
      "ROLE_MISMATCH",
      role,
      `PermMask of ${byId.title} must be ${byId.mask}: current value is ${quoted(mask)}`,
      "warning",
    );
  } else if (byId === undefined && byTitle !== undefined) {
    context.report(
      "ROLE_MISMATCH",
      role,
      `RoleId of ${byTitle.title} must be ${byTitle.id}: current value is ${quoted(id)}`,
      "warning",
    );
  }
}

export function checkRoleAssignments(context: RuleContext, assignments: XmlElement): void {
  for (const scope of assignments.children) checkScope(context, scope);
}

function checkScope(context: RuleContext, scope: XmlElement): void {
  const { facts } = context;
  const {
    ScopeId: id,
    ObjectId: objectId,
    ObjectType: type,
    ObjectUrl: objectUrl,
    RoleDefWebId: webId,
  } = scope.attributes;
  facts.hasAssignments = true;
  if (webId !== undefined && isGuid(webId) && facts.webs.size > 0 && !facts.webs.has(webId.toLowerCase())) {
    context.report(
      "TARGET_MISMATCH",
      scope,
      `RoleDefWebId must be ${[...facts.webs].join(" or ")}: current value is ${webId}`,
    );
  }
  for (const name of ["ObjectUrl", "RoleDefWebUrl"]) {
    const url = scope.attributes[name];
    if (url?.startsWith("/")) {
      context.report(
        "URL_FORM",
        scope,
        `${name} must be server-relative without leading slash: current value is ${quoted(url)}`,
        "warning",
      );
    }
  }
  if (id !== undefined && !addNew(context.run.scopes, id)) {
    context.report("SCOPE_DUPLICATE", scope, `ScopeId must be new for each object: current value is ${quoted(id)}`);
  }
  if (objectId !== undefined) {
    if (!addNew(context.run.scopedObjects, objectId)) {
      context.report(
        "SCOPE_DUPLICATE",
        scope,
        `An object can have one scope only: current value is ${quoted(objectId)}`,
      );
    }
    facts.pendingScopes.push({ objectId, place: context.place(scope), type, url: objectUrl });
  }
  if (scope.children.length > ASSIGNMENTS_MAX) {
    context.report(
      "SCOPE_OVER_LIMIT",
      scope,
      `A scope holds at most ${ASSIGNMENTS_MAX} assignments: current value is ${scope.children.length}`,
    );
  }
  for (const assignment of scope.children) {
    const { RoleId: role, PrincipalId: principal } = assignment.attributes;
    checkUser(context, assignment, "PrincipalId", principal);
    if (role === LIMITED_ACCESS) {
      context.report("LIMITED_ACCESS_ASSIGNED", assignment, "Limited Access can't be granted by hand", "warning");
    } else if (role !== undefined && !standardRoleById.has(role)) {
      facts.pendingRoles.push({ id: role, place: context.place(assignment) });
    }
  }
}

/** What is no GUID has its finding from the schema. */
function addNew(known: IdTable, id: string): boolean {
  const key = guidKey(id);
  return key === undefined || known.add(key);
}
