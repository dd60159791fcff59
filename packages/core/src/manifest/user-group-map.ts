import { PrimepackError } from "../errors/index.ts";
import type { PackagePlan, PlannedGroup, PlannedUser, PrincipalId } from "../model/index.ts";
import type { GroupElement, UserElement, UserGroupMap } from "./user-group.ts";
import type { Writable } from "./writable.ts";

/**
 * The reserved id of the System Account, which as owner of a group needs no entry (package format, 6). As author it is
 * only known of the on-premises format; online, an id without entry was seen to be credited to whoever runs the import.
 */
const SYSTEM_ACCOUNT = "1073741823";

/** What a user has who is nothing special. */
const NO_FLAGS = "0";

/**
 * Those whom the written objects name, and the owners and members of the groups among them, in the order of their
 * numbers; each person once.
 *
 * Throws INTERNAL if the plan lacks one of them: the import would credit that one's work to the account that runs it.
 */
export function userGroupMap(
  { users, groups }: Pick<PackagePlan, "users" | "groups">,
  named: ReadonlySet<PrincipalId>,
): UserGroupMap & Required<Pick<UserGroupMap, "Users" | "Groups">> {
  const known = new Map<PrincipalId, PlannedUser | PlannedGroup>();
  for (const principal of [...users, ...groups]) known.set(principal.id, principal);
  const written = new Set<PrincipalId>();
  const waiting = [...named];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (written.has(id)) continue;
    const principal = known.get(id);
    if (principal === undefined) {
      const constraint = "everyone who is named must be in the plan";
      throw new PrimepackError("INTERNAL", `Cannot write UserGroup.xml as ${constraint}: current value is ${id}`);
    }
    written.add(id);
    if (!("members" in principal)) continue;
    waiting.push(...principal.members);
    if (principal.owner !== undefined) waiting.push(principal.owner);
  }
  const isWritten = ({ id }: { id: PrincipalId }): boolean => written.has(id);
  return { Users: users.filter(isWritten).map(userElement), Groups: groups.filter(isWritten).map(groupElement) };
}

/** The service dies on users without `SystemId`; for people who resolve by login, its value does not matter. */
function userElement(user: PlannedUser): UserElement {
  const element: Writable<Partial<UserElement>> & Pick<UserElement, "Id" | "Name" | "Login"> = {
    Id: String(user.id),
    Name: user.name,
    Login: user.login,
  };
  if (user.email !== undefined) element.Email = user.email;
  element.IsDomainGroup = user.isDomainGroup ?? false;
  element.IsSiteAdmin = user.isSiteAdmin ?? false;
  const { systemId: SystemId, isDeleted: IsDeleted = false } = user;
  if (user.mobilePhone !== undefined) element.MobilePhone = user.mobilePhone;
  return { ...element, SystemId, IsDeleted, Flags: user.flags === undefined ? NO_FLAGS : String(user.flags) };
}

function groupElement(group: PlannedGroup): GroupElement {
  const { owner } = group;
  const element: Writable<GroupElement> = {
    Id: String(group.id),
    Name: group.name,
    Owner: owner === undefined ? SYSTEM_ACCOUNT : String(owner),
    OwnerIsUser: owner === undefined || group.ownerIsUser,
  };
  if (group.description !== undefined) element.Description = group.description;
  if (group.onlyAllowMembersViewMembership !== undefined) {
    element.OnlyAllowMembersViewMembership = group.onlyAllowMembersViewMembership;
  }
  if (group.allowMembersEditMembership !== undefined) {
    element.AllowMembersEditMembership = group.allowMembersEditMembership;
  }
  if (group.allowRequestToJoinLeave !== undefined) element.AllowRequestToJoinLeave = group.allowRequestToJoinLeave;
  if (group.autoAcceptRequestToJoinLeave !== undefined) {
    element.AutoAcceptRequestToJoinLeave = group.autoAcceptRequestToJoinLeave;
  }
  if (group.requestToJoinLeaveEmailSetting !== undefined) {
    element.RequestToJoinLeaveEmailSetting = group.requestToJoinLeaveEmailSetting;
  }
  element.Member = group.members.map((id) => ({ UserId: String(id) }));
  return element;
}
