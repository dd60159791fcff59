import { caseFold } from "./fold.ts";
import { normalizeGuid } from "./identity.ts";

/** Claims in front of what they are about: a member of the tenant, an account of Active Directory, a group of the tenant. */
const membershipClaim = "i:0#.f|membership|";
const windowsClaim = "i:0#.w|";
const tenantGroupClaim = "c:0t.c|tenant|";

const plainClaims = [membershipClaim, windowsClaim, tenantGroupClaim];

const upn = /^[^\s@|\\]+@[^\s@|\\]+$/;

const systemAccountKey = "sharepoint\\system";

/**
 * What a login is compared by: folded case, and without the claim of a UPN, an account or a group of the directory. So
 * `Ada@contoso.com` and `i:0#.f|membership|ada@contoso.com` are one person.
 */
export function personKey(login: string): string {
  const folded = caseFold(login);
  const claim = plainClaims.find((prefix) => folded.startsWith(prefix)) ?? "";
  const bare = folded.slice(claim.length);
  return normalizeGuid(bare) ?? bare;
}

/**
 * The login as UserGroup.xml has it: a UPN as the claims login of a member, a GUID of a group of the directory as the
 * claims login of the group. Claims logins, `DOMAIN\name`, SIDs and all others are kept as they are.
 */
export function targetLogin(login: string, isDomainGroup = false): string {
  const guid = isDomainGroup ? normalizeGuid(login) : undefined;
  if (guid !== undefined) return tenantGroupClaim + guid;
  if (upn.test(login)) return membershipClaim + login;
  return isSystemAccount(login) ? "SHAREPOINT\\system" : login;
}

/** Whether the claim is of a group: `c:0t.c|tenant|<guid>`, `c:0(.s|true` (everyone) and others that are no identity. */
export function isGroupClaim(login: string): boolean {
  return /^c:0[^|]*\|/i.test(login);
}

/** Whether it is the System Account, which each target has. */
export function isSystemAccount(login: string): boolean {
  return personKey(login) === systemAccountKey;
}

/**
 * Whether SharePoint makes and empties the group by itself: those of sharing links, and those behind Limited Access. They
 * are in exports and are not to be imported (package format, 6).
 */
export function isSystemGroup(name: string): boolean {
  return /^(sharinglinks\.|limited access system group)/i.test(name);
}
