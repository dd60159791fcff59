import type { PackagePlan, PlannedRole, PlannedScope } from "../model/index.ts";
import { uuidv5 } from "../model/uuid.ts";
import type { RoleAssignmentsObject, RolesObject } from "./manifest.ts";
import type { RoleAssignmentElement, RoleElement } from "./roles.ts";
import type { UrlForms } from "./url-forms.ts";
import type { Writable } from "./writable.ts";

/** `ObjectType` of an assignment. */
const objectTypes = { list: "1", item: "2" } as const;

/**
 * The role definitions that the scopes name and the plan defines, and the scopes: one object each, to stand after all
 * content. Nothing where there are no scopes.
 *
 * Nothing refers to the ids of the two objects; they are made of the list's id and the package's name, as no two objects
 * of a run's packages may have the same.
 */
export function* permissionObjects(
  plan: PackagePlan,
  scopes: readonly PlannedScope[],
  urls: UrlForms,
): Generator<RolesObject | RoleAssignmentsObject, void, undefined> {
  if (scopes.length === 0) return;
  const { webId, webUrl, listId } = plan.target;
  const common = (kind: string) => ({ Id: uuidv5(listId, Buffer.from(`${kind}\n${plan.name}`, "utf8")) });
  const parents = { ParentId: webId, ParentWebId: webId, ParentWebUrl: webUrl };
  const named = new Set(scopes.flatMap(({ assignments }) => assignments.map(({ roleId }) => roleId)));
  const roles = plan.roles?.filter(({ id }) => named.has(id)) ?? [];
  if (roles.length > 0) {
    yield { ...common("roles"), ObjectType: "DeploymentRoles", ...parents, Roles: { Role: roles.map(roleElement) } };
  }
  const web = urls.webDirName;
  yield {
    ...common("roleassignments"),
    ObjectType: "DeploymentRoleAssignments",
    ...parents,
    RoleAssignments: {
      RoleAssignment: scopes.map(
        ({ id, objectId, objectType, path, assignments }): RoleAssignmentElement => ({
          ScopeId: id,
          RoleDefWebId: webId,
          RoleDefWebUrl: web,
          ObjectId: objectId,
          ObjectType: objectTypes[objectType],
          ObjectUrl: urls.dirName(path),
          AnonymousPermMask: "0",
          Assignment: assignments.map(({ roleId, principalId }) => ({
            RoleId: String(roleId),
            PrincipalId: String(principalId),
          })),
        }),
      ),
    },
  };
}

function roleElement({ id, title, description, permMask, hidden, order, type }: PlannedRole): RoleElement {
  const element: Writable<RoleElement> = { RoleId: String(id), Title: title, PermMask: permMask, Hidden: hidden };
  if (description !== undefined) element.Description = description;
  if (order !== undefined) element.RoleOrder = String(order);
  if (type !== undefined) element.Type = String(type);
  return element;
}
