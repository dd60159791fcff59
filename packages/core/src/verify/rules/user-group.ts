import type { XmlElement } from "../../xml/element.ts";
import { quoted } from "../finding.ts";
import { folded } from "../name-rules.ts";
import { isBase64 } from "../schema/values.ts";
import { type RuleContext, SYSTEM_ACCOUNT } from "./context.ts";
import type { SideFileRules } from "./types.ts";

/** Groups that SharePoint makes itself, for sharing links and for Limited Access. */
const systemGroup = /^(?:SharingLinks\.|Limited Access System Group)/i;

export const userGroupRules: SideFileRules = {
  root({ facts }) {
    facts.principals = new Set();
  },
  record(context, record) {
    for (const principal of record.children) addPrincipal(context, principal);
    if (record.name === "Users") checkUsers(context, record.children);
    // Groups stand after users, and may have groups as owners.
    if (record.name === "Groups") {
      for (const group of record.children) context.facts.groups.set(group.attributes.Id ?? "", namesOf(group));
      for (const group of record.children) checkGroup(context, group);
    }
  },
};

function addPrincipal(context: RuleContext, principal: XmlElement): void {
  const { Id: id } = principal.attributes;
  const { principals } = context.facts;
  if (id === undefined || principals === undefined) return;
  if (principals.has(id)) {
    context.report("USER_DUPLICATE", principal, `Users and groups must differ in Id: current value is ${quoted(id)}`);
  }
  principals.add(id);
}

function checkUsers(context: RuleContext, users: readonly XmlElement[]): void {
  const accounts = new Set<string>();
  const mails = new Set<string>();
  for (const user of users) {
    const { Id: id, Login: login, SystemId: systemId, Email: mail = "", IsDomainGroup: isGroup } = user.attributes;
    if (systemId === "") context.report("SYSTEM_ID_MISSING", user, "SystemId of a user is empty", "warning");
    else if (systemId !== undefined && !isBase64(systemId)) {
      context.report("SCHEMA_VALUE", user, `SystemId must be base64: current value is ${quoted(systemId)}`, "warning");
    }
    if (login === undefined) continue;
    if (login === "") {
      context.report("IMPORT_ATTRIBUTE_MISSING", user, "Login of a user must not be empty");
      continue;
    }
    if (id !== undefined) context.facts.logins.set(id, login);
    const account = accountOf(login);
    const isPerson = isGroup !== "true" && isGroup !== "1" && mail !== "";
    if (accounts.has(account)) {
      context.report(
        "USER_DUPLICATE",
        user,
        `A person must be named once, under one login: current value of Login is ${quoted(login)}`,
      );
    } else if (isPerson && mails.has(folded(mail))) {
      context.report(
        "USER_DUPLICATE",
        user,
        `A person should be named once, and two users have one Email: current value is ${quoted(mail)}`,
        "warning",
      );
    }
    accounts.add(account);
    if (isPerson) mails.add(folded(mail));
  }
}

/** What two claims logins of one person have in common: what stands behind the kind of the claim. */
function accountOf(login: string): string {
  return folded(login.slice(login.lastIndexOf("|") + 1));
}

/** Owner and members. */
function namesOf(group: XmlElement): readonly string[] {
  const ids = [group.attributes.Owner, ...group.children.map((member) => member.attributes.UserId)];
  return ids.filter((id) => id !== undefined);
}

function checkGroup(context: RuleContext, group: XmlElement): void {
  const { Name: name, Owner: owner, OwnerIsUser: ownerIsUser } = group.attributes;
  if (name !== undefined && systemGroup.test(name)) {
    context.report(
      "SYSTEM_GROUP_IMPORTED",
      group,
      `A group that SharePoint makes itself should not be imported: current value is ${quoted(name)}`,
      "warning",
    );
  }
  const { groups, logins } = context.facts;
  if (owner !== undefined && isKnown(context, group, owner)) {
    const isUser = ownerIsUser === "true" || ownerIsUser === "1";
    if (ownerIsUser !== undefined && isUser === groups.has(owner)) {
      context.report(
        "USER_UNKNOWN",
        group,
        `Owner must be a ${isUser ? "user" : "group"} as OwnerIsUser says: current value is ${quoted(owner)}`,
      );
    }
  }
  for (const member of group.children) {
    const { UserId: id } = member.attributes;
    const isGroup = id !== undefined && groups.has(id) && !logins.has(id);
    if (id === undefined || !isKnown(context, group, id) || !isGroup) continue;
    context.report("USER_UNKNOWN", group, `A member must be a user and no group: current value is ${quoted(id)}`);
  }
}

function isKnown(context: RuleContext, group: XmlElement, id: string): boolean {
  if (id === SYSTEM_ACCOUNT || context.facts.principals?.has(id) === true) return true;
  context.report(
    "USER_UNKNOWN",
    group,
    `Owner and members must be ids of UserGroup.xml: current value is ${quoted(id)}`,
  );
  return false;
}
