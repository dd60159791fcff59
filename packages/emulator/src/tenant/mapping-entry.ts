import type { SharePointIdentityMapping } from "@primepack/core/wire";
import { isBlank, isGuid, isMembers } from "./task-parameters.ts";

export type MappingKind = "users" | "groups";

/** One entry of a delta update, found good. */
export interface MappingEntry {
  readonly action: "set" | "removed";
  /** As sent: UPN of a user, object id of a group. */
  readonly source: string;
  /** As sent. */
  readonly entry: SharePointIdentityMapping;
}

interface KindRules {
  /** Member that carries the source, and its member that is the key. */
  readonly identity: string;
  readonly key: string;
  readonly isKey: (text: string) => boolean;
  readonly type: string;
  readonly enumeration: string;
  readonly values: readonly string[];
  /** Members of objects with the text that they carry. */
  readonly objects: Readonly<Record<string, string>>;
  /** Second number of an id. */
  readonly idKind: number;
}

const rules: Readonly<Record<MappingKind, KindRules>> = {
  users: {
    identity: "sourceUserIdentity",
    key: "userPrincipalName",
    isKey: (text) => /^[^@\s]+@[^@\s]+$/.test(text),
    type: "#microsoft.graph.sharePointUserIdentityMapping",
    enumeration: "userType",
    values: ["none", "regularUser", "adminUser", "guestUser", "unknownFutureValue"],
    objects: {
      sourceUserIdentity: "userPrincipalName",
      targetUserIdentity: "userPrincipalName",
      targetUserMigrationData: "email",
    },
    idKind: 1,
  },
  groups: {
    identity: "sourceGroupIdentity",
    key: "id",
    isKey: isGuid,
    type: "#microsoft.graph.sharePointGroupIdentityMapping",
    enumeration: "groupType",
    values: ["none", "regularGroup", "m365Group", "unknownFutureValue"],
    objects: { sourceGroupIdentity: "id", targetGroupIdentity: "id", targetGroupMigrationData: "mailNickname" },
    idKind: 2,
  },
};

/** Written by the service: sent back by whoever changes what it was given, and not looked at. */
const ignored = ["id", "deleted"];

/** Members that a mapping shows, in the order of the samples. */
export function mappingMembers(kind: MappingKind): readonly string[] {
  const { enumeration, objects } = rules[kind];
  return ["id", "sourceOrganizationId", enumeration, ...Object.keys(objects), "deleted"];
}

/** Whether two sources are one: compared without regard to case. */
export function sourceKey(source: string): string {
  return source.toLowerCase();
}

/** The entry, or what is wrong with it. */
export function readEntry(kind: MappingKind, given: unknown): MappingEntry | string {
  const { identity, key, isKey, type, enumeration, values, objects } = rules[kind];
  if (!isMembers(given)) return "An entry is no object.";
  const source = sourceOf(kind, given);
  if (source === undefined) return `The required member ${identity}.${key} is missing.`;
  if (!isKey(source)) return `The member ${identity}.${key} is not valid: ${source}`;
  if (given["@odata.type"] !== undefined && given["@odata.type"] !== type) return `The entry is no ${type.slice(1)}.`;
  const isRemoval = given["@removed"] !== undefined;
  const known = isRemoval ? [identity] : ["sourceOrganizationId", enumeration, ...Object.keys(objects)];
  for (const name of Object.keys(given)) {
    if (name.startsWith("@") || ignored.includes(name) || known.includes(name)) continue;
    return isRemoval ? `A removal has no member ${name}.` : `The property ${name} does not exist on ${type.slice(1)}.`;
  }
  const entry = given as SharePointIdentityMapping;
  if (isRemoval) {
    if (entry["@removed"]?.reason !== "deleted") return "The reason of a removal must be deleted.";
    return { action: "removed", source, entry };
  }
  const { sourceOrganizationId, [enumeration]: chosen } = given;
  if (!isUnset(sourceOrganizationId) && !isGuid(sourceOrganizationId)) {
    return "The member sourceOrganizationId is no Guid.";
  }
  if (!isUnset(chosen)) {
    if (typeof chosen !== "string") return `The member ${enumeration} is no String.`;
    if (!values.includes(chosen)) return `The member ${enumeration} is not valid: ${chosen}`;
  }
  for (const [name, text] of Object.entries(objects)) {
    const value = given[name];
    if (isUnset(value)) continue;
    if (!isMembers(value)) return `The member ${name} is no object.`;
    if (!isUnset(value[text]) && typeof value[text] !== "string") return `The member ${name}.${text} is no String.`;
  }
  return { action: "set", source, entry };
}

/** The source that an entry names; undefined: none. */
export function sourceOf(kind: MappingKind, given: unknown): string | undefined {
  const { identity, key } = rules[kind];
  const value = isMembers(given) ? given[identity] : undefined;
  const text = isMembers(value) ? value[key] : undefined;
  return typeof text === "string" && !isBlank(text) ? text.trim() : undefined;
}

/** The source alone, as removals and errors show it. */
export function sourceIdentity(kind: MappingKind, source: string): SharePointIdentityMapping {
  const { identity, key } = rules[kind];
  return { [identity]: { [key]: source } };
}

/**
 * What a mapping is after an entry: members that weren't sent keep their value, those of its objects too; a null takes
 * one away. `before` undefined: a new mapping.
 */
export function mappingAfter(
  kind: MappingKind,
  before: SharePointIdentityMapping | undefined,
  { source, entry }: MappingEntry,
): SharePointIdentityMapping {
  const after: Record<string, unknown> = { id: before?.id ?? mappingId(kind, source) };
  for (const name of mappingMembers(kind)) {
    if (ignored.includes(name)) continue;
    const [old, sent] = [before?.[name], entry[name]];
    const value = sent === undefined ? old : isMembers(sent) ? withoutNulls({ ...(old ?? {}), ...sent }) : sent;
    if (value !== undefined && value !== null) after[name] = value;
  }
  return after;
}

/**
 * In the scheme of the published samples: two numbers of four bytes, least first, and the source; base64 without padding.
 * Whether the second number is the kind or the type's value is unknown: here it is the kind.
 */
export function mappingId(kind: MappingKind, source: string): string {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(1, 0);
  head.writeUInt32LE(rules[kind].idKind, 4);
  return Buffer.concat([head, Buffer.from(source)])
    .toString("base64")
    .replaceAll("=", "");
}

function isUnset(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

function withoutNulls(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => !isUnset(value)));
}
