import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { collectJournal, temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { openLmdbJournal } from "./lmdb-journal.ts";

const path = temporaryFolder();
const RECORDS = 40;
const built = fileURLToPath(new URL("../dist/index.js", import.meta.url));

/** Writes state after state, each with records of its own and without those of the one before, and says which is written. */
function writer(folder: string, first: number) {
  const source = `
    import { openLmdbJournal } from ${JSON.stringify(built)};
    const journal = await openLmdbJournal({ path: ${JSON.stringify(path(folder))} });
    console.log("open");
    for (let state = ${first}; ; state += 1) {
      const put = Array.from({ length: ${RECORDS} }, (_, index) => ({ key: "state/" + state + "/" + index, value: { state, text: "x".repeat(state % 3000) } }));
      const forgotten = put.map((_, index) => ({ key: "state/" + (state - 1) + "/" + index, value: undefined }));
      await journal.write([...put, ...forgotten, { key: "state", value: state }]);
      console.log(state);
    }`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", source], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return { child, lines: createInterface({ input: child.stdout }) };
}

describe("openLmdbJournal() of a writer that was killed", () => {
  it("holds the last write that had resolved, or the one that was under way, whole", async () => {
    let next = 1;
    for (let round = 1; round <= 8; round += 1) {
      const { child, lines } = writer("killed", next);
      let said = 0;
      lines.on("line", (line) => {
        said = line === "open" ? 0 : Number(line);
        // At another point of the writer's work each round.
        if (said >= next + round * 3) child.kill("SIGKILL");
      });
      await once(child, "close");
      const journal = await openLmdbJournal({ path: path("killed") });
      const state = journal.get("state") as number;
      expect(said).toBeGreaterThan(0);
      // A line that was written may not have been read.
      expect(state).toBeGreaterThanOrEqual(said);
      expect(collectJournal(journal, "state/").map(([key]) => key)).toEqual(
        Array.from({ length: RECORDS }, (_, index) => `state/${state}/${index}`).sort(),
      );
      for (const [, value] of journal.entries("state/")) {
        expect(value).toEqual({ state, text: "x".repeat(state % 3000) });
      }
      next = state + 1;
      await journal.close();
    }
  });

  it("can be read by another process while it writes, and written to only after it was killed", async () => {
    const { child, lines } = writer("other", 1);
    const closed = once(child, "close");
    await once(lines, "line");
    await expect(openLmdbJournal({ path: path("other") })).rejects.toMatchObject({ code: "JOURNAL_IN_USE" });
    const reader = await openLmdbJournal({ path: path("other"), readOnly: true });
    const seen = new Set<unknown>();
    while (seen.size < 5) {
      const records = collectJournal(reader, "state/");
      const states = new Set(records.map(([, value]) => (value as { state: number }).state));
      expect(states.size).toBeLessThanOrEqual(1);
      if (states.size === 1) expect(records).toHaveLength(RECORDS);
      seen.add(reader.get("state"));
      await once(lines, "line");
    }
    child.kill("SIGKILL");
    await closed;
    await reader.close();
    await (await openLmdbJournal({ path: path("other") })).close();
  });
});
