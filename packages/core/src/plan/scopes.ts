import { type Code, PrimepackError } from "../errors/index.ts";
import {
  type PlannedScope,
  type RoleGrant,
  SCOPE_MAX_ASSIGNMENTS,
  SCOPES_ADVISED,
  SCOPES_MAX,
  type TargetPath,
} from "../model/index.ts";
import type { Identity } from "./identity.ts";
import type { People } from "./people.ts";
import type { Permissions, PlannedGrants } from "./permissions.ts";

export interface ScopeWarning {
  readonly code: Code;
  readonly message: string;
}

/** What an item's grants come to, before the item has its place. */
export type Grants =
  | {
      readonly assignments: PlannedGrants["assignments"];
      readonly key: string;
      readonly dropped: PlannedGrants["dropped"];
    }
  | { readonly code: Code; readonly because: string };

/**
 * The unique scopes of a run.
 *
 * A scope is written where grants are given and differ from those that hold above, as far as these are known: given with
 * the list or with a folder of the run, and inherited down. What the target holds already, by the ledger, gets its scope
 * even if it doesn't differ, as the target may hold other grants of it. Grants that are gone from the source since an
 * earlier run stay in the target: no package can make an object inherit again.
 */
export class Scopes {
  readonly #permissions: Permissions;
  readonly #people: People;
  readonly #identity: Identity;
  #count = 0;

  constructor(permissions: Permissions, people: People, identity: Identity) {
    this.#permissions = permissions;
    this.#people = people;
    this.#identity = identity;
  }

  /** Looks at grants without taking a scope for them. */
  grants(given: readonly RoleGrant[]): Grants {
    const { assignments, key, fault, dropped } = this.#permissions.plan(given, this.#people);
    if (fault !== undefined) return { code: "SOURCE_INVALID_ITEM", because: fault };
    if (assignments.length <= SCOPE_MAX_ASSIGNMENTS) return { assignments, key, dropped };
    const because = `a scope has at most ${SCOPE_MAX_ASSIGNMENTS} assignments: current value is ${assignments.length}`;
    return { code: "SCOPE_OVER_LIMIT", because };
  }

  /** Counts a unique scope of the list; a warning when there are more of them than is advised, once. */
  count(): ScopeWarning | undefined {
    this.#count += 1;
    if (this.#count > SCOPES_MAX) {
      throw new PrimepackError(
        "SCOPE_OVER_LIMIT",
        `Cannot plan more permissions as a list has at most ${SCOPES_MAX} unique scopes: current value is ${this.#count}`,
      );
    }
    if (this.#count !== SCOPES_ADVISED + 1) return undefined;
    const message = `Cannot promise a fast list as it is advised to have at most ${SCOPES_ADVISED} unique scopes`;
    return { code: "MANY_SCOPES", message: `${message}: current value is ${this.#count} and more` };
  }

  scope(
    objectType: PlannedScope["objectType"],
    objectId: string,
    path: TargetPath,
    assignments: PlannedScope["assignments"],
  ): PlannedScope {
    return { id: this.#identity.scopeId(objectId), objectId, objectType, path, assignments };
  }
}
