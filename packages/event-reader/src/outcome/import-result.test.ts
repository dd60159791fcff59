import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseEvent } from "../parse/parse-event.ts";
import type { LogEntry } from "../types.ts";
import { importResult } from "./import-result.ts";

const JOB = "5a3b0e9c-1f44-4c5e-9d0b-0f6f6f2d3a10";
const OTHER = "5a3b0e9c-1f44-4c5e-9d0b-0f6f6f2d3a11";
const FILE = "0d4f1d60-6a6e-4df3-8a39-6f5f3e1f2a11";

const event = (Event: string, more: object = {}) => parseEvent({ Event, JobId: JOB, ...more });
const line = (text: string, more: Partial<LogEntry> = {}): LogEntry => ({
  file: `Import-${JOB}-1.err`,
  line: 1,
  kind: "error",
  text,
  ids: [],
  ...more,
});

describe("importResult()", () => {
  it.each([
    ["open", false, []],
    ["open", false, ["JobQueued", "JobStart", "JobProgress", "JobError"]],
    ["ended", true, ["JobStart", "JobError", "JobEnd"]],
    ["fatal", false, ["JobStart", "JobFatalError"]],
    ["fatal", true, ["JobStart", "JobCancelled", "JobFatalError", "JobEnd"]],
    ["cancelled", false, ["JobStart", "JobCancelled"]],
    ["cancelled", true, ["JobEnd", "JobCancelled", "JobStart"]],
    ["deleted", true, ["JobQueued", "JobDeleted"]],
    ["deleted", false, ["JobStart", "JobDeleted"]],
    ["deleted", true, ["JobStart", "JobDeleted", "JobEnd"]],
    ["cancelled", true, ["JobStart", "JobDeleted", "JobCancelled", "JobEnd"]],
  ])("is %s (over: %s) after %j", (status, isOver, names) => {
    const result = importResult(JOB);
    result.addEvents(names.map((name) => event(name)));
    expect([result.status, result.isOver]).toEqual([status, isOver]);
  });

  it("is lost once it is given up, unless the job ended", () => {
    const result = importResult(`{${JOB.toUpperCase()}}`);
    result.lose("nothing was heard for 24 hours");
    expect(result).toMatchObject({
      jobId: JOB,
      status: "lost",
      isOver: true,
      message: "nothing was heard for 24 hours",
    });
    result.addEvents([event("JobEnd", { TotalErrors: "0" })]);
    expect(result.status).toBe("ended");
  });

  it("leaves events of other jobs aside", () => {
    const result = importResult(JOB);
    result.addEvents([parseEvent({ Event: "JobFatalError", JobId: OTHER })]);
    expect(result.status).toBe("open");
  });

  it("has the counts of the newest event, and the most errors of all", () => {
    const result = importResult(JOB);
    result.addEvents([
      event("JobEnd", { Time: "02/28/2025 10:00:02.000", FilesCreated: "9", TotalErrors: "1" }),
      event("JobProgress", { Time: "02/28/2025 10:00:01.000", FilesCreated: "4", TotalErrors: "3" }),
    ]);
    expect([result.counts.filesCreated, result.totalErrors]).toEqual([9, 3]);
  });

  it("says whether the end of the job counts its errors, whatever other events count", () => {
    const result = importResult(JOB);
    result.addEvents([event("JobProgress", { TotalErrors: "0" }), event("JobEnd", { TotalErrors: "" })]);
    expect([result.totalErrors, result.isErrorCountFinal, result.needsErrorLog]).toEqual([0, false, true]);
    result.addEvents([event("JobEnd", { TotalErrors: "0" })]);
    expect([result.totalErrors, result.isErrorCountFinal, result.needsErrorLog]).toEqual([0, true, false]);
  });

  it.each([
    [false, [{}, {}]],
    [false, [{ Time: "02/28/2025 10:00:00.000" }, { Time: "02/28/2025 10:00:00.000" }]],
    [true, [{ Time: "02/28/2025 10:00:00.000" }, { Time: "02/28/2025 10:07:00.000" }]],
    [true, [{ IsRestarted: "True" }]],
  ])("is restarted (%s) after starts with %j", (isRestarted, starts) => {
    const result = importResult(JOB);
    for (const more of starts) result.addEvents([event("JobStart", more)]);
    expect(importResult(JOB, result.toState()).isRestarted).toBe(isRestarted);
  });

  it("keeps errors apart that differ in nothing but the GUIDs of fields that are not documented", () => {
    const result = importResult(JOB);
    for (const Stream of [FILE, OTHER, FILE]) {
      result.addEvents([event("JobError", { Message: "no such stream", Stream, CorrelationId: crypto.randomUUID() })]);
    }
    expect(result.problems.map(({ ids }) => ids)).toEqual([[FILE], [OTHER]]);
  });

  it("says that errors were left out where one names more GUIDs than are kept", () => {
    const Message = Array.from({ length: 101 }, () => crypto.randomUUID()).join();
    const result = importResult(JOB);
    result.addEvents([event("JobWarning", { Message })]);
    expect(result.isCut).toBe(false);
    result.addEvents([event("JobError", { Message })]);
    expect(result.isCut).toBe(true);
  });

  it("says what the job failed with, without secrets", () => {
    const result = importResult(JOB);
    result.addEvents([
      event("JobCancelled", { CancelledByUser: "True" }),
      event("JobFatalError", { ErrorCode: "-2147213196", Message: "Cannot read https://a/b?sig=abc" }),
    ]);
    expect(result.message).toBe("-2147213196 Cannot read https://a/b?sig=[redacted]");
    expect(result.problems).toEqual([
      expect.objectContaining({ level: "fatal", message: "Cannot read https://a/b?sig=[redacted]" }),
    ]);
  });

  it("keeps a problem once, however often and in whatever order events come", () => {
    const events = [
      event("JobStart"),
      event("JobError", { Id: FILE, Message: "a", Time: "02/28/2025 10:00:00.000" }),
      event("JobError", { Id: FILE, Message: "a", Time: "02/28/2025 10:00:05.000" }),
      event("JobError", { Id: FILE, Message: "b" }),
      event("JobWarning", { Id: FILE, Message: "a" }),
      event("JobEnd", { TotalErrors: "2" }),
    ];
    const many = fc.array(fc.constantFrom(...events), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(many, (repeated) => {
        const result = importResult(JOB);
        result.addEvents([...repeated, ...events]);
        expect(result.problems).toHaveLength(3);
        expect(result.status).toBe("ended");
      }),
    );
  });

  it("finds all GUIDs of an event, whatever field they stand in", () => {
    const result = importResult(JOB);
    result.addEvents([event("JobError", { Id: "", Message: `no file for {${FILE.toUpperCase()}}`, Other: OTHER })]);
    expect(result.problems[0]?.ids).toEqual([FILE, OTHER]);
  });

  it("makes one entry of a marked line of a log and those that go on from it, and none of a heading", () => {
    const lines = [
      line("Errors of the import"),
      line(`[Error] [File] [${FILE}] it failed (0x80070050)`, { line: 2, ids: [FILE] }),
      line("   at Some.Method()", { line: 3 }),
      line("", { line: 4 }),
      line("[Error] another", { line: 5 }),
    ];
    const result = importResult(JOB);
    for (const entry of [...lines, ...lines]) result.addLogEntry(entry);
    expect(result.problems).toMatchObject([
      {
        level: "error",
        from: "log",
        errorCode: "-2147024816",
        ids: [FILE],
        message: `[Error] [File] [${FILE}] it failed (0x80070050)    at Some.Method()`,
      },
      { message: "[Error] another", ids: [], errorCode: "" },
    ]);
  });

  it("takes each line as an entry where none is marked, warnings as such, and nothing from the log of all", () => {
    const result = importResult(JOB);
    result.addLogEntry(line("first -2147024816"));
    result.addLogEntry(line("second", { line: 2 }));
    result.addLogEntry(line("third", { kind: "warning", file: `Import-${JOB}-1.wrn` }));
    result.addLogEntry(line("[Error] fourth", { kind: "log", file: `Import-${JOB}-1.log` }));
    expect(result.problems.map(({ level, message }) => [level, message])).toEqual([
      ["error", "first -2147024816"],
      ["error", "second"],
      ["warning", "third"],
    ]);
    expect(result.problems[0]?.errorCode).toBe("-2147024816");
  });

  it.each([
    [false, ["JobStart"], {}],
    [false, ["JobEnd"], { TotalErrors: "0" }],
    [true, ["JobEnd"], { TotalErrors: "1" }],
    [true, ["JobEnd"], {}],
    [true, ["JobError", "JobEnd"], { TotalErrors: "0" }],
    [false, ["JobWarning", "JobEnd"], { TotalErrors: "0" }],
    [true, ["JobCancelled", "JobEnd"], { TotalErrors: "0" }],
    [false, ["JobDeleted"], {}],
    [true, ["JobStart", "JobDeleted", "JobEnd"], { TotalErrors: "0" }],
  ])("needs the error log (%s) after %j with %j", (needs, names, more) => {
    const result = importResult(JOB);
    result.addEvents(names.map((name) => event(name, more)));
    expect(result.needsErrorLog).toBe(needs);
    result.errorLogRead();
    expect(result.needsErrorLog).toBe(false);
  });

  it("goes on from its state, which is plain JSON", () => {
    const result = importResult(JOB);
    result.addEvents([event("JobStart"), event("JobError", { Id: FILE, SourceListItemIntId: "4", Message: "a" })]);
    result.addLogEntry(line("[Error] b"));
    const again = importResult(JOB, JSON.parse(JSON.stringify(result.toState())));
    again.addEvents([event("JobError", { Id: FILE, SourceListItemIntId: "4", Message: "a" }), event("JobEnd")]);
    expect(again.problems).toEqual(result.problems);
    expect(again.status).toBe("ended");
    expect(importResult(JOB, importResult(JOB).toState()).toState()).toEqual(importResult(JOB).toState());
  });

  it("keeps a bounded number of problems, and says that errors were left out", () => {
    const result = importResult(JOB);
    result.addEvents(Array.from({ length: 10_001 }, (_, at) => event("JobWarning", { Message: `${at}` })));
    expect([result.problems.length, result.isCut]).toEqual([10_000, false]);
    result.addEvents([event("JobError", { Message: "x" })]);
    expect([result.problems.length, result.isCut]).toEqual([10_000, true]);
  });
});
