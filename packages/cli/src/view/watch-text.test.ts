import type { JobEvent } from "@primepack/event-reader";
import { describe, expect, it } from "vitest";
import { eventText, overText } from "./watch-text.ts";

const jobId = "11111111-0000-4000-8000-000000000001";
const base = { jobId, time: new Date("2026-01-05T10:00:00.123Z"), raw: {} };
const problem = {
  objectType: "File",
  url: "Docs/a\u202e.txt",
  id: "",
  errorCode: "-2147024816",
  errorType: "",
  message: "exists",
};
const counts = { objectsProcessed: 1500, totalExpectedSPObjects: 3000, bytesProcessed: 2_000_000, totalErrors: 1 };

describe("eventText()", () => {
  it.each([
    [{ ...base, type: "JobQueued" }, "JobQueued"],
    [{ ...base, type: "JobProgress", counts }, "JobProgress  1,500 of 3,000 objects, 2.0 MB, 1 errors"],
    [{ ...base, type: "JobEnd", counts: { objectsProcessed: 5 } }, "JobEnd  5 objects"],
    [{ ...base, type: "JobError", problem }, "JobError  File Docs/a\\u{202e}.txt exists (-2147024816)"],
    [{ ...base, type: "JobPostponed", reason: "busy" }, "JobPostponed  busy"],
    [{ ...base, type: "JobCancelled", cancelledByUser: true }, "JobCancelled  by a user"],
    [{ ...base, type: "JobLogFileCreate", fileName: "Import-1.log" }, "JobLogFileCreate  Import-1.log"],
    [{ ...base, type: "unknown", name: "JobNews" }, "JobNews"],
  ] as readonly (readonly [JobEvent, string])[])("says %j on one line", (event, text) => {
    expect(eventText(jobId, event)).toBe(`${jobId}  2026-01-05 10:00:00  ${text}`);
  });

  it("leaves out a time that can't be read", () => {
    expect(eventText(jobId, { ...base, time: undefined, type: "JobStart" })).toBe(`${jobId}  JobStart`);
  });
});

describe("overText()", () => {
  it("says how a job ended, and why it can't be told", () => {
    expect(overText({ type: "over", jobId, how: "ended" })).toBe(`${jobId}  ended`);
    expect(overText({ type: "over", jobId, how: "failed", error: new Error("no\u0007") })).toBe(
      `${jobId}  its events can't be read: no\\u{7}`,
    );
  });
});
