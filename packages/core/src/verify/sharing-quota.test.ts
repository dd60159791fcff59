import { describe, expect, it } from "vitest";
import type { ReportAt } from "./finding.ts";
import { SharingQuota } from "./sharing-quota.ts";

const HOUR_MS = 60 * 60 * 1000;

/** The messages of a quota that was told of events, by package. */
function told(tell: (quota: SharingQuota) => void): { readonly packageIndex: number; readonly message: string }[] {
  const quota = new SharingQuota();
  tell(quota);
  const messages: { packageIndex: number; message: string }[] = [];
  const reportFor =
    (packageIndex: number): ReportAt =>
    (_code, _place, message) => {
      messages.push({ packageIndex, message });
    };
  quota.end(reportFor);
  return messages;
}

function events(quota: SharingQuota, login: string, count: number, time: (index: number) => number): void {
  for (let index = 0; index < count; index++) quota.add(login, time(index), "Manifest.xml:1:1");
}

describe("SharingQuota", () => {
  it("finds a receiver of more than 1,000 events in 24 hours, however they are ordered, and says it once", () => {
    const found = told((quota) => {
      events(quota, "kim@contoso.com", 501, (index) => index);
      quota.packageIndex = 1;
      events(quota, "KIM@contoso.com", 500, (index) => 24 * HOUR_MS - 1 - index);
    });
    expect(found).toEqual([{ packageIndex: 1, message: expect.stringContaining("current value is 1001 of") }]);
  });

  it("takes 1,000 events at once, and as many again a day later", () => {
    const found = told((quota) => {
      events(quota, "kim@contoso.com", 1_000, () => 0);
      events(quota, "kim@contoso.com", 1_000, () => 24 * HOUR_MS);
    });
    expect(found).toEqual([]);
  });

  it("counts each receiver apart", () => {
    const found = told((quota) => {
      for (const login of ["kim@contoso.com", "sol@contoso.com"]) events(quota, login, 600, () => 0);
    });
    expect(found).toEqual([]);
  });
});
