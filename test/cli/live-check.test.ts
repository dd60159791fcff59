import { readFile } from "node:fs/promises";
import { type EmulatorProcess, runCliProcess, startEmulatorProcess, temporaryFolder } from "@primepack/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const path = temporaryFolder();
const quick = ["--poll-running", "0.2", "--poll-queued", "0.2", "--json"];
let emulator: EmulatorProcess;

beforeAll(async () => {
  // Other answers than those that the emulator gives by itself.
  const switches = ["badJobStatus=500", "errorLimit=50", "missingSnapshot=job"].flatMap((text) => ["--switch", text]);
  emulator = await startEmulatorProcess(path("emulator"), switches);
});
afterAll(() => emulator?.stop());

async function check(out: string, place: readonly string[]) {
  const result = await runCliProcess(["live-check", ...place, "--out", out, ...quick], { cwd: path() });
  expect(result.exit, result.stderr).toBe(0);
  const text = await readFile(path(out, "live-check.json"), "utf8");
  const markdown = await readFile(path(out, "live-check.md"), "utf8");
  // No signature, and no key.
  expect(text + markdown).not.toMatch(/sig=(?!\[redacted\])/);
  const { findings } = JSON.parse(text) as {
    findings: readonly { readonly id: string; readonly status: string; readonly answer: string }[];
  };
  for (const { id } of findings) expect(markdown).toContain(`## ${id}`);
  return new Map(findings.map(({ id, status, answer }) => [id, status === "answered" ? answer : "open"]));
}

describe("primepack live-check", () => {
  it("writes down what a site answers", async () => {
    const answers = await check("site", ["--site", emulator.siteUrl, "--library", "Documents"]);
    expect(Object.fromEntries(answers)).toMatchObject({
      "provided containers": "sp=rw, sv=2018-03-28, 72 hours, key of 32 bytes",
      "listing provided containers": "no",
      "refused job": expect.stringMatching(/^500, /),
      "provided queue": "sp=rap, sv=2014-02-14, 504 hours",
      "list of jobs": "GET: answered; POST: answered",
      "progress of an unknown job": expect.stringContaining("-2147213145"),
      "unencrypted job": expect.stringMatching(/^500, /),
      "events of an import": expect.stringMatching(/1 JobStart.*1 JobEnd; the job is ended$/),
      "state after the end": expect.stringContaining('GetMigrationJobStatus: "none"'),
      logs: expect.stringMatching(/-1\.log with \d+ lines/),
      "existing file": expect.stringContaining("the job is ended"),
      "missing snapshot": expect.stringContaining("1 JobFatalError"),
      "wrong MD5": expect.stringMatching(/^[12] JobError/),
      "error limit": expect.stringMatching(/^50 JobError, 1 JobFatalError, 1 JobCancelled/),
      "deleted job": expect.stringContaining("JobCancelled"),
      "side files": "open",
    });
  });

  it("writes down what a container of SharePoint Embedded answers", async () => {
    const answers = await check("graph", ["--graph-container", "b!emulated", "--graph-url", emulator.graphUrl]);
    expect(Object.fromEntries(answers)).toMatchObject({
      "refused job": expect.stringMatching(/^400, migrationBadRequest/),
      "reading jobs": expect.stringContaining("refused"),
      "job without key": expect.stringMatching(/^400/),
      "events of an import": expect.stringContaining("1 JobEnd"),
      "error limit": expect.stringMatching(/^50 JobError/),
    });
  });
});
