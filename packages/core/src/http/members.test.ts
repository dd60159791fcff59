import { describe, expect, it } from "vitest";
import { isMembers } from "./members.ts";

describe("isMembers()", () => {
  it("tells objects of JSON from its other values", () => {
    expect(["{}", '{"a":1}', "[]", "null", '"{}"', "1", "true"].map((text) => isMembers(JSON.parse(text)))).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
    expect(isMembers(undefined)).toBe(false);
  });
});
