import { describe, expect, it } from "vitest";
import { readMove } from "./read-move.ts";
import { taskParameters } from "./task-parameters.ts";
import type { Move } from "./task-types.ts";

const targetOrganizationHost = "https://north-my.sharepoint.com";
const users = {
  source: { userPrincipalName: "ana@south.example" },
  target: { userPrincipalName: "ana@north.example" },
};
const [one, other] = ["0b6a1a70-3d44-4a9c-9b35-1f1a2b3c4d5e", "7c0f5d4e-1111-4222-8333-444455556666"];
const user = "#microsoft.graph.sharePointUserMigrationTaskParameters";
const sitePair = ["https://south.sharepoint.com/sites/plans", "https://north.sharepoint.com/sites/plans"] as const;

/** The documented variants of the body, and the moves that they are of. */
const variants: readonly (readonly [string, Move, object])[] = [
  [
    "V1, a user by UPN",
    { kind: "user", ...users, targetOrganizationHost },
    {
      "@odata.type": user,
      targetOrganizationHost,
      sourceUserIdentity: { userPrincipalName: "ana@south.example" },
      targetUserIdentity: { userPrincipalName: "ana@north.example" },
    },
  ],
  [
    "V2, a user by object id",
    { kind: "user", source: { id: one }, target: { id: other }, targetOrganizationHost },
    { "@odata.type": user, targetOrganizationHost, sourceUserIdentity: { id: one }, targetUserIdentity: { id: other } },
  ],
  [
    "V3, a user by id into an organization by id",
    {
      kind: "user",
      source: { id: one },
      target: { id: other },
      targetOrganizationId: one,
      targetDataLocationCode: null,
    },
    {
      "@odata.type": user,
      targetOrganizationId: one,
      targetDataLocationCode: null,
      sourceUserIdentity: { id: one },
      targetUserIdentity: { id: other },
    },
  ],
  [
    "V4, a site",
    { kind: "site", source: { siteUrl: sitePair[0] }, target: { siteUrl: sitePair[1] }, targetOrganizationHost },
    {
      "@odata.type": "#microsoft.graph.sharePointSiteMigrationTaskParameters",
      targetOrganizationHost,
      sourceSiteUrl: sitePair[0],
      targetSiteUrl: sitePair[1],
    },
  ],
  [
    "V5, a group by alias",
    { kind: "group", source: { mailNickname: "ops" }, target: { mailNickname: "ops-new" }, targetOrganizationHost },
    {
      "@odata.type": "#microsoft.graph.sharePointGroupMigrationTaskParameters",
      targetOrganizationHost,
      sourceGroupIdentity: { mailNickname: "ops" },
      targetGroupIdentity: { mailNickname: "ops-new" },
    },
  ],
  [
    "V6, a delayed start",
    {
      kind: "user",
      ...users,
      targetOrganizationHost,
      preferredStartDateTime: "2027-01-31T06:00:00Z",
      preferredLatestStartDateTime: "2027-02-01T06:00:00+01:00",
    },
    {
      "@odata.type": user,
      targetOrganizationHost,
      sourceUserIdentity: { userPrincipalName: "ana@south.example" },
      targetUserIdentity: { userPrincipalName: "ana@north.example" },
      preferredStartDateTime: "2027-01-31T06:00:00Z",
      preferredLatestStartDateTime: "2027-02-01T06:00:00+01:00",
    },
  ],
  [
    "V7, a validation",
    { kind: "user", ...users, targetOrganizationHost, validateOnly: true },
    {
      "@odata.type": user,
      targetOrganizationHost,
      sourceUserIdentity: { userPrincipalName: "ana@south.example" },
      targetUserIdentity: { userPrincipalName: "ana@north.example" },
      validateOnly: true,
    },
  ],
];

describe("taskParameters()", () => {
  it.each(variants)("writes %s", (_name, move, parameters) => {
    expect(taskParameters(move)).toEqual(parameters);
  });

  it("writes GUIDs, hosts and geo codes as the service does, and no validateOnly that is false", () => {
    const host = taskParameters({
      kind: "user",
      source: { id: `{${one.toUpperCase()}}` },
      target: { id: other.toUpperCase() },
      targetOrganizationHost: "https://North-my.SharePoint.com/",
      validateOnly: false,
    });
    expect(host).toEqual(variants[1]?.[2]);
    const organization = { targetOrganizationId: one.toUpperCase(), targetDataLocationCode: "fra" };
    expect(taskParameters({ kind: "user", ...users, ...organization })).toMatchObject({
      targetOrganizationId: one,
      targetDataLocationCode: "FRA",
    });
    expect(taskParameters({ kind: "user", ...users, targetOrganizationId: one })).toHaveProperty(
      "targetDataLocationCode",
      null,
    );
  });
});

describe("readMove()", () => {
  it.each(variants)("reads %s back", (_name, move, parameters) => {
    expect(readMove({ ...parameters })).toEqual(move);
  });

  it("keeps to the move where the service fills in more than was sent", () => {
    const identity = (id: string, userPrincipalName: string) => ({ id, userPrincipalName, displayName: "Ana" });
    const filled = {
      "@odata.type": user,
      targetOrganizationId: one,
      targetDataLocationCode: "FRA",
      sourceUserIdentity: identity(one, "ana@south.example"),
      targetUserIdentity: identity(other, "ana@north.example"),
    };
    expect(readMove(filled)).toEqual({
      kind: "user",
      ...users,
      targetOrganizationId: one,
      targetDataLocationCode: "FRA",
    });
    expect(readMove({ ...filled, targetOrganizationHost })).toEqual({ kind: "user", ...users, targetOrganizationHost });
  });

  it("reads a type in any case, a missing one by what there is, null as absent, and dates of samples", () => {
    expect(readMove({ ...variants[0]?.[2], "@odata.type": user.toUpperCase() })).toEqual(variants[0]?.[1]);
    for (const [, move, parameters] of variants) expect(readMove({ ...parameters, "@odata.type": null })).toEqual(move);
    const dates = {
      preferredStartDateTime: "2025-7-18T1:46:56Z",
      preferredLatestStartDateTime: null,
      validateOnly: null,
    };
    expect(readMove({ ...variants[0]?.[2], ...dates })).toEqual({
      ...variants[0]?.[1],
      preferredStartDateTime: "2025-07-18T01:46:56.000Z",
    });
  });

  it.each([
    ["nothing", {}],
    ["no target organization", { ...variants[0]?.[2], targetOrganizationHost: null }],
    ["one side only", { ...variants[0]?.[2], targetUserIdentity: { id: one } }],
    ["a type that is not documented", { ...variants[0]?.[2], "@odata.type": "#microsoft.graph.other" }],
    [
      "identities of another kind than the type",
      { ...variants[0]?.[2], "@odata.type": "sharePointGroupMigrationTaskParameters" },
    ],
    ["a site without target", { ...variants[3]?.[2], targetSiteUrl: "" }],
    ["a side that is no object", { ...variants[4]?.[2], sourceGroupIdentity: "ops" }],
  ])("gives none for %s", (_what, parameters) => {
    expect(readMove({ ...parameters })).toBeUndefined();
  });
});
