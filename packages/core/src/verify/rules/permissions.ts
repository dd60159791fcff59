import type { XmlElement } from "../../xml/element.ts";
import { quoted } from "../finding.ts";
import { checkUser, type RuleContext } from "./context.ts";

/** Roles that every site has, under the same ids: Full Control, Design, Contribute, Read, Edit. */
const siteRoles: ReadonlySet<string> = new Set(["1073741829", "1073741828", "1073741827", "1073741826", "1073741830"]);
const LIMITED_ACCESS = "1073741825";
/** Assignments of one scope. Permission page. */
const ASSIGNMENTS_MAX = 5_000;

export function checkRoles(context: RuleContext, roles: XmlElement): void {
  for (const role of roles.children) {
    const { RoleId: id, PermMask: mask } = role.attributes;
    if (id !== undefined) context.facts.roles.add(id);
    if (mask !== undefined && !/^\d{1,20}$/.test(mask)) {
      context.report("SCHEMA_VALUE", role, `PermMask must be a decimal number: current value is ${quoted(mask)}`);
    }
  }
}

export function checkRoleAssignments(context: RuleContext, assignments: XmlElement): void {
  for (const scope of assignments.children) checkScope(context, scope);
}

function checkScope(context: RuleContext, scope: XmlElement): void {
  const { facts } = context;
  const { ScopeId: id, ObjectId: objectId } = scope.attributes;
  facts.hasAssignments = true;
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
  if (id !== undefined && !addNew(facts.scopes, id)) {
    context.report("SCOPE_DUPLICATE", scope, `ScopeId must be new for each object: current value is ${quoted(id)}`);
  }
  if (objectId !== undefined) {
    if (!addNew(facts.scopedObjects, objectId)) {
      context.report(
        "SCOPE_DUPLICATE",
        scope,
        `An object can have one scope only: current value is ${quoted(objectId)}`,
      );
    }
    facts.pendingScopes.push({ objectId, place: context.place(scope) });
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
    } else if (role !== undefined && !siteRoles.has(role)) {
      facts.pendingRoles.push({ id: role, place: context.place(assignment) });
    }
  }
}

function addNew(known: Set<string>, id: string): boolean {
  const key = id.toLowerCase();
  if (known.has(key)) return false;
  known.add(key);
  return true;
}
