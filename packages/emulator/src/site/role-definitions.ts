/** A permission level of the site. */
export interface RoleDefinition {
  readonly id: number;
  readonly name: string;
  /** `RoleTypeKind`; 0: a level of the site's own. */
  readonly roleType: number;
  /** The 64-bit mask as a decimal number. */
  readonly permMask: string;
}

export const limitedAccessId = 1073741825;

/** The levels of every new site. */
export const builtInRoles: readonly RoleDefinition[] = [
  { id: 1073741829, name: "Full Control", roleType: 5, permMask: "9223372036854775807" },
  { id: 1073741828, name: "Design", roleType: 4, permMask: "1856438737919" },
  { id: 1073741830, name: "Edit", roleType: 6, permMask: "1856436902639" },
  { id: 1073741827, name: "Contribute", roleType: 3, permMask: "1856436900591" },
  { id: 1073741826, name: "Read", roleType: 2, permMask: "756052856929" },
  { id: limitedAccessId, name: "Limited Access", roleType: 1, permMask: "206292717568" },
  { id: 1073741924, name: "View Only", roleType: 0, permMask: "756052856897" },
];
