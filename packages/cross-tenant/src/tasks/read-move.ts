import { isMembers, type Members } from "@primepack/core/http";
import { looseMomentOf, momentOf } from "./moments.ts";
import type { Move, MoveTimes, TargetOrganization } from "./task-types.ts";

/**
 * The move that a task's parameters describe, though the service has filled in more than was sent: users with UPN and id
 * are named by their UPN, an organization with host and id by its host. Undefined where they describe none that is
 * documented. What the service writes is not checked as what callers write is.
 */
export function readMove(parameters: Members): Move | undefined {
  const organization = organizationOf(parameters);
  if (organization === undefined) return undefined;
  const more = { ...organization, ...timesOf(parameters) };
  switch (kindOf(parameters)) {
    case "user": {
      const { sourceUserIdentity: source, targetUserIdentity: target } = parameters;
      const names = pairOf(source, target, "userPrincipalName");
      if (names !== undefined) {
        const [userPrincipalName, targetName] = names;
        return { kind: "user", source: { userPrincipalName }, target: { userPrincipalName: targetName }, ...more };
      }
      const ids = pairOf(source, target, "id");
      return ids && { kind: "user", source: { id: ids[0] }, target: { id: ids[1] }, ...more };
    }
    case "site": {
      const [source, target] = [textOf(parameters.sourceSiteUrl), textOf(parameters.targetSiteUrl)];
      if (source === undefined || target === undefined) return undefined;
      return { kind: "site", source: { siteUrl: source }, target: { siteUrl: target }, ...more };
    }
    case "group": {
      const { sourceGroupIdentity: source, targetGroupIdentity: target } = parameters;
      const names = pairOf(source, target, "mailNickname");
      return (
        names && { kind: "group", source: { mailNickname: names[0] }, target: { mailNickname: names[1] }, ...more }
      );
    }
    default:
      return undefined;
  }
}

/** By the type of the parameters; where they name none, by what they hold. */
function kindOf(parameters: Members): Move["kind"] | undefined {
  const type = textOf(parameters["@odata.type"]);
  if (type !== undefined) {
    const kind = /\bsharePoint(User|Site|Group)MigrationTaskParameters$/i.exec(type)?.[1]?.toLowerCase();
    return kind === "user" || kind === "site" || kind === "group" ? kind : undefined;
  }
  if (isMembers(parameters.sourceUserIdentity)) return "user";
  return isMembers(parameters.sourceGroupIdentity) ? "group" : "site";
}

function organizationOf(parameters: Members): TargetOrganization | undefined {
  const targetOrganizationHost = textOf(parameters.targetOrganizationHost);
  if (targetOrganizationHost !== undefined) return { targetOrganizationHost };
  const targetOrganizationId = textOf(parameters.targetOrganizationId);
  if (targetOrganizationId === undefined) return undefined;
  const { targetDataLocationCode: location } = parameters;
  const targetDataLocationCode = location === null ? null : textOf(location);
  return { targetOrganizationId, ...(targetDataLocationCode === undefined ? {} : { targetDataLocationCode }) };
}

function timesOf(parameters: Members): MoveTimes {
  const preferredStartDateTime = dateOf(parameters.preferredStartDateTime);
  const preferredLatestStartDateTime = dateOf(parameters.preferredLatestStartDateTime);
  return {
    ...(preferredStartDateTime === undefined ? {} : { preferredStartDateTime }),
    ...(preferredLatestStartDateTime === undefined ? {} : { preferredLatestStartDateTime }),
    ...(parameters.validateOnly === true ? { validateOnly: true } : {}),
  };
}

/** As it was sent where that can be: a date that is already of the form that moves have. */
function dateOf(value: unknown): string | undefined {
  if (typeof value === "string" && momentOf(value) !== undefined) return value;
  const moment = looseMomentOf(value);
  return moment === undefined ? undefined : new Date(moment).toISOString();
}

function pairOf(source: unknown, target: unknown, name: string): readonly [string, string] | undefined {
  const [one, other] = [source, target].map((side) => (isMembers(side) ? textOf(side[name]) : undefined));
  return one === undefined || other === undefined ? undefined : [one, other];
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
