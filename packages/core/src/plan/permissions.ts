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

/** What became of an item's grants. */
export interface PlannedGrants {
  /** Sorted by principal, then by role; none twice. */
  readonly assignments: PlannedScope["assignments"];
  /** The assignments as a text: two sets of grants with one key give the same rights to the same people. */
  readonly key: string;
  /** Why the grants can't be planned; the assignments are then empty. */
  readonly fault?: string;
  /** Grants that were left out, and why. */
  readonly dropped: readonly { readonly code: Code; readonly message: string }[];
}

/** Role assignments of one scope (Permission page: 5,000). */
const MAX_ASSIGNMENTS = 5000;

/** SharePoint adds it by itself to the parents of what somebody may see; it can't be granted. */
const LIMITED_ACCESS: number = 1073741825;

/** The role that has an id of its own in each site. */
const VIEW_ONLY = "View Only" satisfies StandardRole;

/** The role definitions that have the same id in each site (package format, 7). */
const standardRoles: readonly (PlannedRole & { readonly title: Exclude<StandardRole, typeof VIEW_ONLY> })[] = [
  { id: 1073741829, title: "Full Control", permMask: "9223372036854775807", hidden: false, order: 1, type: 5 },
  { id: 1073741828, title: "Design", permMask: "1856438737919", hidden: false, order: 32, type: 4 },
  { id: 1073741830, title: "Edit", permMask: "1856436902639", hidden: false, order: 48, type: 6 },
  { id: 1073741827, title: "Contribute", permMask: "1856436900591", hidden: false, order: 64, type: 3 },
  { id: 1073741826, title: "Read", permMask: "756052856929", hidden: false, order: 128, type: 2 },
  { id: LIMITED_ACCESS, title: "Limited Access", permMask: "206292717568", hidden: true, order: 160, type: 1 },
];

/** Roles of a run, and what grants of them come to. */
export class Permissions {
  readonly #forms: Pick<Required<PackageForms>, "roles">;
  readonly #ids = new Map<string, number>();
  /** Undefined: the target has it, and packages don't define it. */
  readonly #roles = new Map<number, PlannedRole | undefined>();
  readonly #defined = new Map<string, SourceRole>();

  constructor(forms: Pick<Required<PackageForms>, "roles">) {
    this.#forms = forms;
    for (const role of standardRoles) {
      this.#ids.set(caseFold(role.title), role.id);
      this.#roles.set(role.id, role);
    }
  }

  /** Takes up a role of the source; the text says why it can't. */
  define(role: SourceRole): string | undefined {
    this.#ids.set(caseFold(role.name), role.id);
    this.#defined.set(caseFold(role.name), role);
    return undefined;
  }

  plan(grants: readonly RoleGrant[], people: People): PlannedGrants {
    const found = new Map<string, { principalId: number; roleId: number }>();
    for (const { principal, role } of grants) {
      const roleId = this.#idOf(role);
      const principalId = people.id(principal);
      if (roleId === undefined || principalId === undefined) continue;
      found.set(`${principalId}:${roleId}`, { principalId, roleId });
    }
    const assignments = [...found.values()].slice(0, MAX_ASSIGNMENTS);
    return { assignments, key: [...found.keys()].join(","), dropped: [] };
  }

  roles(roleIds: Iterable<number>): readonly PlannedRole[] | undefined {
    if (this.#forms.roles === "omit") return undefined;
    const roles = [...new Set(roleIds)].flatMap((id) => this.#roles.get(id) ?? []);
    return roles.length === 0 ? undefined : roles;
  }

  #idOf(role: RoleRef): number | undefined {
    return typeof role === "string" ? this.#ids.get(caseFold(role)) : role.id;
  }
}
