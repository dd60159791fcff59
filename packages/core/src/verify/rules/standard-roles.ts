/** A role definition that each site has, under an id and with rights that are the same everywhere. */
export interface StandardRole {
  readonly title: string;
  readonly id: string;
  /** Decimal, of 64 bits. */
  readonly mask: string;
}

/** SharePoint's own role definitions; View Only is made with the site and has no id of its own. */
const standardRoles: readonly StandardRole[] = [
  { title: "Full Control", id: "1073741829", mask: "9223372036854775807" },
  { title: "Design", id: "1073741828", mask: "1856438737919" },
  { title: "Edit", id: "1073741830", mask: "1856436902639" },
  { title: "Contribute", id: "1073741827", mask: "1856436900591" },
  { title: "Read", id: "1073741826", mask: "756052856929" },
  { title: "Limited Access", id: "1073741825", mask: "206292717568" },
];

export const LIMITED_ACCESS = "1073741825";

export const standardRoleById: ReadonlyMap<string, StandardRole> = new Map(
  standardRoles.map((role) => [role.id, role]),
);

/** By the English title; sites in other languages have others. */
export const standardRoleByTitle: ReadonlyMap<string, StandardRole> = new Map(
  standardRoles.map((role) => [role.title.toLowerCase(), role]),
);
