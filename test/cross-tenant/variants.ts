import type { SharePointIdentityMapping, SharePointMigrationTaskParameters } from "@primepack/core/wire";
import type { GroupMapping, MappingChange, Move, UserMapping } from "@primepack/cross-tenant";

/** A body variant of the table of the specification's section 3.1, as client and wire have it. */
export interface Variant {
  readonly name: string;
  readonly move: Move;
  readonly parameters: SharePointMigrationTaskParameters;
}

const targetOrganizationHost = "https://north-my.sharepoint.com";
const targetOrganizationId = "0d5c1b4e-5a3f-4c1e-9d3a-7f1f0c2b6a10";
export const ANA = { id: "5a1b0c7e-1111-4a2b-8c3d-000000000001", userPrincipalName: "ana@south.example" };
export const ANA_IN_TARGET = { id: "5a1b0c7e-2222-4a2b-8c3d-000000000001", userPrincipalName: "ana@north.example" };

const byName = {
  kind: "user",
  targetOrganizationHost,
  source: { userPrincipalName: ANA.userPrincipalName },
  target: { userPrincipalName: ANA_IN_TARGET.userPrincipalName },
} as const;

const byNameOnWire = {
  "@odata.type": "#microsoft.graph.sharePointUserMigrationTaskParameters",
  targetOrganizationHost,
  sourceUserIdentity: { userPrincipalName: ANA.userPrincipalName },
  targetUserIdentity: { userPrincipalName: ANA_IN_TARGET.userPrincipalName },
};

export const VARIANTS: readonly Variant[] = [
  { name: "V1 user by UPN", move: byName, parameters: byNameOnWire },
  {
    name: "V2 user by object id",
    move: { kind: "user", targetOrganizationHost, source: { id: ANA.id }, target: { id: ANA_IN_TARGET.id } },
    parameters: {
      "@odata.type": "#microsoft.graph.sharePointUserMigrationTaskParameters",
      targetOrganizationHost,
      sourceUserIdentity: { id: ANA.id },
      targetUserIdentity: { id: ANA_IN_TARGET.id },
    },
  },
  {
    name: "V3 user by id, target by tenant id",
    move: {
      kind: "user",
      ...{ targetOrganizationId, targetDataLocationCode: null },
      source: { id: ANA.id },
      target: { id: ANA_IN_TARGET.id },
    },
    parameters: {
      "@odata.type": "#microsoft.graph.sharePointUserMigrationTaskParameters",
      ...{ targetOrganizationId, targetDataLocationCode: null },
      sourceUserIdentity: { id: ANA.id },
      targetUserIdentity: { id: ANA_IN_TARGET.id },
    },
  },
  {
    name: "V4 site",
    move: {
      kind: "site",
      targetOrganizationHost,
      source: { siteUrl: "https://south.sharepoint.com/sites/O'Neil&Sons" },
      target: { siteUrl: "https://north.sharepoint.com/sites/Sons" },
    },
    parameters: {
      "@odata.type": "#microsoft.graph.sharePointSiteMigrationTaskParameters",
      targetOrganizationHost,
      sourceSiteUrl: "https://south.sharepoint.com/sites/O'Neil&Sons",
      targetSiteUrl: "https://north.sharepoint.com/sites/Sons",
    },
  },
  {
    name: "V5 group by alias",
    move: {
      kind: "group",
      targetOrganizationHost,
      source: { mailNickname: "ops" },
      target: { mailNickname: "ops-new" },
    },
    parameters: {
      "@odata.type": "#microsoft.graph.sharePointGroupMigrationTaskParameters",
      targetOrganizationHost,
      sourceGroupIdentity: { mailNickname: "ops" },
      targetGroupIdentity: { mailNickname: "ops-new" },
    },
  },
  {
    name: "V6 delayed start",
    move: { ...byName, preferredStartDateTime: "2027-01-31T06:00:00Z" },
    parameters: { ...byNameOnWire, preferredStartDateTime: "2027-01-31T06:00:00Z" },
  },
  {
    name: "V7 validation",
    move: { ...byName, validateOnly: true },
    parameters: { ...byNameOnWire, validateOnly: true },
  },
];

/** An entry of a delta update, as client and wire have it. */
export interface DeltaEntry<Mapping> {
  readonly name: string;
  readonly change: MappingChange<Mapping>;
  readonly entry: SharePointIdentityMapping;
}

const sourceOrganizationId = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
const GROUP = "8d0f7780-8536-41ef-855c-f18fc2e01b01";
const GROUP_IN_TARGET = "8d0f7780-8536-41ef-855c-f18fc2e01b02";

/** In this order: each is a change of what the ones before it made. */
export const USER_ENTRIES: readonly DeltaEntry<UserMapping>[] = [
  {
    name: "add",
    change: {
      type: "set",
      mapping: {
        sourceOrganizationId,
        userType: "regularUser",
        sourceUserPrincipalName: "bo.o'neil@south.example",
        targetUserPrincipalName: "bo@north.example",
        targetEmail: "bo@mail.north.example",
      },
    },
    entry: {
      sourceOrganizationId,
      userType: "regularUser",
      sourceUserIdentity: { userPrincipalName: "bo.o'neil@south.example" },
      targetUserIdentity: { userPrincipalName: "bo@north.example" },
      targetUserMigrationData: { email: "bo@mail.north.example" },
    },
  },
  {
    name: "change of one property",
    change: {
      type: "set",
      mapping: { sourceUserPrincipalName: "bo.o'neil@south.example", targetEmail: "bo.oneil@mail.north.example" },
    },
    entry: {
      sourceUserIdentity: { userPrincipalName: "bo.o'neil@south.example" },
      targetUserMigrationData: { email: "bo.oneil@mail.north.example" },
    },
  },
  {
    name: "remove",
    change: { type: "remove", mapping: { sourceUserPrincipalName: "bo.o'neil@south.example" } },
    entry: {
      "@removed": { reason: "deleted" },
      sourceUserIdentity: { userPrincipalName: "bo.o'neil@south.example" },
    },
  },
];

export const GROUP_ENTRIES: readonly DeltaEntry<GroupMapping>[] = [
  {
    name: "add",
    change: {
      type: "set",
      mapping: {
        sourceOrganizationId,
        groupType: "m365Group",
        sourceGroupObjectId: GROUP,
        targetGroupObjectId: GROUP_IN_TARGET,
        targetMailNickname: "ops-new",
      },
    },
    entry: {
      sourceOrganizationId,
      groupType: "m365Group",
      sourceGroupIdentity: { id: GROUP },
      targetGroupIdentity: { id: GROUP_IN_TARGET },
      targetGroupMigrationData: { mailNickname: "ops-new" },
    },
  },
  {
    name: "change of one property",
    change: { type: "set", mapping: { sourceGroupObjectId: GROUP, targetMailNickname: "ops-newer" } },
    entry: { sourceGroupIdentity: { id: GROUP }, targetGroupMigrationData: { mailNickname: "ops-newer" } },
  },
  {
    name: "remove",
    change: { type: "remove", mapping: { sourceGroupObjectId: GROUP } },
    entry: { "@removed": { reason: "deleted" }, sourceGroupIdentity: { id: GROUP } },
  },
];
