import { ElementBinding, type OtherContent } from "../xml/index.ts";

/** What an incremental export says was done. */
export type SecurityModification =
  | "Add"
  | "Delete"
  | "Update"
  | "MemberAdd"
  | "MemberDelete"
  | "RoleAdd"
  | "RoleDelete"
  | "RoleUpdate"
  | "RoleAssignmentAdd"
  | "RoleAssignmentDelete"
  | "ScopeAdd"
  | "ScopeDelete";

/** `UserX` of a `DeploymentUserX` object: a change of a user. */
export interface UserChangeElement extends OtherContent {
  readonly Operation: SecurityModification;
  readonly Id: string;
  readonly Name: string;
  readonly Login: string;
  readonly Email?: string;
  readonly SystemId?: string;
  readonly IsDomainGroup?: boolean;
  readonly IsSiteAdmin?: boolean;
  readonly IsDeleted?: boolean;
  readonly MobilePhone?: string;
  readonly Flags?: string;
}

export const userChangeBinding: ElementBinding<UserChangeElement> = new ElementBinding<UserChangeElement>({
  name: "UserX",
  attributes: {
    Operation: "string",
    Id: "string",
    Name: "string",
    Login: "string",
    Email: "string?",
    SystemId: "string?",
    IsDomainGroup: "boolean?",
    IsSiteAdmin: "boolean?",
    IsDeleted: "boolean?",
    MobilePhone: "string?",
    Flags: "string?",
  },
  children: {},
});

/** `GroupX` of a `DeploymentGroupX` object: a change of a group. */
export interface GroupChangeElement extends OtherContent {
  readonly Operation: SecurityModification;
  readonly Id: string;
  readonly Name: string;
  readonly OwnerLogin?: string;
  readonly OwnerIsUser?: boolean;
  readonly Description?: string;
  readonly UserId?: string;
  readonly UserLogin?: string;
  readonly OnlyAllowMembersViewMembership?: boolean;
  readonly AllowMembersEditMembership?: boolean;
  readonly AllowRequestToJoinLeave?: boolean;
  readonly AutoAcceptRequestToJoinLeave?: boolean;
  readonly RequestToJoinLeaveEmailSetting?: string;
}

export const groupChangeBinding: ElementBinding<GroupChangeElement> = new ElementBinding<GroupChangeElement>({
  name: "GroupX",
  attributes: {
    Operation: "string",
    Id: "string",
    Name: "string",
    OwnerLogin: "string?",
    OwnerIsUser: "boolean?",
    Description: "string?",
    UserId: "string?",
    UserLogin: "string?",
    OnlyAllowMembersViewMembership: "boolean?",
    AllowMembersEditMembership: "boolean?",
    AllowRequestToJoinLeave: "boolean?",
    AutoAcceptRequestToJoinLeave: "boolean?",
    RequestToJoinLeaveEmailSetting: "string?",
  },
  children: {},
});

/** `RoleX` of a `DeploymentRoleX` object: a change of a role. */
export interface RoleChangeElement extends OtherContent {
  readonly Operation: SecurityModification;
  readonly OperationCode: string;
  readonly WebId: string;
  readonly WebUrl: string;
  readonly RoleId?: string;
  readonly Title?: string;
  readonly Description?: string;
  readonly PermMask?: string;
  readonly Hidden?: boolean;
  readonly RoleOrder?: string;
  readonly Type?: string;
  readonly UserId?: string;
  readonly UserLogin?: string;
}

export const roleChangeBinding: ElementBinding<RoleChangeElement> = new ElementBinding<RoleChangeElement>({
  name: "RoleX",
  attributes: {
    Operation: "string",
    OperationCode: "string",
    WebId: "string",
    WebUrl: "string",
    RoleId: "string?",
    Title: "string?",
    Description: "string?",
    PermMask: "string?",
    Hidden: "boolean?",
    RoleOrder: "string?",
    Type: "string?",
    UserId: "string?",
    UserLogin: "string?",
  },
  children: {},
});

/** `RoleAssignmentX` of a `DeploymentRoleAssignmentX` object: a change of an assignment. */
export interface RoleAssignmentChangeElement extends OtherContent {
  readonly Operation: SecurityModification;
  readonly OperationCode: string;
  readonly ScopeId: string;
  readonly RoleDefWebId: string;
  readonly RoleDefWebUrl: string;
  readonly ObjectId: string;
  readonly ObjectType: string;
  readonly ObjectUrl: string;
  readonly AnonymousPermMask?: string;
  readonly RoleName?: string;
  readonly RoleId?: string;
  readonly GroupTitle?: string;
  readonly UserLogin?: string;
}

export const roleAssignmentChangeBinding: ElementBinding<RoleAssignmentChangeElement> =
  new ElementBinding<RoleAssignmentChangeElement>({
    name: "RoleAssignmentX",
    attributes: {
      Operation: "string",
      OperationCode: "string",
      ScopeId: "string",
      RoleDefWebId: "string",
      RoleDefWebUrl: "string",
      ObjectId: "string",
      ObjectType: "string",
      ObjectUrl: "string",
      AnonymousPermMask: "string?",
      RoleName: "string?",
      RoleId: "string?",
      GroupTitle: "string?",
      UserLogin: "string?",
    },
    children: {},
  });
