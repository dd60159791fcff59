import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PrincipalRef, SourceGroup, SourceUser } from "../model/index.ts";
import { groupFault, principalFault, userFault } from "./principal-faults.ts";

describe("principalFault()", () => {
  test("finds none in logins and names of groups", () => {
    expect(principalFault("CONTOSO\\ada")).toBeUndefined();
    expect(principalFault({ group: "Team" })).toBeUndefined();
  });
});

test("principalFault(), userFault() and groupFault() bear anything, and throw never", () => {
  const anything = fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true, withSparseArray: true });
  const user = fc.record({ login: anything, name: anything, systemId: anything, flags: anything, isDeleted: anything });
  const group = fc.record({ name: fc.constant("g"), members: fc.oneof(anything, fc.array(anything)), owner: anything });
  fc.assert(
    fc.property(anything, user, group, (ref, oneUser, oneGroup) => {
      const faults = [
        principalFault(ref as PrincipalRef),
        userFault(oneUser as SourceUser),
        groupFault(oneGroup as SourceGroup),
      ];
      for (const fault of faults) expect(fault === undefined || fault.length > 0).toBe(true);
    }),
  );
});
