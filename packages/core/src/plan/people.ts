import type { Code } from "../errors/index.ts";
import type { PlannedGroup, PlannedUser, PrincipalId, PrincipalRef, SourceGroup, SourceUser } from "../model/index.ts";
import type { ResolvedPlanOptions } from "./types.ts";

export interface PeopleWarning {
  readonly code: Code;
  readonly message: string;
}

export class People {
  readonly defaultAuthorId: PrincipalId = 1;
  readonly #options: Pick<ResolvedPlanOptions, "defaultAuthor" | "people">;

  constructor(options: Pick<ResolvedPlanOptions, "defaultAuthor" | "people">) {
    this.#options = options;
  }

  define(_definition: SourceUser | SourceGroup): string | undefined {
    return undefined;
  }

  prepare(_refs: Iterable<PrincipalRef>): Promise<void> | undefined {
    return undefined;
  }

  id(_ref: PrincipalRef): PrincipalId | undefined {
    return this.defaultAuthorId;
  }

  closure(_ids: Iterable<PrincipalId>): { users: PlannedUser[]; groups: PlannedGroup[] } {
    const { name, login } = this.#options.defaultAuthor;
    return { users: [{ id: 1, name, login, systemId: Buffer.from(login).toString("base64") }], groups: [] };
  }

  takeWarnings(): readonly PeopleWarning[] {
    return [];
  }
}
