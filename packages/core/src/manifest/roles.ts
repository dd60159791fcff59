import { ElementBinding, type OtherContent } from "../xml/index.ts";

/** `Role` of a `DeploymentRoles` object (package format, 7). */
export interface RoleElement extends OtherContent {
  readonly RoleId: string;
  readonly Title: string;
  readonly Description?: string;
  /** The 64 bits of the permission mask as a decimal number: a string, as it may be beyond exact numbers. */
  readonly PermMask: string;
  readonly Hidden: boolean;
  readonly RoleOrder?: string;
  readonly Type?: string;
}

const roleBinding: ElementBinding<RoleElement> = new ElementBinding<RoleElement>({
  name: "Role",
  attributes: {
    RoleId: "string",
    Title: "string",
    Description: "string?",
    PermMask: "string",
    Hidden: "boolean",
    RoleOrder: "string?",
    Type: "string?",
  },
  children: {},
});

/** `Roles` of a `DeploymentRoles` object. */
export interface RolesElement extends OtherContent {
  readonly Role?: readonly RoleElement[];
}

export const rolesBinding: ElementBinding<RolesElement> = new ElementBinding<RolesElement>({
  name: "Roles",
  attributes: {},
  children: { Role: { many: () => roleBinding } },
});

/** `Assignment`: a role of a user or group of UserGroup.xml. */
export interface AssignmentElement extends OtherContent {
  readonly RoleId: string;
  readonly PrincipalId: string;
}

const assignmentBinding: ElementBinding<AssignmentElement> = new ElementBinding<AssignmentElement>({
  name: "Assignment",
  attributes: { RoleId: "string", PrincipalId: "string" },
  children: {},
});

/** `RoleAssignment`: one object that has permissions of its own, and all of them. */
export interface RoleAssignmentElement extends OtherContent {
  /** A GUID for each object. */
  readonly ScopeId: string;
  readonly RoleDefWebId: string;
  /** Server-relative, without leading slash; empty for a root web. */
  readonly RoleDefWebUrl: string;
  /** Id of the list, file or folder. */
  readonly ObjectId: string;
  /** `1` a list; `2` a file, folder or item. */
  readonly ObjectType: string;
  /** Server-relative, without leading slash. */
  readonly ObjectUrl: string;
  readonly AnonymousPermMask?: string;
  readonly Assignment?: readonly AssignmentElement[];
}

const roleAssignmentBinding: ElementBinding<RoleAssignmentElement> = new ElementBinding<RoleAssignmentElement>({
  name: "RoleAssignment",
  attributes: {
    ScopeId: "string",
    RoleDefWebId: "string",
    RoleDefWebUrl: "string",
    ObjectId: "string",
    ObjectType: "string",
    ObjectUrl: "string",
    AnonymousPermMask: "string?",
  },
  children: { Assignment: { many: () => assignmentBinding } },
});

/** `RoleAssignments` of a `DeploymentRoleAssignments` object. */
export interface RoleAssignmentsElement extends OtherContent {
  readonly RoleAssignment?: readonly RoleAssignmentElement[];
}

export const roleAssignmentsBinding: ElementBinding<RoleAssignmentsElement> =
  new ElementBinding<RoleAssignmentsElement>({
    name: "RoleAssignments",
    attributes: {},
    children: { RoleAssignment: { many: () => roleAssignmentBinding } },
  });
