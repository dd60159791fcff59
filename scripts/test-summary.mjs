/**
 * Vitest reporter: one plain line with the counts at the end of the run, and no silent skips in CI.
 *
 * Where CI is set, a skipped test fails the run, unless its name or note says that `../shared` or Chromium is missing:
 * documents that aren't part of the repository, and a browser that not every machine has. Everything else has to run.
 */
const EXCUSES = ["../shared is missing", "Chromium is missing"];

/** Counts of finished tests, how many of the skipped ones have each excuse, and the names of the others. */
export function tally(testModules) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const unexcused = [];
  const excused = new Map();
  for (const testModule of testModules) {
    let failedInside = 0;
    for (const test of testModule.children.allTests()) {
      const result = test.result();
      counts[result.state === "pending" ? "skipped" : result.state] += 1;
      if (result.state === "failed") failedInside += 1;
      if (result.state !== "skipped" && result.state !== "pending") continue;
      const excuse = EXCUSES.find((text) => `${test.fullName} ${result.note ?? ""}`.includes(text));
      if (excuse !== undefined) excused.set(excuse, (excused.get(excuse) ?? 0) + 1);
      else unexcused.push(`${testModule.relativeModuleId} > ${test.fullName}`);
    }
    // A file that can't be loaded, or a hook that threw, has no failed test to stand for it.
    if (testModule.state() === "failed" && failedInside === 0) counts.failed += 1;
  }
  return { counts, excused, unexcused };
}

export default class TestSummary {
  onTestRunEnd(testModules, unhandledErrors) {
    const { counts, excused, unexcused } = tally(testModules);
    counts.failed += unhandledErrors.length;
    const lines = [...excused].map(([excuse, count]) => `Skipped as ${excuse}: ${count}`);
    if (process.env.CI && unexcused.length > 0) {
      process.exitCode = 1;
      lines.push(
        `Skipped without saying that ${EXCUSES.join(" or ")} (a failure in CI):`,
        ...unexcused.map((name) => `  ${name}`),
      );
    }
    lines.push(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
    process.stdout.write(`${lines.join("\n")}\n`);
  }
}
