import type { Move, TaskLookup } from "./task-types.ts";

/** What a move's source is named by: UPN, object id, site URL or mail nickname. */
export function moveSource(move: Move): string {
  return nameOf(move.source);
}

/** What a move's target is named by. */
export function moveTarget(move: Move): string {
  return nameOf(move.target);
}

/** How the task of a move can be found by its source; undefined for a user by object id, whom no function takes. */
export function lookupOf({ source }: Move): TaskLookup | undefined {
  if ("siteUrl" in source) return { sourceSiteUrl: source.siteUrl };
  if ("mailNickname" in source) return { sourceGroupMailNickname: source.mailNickname };
  return source.userPrincipalName === undefined ? undefined : { sourceUserPrincipalName: source.userPrincipalName };
}

function nameOf(side: Move["source"] | Move["target"]): string {
  if ("siteUrl" in side) return side.siteUrl;
  if ("mailNickname" in side) return side.mailNickname;
  return side.userPrincipalName ?? side.id;
}
