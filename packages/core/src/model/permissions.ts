import type { PrincipalRef } from "./people.ts";

/** The role definitions that each site has, by their English names. */
export type StandardRole = "Full Control" | "Design" | "Edit" | "Contribute" | "Read" | "Limited Access" | "View Only";

/** A role definition that is none of the standard ones, or one of them with the target's own id. */
export interface SourceRole {
  readonly kind: "role";
  /** What grants name it by. */
  readonly name: string;
  /** The target's own id (`_api/web/roledefinitions`). */
  readonly id: number;
  /** The 64-bit SPBasePermissions mask in decimal. Undefined: the target has the role, and packages don't define it. */
  readonly permMask?: string;
  readonly description?: string;
  /** Default: false. */
  readonly hidden?: boolean;
  readonly order?: number;
  readonly type?: number;
}

/** A role by its name, standard or defined by a {@link SourceRole} before, or by its id in the target. */
export type RoleRef = string | { readonly id: number };

/** What somebody may do. */
export interface RoleGrant {
  readonly principal: PrincipalRef;
  readonly role: RoleRef;
}
