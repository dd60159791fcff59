import { ElementBinding, type OtherContent } from "../xml/index.ts";
import { type FileBytes, type ReadFileOptions, readDocument, writeDocument } from "./document.ts";
import { userGroupFile } from "./names.ts";

/** `User`: a person, or a group that the directory knows (package format, 6). */
export interface UserElement extends OtherContent {
  /** An integer, unique over users and groups: the package's own numbering. */
  readonly Id: string;
  readonly Name: string;
  /** Claims login with the UPN: `i:0#.f|membership|user@contoso.com`. */
  readonly Login: string;
  readonly Email?: string;
  readonly IsDomainGroup?: boolean;
  readonly IsSiteAdmin?: boolean;
  /** Base64. Documented as optional, but without it the job dies while it reads the users. */
  readonly SystemId: string;
  readonly IsDeleted?: boolean;
  readonly MobilePhone?: string;
  readonly Flags?: string;
}

/** `Member` of a group. */
export interface MemberElement extends OtherContent {
  readonly UserId: string;
}

/** `Group`: a SharePoint group. */
export interface GroupElement extends OtherContent {
  readonly Id: string;
  readonly Name: string;
  readonly Description?: string;
  readonly Owner: string;
  readonly OwnerIsUser: boolean;
  readonly OnlyAllowMembersViewMembership?: boolean;
  readonly AllowMembersEditMembership?: boolean;
  readonly AllowRequestToJoinLeave?: boolean;
  readonly AutoAcceptRequestToJoinLeave?: boolean;
  readonly RequestToJoinLeaveEmailSetting?: string;
  readonly Member?: readonly MemberElement[];
}

/** UserGroup.xml. */
export interface UserGroupMap extends OtherContent {
  readonly Users?: readonly UserElement[];
  readonly Groups?: readonly GroupElement[];
}

const userBinding: ElementBinding<UserElement> = new ElementBinding<UserElement>({
  name: "User",
  attributes: {
    Id: "string",
    Name: "string",
    Login: "string",
    Email: "string?",
    IsDomainGroup: "boolean?",
    IsSiteAdmin: "boolean?",
    SystemId: "string",
    IsDeleted: "boolean?",
    MobilePhone: "string?",
    Flags: "string?",
  },
  children: {},
});

const memberBinding: ElementBinding<MemberElement> = new ElementBinding<MemberElement>({
  name: "Member",
  attributes: { UserId: "string" },
  children: {},
});

const groupBinding: ElementBinding<GroupElement> = new ElementBinding<GroupElement>({
  name: "Group",
  attributes: {
    Id: "string",
    Name: "string",
    Description: "string?",
    Owner: "string",
    OwnerIsUser: "boolean",
    OnlyAllowMembersViewMembership: "boolean?",
    AllowMembersEditMembership: "boolean?",
    AllowRequestToJoinLeave: "boolean?",
    AutoAcceptRequestToJoinLeave: "boolean?",
    RequestToJoinLeaveEmailSetting: "string?",
  },
  children: { Member: { many: () => memberBinding } },
});

const userGroupMapBinding: ElementBinding<UserGroupMap> = new ElementBinding<UserGroupMap>({
  name: "UserGroupMap",
  attributes: {},
  children: { Users: { list: () => userBinding }, Groups: { list: () => groupBinding } },
});

/** Throws MANIFEST_INVALID where a value would make the service refuse the file. */
export function writeUserGroupMap(map: UserGroupMap): Iterable<Uint8Array> {
  return writeDocument(userGroupFile, userGroupMapBinding, map);
}

/**
 * Throws what the XML reader throws, and MANIFEST_INVALID where a user has no `SystemId` or another attribute is
 * missing that the schema requires.
 */
export function readUserGroupMap(bytes: FileBytes, options?: ReadFileOptions): Promise<UserGroupMap> {
  return readDocument(userGroupFile, userGroupMapBinding, bytes, options);
}
