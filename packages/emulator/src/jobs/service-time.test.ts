import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { serviceTime } from "./service-time.ts";

describe("serviceTime()", () => {
  it("writes month, day and year, and milliseconds after a point", () => {
    expect(serviceTime("2025-05-20T09:18:48.132Z")).toBe("05/20/2025 09:18:48.132");
  });

  it("keeps the moment, whichever it is", () => {
    const dates = fc.date({ min: new Date("2000-01-01"), max: new Date("2099-12-31"), noInvalidDate: true });
    fc.assert(
      fc.property(dates, (date) => {
        const text = serviceTime(date.toISOString());
        expect(text).toMatch(/^\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d\.\d{3}$/);
        expect(Date.parse(`${text} UTC`)).toBe(date.getTime());
      }),
    );
  });
});
