import { Secret } from "@primepack/core/errors";
import { describe, expect, it } from "vitest";
import { earliestExpiry, sasExpiry } from "./sas-expiry.ts";

const sas = (se: string) =>
  `https://account.blob.core.windows.net:443/c?sv=2018-03-28&sr=c&sig=a%2Bb%3D&se=${se}&sp=rw`;

describe("sasExpiry()", () => {
  it.each([
    ["2026-11-24T10%3A20%3A00Z", "2026-11-24T10:20:00.000Z"],
    ["2026-11-24T10:20:00Z", "2026-11-24T10:20:00.000Z"],
    ["2026-11-24T10:20Z", "2026-11-24T10:20:00.000Z"],
    ["2026-11-24T10:20:00.1234567Z", "2026-11-24T10:20:00.123Z"],
    ["2026-11-24T10:20:00", "2026-11-24T10:20:00.000Z"],
    ["2026-11-24T10:20:00%2B01:00", "2026-11-24T09:20:00.000Z"],
    ["2026-11-24T10:20:00+01:00", "2026-11-24T09:20:00.000Z"],
    ["2026-11-24", "2026-11-24T00:00:00.000Z"],
  ])("reads %s as UTC", (se, expected) => {
    expect(sasExpiry(sas(se))?.toISOString()).toBe(expected);
    expect(sasExpiry(new Secret(sas(se)))?.toISOString()).toBe(expected);
    expect(sasExpiry(`sv=2018-03-28&se=${se}`)?.toISOString()).toBe(expected);
  });

  it.each(["", "soon", "12", "2026-99-99T00:00:00Z"])("gives undefined for %j, which is no end", (se) => {
    expect(sasExpiry(sas(se))).toBeUndefined();
  });

  it("gives undefined where a policy holds the end", () => {
    expect(sasExpiry("https://account.blob.core.windows.net/c?sv=2018-03-28&si=policy&sig=a")).toBeUndefined();
  });
});

describe("earliestExpiry()", () => {
  it("gives the first of the ends that there are", () => {
    const uris = [sas("2026-11-24T00:00:00Z"), sas(""), sas("2026-11-23T00:00:00Z")].map((uri) => new Secret(uri));
    expect(earliestExpiry(uris)?.toISOString()).toBe("2026-11-23T00:00:00.000Z");
    expect(earliestExpiry([new Secret(sas(""))])).toBeUndefined();
  });
});
