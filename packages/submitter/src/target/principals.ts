import { isMembers, type Members, type ServiceClient } from "@primepack/core/http";
import { invalidReply } from "../job-containers.ts";
import { NO_METADATA } from "../odata.ts";
import { pages } from "../pages.ts";

/** A role definition of the target's web. */
export interface TargetRole {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  /** The 64-bit SPBasePermissions mask in decimal. */
  readonly permMask: string;
  readonly hidden: boolean;
  readonly order: number;
  /** `RoleTypeKind`: 0 for roles that the site's owners made. */
  readonly type: number;
}

/** A user or group that the target's site collection knows. */
export interface TargetUser {
  readonly id: number;
  readonly title: string;
  readonly login: string;
  /** Empty where it has none. */
  readonly email: string;
  readonly isSiteAdmin: boolean;
  /** 1 user, 4 security group, 8 SharePoint group (`SP.PrincipalType`). */
  readonly principalType: number;
}

export async function* roleDefinitions(
  client: ServiceClient,
  signal: AbortSignal | undefined,
): AsyncGenerator<TargetRole, void, undefined> {
  const doing = "list the role definitions of the site";
  const url = "_api/web/roledefinitions?$select=Id,Name,Description,BasePermissions,Hidden,Order,RoleTypeKind";
  for await (const page of pages(client, { url, headers: NO_METADATA, doing, signal })) {
    for (const value of page) yield role(value, doing);
  }
}

function role(value: unknown, doing: string): TargetRole {
  if (!isMembers(value)) throw invalidReply(doing, "each role must be an object", typeof value);
  return {
    id: integer(value.Id, "a role's id", doing),
    name: text(value.Name),
    description: text(value.Description),
    permMask: maskOf(value.BasePermissions, doing),
    hidden: value.Hidden === true,
    order: integer(value.Order ?? 0, "a role's order", doing),
    type: integer(value.RoleTypeKind ?? 0, "a role's type", doing),
  };
}

/** `SP.BasePermissions`: two halves of 32 bits, each a number in text. */
function maskOf(value: unknown, doing: string): string {
  const { High, Low }: Members = isMembers(value) ? value : {};
  const halves = [High, Low].map((half) => String(half));
  if (!halves.every((half) => /^\d{1,10}$/.test(half))) {
    throw invalidReply(doing, "a role's permissions must be two numbers", typeof High);
  }
  const [high = "0", low = "0"] = halves;
  return String((BigInt(high) << 32n) | BigInt(low));
}

/** Users of one request; the collection gives links to next pages only where it must. */
const PAGE_USERS = 2_000;

export async function* siteUsers(
  client: ServiceClient,
  signal: AbortSignal | undefined,
): AsyncGenerator<TargetUser, void, undefined> {
  const doing = "list the users of the site";
  let firstOfLast: number | undefined;
  for (let skip = 0; ; skip += PAGE_USERS) {
    const url = `_api/web/siteusers?$select=Id,Title,LoginName,Email,IsSiteAdmin,PrincipalType&$skip=${skip}&$top=${PAGE_USERS}`;
    let count = 0;
    let firstOfThis: number | undefined;
    for await (const page of pages(client, { url, headers: NO_METADATA, doing, signal })) {
      const users = page.map((value) => user(value, doing));
      firstOfThis ??= users[0]?.id;
      // A service that knows no $skip answers with its beginning for ever.
      if (firstOfLast !== undefined && firstOfThis === firstOfLast) return;
      count += users.length;
      yield* users;
    }
    if (count !== PAGE_USERS) return;
    firstOfLast = firstOfThis;
  }
}

function user(value: unknown, doing: string): TargetUser {
  if (!isMembers(value)) throw invalidReply(doing, "each user must be an object", typeof value);
  return {
    id: integer(value.Id, "a user's id", doing),
    title: text(value.Title),
    login: text(value.LoginName),
    email: text(value.Email),
    isSiteAdmin: value.IsSiteAdmin === true,
    principalType: integer(value.PrincipalType ?? 0, "a user's type", doing),
  };
}

function integer(value: unknown, what: string, doing: string): number {
  const number = typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof number === "number" && Number.isSafeInteger(number)) return number;
  throw invalidReply(doing, `${what} must be an integer`, typeof value);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
