import type { PlannedScope, SourceEntry, SourceFolder, SourceList, TargetPath } from "../model/index.ts";
import type { Place } from "./entry-drafts.ts";
import type { PlanLog } from "./plan-log.ts";
import type { Grants, Scopes } from "./scopes.ts";
import type { SourceObject } from "./source-item.ts";

/** The scopes of items and folders, with what there is to be told of them. */
export class ItemScopes {
  readonly #scopes: Scopes;
  readonly #log: PlanLog;

  constructor(scopes: Scopes, log: PlanLog) {
    this.#scopes = scopes;
    this.#log = log;
  }

  /** The grants that an item brings along; a fault where they can't be used. */
  grants(item: SourceObject): Grants | undefined {
    return item.permissions === undefined ? undefined : this.#scopes.grants(item.permissions);
  }

  /** The scope of an item that is packaged, if it has one of its own. */
  of(item: SourceObject, id: string, { grants, parent, path, known }: Place): PlannedScope | undefined {
    if (grants === undefined) return undefined;
    this.#tellDropped(item, grants);
    if (grants.key === parent.fields.grantsKey && known.entry === undefined) return undefined;
    this.count(item);
    return this.#scopes.scope("item", id, path, grants.assignments);
  }

  /** The scope of what the target holds already. */
  ofExisting(
    item: SourceFolder | SourceList,
    id: string,
    path: TargetPath,
    grants: NonNullable<Place["grants"]>,
  ): PlannedScope {
    this.#tellDropped(item, grants);
    this.count(item);
    return this.#scopes.scope(item.kind === "list" ? "list" : "item", id, path, grants.assignments);
  }

  #tellDropped({ path }: SourceEntry, { dropped }: NonNullable<Place["grants"]>): void {
    for (const { code, message } of dropped) this.#log.warn(code, message, path);
  }

  /** The grants of permissions; a fault where they can't be used. */
  grantsOf(permissions: Parameters<Scopes["grants"]>[0]): Grants {
    return this.#scopes.grants(permissions);
  }

  /** One more unique scope in the list. */
  count({ path }: SourceEntry): void {
    const warning = this.#scopes.count();
    if (warning) this.#log.warn(warning.code, warning.message, path);
  }
}
