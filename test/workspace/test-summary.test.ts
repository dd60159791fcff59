import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { root } from "./root.ts";

const path = temporaryFolder();

/** Runs one test file under the reporter; gives the exit code and the lines that it printed. */
async function run(file: string, CI: string): Promise<{ code: number | null; lines: string[] }> {
  await writeFile(path("sample.test.mjs"), file);
  const vitest = `${root}node_modules/vitest/vitest.mjs`;
  const args = ["run", "--globals", "--root", path(), "--reporter", `${root}scripts/test-summary.mjs`];
  const env = { ...process.env, CI, NO_COLOR: "1" };
  const { status, stdout } = spawnSync(process.execPath, [vitest, ...args], { cwd: path(), env, encoding: "utf8" });
  return { code: status, lines: stdout.trimEnd().split("\n") };
}

const passing = 'it("passes", () => {});\n';
const skipped = 'it.skip("is skipped", () => {});\n';
const excused = 'it.skip("agrees with the schemas (../shared is missing)", () => {});\n';

describe("the test summary", () => {
  it("ends the run with the counts alone on a line", async () => {
    const failing = 'it("fails", () => { throw new Error("no"); });\n';
    const { code, lines } = await run(passing + failing + skipped, "");
    expect(lines.at(-1)).toBe("1 passed, 1 failed, 1 skipped");
    expect(code).toBe(1);
  });

  it("lets a skipped test be outside CI", async () => {
    const { code, lines } = await run(passing + skipped, "");
    expect(lines.at(-1)).toBe("1 passed, 0 failed, 1 skipped");
    expect(code).toBe(0);
  });

  it("fails a run in CI for a skipped test, and names it", async () => {
    const { code, lines } = await run(passing + skipped, "true");
    expect(code).toBe(1);
    expect(lines.join("\n")).toContain("sample.test.mjs > is skipped");
    expect(lines.at(-1)).toBe("1 passed, 0 failed, 1 skipped");
  });

  it("lets a test be skipped in CI that says that ../shared is missing", async () => {
    const noted = 'it("reads them", ({ skip }) => skip("../shared is missing"));\n';
    const { code, lines } = await run(passing + excused + noted, "true");
    expect(lines.slice(-2)).toEqual(["Skipped as ../shared is missing: 2", "1 passed, 0 failed, 2 skipped"]);
    expect(code).toBe(0);
  });

  it("lets a test be skipped in CI that says that Chromium is missing", async () => {
    const { code, lines } = await run(`it.skip("opens (Chromium is missing)", () => {});\n${excused}`, "true");
    expect(lines.slice(-3)).toEqual([
      "Skipped as Chromium is missing: 1",
      "Skipped as ../shared is missing: 1",
      "0 passed, 0 failed, 2 skipped",
    ]);
    expect(code).toBe(0);
  });

  it("counts a file that can't be loaded as failed", async () => {
    const { code, lines } = await run('import "./gone.mjs";\n', "");
    expect(lines.at(-1)).toBe("0 passed, 1 failed, 0 skipped");
    expect(code).toBe(1);
  });
});
