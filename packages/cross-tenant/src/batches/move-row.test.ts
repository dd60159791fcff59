import { describe, expect, it } from "vitest";
import { readMoveRow } from "./move-row.ts";

const HOST = "https://north-my.sharepoint.com";
const ID = "11111111-2222-4333-8444-555555555555";
const named = { target: { targetOrganizationHost: HOST } } as const;
const ana = { kind: "user", source: "ana@south.example", target: "ana@north.example" };

describe("readMoveRow()", () => {
  it("reads each kind of move; users are named by UPN, or by ids on both sides", () => {
    expect(readMoveRow({ ...ana, kind: "User" }, named)).toEqual({
      move: {
        kind: "user",
        source: { userPrincipalName: "ana@south.example" },
        target: { userPrincipalName: "ana@north.example" },
        targetOrganizationHost: HOST,
      },
    });
    expect(readMoveRow({ kind: "user", source: ID, target: ID }, named)).toMatchObject({
      move: { source: { id: ID }, target: { id: ID } },
    });
    expect(readMoveRow({ kind: "site", source: "https://s/a", target: "https://n/a" }, named)).toMatchObject({
      move: { source: { siteUrl: "https://s/a" }, target: { siteUrl: "https://n/a" } },
    });
    expect(readMoveRow({ kind: "group", source: "ops", target: "ops-new" }, named)).toMatchObject({
      move: { source: { mailNickname: "ops" }, target: { mailNickname: "ops-new" } },
    });
    expect(readMoveRow({ ...ana, target: ID }, named)).toMatchObject({ faults: [expect.stringContaining("target")] });
  });

  it("takes the organization of the row before that of the defaults, and a geo code alone for another geo of that", () => {
    const byId = { target: { targetOrganizationId: ID, targetDataLocationCode: "NAM" } };
    expect(readMoveRow({ ...ana, targetOrganizationHost: HOST }, byId)).toMatchObject({
      move: { targetOrganizationHost: HOST },
    });
    const other = readMoveRow({ ...ana, targetOrganizationHost: HOST }, byId);
    expect(other).not.toHaveProperty("move.targetOrganizationId");
    expect(other).not.toHaveProperty("move.targetDataLocationCode");
    expect(readMoveRow({ ...ana, targetDataLocationCode: "JPN" }, byId)).toMatchObject({
      move: { targetOrganizationId: ID, targetDataLocationCode: "JPN" },
    });
    expect(readMoveRow({ ...ana, targetDataLocationCode: "JPN" }, named)).toHaveProperty("faults");
    expect(readMoveRow(ana, undefined)).toMatchObject({ faults: [expect.stringContaining("target organization")] });
  });

  it("takes each time of the row before that of the defaults", () => {
    const times = {
      preferredStartDateTime: "2027-01-31T06:00:00Z",
      preferredLatestStartDateTime: "2027-02-28T06:00:00Z",
    };
    expect(readMoveRow({ ...ana, preferredStartDateTime: "2027-02-01T00:00:00Z" }, { ...named, times })).toMatchObject({
      move: { ...times, preferredStartDateTime: "2027-02-01T00:00:00Z" },
    });
    expect(readMoveRow({ ...ana, preferredStartDateTime: "2027-03-01T00:00:00Z" }, { ...named, times })).toMatchObject({
      faults: [expect.stringContaining("preferredLatestStartDateTime")],
    });
  });

  it("tells all faults of a row at once, and what it names without its secrets", () => {
    const row = {
      kind: "site",
      source: "https://s/a?tempauth=secret-token",
      target: "nowhere",
      targetOrganizationId: "x",
    };
    const read = readMoveRow(row, undefined);
    expect(read).toMatchObject({ faults: { length: 3 }, names: { kind: "site", target: "nowhere" } });
    expect(JSON.stringify(read)).not.toContain("secret-token");
    expect(readMoveRow({ kind: "robot" }, named)).toEqual({
      faults: ["source must be given: current value is empty", "target must be given: current value is empty"],
      names: { source: "", target: "" },
    });
    const long = readMoveRow({ ...ana, source: "x".repeat(60_000) }, named);
    expect(JSON.stringify(long).length).toBeLessThan(2000);
  });
});
