import { describe, expect, it } from "vitest";
import { lookupOf, moveSource, moveTarget } from "./move-sides.ts";
import type { Move } from "./task-types.ts";

const targetOrganizationHost = "https://north-my.sharepoint.com";
const byId: Move = { kind: "user", source: { id: "a" }, target: { id: "b" }, targetOrganizationHost };
const moves: readonly Move[] = [
  {
    kind: "user",
    source: { userPrincipalName: "a@s.x" },
    target: { userPrincipalName: "b@n.x" },
    targetOrganizationHost,
  },
  { kind: "site", source: { siteUrl: "https://s.x" }, target: { siteUrl: "https://n.x" }, targetOrganizationHost },
  { kind: "group", source: { mailNickname: "a" }, target: { mailNickname: "b" }, targetOrganizationHost },
];

describe("moveSource() and moveTarget()", () => {
  it("name the sides of a move by what it names them by", () => {
    expect([byId, ...moves].map(moveSource)).toEqual(["a", "a@s.x", "https://s.x", "a"]);
    expect([byId, ...moves].map(moveTarget)).toEqual(["b", "b@n.x", "https://n.x", "b"]);
  });
});

describe("lookupOf()", () => {
  it("gives the look-up of each kind of source, and none of a user by id", () => {
    expect([byId, ...moves].map(lookupOf)).toEqual([
      undefined,
      { sourceUserPrincipalName: "a@s.x" },
      { sourceSiteUrl: "https://s.x" },
      { sourceGroupMailNickname: "a" },
    ]);
  });
});
