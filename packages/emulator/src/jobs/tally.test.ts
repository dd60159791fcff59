import { describe, expect, it } from "vitest";
import type { ImportStep } from "../ports.ts";
import { Tally } from "./tally.ts";

const object = (
  id: string,
  objectType: string,
  files = 0,
  bytes = 0,
  currentBytes = files === 0 ? 0 : bytes / files,
): ImportStep => ({ type: "object", objectType, id, url: `/${id}`, files, bytes, currentBytes });

const problem = (level: "warning" | "error" | "fatal"): ImportStep => ({
  type: "problem",
  level,
  ...{ objectType: "", id: "", url: "", errorCode: "", errorType: "", message: "" },
});

function tallyOf(steps: readonly ImportStep[], millisecondsOfAStep = 0): Tally {
  let time = Date.parse("2026-01-01T00:00:00.000Z");
  const tally = new Tally(() => new Date(time));
  for (const step of steps) {
    time += millisecondsOfAStep;
    tally.add(step);
  }
  return tally;
}

describe("Tally", () => {
  it("counts versions as files, and each file once irrespective of them", () => {
    const counts = tallyOf([object("a", "SPFile", 3, 300, 100), object("b", "SPFile", 1, 50)]).counts();
    expect(counts).toMatchObject({
      filesCreated: 4,
      filesCreatedIrrespectiveOfVersions: 2,
      bytesProcessed: 350,
      bytesProcessedOnlyCurrentVersion: 150,
      objectsProcessed: 2,
      lastProcessedObjectId: "b",
    });
  });

  it("counts list items and folders as objects, not as files", () => {
    const counts = tallyOf([object("a", "SPFolder"), object("b", "SPListItem")]).counts();
    expect(counts).toMatchObject({ filesCreated: 0, filesCreatedIrrespectiveOfVersions: 0, objectsProcessed: 2 });
    expect(counts.fileStatsBySize).toEqual({});
  });

  it("counts fatal problems as errors, and warnings apart", () => {
    const counts = tallyOf([problem("warning"), problem("error"), problem("fatal")]).counts();
    expect(counts).toMatchObject({ totalErrors: 2, totalWarnings: 1 });
  });

  it("tells what is expected", () => {
    const counts = tallyOf([{ type: "expected", objects: 7, bytes: 70 }]).counts();
    expect(counts).toMatchObject({ totalExpectedSPObjects: 7, totalExpectedBytes: 70 });
  });

  it("measures by type and size how long steps took, in milliseconds", () => {
    const counts = tallyOf([object("a", "File", 2, 200), object("b", "SPFolder"), object("c", "SPFile", 1, 5000)], 10);
    const { objectStatsByType, fileStatsBySize, totalDurationInMs } = counts.counts();
    expect(totalDurationInMs).toBe(30);
    expect(objectStatsByType).toEqual({
      SPFile: { Count: 2, TotalTime: 20, AccumulatedVersions: 2, ObjectsWithVersions: 1 },
      SPFolder: { Count: 1, TotalTime: 10, AccumulatedVersions: 0, ObjectsWithVersions: 0 },
    });
    expect(fileStatsBySize).toEqual({
      "0-1K": { Count: 2, TotalSize: 200, TotalDownloadTime: 0, TotalCreationTime: 10 },
      "1-10K": { Count: 1, TotalSize: 5000, TotalDownloadTime: 0, TotalCreationTime: 10 },
    });
  });

  it.each([
    [0, "0-1K"],
    [1023, "0-1K"],
    [1024, "1-10K"],
    [10_240, "10-100K"],
    [102_400, "100K-1M"],
    [2 ** 20, "1-10M"],
    [10 * 2 ** 20, "10-100M"],
    [100 * 2 ** 20, "100M-1G"],
    [2 ** 30, "1G+"],
  ])("puts a file of %d bytes into %s", (bytes, name) => {
    expect(Object.keys(tallyOf([object("a", "SPFile", 1, bytes)]).counts().fileStatsBySize)).toEqual([name]);
  });
});
