import type { Code } from "../errors/index.ts";
import type {
  PackageForms,
  PlannedRole,
  PlannedScope,
  RoleGrant,
  RoleRef,
  SourceRole,
  StandardRole,
} from "../model/index.ts";
import { caseFold } from "./fold.ts";
import type { People } from "./people.ts";
import { shown } from "./shown.ts";

/** What became of the grants of one object. */
export interface PlannedGrants {
  /** Sorted by principal, then by role; none twice. */
  readonly assignments: PlannedScope["assignments"];
  /** The assignments as a text: grants with one key give the same rights to the same people. */
  readonly key: string;
  /** Why the grants can't be planned; there are no assignments then. */
  readonly fault?: string;
  /** Grants that were left out, and why. Groups that SharePoint makes itself are told of by {@link People}. */
  readonly dropped: readonly { readonly code: Code; readonly message: string }[];
}

/** Ids are xs:int. */
const ROLE_ID_MAX = 2_147_483_647;

const LIMITED_ACCESS = 1073741825;

/**
 * `Type` of the roles that SharePoint grants by itself to who may see something below, and to nobody by hand: Guest
 * (Limited Access) and RestrictedGuest (Web-Only Limited Access).
 */
const ungrantedTypes: readonly (number | undefined)[] = [1, 9];

/** The one standard role whose id each site has for itself. */
const VIEW_ONLY = "View Only" satisfies StandardRole;

/** The role definitions that have one id in all sites (package format, 7). */
const standardRoles: readonly (PlannedRole & { readonly title: Exclude<StandardRole, typeof VIEW_ONLY> })[] = [
  { id: 1073741829, title: "Full Control", permMask: "9223372036854775807", hidden: false, order: 1, type: 5 },
  { id: 1073741828, title: "Design", permMask: "1856438737919", hidden: false, order: 32, type: 4 },
  { id: 1073741830, title: "Edit", permMask: "1856436902639", hidden: false, order: 48, type: 6 },
  { id: 1073741827, title: "Contribute", permMask: "1856436900591", hidden: false, order: 64, type: 3 },
  { id: 1073741826, title: "Read", permMask: "756052856929", hidden: false, order: 128, type: 2 },
  { id: LIMITED_ACCESS, title: "Limited Access", permMask: "206292717568", hidden: true, order: 160, type: 1 },
];

/**
 * The roles of a run, and what grants of them come to.
 *
 * - Names are compared without regard to case. What a source defines comes before the standard role of that name or id,
 *   so a target in another language gives its names for the standard ids.
 * - `View Only` has an id of its own in each site and is known only by a definition.
 * - A role without a mask is one that the target has: it is granted and not defined by packages.
 */
export class Permissions {
  readonly #forms: Pick<Required<PackageForms>, "roles">;
  readonly #ids = new Map<string, number>();
  readonly #standard = new Map<number, PlannedRole>();
  readonly #definedNames = new Map<string, SourceRole>();
  readonly #definedIds = new Map<number, SourceRole>();

  constructor(forms: Pick<Required<PackageForms>, "roles">) {
    this.#forms = forms;
    for (const role of standardRoles) {
      this.#ids.set(caseFold(role.title), role.id);
      this.#standard.set(role.id, role);
    }
  }

  /** Takes up a role of the source. The text says why it can't: it is faulty, or differs from an earlier one. */
  define(role: SourceRole): string | undefined {
    const fault = roleFault(role);
    if (fault !== undefined) return fault;
    const name = caseFold(role.name);
    const sameName = this.#definedNames.get(name);
    const sameId = this.#definedIds.get(role.id);
    if (
      (sameName !== undefined && !isSameRole(sameName, role)) ||
      (sameId !== undefined && !isSameRole(sameId, role))
    ) {
      return `another definition of the role came before: current value is ${JSON.stringify(role.name)}, ${role.id}`;
    }
    this.#ids.set(name, role.id);
    this.#definedNames.set(name, role);
    if (sameId === undefined) this.#definedIds.set(role.id, role);
    return undefined;
  }

  /**
   * The grants of one object as assignments; those whom they name have to be prepared. Limited Access, which SharePoint
   * gives by itself, is left out and told of, and so are grants to groups that SharePoint makes itself, and to unmapped
   * users for whom another person stands.
   */
  plan(grants: readonly RoleGrant[], people: People): PlannedGrants {
    const found = new Map<string, PlannedScope["assignments"][number]>();
    let limited = 0;
    for (const { principal, role } of grants) {
      const roleId = this.#idOf(role);
      if (roleId === undefined) return faulty(unknownRole(role));
      if (this.#isUngranted(roleId)) {
        limited += 1;
        continue;
      }
      const principalId = people.grantee(principal);
      if (principalId !== undefined) found.set(`${principalId}:${roleId}`, { principalId, roleId });
    }
    const assignments = [...found.values()].sort(
      (one, other) => one.principalId - other.principalId || one.roleId - other.roleId,
    );
    return {
      assignments,
      key: assignments.map(({ principalId, roleId }) => `${principalId}:${roleId}`).join(","),
      dropped: limited === 0 ? [] : [limitedAccess(limited)],
    };
  }

  /** Those of the roles that packages define, by their ids; undefined: none of them, or none at all (`roles: "omit"`). */
  roles(roleIds: Iterable<number>): readonly PlannedRole[] | undefined {
    if (this.#forms.roles === "omit") return undefined;
    const ids = [...new Set(roleIds)].sort((one, other) => one - other);
    const roles = ids.map((id) => this.#roleOf(id)).filter((role) => role !== undefined);
    return roles.length === 0 ? undefined : roles;
  }

  #idOf(role: RoleRef): number | undefined {
    return typeof role === "string" ? this.#ids.get(caseFold(role)) : role.id;
  }

  #isUngranted(roleId: number): boolean {
    return roleId === LIMITED_ACCESS || ungrantedTypes.includes(this.#definedIds.get(roleId)?.type);
  }

  #roleOf(id: number): PlannedRole | undefined {
    const role = this.#definedIds.get(id);
    if (role === undefined) return this.#standard.get(id);
    const { name, permMask, hidden = false, description, order, type } = role;
    if (permMask === undefined) return undefined;
    return {
      id,
      title: name,
      permMask,
      hidden,
      ...(description === undefined ? {} : { description }),
      ...(order === undefined ? {} : { order }),
      ...(type === undefined ? {} : { type }),
    };
  }
}

function roleFault({ name, id, permMask, description, hidden, order, type }: SourceRole): string | undefined {
  if (typeof name !== "string" || name.trim() === "") {
    return `the role's name is a text that isn't empty: current value is ${shown(name)}`;
  }
  if (!isRoleId(id)) return `the role's id is an integer from 1: current value is ${shown(id)}`;
  if (permMask !== undefined && !isMask(permMask)) {
    return `the role's permMask is a decimal of 64 bits: current value is ${shown(permMask)}`;
  }
  if (description !== undefined && typeof description !== "string") {
    return `the role's description is a text: current value is ${shown(description)}`;
  }
  if (hidden !== undefined && typeof hidden !== "boolean") {
    return `the role's hidden is true or false: current value is ${shown(hidden)}`;
  }
  const wrong = [order, type].find((number) => number !== undefined && !Number.isInteger(number));
  return wrong === undefined ? undefined : `the role's order and type are integers: current value is ${shown(wrong)}`;
}

function isRoleId(id: unknown): boolean {
  return typeof id === "number" && Number.isInteger(id) && id > 0 && id <= ROLE_ID_MAX;
}

function isMask(mask: unknown): boolean {
  return typeof mask === "string" && /^\d{1,20}$/.test(mask) && BigInt(mask) < 2n ** 64n;
}

/** Two names may stand for one role. */
function isSameRole(one: SourceRole, other: SourceRole): boolean {
  return one.id === other.id && one.permMask === other.permMask && one.type === other.type;
}

function unknownRole(role: RoleRef): string {
  const shown = JSON.stringify(typeof role === "string" ? role : role.id);
  if (typeof role === "string" && caseFold(role) === caseFold(VIEW_ONLY)) {
    return `its permissions name a role that has an id of its own in each site, and no definition gives it: current value is ${shown}`;
  }
  return `its permissions name a role that is neither a standard one nor defined before: current value is ${shown}`;
}

function faulty(fault: string): PlannedGrants {
  return { assignments: [], key: "", fault, dropped: [] };
}

function limitedAccess(count: number): { readonly code: Code; readonly message: string } {
  return {
    code: "LIMITED_ACCESS_DROPPED",
    message: `Cannot grant Limited Access as SharePoint grants it itself where it is needed: current value is ${count} grants`,
  };
}
