import type { PrincipalRef, SourceGroup, SourceUser } from "../model/index.ts";
import { shown } from "./shown.ts";

/** Why a reference to a user or group can't be used, whatever its type promises; undefined if it can. */
export function principalFault(ref: PrincipalRef): string | undefined {
  if (typeof ref === "string") return ref.trim() === "" ? "a login is empty" : undefined;
  if (typeof ref !== "object" || ref === null)
    return `a principal is a login or { group }: current value is ${shown(ref)}`;
  return isName(ref.group) ? undefined : `a group is named by a text: current value is ${shown(ref.group)}`;
}

/** Why the definition of a user can't be used; undefined if it can. */
export function userFault(user: SourceUser): string | undefined {
  if (!isName(user.login)) return `the user's login is a text that isn't empty: current value is ${shown(user.login)}`;
  const text = firstWrong(user, ["name", "email", "systemId", "mobilePhone"], "string");
  if (text !== undefined) return `the user's ${text.key} is a text: current value is ${text.value}`;
  const flag = firstWrong(user, ["isDomainGroup", "isSiteAdmin", "isDeleted"], "boolean");
  if (flag !== undefined) return `the user's ${flag.key} is true or false: current value is ${flag.value}`;
  if (user.flags !== undefined && !Number.isInteger(user.flags)) {
    return `the user's flags are an integer: current value is ${shown(user.flags)}`;
  }
  if (user.systemId !== undefined && !isBase64(user.systemId)) {
    return `the user's systemId is base64: current value is ${shown(user.systemId)}`;
  }
  return undefined;
}

/** Why the definition of a group can't be used; undefined if it can. */
export function groupFault(group: SourceGroup): string | undefined {
  if (!isName(group.name)) return `the group's name is a text that isn't empty: current value is ${shown(group.name)}`;
  const text = firstWrong(group, ["description", "requestToJoinLeaveEmailSetting"], "string");
  if (text !== undefined) return `the group's ${text.key} is a text: current value is ${text.value}`;
  const flag = firstWrong(
    group,
    [
      "onlyAllowMembersViewMembership",
      "allowMembersEditMembership",
      "allowRequestToJoinLeave",
      "autoAcceptRequestToJoinLeave",
    ],
    "boolean",
  );
  if (flag !== undefined) return `the group's ${flag.key} is true or false: current value is ${flag.value}`;
  if (!Array.isArray(group.members)) return `the group's members are a list: current value is ${shown(group.members)}`;
  const owner = group.owner === undefined ? undefined : principalFault(group.owner);
  if (owner !== undefined) return `of the group's owner, ${owner}`;
  for (const member of group.members) {
    const fault = principalFault(member);
    if (fault !== undefined) return `of the group's members, ${fault}`;
  }
  return undefined;
}

function firstWrong<T extends object>(
  value: T,
  keys: readonly (keyof T & string)[],
  type: "string" | "boolean",
): { readonly key: string; readonly value: string } | undefined {
  const key = keys.find((name) => value[name] !== undefined && typeof value[name] !== type);
  return key === undefined ? undefined : { key, value: shown(value[key]) };
}

function isName(value: unknown): boolean {
  return typeof value === "string" && value.trim() !== "";
}

function isBase64(text: string): boolean {
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text);
}
