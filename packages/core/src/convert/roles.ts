import type { RoleRef, SourceRole } from "../model/index.ts";
import type { XmlElement } from "../xml/index.ts";
import { defined } from "./defined.ts";
import type { Dropped } from "./dropped.ts";

/** Role definitions of a web; more are no web's. */
const MAX_ROLES = 10_000;
const PERM_MASK = /^\d{1,20}$/;

/** The role definitions of an export, by their ids. */
export class Roles {
  readonly #dropped: Dropped;
  /** Ids of roles in the target, by names in lower case. */
  readonly #targetIds: ReadonlyMap<string, number>;
  readonly #byId: Map<string, SourceRole> = new Map();
  readonly #byName: Map<string, SourceRole> = new Map();

  constructor(targetIds: Readonly<Record<string, number>>, dropped: Dropped) {
    this.#targetIds = new Map(Object.entries(targetIds).map(([name, id]) => [name.toLowerCase(), id]));
    this.#dropped = dropped;
  }

  /** Takes the `Roles` element of a `DeploymentRoles` object. */
  read(roles: XmlElement): void {
    for (const { name, attributes } of roles.children) {
      const { RoleId: id, Title: title } = attributes;
      if (name !== "Role" || !id || !title || idOf(id) === undefined || this.#byId.size >= MAX_ROLES) {
        this.#dropped.add("role that can't be read");
        continue;
      }
      if (this.#byId.has(id)) continue;
      const role = this.#roleOf(attributes, title, idOf(id) ?? 0);
      const known = this.#byName.get(title.toLowerCase());
      this.#byId.set(`${id}`, known ?? role);
      if (known === undefined) this.#byName.set(title.toLowerCase(), role);
    }
  }

  all(): Iterable<SourceRole> {
    return this.#byName.values();
  }

  /** How a grant names the role; undefined if that is no id. */
  find(id: string): RoleRef | undefined {
    const role = this.#byId.get(id);
    if (role !== undefined) return role.name;
    const number = idOf(id);
    return number === undefined ? undefined : { id: number };
  }

  #roleOf(attributes: Readonly<Record<string, string>>, name: string, id: number): SourceRole {
    const targetId = this.#targetIds.get(name.toLowerCase());
    // The target has the role, as the caller says: it isn't defined again.
    if (targetId !== undefined) return { kind: "role", name, id: targetId };
    const { PermMask: mask, Description: description } = attributes;
    return defined<SourceRole>({
      kind: "role",
      name,
      id,
      permMask: mask !== undefined && PERM_MASK.test(mask) ? mask : undefined,
      description: description || undefined,
      hidden: attributes.Hidden?.toLowerCase() === "true" || undefined,
      order: idOf(attributes.RoleOrder ?? ""),
      type: idOf(attributes.Type ?? ""),
    });
  }
}

function idOf(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}
