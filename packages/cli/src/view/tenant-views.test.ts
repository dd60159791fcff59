import type { BatchProgress, MappingProgress, MigrationTask, MoveStatus } from "@primepack/cross-tenant";
import { collectingStream, manualClock } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { batchStatusLines } from "./batch-text.ts";
import type { BatchEnd } from "./batch-view.ts";
import { JsonBatchView } from "./json-batch-view.ts";
import { JsonMappingView } from "./json-mapping-view.ts";
import type { MappingEnd } from "./mapping-view.ts";
import { OutputStream } from "./output-stream.ts";
import { mappingText, taskText } from "./task-text.ts";
import { TaskView } from "./task-view.ts";
import { TextBatchView } from "./text-batch-view.ts";
import { TextMappingView } from "./text-mapping-view.ts";

function rims(isTTY = false) {
  const stdout = collectingStream({ isTTY, columns: 200 });
  const stderr = collectingStream({ isTTY, columns: 200 });
  const clock = manualClock();
  const outputs = { stdout: new OutputStream(stdout.stream), stderr: new OutputStream(stderr.stream), clock };
  return { options: { ...outputs, quiet: false }, clock, stdout: stdout.text, stderr: stderr.text };
}

const linesOf = (text: string): unknown[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

const times = { startedAt: "2026-01-05T10:00:00.000Z", endedAt: "2026-01-05T10:01:05.000Z" };

const mapped: MappingEnd = {
  summary: {
    status: "complete",
    kind: "users",
    lines: 1234,
    findings: 0,
    counts: { added: 1000, changed: 30, removed: 3, unchanged: 200, failed: 1, invalid: 0, pending: 0 },
    requests: 21,
    ...times,
  },
  exitCode: 1,
  directory: "/data/users.csv.state",
  report: "/data/users.csv.state/report/report.html",
};

const mapping: MappingProgress = { lines: 1234, changes: 1034, done: 500, failed: 1, requests: 10 };

describe("TextMappingView", () => {
  it("shows the reading, then how many changes are applied", () => {
    const { options, clock, stdout } = rims();
    const view = new TextMappingView(options);
    let progress: MappingProgress = { lines: 1200, changes: undefined, done: 0, failed: 0, requests: 0 };
    view.started(() => progress);
    clock.advance(10_000);
    progress = mapping;
    clock.advance(10_000);
    view.ended();
    expect(stdout()).toBe("1,200 lines read\n500 of 1,034 changes applied, 1 failed, 10 requests\n");
  });

  it("names the first findings and failures on standard error, with nothing in them that a terminal acts on", async () => {
    const { options, stderr } = rims();
    const view = new TextMappingView(options);
    await view.event({ type: "finding", finding: { line: 7, code: "MAPPING_INVALID", message: "Cannot \u001b[2J" } });
    await view.event({ type: "mapping", mapping: { line: 8, source: "a@b", outcome: "added" } });
    const failed = { line: 9, source: "c@d", outcome: "failed", code: "MAPPING_REFUSED", message: "no" } as const;
    for (let index = 0; index < 30; index += 1) await view.event({ type: "mapping", mapping: failed });
    const lines = stderr().trimEnd().split("\n");
    expect(lines.slice(0, 2)).toEqual([
      "Cannot \\u{1b}[2J (MAPPING_INVALID)",
      "failed: line 9: c@d: no (MAPPING_REFUSED)",
    ]);
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toBe("further ones are in the report, and told by --json");
  });

  it("sums up what was applied, and what wasn't sent", async () => {
    const { options, stdout } = rims();
    const view = new TextMappingView(options);
    await view.summary(mapped);
    expect(stdout().trimEnd().split("\n")).toEqual([
      "Applied 1,234 lines of users in 1:05, 21 requests",
      "Mappings: 1,000 added, 30 changed, 3 removed, 200 unchanged, 1 failed",
      "State: /data/users.csv.state",
      "Report: /data/users.csv.state/report/report.html",
      "Exit status 1: some mappings failed or lines were left out",
    ]);
    const { report: _, ...end } = mapped;
    await view.summary({ ...end, exitCode: 2, summary: { ...mapped.summary, status: "dryRun", findings: 2 } });
    expect(stdout()).toContain("Looked at 1,234 lines of users in 1:05; nothing was sent\n");
    expect(stdout()).toContain("Findings: 2\nExit status 2: ");
  });
});

describe("JsonMappingView", () => {
  it("writes findings flat, mappings as they are, and the summary with what surrounds it", async () => {
    const { options, clock, stdout } = rims();
    const view = new JsonMappingView(options);
    view.started(() => mapping);
    await view.event({ type: "finding", finding: { line: 7, code: "MAPPING_INVALID", message: "no" } });
    await view.event({ type: "mapping", mapping: { line: 8, source: "a@b", outcome: "added" } });
    clock.advance(1000);
    await view.summary(mapped);
    expect(linesOf(stdout())).toEqual([
      { type: "finding", line: 7, code: "MAPPING_INVALID", message: "no" },
      { type: "mapping", mapping: { line: 8, source: "a@b", outcome: "added" } },
      { type: "progress", elapsedMs: 1000, ...mapping },
      { type: "summary", ...mapped.summary, exitCode: 1, directory: mapped.directory, report: mapped.report },
    ]);
  });
});

const progress: BatchProgress = {
  stages: { read: 0, validated: 20, creating: 4, created: 1200, ended: 30 },
  outcomes: { completed: 28, failed: 2, cancelled: 0, invalid: 0, validated: 0, skipped: 0, unknown: 0 },
};

const moved: BatchEnd = {
  summary: {
    status: "complete",
    moves: 1254,
    findings: 0,
    counts: { completed: 1250, failed: 4, cancelled: 0, invalid: 0, validated: 0, skipped: 0, unknown: 0, pending: 0 },
    ...times,
  },
  exitCode: 1,
  directory: "/data/run",
  report: "/data/run/report/report.html",
};

const move = (fields: Partial<MoveStatus>): MoveStatus => ({
  line: 2,
  kind: "user",
  source: "ana@south.example",
  target: "ana@north.example",
  stage: "ended",
  ...fields,
});

describe("TextBatchView", () => {
  it("paints where the moves are, and says what draining means", () => {
    const { options, stdout, stderr } = rims(true);
    const view = new TextBatchView({ ...options, isCancelling: false });
    view.started(() => progress);
    expect(stdout()).toContain(
      "moves: 20 validated, 4 being created, 1,200 at the service, 30 ended; 28 completed, 2 failed",
    );
    view.draining();
    expect(stderr()).toContain("creating nothing more; tasks go on at the service; press Ctrl+C again");
    view.ended();
  });

  it("tells of findings, and of moves that ended otherwise than wanted", async () => {
    const { options, stderr } = rims();
    const view = new TextBatchView({ ...options, isCancelling: false });
    await view.event({ type: "finding", finding: { line: 3, code: "MOVE_INVALID", message: "Cannot use line 3" } });
    await view.event({ type: "move", move: move({ outcome: "completed" }) });
    await view.event({ type: "move", move: move({ stage: "created", taskId: "t" }) });
    await view.event({
      type: "move",
      move: move({ outcome: "failed", taskId: "t", code: "MIGRATION_TASK_FAILED", message: "no room" }),
    });
    const { kind: _, ...nameless } = move({ outcome: "invalid", source: "" });
    await view.event({ type: "move", move: nameless });
    expect(stderr()).toBe(
      "Cannot use line 3 (MOVE_INVALID)\n" +
        "failed: line 2, user ana@south.example, task t: no room (MIGRATION_TASK_FAILED)\n" +
        "invalid: line 2\n",
    );
  });

  it("holds what was cancelled for no problem when that is wanted", async () => {
    const { options, stderr } = rims();
    const cancelled = { type: "move", move: move({ outcome: "cancelled" }) } as const;
    await new TextBatchView({ ...options, isCancelling: true }).event(cancelled);
    expect(stderr()).toBe("");
    await new TextBatchView({ ...options, isCancelling: false }).event(cancelled);
    expect(stderr()).toBe("cancelled: line 2, user ana@south.example\n");
  });

  it("sums up, with the command that creates what was validated", async () => {
    const { options, stdout } = rims();
    const view = new TextBatchView({ ...options, isCancelling: false });
    await view.summary(moved);
    const { summary } = moved;
    await view.summary({
      ...moved,
      exitCode: 0,
      summary: { ...summary, status: "validated" },
      resume: "primepack tenant move resume /data/run --create",
    });
    expect(stdout().trimEnd().split("\n")).toEqual([
      "Ended 1,254 moves in 1:05",
      "Moves: 1,250 completed, 4 failed, 0 unknown",
      "Run: /data/run",
      "Report: /data/run/report/report.html",
      "Exit status 1: some moves failed, were cancelled, left out or are unknown",
      "Validated 1,254 moves in 1:05",
      "Moves: 1,250 completed, 4 failed, 0 unknown",
      "Run: /data/run",
      "Report: /data/run/report/report.html",
      "Create them by: primepack tenant move resume /data/run --create",
      "Exit status 0: complete",
    ]);
  });
});

describe("JsonBatchView", () => {
  it("writes findings flat, moves as they are, and the summary with what surrounds it", async () => {
    const { options, stdout } = rims();
    const view = new JsonBatchView(options);
    await view.event({ type: "finding", finding: { line: 7, code: "MOVE_DUPLICATE", message: "no" } });
    await view.event({ type: "move", move: move({}) });
    await view.summary(moved);
    expect(linesOf(stdout())).toEqual([
      { type: "finding", line: 7, code: "MOVE_DUPLICATE", message: "no" },
      { type: "move", move: move({}) },
      { type: "summary", ...moved.summary, exitCode: 1, directory: moved.directory, report: moved.report },
    ]);
  });
});

describe("batchStatusLines()", () => {
  it("says how far a batch is", () => {
    const batch = { place: "south", status: "running", startedAt: times.startedAt, moves: 1254, findings: 0 } as const;
    expect(batchStatusLines(batch, progress, "/data/run")).toEqual([
      "Moves out of south: running",
      "Began 2026-01-05 10:00:00 UTC",
      "Moves: 20 validated, 4 being created, 1,200 at the service, 30 ended; 28 completed, 2 failed",
      "Run: /data/run",
    ]);
  });
});

const task: MigrationTask = {
  id: "8e0a2e7e-0000-4000-8000-000000000001",
  status: "failed",
  move: {
    kind: "user",
    source: { userPrincipalName: "ana@south.example" },
    target: { userPrincipalName: "ana@north.example" },
    targetOrganizationHost: "https://north-my.sharepoint.com",
  },
  parameters: { secret: "x" },
  startedDateTime: "2026-01-05T10:00:00.000Z",
  lastUpdatedDateTime: undefined,
  finishedDateTime: "2026-01-05T10:10:00.000Z",
  error: { code: "noRoom", message: "No \u0007room" },
};

describe("taskText()", () => {
  it("is one line, with what the service says went wrong", () => {
    expect(taskText(task)).toBe(
      "8e0a2e7e-0000-4000-8000-000000000001  failed  user ana@south.example to ana@north.example  " +
        "started 2026-01-05 10:00:00  finished 2026-01-05 10:10:00  No \\u{7}room (noRoom)",
    );
  });

  it("names a validation, which has no id, and when a task may start at the earliest", () => {
    const { error: _, startedDateTime: __, finishedDateTime: ___, ...rest } = task;
    const none = { error: undefined, startedDateTime: undefined, finishedDateTime: undefined };
    expect(taskText({ ...rest, ...none, id: undefined, status: "completed" })).toMatch(/^validation {2}completed {2}/);
    const move = { ...(task.move as object), preferredStartDateTime: "2027-01-31T06:00:00Z" } as MigrationTask["move"];
    expect(taskText({ ...rest, ...none, status: "notStarted", move })).toMatch(
      / {2}not before 2027-01-31 06:00:00 UTC$/,
    );
  });
});

describe("TaskView", () => {
  it("shows programs a task without its parameters as they came", async () => {
    const { options, stdout } = rims();
    const view = new TaskView(options.stdout, true);
    await view.task(task);
    await view.lost("t");
    await view.end(task, 1);
    expect(stdout()).not.toContain("secret");
    expect(linesOf(stdout())).toEqual([
      { type: "task", task: expect.objectContaining({ id: task.id, status: "failed", error: task.error }) },
      { type: "lost", taskId: "t" },
      { type: "summary", status: "failed", taskId: task.id, exitCode: 1 },
    ]);
  });
});

describe("mappingText()", () => {
  it("has a line for each property that is there", () => {
    const stored = { id: "opaque", isDeleted: false, sourceUserPrincipalName: "a@b", targetEmail: "\u202ec" };
    expect(mappingText(stored)).toBe("id: opaque\nsourceUserPrincipalName: a@b\ntargetEmail: \\u{202e}c\n");
  });
});
