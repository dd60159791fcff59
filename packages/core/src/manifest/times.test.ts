import { describe, expect, it } from "vitest";
import { manifestTime, sharedTime } from "./times.ts";

describe("manifestTime()", () => {
  it("has no zone, and lies within what SharePoint's dates hold", () => {
    expect(manifestTime("2025-01-02T03:04:05Z")).toBe("2025-01-02T03:04:05");
    expect(manifestTime("1601-01-01T00:00:00Z")).toBe("1900-01-01T00:00:00");
    expect(manifestTime("-000001-01-01T00:00:00Z")).toBe("1900-01-01T00:00:00");
    expect(manifestTime("+010000-01-01T00:00:00Z")).toBe("9999-12-31T23:59:59");
  });
});

describe("sharedTime()", () => {
  it("has 7 decimals and a Z, however many there were", () => {
    expect(sharedTime("2025-01-02T03:04:05.678Z")).toBe("2025-01-02T03:04:05.6780000Z");
    expect(sharedTime("2025-01-02T03:04:05Z")).toBe("2025-01-02T03:04:05.0000000Z");
  });
});
