import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import {
  type CliOptions,
  type CliResult,
  type EmulatorProcess,
  runCliProcess,
  startEmulatorProcess,
  temporaryFolder,
} from "@primepack/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const path = temporaryFolder();
const quick = ["--poll-running", "0.1", "--poll-queued", "0.1", "--poll-requests", "60000"];
const north = ["--target-host", "https://north-my.sharepoint.com"];

let emulator: EmulatorProcess;
let graph: readonly string[];

beforeAll(async () => {
  emulator = await startEmulatorProcess(path("emulator"), ["--move-ms", "300", "--start-delay-ms", "50"]);
  graph = ["--graph-url", emulator.graphBetaUrl];
});
afterAll(() => emulator?.stop());

interface Line {
  readonly type: string;
  readonly [field: string]: unknown;
}

const linesOf = ({ stdout }: CliResult): readonly Line[] => stdout.split("\n").map((line) => JSON.parse(line) as Line);
const lastOf = (result: CliResult): Line => linesOf(result).at(-1) ?? { type: "none" };
const ndjson = async (file: string): Promise<Record<string, unknown>[]> =>
  (await readFile(path(file), "utf8"))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

const tenant = (args: readonly string[], options: CliOptions = {}) =>
  runCliProcess(["tenant", ...args], { cwd: path(), ...options });
const asked = (args: readonly string[], options: CliOptions = {}) => tenant([...args, ...graph], options);

/** A mapping file with users of a domain of their own. */
async function writeUsers(name: string, domain: string, count: number, changed: ReadonlySet<number> = new Set()) {
  const rows = Array.from({ length: count }, (_, index) => {
    const target = changed.has(index) ? `new${index}` : `u${index}`;
    return `u${index}@${domain},${target}@north.example`;
  });
  await writeFile(path(name), ["sourceUserPrincipalName,targetUserPrincipalName", ...rows, ""].join("\r\n"));
}

/** Signals the process when it has told of a kind of line for the so-manieth time. */
function signalAt(type: string, count: number, signal: NodeJS.Signals): NonNullable<CliOptions["onLine"]> {
  let seen = 0;
  return (line, child) => {
    if ((JSON.parse(line) as Line).type !== type) return;
    seen += 1;
    if (seen === count) child.kill(signal);
  };
}

describe("primepack tenant map", () => {
  it("says what it would send, asking nobody; then sends it, and later what changed only", async () => {
    await writeUsers("users.csv", "delta.example", 120);
    const dry = await tenant(["map", "users", "users.csv", "--dry-run", "--json"], { env: { HTTPS_PROXY: "" } });
    expect(dry.exit, dry.stderr).toBe(0);
    expect(lastOf(dry)).toMatchObject({ status: "dryRun", counts: { added: 120 }, requests: 0, exitCode: 0 });
    expect(await readdir(path())).not.toContain("users.csv.state");

    const first = await asked(["map", "users", "users.csv"]);
    expect(first.exit, first.stderr).toBe(0);
    expect(first.stdout).toMatch(/^Applied 120 lines of users in 0:0\d, 3 requests\n/m);
    expect(first.stdout).toContain("Mappings: 120 added, 0 changed, 0 removed, 0 unchanged, 0 failed");
    expect((await stat(path("users.csv.state"))).mode & 0o777).toBe(0o700);
    expect((await readdir(path("users.csv.state"))).sort()).toEqual(["journal", "mappings.json", "report"]);
    const rows = await ndjson("users.csv.state/report/mappings.ndjson");
    expect(rows.map(({ outcome }) => outcome)).toEqual(rows.map(() => "added"));
    expect(rows).toHaveLength(120);

    await writeUsers("users.csv", "delta.example", 110, new Set([3, 70]));
    const foretold = await tenant(["map", "users", "users.csv", "--dry-run", "--json", "--remove-missing"]);
    expect(lastOf(foretold)).toMatchObject({ counts: { changed: 2, removed: 10, unchanged: 108 } });
    const second = await asked(["map", "users", "users.csv", "--remove-missing", "--json"]);
    expect(lastOf(second), second.stderr).toMatchObject({
      type: "summary",
      status: "complete",
      counts: { added: 0, changed: 2, removed: 10, unchanged: 108, failed: 0 },
      requests: 1,
      directory: path("users.csv.state"),
      report: path("users.csv.state/report/report.html"),
      exitCode: 0,
    });
    const told = linesOf(second).filter(({ type }) => type === "mapping");
    expect(told).toHaveLength(12);

    const shown = await asked(["map", "show", "user", "U70@delta.example"]);
    expect(shown.stdout).toContain("targetUserPrincipalName: new70@north.example");
    const gone = await asked(["map", "show", "user", "u115@delta.example", "--json"]);
    expect(gone.exit).toBe(1);
    expect(lastOf(gone)).toMatchObject({ found: false });
  });

  it("applies groups from NDJSON", async () => {
    const groups = [1, 2].map((index) => ({
      sourceGroupObjectId: `10000000-0000-4000-8000-00000000000${index}`,
      targetGroupObjectId: `20000000-0000-4000-8000-00000000000${index}`,
      groupType: "m365Group",
    }));
    await writeFile(path("groups.ndjson"), groups.map((group) => `${JSON.stringify(group)}\n`).join(""));
    const result = await asked(["map", "groups", "groups.ndjson", "--state", "groups", "--report", "groups-report"]);
    expect(result.exit, result.stderr).toBe(0);
    expect(result.stdout).toContain(`Report: ${path("groups-report/report.html")}`);
    const shown = await asked(["map", "show", "group", "{10000000-0000-4000-8000-000000000002}", "--json"]);
    expect(linesOf(shown)[0]).toMatchObject({ mapping: { targetGroupObjectId: groups[1]?.targetGroupObjectId } });

    const asUsers = await asked(["map", "users", "users.csv", "--state", "groups"]);
    expect(asUsers.exit).toBe(2);
    expect(asUsers.stderr).toContain("RUN_MISMATCH");
  });

  it("tells of each line of a hostile file that can't be used, and sends nothing", async () => {
    const lines = [
      "\ufeffsourceUserPrincipalName;targetUserPrincipalName",
      "ok@hostile.example;ok@north.example",
      '"broken@hostile.example;x@north.example',
      "OK@hostile.example;other@north.example",
      "no upn;x@north.example",
      "\u001b[2J@hostile.example;x@north.example",
      "late@hostile.example;late@north.example",
      "",
    ];
    await writeFile(path("hostile.csv"), lines.join("\r\n"));
    const args = ["map", "users", "hostile.csv", "--delimiter", "semicolon"];
    const result = await asked(args);
    expect(result.exit, result.stderr).toBe(2);
    const findings = result.stderr.trimEnd().split("\n");
    expect(findings.map((line) => /^Cannot use line (\d+) /.exec(line)?.[1])).toEqual(["3", "4", "5", "6"]);
    expect(findings[1]).toContain("(MAPPING_DUPLICATE)");
    expect(result.stderr).not.toContain("\u001b");
    expect(result.stdout).toContain("Sent nothing of");
    expect((await asked(["map", "show", "user", "ok@hostile.example"])).stdout).toContain("not mapped");

    const skipping = await asked([...args, "--skip-invalid", "--json"]);
    expect(skipping.exit, skipping.stderr).toBe(1);
    expect(lastOf(skipping)).toMatchObject({ counts: { added: 2, invalid: 4 }, exitCode: 1 });
    expect(linesOf(skipping)[0]).toMatchObject({ type: "finding", line: 3, code: "MAPPING_INVALID" });
  });

  it("goes on by the same command after it was killed, and after Ctrl+C, which says so", async () => {
    await writeUsers("many.csv", "killed.example", 3000);
    const args = ["map", "users", "many.csv", "--json", "--requests", "2"];
    const killed = await asked(args, { onLine: signalAt("mapping", 400, "SIGKILL") });
    expect(killed.exit).toBe("SIGKILL");
    const interrupted = await asked(args, { onLine: signalAt("mapping", 200, "SIGINT") });
    expect(interrupted.exit, interrupted.stderr).toBe(130);
    const resume = `primepack tenant ${[...args, ...graph].join(" ")}`;
    expect(lastOf(interrupted)).toMatchObject({ status: "interrupted", exitCode: 130, resume });
    expect(linesOf(interrupted).map(({ type }) => type)).toContain("draining");
    const rest = await asked(args);
    expect(rest.exit, rest.stderr).toBe(0);
    expect(lastOf(rest)).toMatchObject({ counts: { added: 3000, pending: 0, failed: 0 } });
    const rows = await ndjson("many.csv.state/report/mappings.ndjson");
    expect(new Set(rows.map(({ source }) => source)).size).toBe(3000);
  });
});

describe("primepack tenant move, of one", () => {
  it("validates, creates and waits; what the service refuses has its code and its remedy", async () => {
    const users = ["ana@one.example", "ana@north.example", ...north];
    const refused = await asked(["move", "user", ...users, "--validate-only"]);
    expect(refused.exit).toBe(3);
    expect(refused.stderr).toContain("(IDENTITY_MAP_MISSING)");
    expect(refused.stderr).toContain("primepack tenant map users");

    await writeFile(
      path("one.ndjson"),
      JSON.stringify({
        sourceUserPrincipalName: "ana@one.example",
        targetUserPrincipalName: "ana@north.example",
      }),
    );
    expect((await asked(["map", "users", "one.ndjson"])).exit).toBe(0);
    const valid = await asked(["move", "user", ...users, "--validate-only"]);
    expect(valid.exit, valid.stderr).toBe(0);
    expect(valid.stdout).toBe("validation  completed  user ana@one.example to ana@north.example");

    const moved = await asked(["move", "user", ...users, "--wait", "--json", ...quick]);
    expect(moved.exit, moved.stderr).toBe(0);
    const statuses = linesOf(moved).flatMap(({ task }) => (task ? [(task as { status: string }).status] : []));
    expect(statuses[0]).toBe("notStarted");
    expect(statuses.at(-1)).toBe("completed");
    const { taskId } = lastOf(moved);
    expect(lastOf(moved)).toEqual({ type: "summary", status: "completed", taskId, exitCode: 0 });
    const found = await asked(["move", "status", "--user", "ana@one.example", "--json"]);
    expect(lastOf(found)).toMatchObject({ taskId, status: "completed" });
  });

  it("finds sites and groups by their source, and cancels what hasn't started, once", async () => {
    const later = ["--start", "2100-01-01T00:00Z"];
    const sites = ["https://south.sharepoint.com/sites/one", "https://north.sharepoint.com/sites/one"];
    const site = await asked(["move", "site", ...sites, ...north, ...later, "--json"]);
    const { taskId } = lastOf(site);
    expect(site.exit, site.stderr).toBe(0);
    const found = await asked(["move", "status", "--site", sites[0] ?? ""]);
    expect(found.stdout).toBe(
      `${taskId}  notStarted  site ${sites[0]} to ${sites[1]}  not before 2100-01-01 00:00:00 UTC`,
    );
    const cancelled = await asked(["move", "cancel", "--site", sites[0] ?? ""]);
    expect(cancelled.stdout).toBe(`${taskId}  cancelled`);
    const group = await asked(["move", "group", "one", "one-new", ...north, ...later, "--json"]);
    const byId = await asked(["move", "cancel", "--task", `${lastOf(group).taskId}`, "--json"]);
    expect(lastOf(byId)).toMatchObject({ status: "cancelled", taskId: lastOf(group).taskId, exitCode: 0 });
    const none = await asked(["move", "status", "--group", "another"]);
    expect(none.exit).toBe(3);
    expect(none.stderr).toContain("(MIGRATION_TASK_NOT_FOUND)");
  });

  it("ends its watching by Ctrl+C, and says how to watch again", async () => {
    const sites = ["https://south.sharepoint.com/sites/watched", "https://north.sharepoint.com/sites/watched"];
    const args = ["move", "site", ...sites, ...north, "--start", "2100-01-01T00:00Z", "--wait", "--json"];
    const result = await asked(args, { onLine: signalAt("task", 1, "SIGINT") });
    expect(result.exit, result.stderr).toBe(130);
    const { taskId, resume } = lastOf(result);
    expect(resume).toBe(`primepack tenant move status --task ${taskId} ${graph.join(" ")} --wait`);
    expect(result.stderr).toContain("the task goes on");
    expect((await asked(["move", "cancel", "--task", `${taskId}`])).exit).toBe(0);
    const ended = await asked(["move", "status", "--task", `${taskId}`, "--wait"]);
    expect(ended.exit).toBe(1);
  });

  it("says how to look for a task whose creation was not answered", async () => {
    const faults = ["--fault", "loseAnswer.every=1", "--fault", "loseAnswer.path=crossOrganizationMigrationTasks"];
    const lossy = await startEmulatorProcess(path("lossy"), [...faults, "--no-identity-map"]);
    try {
      const at = ["--graph-url", lossy.graphBetaUrl];
      const result = await tenant(["move", "user", "bo@one.example", "bo@north.example", ...north, ...at]);
      expect(result.exit).toBe(3);
      expect(result.stderr).toContain("(SERVICE_ANSWER_LOST)");
      const command = `primepack tenant move status --user bo@one.example ${at.join(" ")}`;
      expect(result.stderr).toContain(`may have been created; look before you move it again: ${command}`);
    } finally {
      await lossy.stop();
    }
  });
});

/** A file of sites to move. */
async function writeSites(name: string, prefix: string, count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, index) => {
    const site = `sharepoint.com/sites/${prefix}${index}`;
    return `site,https://south.${site},https://north.${site}`;
  });
  await writeFile(path(name), ["kind,source,target", ...rows, ""].join("\n"));
}

const batch = (file: string, out: string, more: readonly string[] = []) => [
  ...["move", "--batch", file, "--out", out, ...north, ...quick, "--search-seconds", "0.1"],
  ...more,
];

describe("primepack tenant move --batch", () => {
  it("goes on after it was killed and after Ctrl+C, creates no move twice, and reports all", async () => {
    await writeSites("sites.csv", "batch", 30);
    const killed = await asked(batch("sites.csv", "run", ["--json"]), { onLine: signalAt("move", 45, "SIGKILL") });
    expect(killed.exit).toBe("SIGKILL");
    const between = await tenant(["move", "status", "run", "--json"]);
    expect(lastOf(between)).toMatchObject({ type: "summary", status: "running", moves: 30, exitCode: 0 });
    const again = await asked(batch("sites.csv", "run"));
    expect(again.exit).toBe(2);
    expect(again.stderr).toContain(`primepack tenant move resume ${path("run")}`);

    const interrupted = await tenant(["move", "resume", "run", "--json"], { onLine: signalAt("move", 5, "SIGINT") });
    expect(interrupted.exit, interrupted.stderr).toBe(130);
    expect(lastOf(interrupted)).toMatchObject({ resume: `primepack tenant move resume ${path("run")}`, exitCode: 130 });
    // A creation that was killed before it went out is one that nobody can tell of.
    const rest = await tenant(["move", "resume", "run", "--resubmit-unknown"]);
    expect(rest.exit, rest.stderr).toBe(0);
    expect(rest.stdout).toContain("Moves: 30 completed, 0 failed, 0 unknown");
    const moves = await ndjson("run/report/moves.ndjson");
    expect(new Set(moves.map(({ taskId }) => taskId)).size).toBe(30);
    expect((await readdir(path("run/report"))).sort()).toEqual([
      "moves.csv",
      "moves.ndjson",
      "report.html",
      "summary.json",
    ]);
    const once = await tenant(["move", "resume", "run", "--json"]);
    expect(lastOf(once)).toMatchObject({ status: "complete", counts: { completed: 30 }, exitCode: 0 });
    const report = await tenant(["move", "report", "run", "--out", "elsewhere"]);
    expect(report.stdout).toBe(path("elsewhere/report.html"));
  });

  it("creates nothing of a file with findings, and begins anew with the corrected one", async () => {
    const row = "site,https://south.sharepoint.com/sites/mended,https://north.sharepoint.com/sites/mended";
    await writeFile(path("mended.csv"), `kind,source,target\n${row}\nuser,no upn,x@north.example\n${row}\n`);
    const refused = await asked(batch("mended.csv", "mended"));
    expect(refused.exit, refused.stderr).toBe(2);
    expect(refused.stderr).toMatch(
      /^Cannot use line 3 of .*\(MOVE_INVALID\)\nCannot use line 4 of .*\(MOVE_DUPLICATE\)$/m,
    );
    expect(refused.stdout).toContain("Created nothing of 3 moves");
    await writeFile(path("mended.csv"), `kind,source,target\n${row}\n`);
    const mended = await asked(batch("mended.csv", "mended", ["--json"]));
    expect(lastOf(mended), mended.stderr).toMatchObject({ status: "complete", counts: { completed: 1, invalid: 0 } });
  });

  it("validates only, and creates later", async () => {
    await writeSites("valid.csv", "valid", 3);
    const validated = await asked(batch("valid.csv", "valid", ["--validate-only"]));
    expect(validated.exit, validated.stderr).toBe(0);
    const create = `primepack tenant move resume ${path("valid")} --create`;
    expect(validated.stdout).toContain(`Validated 3 moves`);
    expect(validated.stdout).toContain(`Create them by: ${create}`);
    const told = await tenant(["move", "resume", "valid", "--json"]);
    expect(lastOf(told), told.stderr).toMatchObject({ status: "validated", resume: create });
    const interrupted = await tenant(["move", "resume", "valid", "--create", "--json"], {
      onLine: signalAt("move", 1, "SIGINT"),
    });
    expect(interrupted.exit, interrupted.stderr).toBe(130);
    const created = await tenant(["move", "resume", "valid"]);
    expect(created.exit, created.stderr).toBe(0);
    expect(created.stdout).toContain("Moves: 3 completed");
  });

  it("ends with status 1 where a user isn't mapped, and leaves such out on request", async () => {
    await writeFile(
      path("mixed.csv"),
      "kind,source,target\nuser,nobody@mixed.example,x@north.example\ngroup,mixed,mixed-new\n",
    );
    const refused = await asked(batch("mixed.csv", "mixed"));
    expect(refused.exit, refused.stderr).toBe(2);
    expect(refused.stderr).toContain("invalid: line 2, user nobody@mixed.example");
    expect(refused.stderr).toContain("(IDENTITY_MAP_MISSING)");
    const skipping = await tenant(["move", "resume", "mixed", "--skip-invalid", "--json"]);
    expect(lastOf(skipping), skipping.stderr).toMatchObject({ counts: { completed: 1, invalid: 1 }, exitCode: 1 });
  });

  it("cancels a batch: what hasn't started never does, and the batch is over", async () => {
    await writeSites("later.csv", "later", 4);
    const args = batch("later.csv", "later", ["--start", "2100-01-01T00:00Z", "--json"]);
    let created = 0;
    const interrupted = await asked(args, {
      onLine: (line, child) => {
        const { type, move } = JSON.parse(line);
        if (type !== "move" || move.stage !== "created") return;
        created += 1;
        if (created === 4) child.kill("SIGINT");
      },
    });
    expect(interrupted.exit, interrupted.stderr).toBe(130);
    const cancelled = await tenant(["move", "cancel", "later", "--json"]);
    expect(cancelled.exit, cancelled.stderr).toBe(0);
    expect(lastOf(cancelled)).toMatchObject({ status: "cancelled", counts: { cancelled: 4 }, exitCode: 0 });
    const status = await tenant(["move", "status", "later"]);
    expect(status.stdout).toContain(": cancelled\n");
    const site = await asked(["move", "status", "--site", "https://south.sharepoint.com/sites/later0"]);
    expect(site.stdout).toContain("  cancelled  ");
    expect((await tenant(["move", "resume", "later"])).exit).toBe(3);
  });
});
