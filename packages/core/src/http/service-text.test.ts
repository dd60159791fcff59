import { describe, expect, it } from "vitest";
import { serviceText } from "./service-text.ts";

describe("serviceText()", () => {
  it("gives one line without secrets", () => {
    expect(serviceText(" No\r\n\taccess to https://host.example/d?sig=AAA%3D&se=1\u0007 ")).toBe(
      "No access to https://host.example/d?sig=[redacted]&se=1",
    );
  });

  it("keeps 500 characters at most", () => {
    expect(serviceText("a".repeat(1_000_000))).toBe("a".repeat(500));
  });

  it.each([[undefined], [null], [7], [{}], [""], [" \n "]])("gives nothing for %j", (value) => {
    expect(serviceText(value)).toBeUndefined();
  });
});
