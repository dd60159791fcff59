import { guidOf } from "@primepack/core/http";
import type { SharePointMigrationTaskParameters } from "@primepack/core/wire";
import { originOf } from "./site-urls.ts";
import type { Move } from "./task-types.ts";

type TargetMembers = Pick<
  SharePointMigrationTaskParameters,
  "targetOrganizationHost" | "targetOrganizationId" | "targetDataLocationCode"
>;

/** The parameters of the task of a checked move: those members that a documented body of its kind has, and no others. */
export function taskParameters(move: Move): SharePointMigrationTaskParameters {
  const { preferredStartDateTime, preferredLatestStartDateTime, validateOnly } = move;
  return {
    "@odata.type": PARAMETERS_TYPES[move.kind],
    ...organizationMembers(move),
    ...sideMembers(move),
    ...(preferredStartDateTime === undefined ? {} : { preferredStartDateTime }),
    ...(preferredLatestStartDateTime === undefined ? {} : { preferredLatestStartDateTime }),
    ...(validateOnly === true ? { validateOnly } : {}),
  };
}

/** By kind of move. */
const PARAMETERS_TYPES: Readonly<Record<Move["kind"], string>> = {
  user: "#microsoft.graph.sharePointUserMigrationTaskParameters",
  site: "#microsoft.graph.sharePointSiteMigrationTaskParameters",
  group: "#microsoft.graph.sharePointGroupMigrationTaskParameters",
};

function organizationMembers(move: Move): TargetMembers {
  const { targetOrganizationHost: host, targetOrganizationId: id, targetDataLocationCode: location } = move;
  if (host !== undefined) return { targetOrganizationHost: originOf(host) ?? host };
  // Null stands for the default geo, as in the one documented body with an organization's id.
  return { targetOrganizationId: guidOf(id) ?? id, targetDataLocationCode: location?.toUpperCase() ?? null };
}

function sideMembers(move: Move): Partial<SharePointMigrationTaskParameters> {
  switch (move.kind) {
    case "user":
      return { sourceUserIdentity: userIdentity(move.source), targetUserIdentity: userIdentity(move.target) };
    case "site":
      return { sourceSiteUrl: move.source.siteUrl, targetSiteUrl: move.target.siteUrl };
    case "group":
      return {
        sourceGroupIdentity: { mailNickname: move.source.mailNickname },
        targetGroupIdentity: { mailNickname: move.target.mailNickname },
      };
  }
}

function userIdentity({ id, userPrincipalName }: { readonly id?: string; readonly userPrincipalName?: string }): {
  readonly id?: string;
  readonly userPrincipalName?: string;
} {
  if (userPrincipalName !== undefined) return { userPrincipalName };
  const guid = guidOf(id) ?? id;
  return guid === undefined ? {} : { id: guid };
}
