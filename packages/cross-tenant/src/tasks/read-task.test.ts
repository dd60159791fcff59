import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasEnded, readTask } from "./read-task.ts";

const id = "0b6a1a70-3d44-4a9c-9b35-1f1a2b3c4d5e";
const parameters = {
  "@odata.type": "#microsoft.graph.sharePointSiteMigrationTaskParameters",
  targetOrganizationHost: "https://north-my.sharepoint.com",
  sourceSiteUrl: "https://south.sharepoint.com",
  targetSiteUrl: "https://north.sharepoint.com",
};

describe("readTask()", () => {
  it("reads a task that has ended", () => {
    const task = readTask({
      "@odata.context": "https://graph.microsoft.com/beta/$metadata",
      id: id.toUpperCase(),
      status: "failed",
      parameters,
      startedDateTime: "2025-7-18T13:46:56Z",
      lastUpdatedDateTime: "2025-07-18T13:50:00+02:00",
      finishedDateTime: "2025-07-18T13:51:00.1234567Z",
      error: { code: "siteLocked", message: "No\nsite", target: "site", details: [], innerError: { code: "x" } },
    });
    expect(task).toEqual({
      id,
      status: "failed",
      move: {
        kind: "site",
        source: { siteUrl: "https://south.sharepoint.com" },
        target: { siteUrl: "https://north.sharepoint.com" },
        targetOrganizationHost: "https://north-my.sharepoint.com",
      },
      parameters,
      startedDateTime: "2025-07-18T13:46:56.000Z",
      lastUpdatedDateTime: "2025-07-18T11:50:00.000Z",
      finishedDateTime: "2025-07-18T13:51:00.123Z",
      error: { code: "siteLocked", message: "No site", target: "site" },
    });
  });

  it.each([
    ["completed", "completed"],
    ["Completed", "completed"],
    ["success", "completed"],
    ["Success", "completed"],
    ["NOTSTARTED", "notStarted"],
    ["inprogress", "inProgress"],
    ["Cancelled", "cancelled"],
    ["Failed", "failed"],
    ["unknownFutureValue", "unknownFutureValue"],
    ["Reverting", "Reverting"],
  ])("reads the status %s as %s", (text, status) => {
    expect(readTask({ status: text }).status).toBe(status);
  });

  it("reads null and what is missing as undefined", () => {
    const nothing = {
      id: undefined,
      status: "",
      move: undefined,
      parameters: {},
      startedDateTime: undefined,
      lastUpdatedDateTime: undefined,
      finishedDateTime: undefined,
      error: undefined,
    };
    expect(readTask({})).toEqual(nothing);
    expect(readTask(Object.fromEntries(Object.keys(nothing).map((name) => [name, null])))).toEqual(nothing);
    expect(
      readTask({ id: "00000000-0000-0000-0000-000000000000", startedDateTime: "0001-01-01T00:00:00Z", error: {} }),
    ).toEqual(nothing);
  });

  it("reads the errors of the first revision", () => {
    const errors = [{ code: "a", message: "One." }, { code: "b", message: "Two." }, {}, null];
    expect(readTask({ status: "failed", errors }).error).toEqual({ code: "a", message: "One.; Two." });
    expect(readTask({ status: "failed", error: null, errors: [] }).error).toBeUndefined();
  });

  it("tells what details of an error say, once", () => {
    const detail = { code: "quota", message: "There is no room for ana.", target: "ana" };
    const error = { code: "failed", message: "The move failed.", details: [detail, detail, null, {}] };
    const inner = { code: "x", message: "Asked twice." };
    expect(readTask({ status: "failed", error: { ...error, innerError: inner } }).error).toEqual({
      code: "failed",
      message: "The move failed.; There is no room for ana.; Asked twice.",
    });
    expect(readTask({ status: "failed", error: { details: [detail] } }).error).toEqual({ message: detail.message });
    const many = Array.from({ length: 100_000 }, (_, at) => ({ message: `${at}` }));
    expect(readTask({ status: "failed", error: { details: many } }).error?.message).toMatch(/^0; 1; [\d; ]+; 18$/);
  });

  it("shows no secret that the service repeats", () => {
    const task = readTask({ status: "Bearer abcdefghijkl", error: { message: "https://a.example/d?sig=AAA&se=1" } });
    expect(task.status).toBe("Bearer [redacted]");
    expect(task.error?.message).toBe("https://a.example/d?sig=[redacted]&se=1");
    const error = { code: "Bearer abcdefghijkl", target: "https://ana:secret@a.example" };
    expect(readTask({ error }).error).toEqual({
      code: "Bearer [redacted]",
      target: "https://ana:[redacted]@a.example",
    });
  });

  it("takes a move for a validation only where the service says true", () => {
    for (const validateOnly of ["false", "true", 1, null]) {
      expect(readTask({ parameters: { ...parameters, validateOnly } }).move).not.toHaveProperty("validateOnly");
    }
    expect(readTask({ parameters: { ...parameters, validateOnly: true } }).move).toMatchObject({ validateOnly: true });
  });

  it("reads anything", () => {
    const names = fc.constantFrom("id", "status", "parameters", "startedDateTime", "error", "errors");
    fc.assert(
      fc.property(fc.dictionary(names, fc.jsonValue()), (task) => {
        expect(typeof readTask(task).status).toBe("string");
      }),
    );
  });
});

describe("hasEnded()", () => {
  it("is true of the three ends only", () => {
    const statuses = ["notStarted", "inProgress", "completed", "cancelled", "failed", "unknownFutureValue", ""];
    expect(statuses.filter((status) => hasEnded({ status }))).toEqual(["completed", "cancelled", "failed"]);
  });
});
