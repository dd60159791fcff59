import { PrimepackError } from "@primepack/core/errors";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkMove, moveFaults } from "./check-move.ts";
import { taskParameters } from "./task-parameters.ts";

const host = { targetOrganizationHost: "https://north-my.sharepoint.com" };
const users = {
  source: { userPrincipalName: "ana@south.example" },
  target: { userPrincipalName: "ana@north.example" },
};
const user = { kind: "user", ...users, ...host };
const [one, other] = ["0B6A1A70-3D44-4A9C-9B35-1F1A2B3C4D5E", "7c0f5d4e-1111-4222-8333-444455556666"];
const ids = { source: { id: one }, target: { id: other } };
const site = {
  kind: "site",
  source: { siteUrl: "https://south.sharepoint.com/sites/plans" },
  target: { siteUrl: "https://north.sharepoint.com/sites/plans" },
  ...host,
};
const group = { kind: "group", source: { mailNickname: "ops" }, target: { mailNickname: "ops-new" }, ...host };
const organization = { targetOrganizationId: other };
const times = {
  preferredStartDateTime: "2027-01-31T06:00:00Z",
  preferredLatestStartDateTime: "2027-01-31T08:00:00+02:00",
};

describe("moveFaults()", () => {
  it.each([
    ["a user by UPN", user],
    ["a user by id", { kind: "user", ...ids, ...host }],
    ["a user by id into an organization by id", { kind: "user", ...ids, ...organization }],
    ["the default geo", { kind: "user", ...users, ...organization, targetDataLocationCode: null }],
    ["a geo that is not known", { kind: "user", ...users, ...organization, targetDataLocationCode: "xyz" }],
    ["a site", site],
    ["a group", group],
    ["a host with a slash at its end", { ...group, targetOrganizationHost: "https://north.sharepoint.com/" }],
    ["a start", { ...user, preferredStartDateTime: "2001-01-01T00:00:00-05:00" }],
    ["a latest start alone", { ...user, preferredLatestStartDateTime: "2027-01-31T06:00Z" }],
    ["a later latest start", { ...user, ...times, preferredLatestStartDateTime: "2027-01-31T08:00:01+02:00" }],
    ["a validation", { ...user, validateOnly: true }],
    ["properties that are undefined", { ...user, targetOrganizationId: undefined, more: undefined }],
  ])("finds none in %s", (_what, move) => {
    expect(moveFaults(move)).toEqual([]);
  });

  it.each([
    ["no object", null, ["a move must be an object: current value is null"]],
    ["a list", [user], ["a move must be an object: current value is a list"]],
    ["an unknown kind", { ...user, kind: "team" }, ['kind must be user, site or group: current value is "team"']],
    ["a name of every object as kind", { ...user, kind: "constructor" }, [/^kind must be .* is "constructor"$/]],
    ["no source", { kind: "user", target: users.target, ...host }, [/^source must be an object with .* is none$/]],
    [
      "a user by UPN and id",
      { ...user, source: { ...users.source, id: one } },
      ["source must have exactly one of userPrincipalName and id: current value is userPrincipalName and id"],
    ],
    ["a user by nothing", { ...user, source: {} }, [/^source must have exactly one of .* current value is none$/]],
    [
      "a user by UPN who becomes one by id",
      { ...user, target: ids.target },
      ["target must be named by its userPrincipalName, as the source is: current value is its id"],
    ],
    [
      "a UPN that is none",
      { ...user, target: { userPrincipalName: "ana" } },
      [/^target\.userPrincipalName must .* "ana"$/],
    ],
    [
      "an id that is no GUID",
      { kind: "user", ...ids, source: { id: "1" }, ...host },
      [/^source\.id must be a GUID: .* "1"$/],
    ],
    [
      "an empty GUID",
      { ...user, ...ids, source: { id: "00000000-0000-0000-0000-000000000000" } },
      [/^source\.id must/],
    ],
    [
      "a number as name",
      { ...group, source: { mailNickname: 7 } },
      [/^source\.mailNickname must .* current value is 7$/],
    ],
    ["a mail address as nickname", { ...group, target: { mailNickname: "ops@north.example" } }, [/^target\.mailNick/]],
    [
      "a group by its object id",
      { ...group, source: { id: one } },
      [
        /^its properties must be of mailNickname: .* "source.id"$/,
        /^source must have mailNickname: current value is none$/,
      ],
    ],
    [
      "a site by http",
      { ...site, source: { siteUrl: "http://south.sharepoint.com" } },
      [/^source\.siteUrl must be the https URL/],
    ],
    ["a site with query", { ...site, source: { siteUrl: "https://south.sharepoint.com/?a=1" } }, [/^source\.siteUrl/]],
    [
      "a site with a user",
      { ...site, source: { siteUrl: "https://ana:pw@south.sharepoint.com" } },
      [/^source\.siteUrl .*ana:\[redacted\]@south/],
    ],
    ["a site without host", { ...site, source: { siteUrl: "https:///" } }, [/^source\.siteUrl/]],
    ["a site by its path", { ...site, source: { siteUrl: "/sites/plans" } }, [/^source\.siteUrl/]],
    ["no target organization", { kind: "user", ...users }, [/^the target organization must be named by .* none$/]],
    [
      "a bare host",
      { ...user, targetOrganizationHost: "north-my.sharepoint.com" },
      [/^targetOrganizationHost must be an https origin/],
    ],
    [
      "a host with a path",
      { ...user, targetOrganizationHost: "https://north.sharepoint.com/sites/a" },
      [/^targetOrganizationHost must/],
    ],
    [
      "an organization by host and id",
      { ...user, ...organization },
      [
        "targetOrganizationHost must be alone in naming the target organization: current value is targetOrganizationId too",
      ],
    ],
    [
      "a host with a geo",
      { ...user, targetDataLocationCode: "NAM" },
      [/alone .* current value is targetDataLocationCode too$/],
    ],
    [
      "a geo of two letters",
      { kind: "user", ...users, ...organization, targetDataLocationCode: "DE" },
      [/^targetDataLocationCode must be three letters/],
    ],
    [
      "a start without offset",
      { ...user, preferredStartDateTime: "2027-01-31T06:00:00" },
      [/^preferredStartDateTime must be a date/],
    ],
    [
      "a start that no month has",
      { ...user, preferredStartDateTime: "2027-02-30T06:00:00Z" },
      [/^preferredStartDateTime must/],
    ],
    [
      "a latest start at the start",
      { ...user, ...times },
      [
        'preferredLatestStartDateTime must be later than "2027-01-31T06:00:00Z": current value is "2027-01-31T08:00:00+02:00"',
      ],
    ],
    [
      "a text as validateOnly",
      { ...user, validateOnly: "true" },
      [/^validateOnly must be true or false: current value is "true"$/],
    ],
    [
      "an unknown property",
      { ...user, priority: 1 },
      [/^its properties must be of kind, .*: current value is "priority"$/],
    ],
  ])("finds what is wrong with %s", (_what, move, expected) => {
    const faults = moveFaults(move);
    expect(faults).toHaveLength(expected.length);
    for (const [index, fault] of expected.entries()) {
      if (typeof fault === "string") expect(faults[index]).toBe(fault);
      else expect(faults[index]).toMatch(fault);
    }
  });

  it("finds all faults at once", () => {
    const faults = moveFaults({ kind: "user", source: { userPrincipalName: "a" }, target: { userPrincipalName: "b" } });
    expect(faults.map((fault) => fault.split(" must ")[0])).toEqual([
      "source.userPrincipalName",
      "target.userPrincipalName",
      "the target organization",
    ]);
  });

  it("shows no more of a value than helps", () => {
    const [fault = ""] = moveFaults({ ...user, source: { userPrincipalName: "a".repeat(1_000_000) } });
    expect(fault.length).toBeLessThan(400);
  });

  it("shows no part of a secret, though the value is cut within it", () => {
    const secret = "k".repeat(43);
    const faults = moveFaults({ ...user, targetOrganizationHost: `${"a ".repeat(95)}${secret}=` });
    expect(faults).toEqual([expect.stringContaining("[redact")]);
    expect(faults[0]).not.toContain("kkk");
  });

  it("takes whatever comes, and lets pass only what can be sent", () => {
    const values = fc.oneof(
      fc.constantFrom<unknown>(
        users.source,
        ids.source,
        site.source,
        one,
        null,
        "NAM",
        true,
        "user",
        "2027-01-31T06:00:00Z",
      ),
      fc.anything(),
    );
    const names = fc.constantFrom(
      "kind",
      "source",
      "target",
      ...Object.keys({ ...host, ...organization, ...times }),
      "validateOnly",
    );
    const good = fc.constantFrom(
      user,
      site,
      group,
      { ...user, ...ids },
      { ...user, ...times },
      { kind: "user", ...users, ...organization },
    );
    const changed = fc
      .tuple(good, fc.dictionary(names, values, { maxKeys: 2 }))
      .map(([move, changes]) => ({ ...move, ...changes }));
    let passed = 0;
    fc.assert(
      fc.property(fc.oneof(changed, fc.anything()), (move) => {
        if (moveFaults(move).length > 0) return;
        passed++;
        checkMove(move, "create the migration task");
        const parameters = taskParameters(move);
        expect(JSON.parse(JSON.stringify(parameters))).toEqual(parameters);
        expect(Object.keys(parameters).filter((name) => /^(source|target)(User|Group|Site)/.test(name))).toHaveLength(
          2,
        );
      }),
      { numRuns: 2000 },
    );
    expect(passed).toBeGreaterThan(100);
  });
});

describe("checkMove()", () => {
  it("throws one INVALID_OPTION that tells of all faults", () => {
    const check = () =>
      checkMove({ kind: "site", source: {}, target: site.target, ...host, more: 1 }, "validate the move");
    expect(check).toThrow(PrimepackError);
    expect(check).toThrow(
      expect.objectContaining({
        code: "INVALID_OPTION",
        message: expect.stringMatching(
          /^Cannot validate the move as its properties must .*; source must have siteUrl: current value is none$/,
        ),
      }),
    );
  });
});
