import { describe, expect, it } from "vitest";
import { valueCheck } from "./values.ts";

describe("valueCheck()", () => {
  it.each(["0", "-0", "+7", " 12 ", "2147483647", "-2147483648", `${"0".repeat(1000)}1`])(
    "takes %j as an int",
    (text) => {
      expect(valueCheck("int")?.(text)).toBeUndefined();
    },
  );

  it.each(["", "+", "1.0", "1e3", "2147483648", "-2147483649", "0x10", "9".repeat(100)])(
    "refuses %j as an int",
    (text) => {
      expect(valueCheck("int")?.(text)).toMatchObject({ code: "SCHEMA_VALUE" });
    },
  );

  it("takes the largest unsignedLong, and nothing above it", () => {
    expect(valueCheck("unsignedLong")?.("18446744073709551615")).toBeUndefined();
    expect(valueCheck("unsignedLong")?.("18446744073709551616")).toMatchObject({ code: "SCHEMA_VALUE" });
  });
});
