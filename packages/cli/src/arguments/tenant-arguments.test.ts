import { describe, expect, it } from "vitest";
import { readBatchArguments, readBatchReportArguments, readBatchResumeArguments } from "./tenant-batch-arguments.ts";
import { readMapArguments, readShowMappingArguments } from "./tenant-map-arguments.ts";
import { readMoveArguments, readMoveCancelArguments, readMoveStatusArguments } from "./tenant-move-arguments.ts";

const SOUTH = "00000000-0000-4000-8000-00000000000A";
const NORTH = "00000000-0000-4000-8000-00000000000B";
const host = ["--target-host", "https://north-my.sharepoint.com/"];
const upns = ["ana@south.example", "ana@north.example"];

describe("readMapArguments()", () => {
  it("keeps the state beside the file, and leaves the rest to the package", () => {
    expect(readMapArguments("users", ["users.csv"])).toEqual({
      kind: "users",
      table: { file: "users.csv" },
      state: "users.csv.state",
      dryRun: false,
      removeMissing: false,
      resend: false,
      skipInvalid: false,
      service: { credential: {} },
      json: false,
      quiet: false,
    });
  });

  it("reads every flag", () => {
    const switches = ["--dry-run", "--remove-missing", "--resend", "--skip-invalid", "--json", "--quiet"];
    const values = ["--state", "s", "--report", "r", "--source-organization", SOUTH, "--requests", "8"];
    const table = ["--format", "csv", "--delimiter", "semicolon"];
    const service = ["--graph-url", "https://graph.microsoft.us/beta/", "--tenant", "t", "--client-id", "c"];
    expect(readMapArguments("groups", [...switches, ...values, ...table, ...service, "f.txt"])).toEqual({
      kind: "groups",
      table: { file: "f.txt", format: "csv", delimiter: ";" },
      dryRun: true,
      state: "s",
      report: "r",
      sourceOrganizationId: SOUTH.toLowerCase(),
      removeMissing: true,
      resend: true,
      skipInvalid: true,
      requests: 8,
      service: { graphUrl: "https://graph.microsoft.us/beta", credential: { tenant: "t", clientId: "c" } },
      json: true,
      quiet: true,
    });
  });

  it.each([
    ["no file", []],
    ["two files", ["a.csv", "b.csv"]],
    ["a delimiter of NDJSON", ["a.ndjson", "--delimiter", "tab"]],
    ["a delimiter of a CSV file that is read as NDJSON", ["a.csv", "--format", "ndjson", "--delimiter", "tab"]],
    ["another format", ["a.csv", "--format", "xlsx"]],
    ["an organization that is no GUID", ["a.csv", "--source-organization", "south.example"]],
    ["no requests", ["a.csv", "--requests", "0"]],
    ["a token and an application", ["a.csv", "--token-file", "t", "--client-id", "c"]],
    ["a flag of moves", ["a.csv", "--start", "2027-01-31T06:00:00Z"]],
    ["a password in a URL, without a user", ["a.csv", "--graph-url", "https://:hunter2@graph.microsoft.com"]],
    ["a user in a URL", ["a.csv", "--graph-url", "https://hunter2@graph.microsoft.com"]],
  ])("refuses %s", (_, argv) => {
    const message = expect.not.stringContaining("hunter2");
    expect(() => readMapArguments("users", argv)).toThrow(expect.objectContaining({ code: "INVALID_OPTION", message }));
  });
});

describe("readShowMappingArguments()", () => {
  it("reads whose mapping is meant", () => {
    expect(readShowMappingArguments(["user", "ana@south.example", "--json"])).toEqual({
      kind: "users",
      source: "ana@south.example",
      service: { credential: {} },
      json: true,
    });
    expect(readShowMappingArguments(["group", `{${SOUTH}}`])).toMatchObject({
      kind: "groups",
      source: SOUTH.toLowerCase(),
    });
  });

  it.each([[[]], [["user"]], [["users", "a@b.example"]], [["group", "ops"]], [["user", "a@b.example", "c"]]])(
    "refuses %j",
    (argv) => {
      expect(() => readShowMappingArguments(argv)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    },
  );
});

describe("readMoveArguments()", () => {
  it("takes a user by UPN, with the target's host", () => {
    const argv = [...upns, ...host, "--start", "2027-01-31T06:00Z", "--latest-start", "2027-02-01T07:00:00+01:00"];
    expect(readMoveArguments("user", argv)).toEqual({
      move: {
        kind: "user",
        source: { userPrincipalName: "ana@south.example" },
        target: { userPrincipalName: "ana@north.example" },
        targetOrganizationHost: "https://north-my.sharepoint.com",
        preferredStartDateTime: "2027-01-31T06:00:00Z",
        preferredLatestStartDateTime: "2027-02-01T06:00:00Z",
      },
      wait: false,
      polling: {},
      service: { credential: {} },
      json: false,
    });
  });

  it("takes a user by object id, with the target's organization", () => {
    const argv = [SOUTH, NORTH, "--target-organization", NORTH, "--data-location", "FRA", "--validate-only"];
    expect(readMoveArguments("user", argv).move).toEqual({
      kind: "user",
      source: { id: SOUTH.toLowerCase() },
      target: { id: NORTH.toLowerCase() },
      targetOrganizationId: NORTH.toLowerCase(),
      targetDataLocationCode: "FRA",
      validateOnly: true,
    });
  });

  it("takes sites and groups", () => {
    const [from, to] = ["https://south.sharepoint.com/sites/ops", "https://north.sharepoint.com/sites/ops"];
    expect(readMoveArguments("site", [from, `${to}/`, ...host]).move).toMatchObject({
      kind: "site",
      source: { siteUrl: from },
      target: { siteUrl: to },
    });
    expect(readMoveArguments("group", ["ops", "ops-new", ...host, "--wait", "--poll-running", "0.5"])).toMatchObject({
      move: { kind: "group", source: { mailNickname: "ops" }, target: { mailNickname: "ops-new" } },
      wait: true,
      polling: { pollRunningMs: 500 },
    });
  });

  it.each([
    ["no target user", "user", [upns[0] ?? "", ...host]],
    ["an id and a UPN", "user", [SOUTH, upns[1] ?? "", ...host]],
    ["no UPN", "user", ["ana", "ana", ...host]],
    ["no target organization", "user", upns],
    ["two target organizations", "user", [...upns, ...host, "--target-organization", NORTH]],
    ["a location without its organization", "user", [...upns, ...host, "--data-location", "FRA"]],
    ["a time without an offset", "user", [...upns, ...host, "--start", "2027-01-31T06:00:00"]],
    ["a month that isn't there", "user", [...upns, ...host, "--start", "2027-13-31T06:00:00Z"]],
    ["a day that its month lacks", "user", [...upns, ...host, "--start", "2027-02-30T06:00:00Z"]],
    ["a latest day that its month lacks", "user", [...upns, ...host, "--latest-start", "2027-04-31T06:00:00Z"]],
    [
      "a latest start before the start",
      "user",
      [...upns, ...host, "--start", "2027-01-31T06:00:00Z", "--latest-start", "2027-01-30T06:00:00Z"],
    ],
    ["to wait for a validation", "user", [...upns, ...host, "--validate-only", "--wait"]],
    ["a site that is no URL", "site", ["ops", "ops", ...host]],
    ["a nickname that is none", "group", ["ops@south.example", "ops", ...host]],
  ] as const)("refuses %s", (_, kind, argv) => {
    expect(() => readMoveArguments(kind, argv)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  });
});

describe("readMoveStatusArguments()", () => {
  it("takes a run, or the one task that a flag names", () => {
    expect(readMoveStatusArguments(["run", "--json"])).toEqual({ run: "run", json: true });
    expect(readMoveStatusArguments(["--task", SOUTH])).toMatchObject({ lookup: { taskId: SOUTH.toLowerCase() } });
    expect(readMoveStatusArguments(["--user", "a@b.example", "--wait"])).toMatchObject({
      lookup: { sourceUserPrincipalName: "a@b.example" },
      wait: true,
    });
    expect(readMoveStatusArguments(["--site", "https://a.sharepoint.com/sites/x"])).toMatchObject({
      lookup: { sourceSiteUrl: "https://a.sharepoint.com/sites/x" },
    });
    expect(readMoveStatusArguments(["--group", "ops"])).toMatchObject({ lookup: { sourceGroupMailNickname: "ops" } });
  });

  it.each([
    ["nothing", []],
    ["a run and a task", ["run", "--task", SOUTH]],
    ["two tasks", ["--task", SOUTH, "--group", "ops"]],
    ["a task that is no GUID", ["--task", "7"]],
    ["a run with credentials", ["run", "--token-file", "t"]],
  ])("refuses %s", (_, argv) => {
    expect(() => readMoveStatusArguments(argv)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  });
});

describe("readMoveCancelArguments()", () => {
  it("takes a run, or the one task that a flag names", () => {
    expect(readMoveCancelArguments(["run", "--wait", "--quiet"])).toMatchObject({
      run: "run",
      wait: true,
      quiet: true,
    });
    expect(readMoveCancelArguments(["--group", "ops"])).toMatchObject({ lookup: { sourceGroupMailNickname: "ops" } });
  });

  it.each([[[]], [["run", "--group", "ops"]], [["--group", "ops", "--wait"]], [["a", "b"]]])("refuses %j", (argv) => {
    expect(() => readMoveCancelArguments(argv)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  });
});

describe("readBatchArguments()", () => {
  it("reads bounds in the units of their names, and what rows that name none get", () => {
    const bounds = ["--tasks", "10", "--requests", "2", "--poll-queued", "1.5", "--search-seconds", "0.5"];
    const argv = ["--batch", "moves.csv", "--out", "run", ...host, "--start", "2027-01-31T06:00:00Z", ...bounds];
    expect(readBatchArguments(argv)).toEqual({
      table: { file: "moves.csv" },
      out: "run",
      validate: true,
      validateOnly: false,
      defaults: {
        target: { targetOrganizationHost: "https://north-my.sharepoint.com" },
        times: { preferredStartDateTime: "2027-01-31T06:00:00Z" },
      },
      skipInvalid: false,
      resubmitUnknown: false,
      limits: { tasks: 10, requests: 2, pollNotStartedMs: 1500, searchMs: 500 },
      service: { credential: {} },
      json: false,
      quiet: false,
    });
  });

  it.each([
    ["no file", ["--out", "run"]],
    ["no folder", ["--batch", "moves.csv"]],
    ["a validation without one", ["--batch", "m.csv", "--out", "run", "--validate-only", "--no-validation"]],
    ["a single move", ["user", ...upns, "--batch", "m.csv", "--out", "run"]],
    ["no tasks", ["--batch", "m.csv", "--out", "run", "--tasks", "0"]],
  ])("refuses %s", (_, argv) => {
    expect(() => readBatchArguments(argv)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  });
});

describe("readBatchResumeArguments() and readBatchReportArguments()", () => {
  it("read one folder and what is told anew", () => {
    expect(readBatchResumeArguments(["run", "--create", "--skip-invalid", "--tasks", "3"])).toMatchObject({
      run: "run",
      create: true,
      skipInvalid: true,
      resubmitUnknown: false,
      limits: { tasks: 3 },
    });
    expect(readBatchReportArguments(["run", "--out", "elsewhere"])).toEqual({
      run: "run",
      out: "elsewhere",
      json: false,
    });
  });

  it("refuse another number of folders, and what the batch began with", () => {
    const refused = expect.objectContaining({ code: "INVALID_OPTION" });
    expect(() => readBatchResumeArguments([])).toThrow(refused);
    expect(() => readBatchResumeArguments(["run", "--batch", "other.csv"])).toThrow(refused);
    expect(() => readBatchReportArguments(["a", "b"])).toThrow(refused);
  });
});
