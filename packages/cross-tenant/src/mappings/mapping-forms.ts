import { guidOf } from "@primepack/core/http";
import type { GroupMapping, MappingKind, UserMapping } from "./mapping-types.ts";

/** What a mapping of either kind says, by what its members are for. */
export interface MappingMembers {
  /** UPN of the user, or object id of the group. */
  readonly source: string;
  readonly organization?: string;
  readonly type?: string;
  /** UPN, or object id. */
  readonly target?: string;
  /** Of a user the target's mail address, of a group its mail nickname. */
  readonly contact?: string;
}

type Member = keyof MappingMembers;

/** All but the source, which is the key. */
export const settableMembers: readonly Exclude<Member, "source">[] = ["organization", "type", "target", "contact"];

/** Where a member of a mapping stands in JSON: the name of a property, or that of one in an object. */
type WirePath = readonly [property: string] | readonly [object: string, property: string];

/** How mappings of one kind are written. */
export interface MappingForm {
  readonly kind: MappingKind;
  /** For messages. */
  readonly noun: "user" | "group";
  /** Collection below the root of migrations. */
  readonly collection: string;
  /** Properties of {@link UserMapping} or {@link GroupMapping}; columns of mapping files have the same names. */
  readonly names: Readonly<Record<Member, string>>;
  readonly wire: Readonly<Record<Member, WirePath>>;
  /** Documented values of the type. */
  readonly types: readonly string[];
  /** By which sources are told apart: equal for sources that the service holds equal. */
  keyOf(source: string): string;
}

/** `crossOrganizationUserMappings` and `crossOrganizationGroupMappings`; names of the source are the alternate keys of their URLs. */
export const mappingForms: Readonly<Record<MappingKind, MappingForm>> = {
  users: {
    kind: "users",
    noun: "user",
    collection: "crossOrganizationUserMappings",
    names: {
      source: "sourceUserPrincipalName",
      organization: "sourceOrganizationId",
      type: "userType",
      target: "targetUserPrincipalName",
      contact: "targetEmail",
    },
    wire: {
      source: ["sourceUserIdentity", "userPrincipalName"],
      organization: ["sourceOrganizationId"],
      type: ["userType"],
      target: ["targetUserIdentity", "userPrincipalName"],
      contact: ["targetUserMigrationData", "email"],
    },
    types: ["none", "regularUser", "adminUser", "guestUser"],
    keyOf: folded,
  },
  groups: {
    kind: "groups",
    noun: "group",
    collection: "crossOrganizationGroupMappings",
    names: {
      source: "sourceGroupObjectId",
      organization: "sourceOrganizationId",
      type: "groupType",
      target: "targetGroupObjectId",
      contact: "targetMailNickname",
    },
    wire: {
      source: ["sourceGroupIdentity", "id"],
      organization: ["sourceOrganizationId"],
      type: ["groupType"],
      target: ["targetGroupIdentity", "id"],
      contact: ["targetGroupMigrationData", "mailNickname"],
    },
    types: ["none", "regularGroup", "m365Group"],
    keyOf: (source) => guidOf(source) ?? folded(source),
  },
};

/** A text as texts are compared that differ in case, or in how their characters are composed. */
export function folded(text: string): string {
  return text.normalize("NFC").toLowerCase().normalize("NFC");
}

export function membersOf({ names }: MappingForm, mapping: UserMapping | GroupMapping): MappingMembers {
  const given = mapping as unknown as Readonly<Record<string, string | undefined>>;
  return withMembers(given[names.source] ?? "", (member) => given[names[member]]);
}

/** The mapping as it is shown to callers. */
export function mappingOf<Mapping>({ names }: MappingForm, members: MappingMembers): Mapping {
  const entries = (["source", ...settableMembers] as const).flatMap((member) => {
    const value = members[member];
    return value === undefined ? [] : [[names[member], value] as const];
  });
  return Object.fromEntries(entries) as Mapping;
}

/** A mapping of what is there; the empty text is nothing. */
export function withMembers(
  source: string,
  given: (member: (typeof settableMembers)[number]) => string | undefined,
): MappingMembers {
  const members: Record<string, string> = {};
  for (const member of settableMembers) {
    const value = given(member);
    if (value !== undefined && value !== "") members[member] = value;
  }
  return { source, ...members };
}
