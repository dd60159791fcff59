import type { RecordLog } from "./record-log.ts";
import { builtInRoles, type RoleDefinition } from "./role-definitions.ts";
import type { ImportedScope, KeptElement, Principal } from "./types.ts";

/** A user of the site, with the site's own id. */
export interface SiteUser {
  readonly id: number;
  readonly title: string;
  readonly login: string;
  readonly email: string;
  readonly isDeleted?: boolean;
  readonly isDomainGroup?: boolean;
  readonly isSiteAdmin?: boolean;
}

export interface SiteGroup {
  readonly name: string;
  readonly owner: Principal;
  readonly members: readonly Principal[];
  /** Description and the yes-or-no settings, as the package gave them. */
  readonly settings: Readonly<Record<string, string>>;
}

/** A line of `site.ndjson`: what belongs to the site and not to an item. */
export type SiteRecord =
  | { readonly type: "user"; readonly user: SiteUser }
  | { readonly type: "group"; readonly group: SiteGroup }
  | { readonly type: "role"; readonly role: RoleDefinition }
  | { readonly type: "listScope"; readonly listId: string; readonly scope: ImportedScope }
  | { readonly type: "contentType" | "securityChange"; readonly jobId: string; readonly element: KeptElement };

/** Who runs an import, and whom unknown authors are credited to. */
export const systemAccount: Principal = { kind: "user", login: "SHAREPOINT\\system", name: "System Account" };
export const systemAccountId = 1073741823;

/** Users, groups and permission levels of the site. */
export class SitePeople {
  readonly users: Map<string, SiteUser> = new Map();
  readonly groups: Map<string, SiteGroup> = new Map();
  readonly roles: Map<number, RoleDefinition> = new Map(builtInRoles.map((role) => [role.id, role]));
  #nextUserId = 1;

  constructor() {
    this.#keepUser({ id: systemAccountId, title: systemAccount.name, login: "SHAREPOINT\\system", email: "" });
  }

  /** Takes in what a record says. */
  replay(record: SiteRecord): void {
    if (record.type === "user") this.#keepUser(record.user);
    if (record.type === "group") this.groups.set(record.group.name.toLowerCase(), record.group);
    if (record.type === "role") this.roles.set(record.role.id, record.role);
  }

  async ensureUser(user: Omit<SiteUser, "id">, log: RecordLog): Promise<void> {
    if (this.users.has(user.login.toLowerCase())) return;
    const kept = { id: this.#nextUserId, ...user };
    this.#keepUser(kept);
    await log.append({ type: "user", user: kept } satisfies SiteRecord);
  }

  /** A group that exists keeps its settings and gains the members. */
  async ensureGroup(group: SiteGroup, log: RecordLog): Promise<void> {
    const known = this.groups.get(group.name.toLowerCase());
    const all = [...(known?.members ?? []), ...group.members];
    const members = [...new Map(all.map((member) => [JSON.stringify(member), member])).values()];
    if (known && known.members.length === members.length) return;
    const kept = { ...group, ...known, members };
    this.groups.set(group.name.toLowerCase(), kept);
    await log.append({ type: "group", group: kept } satisfies SiteRecord);
  }

  async ensureRole(role: RoleDefinition, log: RecordLog): Promise<void> {
    if (this.roles.has(role.id)) return;
    this.roles.set(role.id, role);
    await log.append({ type: "role", role } satisfies SiteRecord);
  }

  #keepUser(user: SiteUser): void {
    this.users.set(user.login.toLowerCase(), user);
    if (user.id < systemAccountId) this.#nextUserId = Math.max(this.#nextUserId, user.id + 1);
  }
}
