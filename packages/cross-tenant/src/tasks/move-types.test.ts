import { describe, expect, expectTypeOf, it } from "vitest";
import { moveFaults } from "./check-move.ts";
import type { GroupMove, Move, SiteMove, TaskLookup, UserMove } from "./task-types.ts";

const targetOrganizationHost = "https://north-my.sharepoint.com";
const targetOrganizationId = "7c0f5d4e-1111-4222-8333-444455556666";
const id = "0b6a1a70-3d44-4a9c-9b35-1f1a2b3c4d5e";
const source = { userPrincipalName: "ana@south.example" };
const target = { userPrincipalName: "ana@north.example" };

describe("Move", () => {
  it("compiles in its documented forms, which the check takes too", () => {
    const moves: readonly Move[] = [
      { kind: "user", source, target, targetOrganizationHost },
      { kind: "user", source: { id }, target: { id }, targetOrganizationHost },
      { kind: "user", source: { id }, target: { id }, targetOrganizationId, targetDataLocationCode: null },
      {
        kind: "site",
        source: { siteUrl: "https://a.example" },
        target: { siteUrl: "https://b.example" },
        targetOrganizationHost,
      },
      { kind: "group", source: { mailNickname: "ops" }, target: { mailNickname: "ops-new" }, targetOrganizationHost },
      { kind: "user", source, target, targetOrganizationHost, preferredStartDateTime: "2027-01-31T06:00:00Z" },
      { kind: "user", source, target, targetOrganizationHost, validateOnly: true },
    ];
    expect(moves.flatMap(moveFaults)).toEqual([]);
  });

  it("doesn't compile in combinations that the documentation rules out, which the check refuses too", () => {
    const moves: readonly Move[] = [
      // @ts-expect-error -- a user by UPN and id
      { kind: "user", source: { ...source, id }, target, targetOrganizationHost },
      // @ts-expect-error -- a user by UPN who becomes one by id
      { kind: "user", source, target: { id }, targetOrganizationHost },
      // @ts-expect-error -- a site's URL for a user
      { kind: "user", source: { siteUrl: "https://a.example" }, target, targetOrganizationHost },
      // @ts-expect-error -- a user in a move of a site
      { kind: "site", source, target, targetOrganizationHost },
      // @ts-expect-error -- a group by its object id
      { kind: "group", source: { id }, target: { id }, targetOrganizationHost },
      // @ts-expect-error -- a kind that there isn't
      { kind: "team", source, target, targetOrganizationHost },
      // @ts-expect-error -- no target organization
      { kind: "user", source, target },
      // @ts-expect-error -- a target organization by host and id
      { kind: "user", source, target, targetOrganizationHost, targetOrganizationId },
      // @ts-expect-error -- a geo beside a host
      { kind: "user", source, target, targetOrganizationHost, targetDataLocationCode: "NAM" },
      // @ts-expect-error -- no target
      { kind: "user", source, targetOrganizationHost },
      // @ts-expect-error -- a property that there isn't
      { kind: "user", source, target, targetOrganizationHost, priority: 1 },
    ];
    expect(moves.map((move) => moveFaults(move).length > 0)).toEqual(moves.map(() => true));
  });

  it("is told apart by its kind", () => {
    expectTypeOf<Extract<Move, { kind: "site" }>>().toEqualTypeOf<SiteMove>();
    expectTypeOf<Extract<Move, { kind: "group" }>>().toEqualTypeOf<GroupMove>();
    expectTypeOf<Extract<Move, { kind: "user" }>>().toEqualTypeOf<UserMove>();
    expectTypeOf<Move["kind"]>().toEqualTypeOf<"user" | "site" | "group">();
  });
});

describe("TaskLookup", () => {
  it("compiles with one key, and no group's object id", () => {
    expectTypeOf<{ taskId: string }>().toExtend<TaskLookup>();
    expectTypeOf<{ sourceGroupMailNickname: string }>().toExtend<TaskLookup>();
    expectTypeOf<{ sourceGroupObjectId: string }>().not.toExtend<TaskLookup>();
  });
});
