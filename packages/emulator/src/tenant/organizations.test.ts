import { describe, expect, it } from "vitest";
import { resolveOrganizations, userPrincipalNameOf } from "./organizations.ts";

describe("resolveOrganizations()", () => {
  it("takes what is given over its defaults, one by one", () => {
    const resolved = resolveOrganizations({ sameFarm: true, moveMs: 0, switches: { taskLookup: "oldest" } });
    const defaults = resolveOrganizations();
    expect(resolved).toEqual({
      ...defaults,
      sameFarm: true,
      moveMs: 0,
      switches: { ...defaults.switches, taskLookup: "oldest" },
    });
    expect(defaults).toMatchObject({
      relationship: true,
      sameFarm: false,
      identityMapNeeded: true,
      permission: "manage",
    });
    expect(defaults).toMatchObject({ moveMs: 2000, startDelayMs: 500, switches: { taskLookup: "newest" } });
  });

  it.each(["moveMs", "startDelayMs"] as const)("refuses a %s that is no time", (name) => {
    for (const value of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => resolveOrganizations({ [name]: value })).toThrow(
        expect.objectContaining({
          code: "INVALID_OPTION",
          message: expect.stringMatching(`organizations\\.${name} must be .* current value is ${value}$`),
        }),
      );
    }
  });
});

describe("userPrincipalNameOf()", () => {
  it("gives the UPN of a known id in any case, else one of the side's own", () => {
    const organizations = resolveOrganizations({ users: [{ id: "A-1", userPrincipalName: "ana@south.example" }] });
    expect(userPrincipalNameOf(organizations, "target", "a-1")).toBe("ana@south.example");
    expect(userPrincipalNameOf(organizations, "source", "b-2")).toBe("b-2@source.example");
    expect(userPrincipalNameOf(organizations, "target", "b-2")).toBe("b-2@target.example");
  });
});
