import { mkdir, writeFile } from "node:fs/promises";
import { temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { readOutputRun } from "./output-run.ts";

const path = temporaryFolder();
const run = { schemaVersion: 1, runId: "0123456789abcdef", startedAt: "2024-03-12T10:45:00.000Z", keyCheck: null };

describe("readOutputRun()", () => {
  it("tells the run's id and its finished packages, without a line that was cut off", async () => {
    await mkdir(path("out"));
    await writeFile(path("out/run.json"), JSON.stringify(run));
    expect(await readOutputRun(path("out"))).toEqual({ runId: "0123456789abcdef", packages: [] });
    await writeFile(path("out/packages.ndjson"), '{"name":"000002"}\n{"name":"000001"}\n{"name":"00');
    expect(await readOutputRun(path("out"))).toEqual({ runId: "0123456789abcdef", packages: ["000002", "000001"] });
  });

  it("refuses what is no output folder", async () => {
    await mkdir(path("other"));
    for (const name of ["other", "nowhere"]) {
      await expect(readOutputRun(path(name))).rejects.toMatchObject({ code: "OUTPUT_UNREADABLE" });
    }
    await writeFile(path("other/run.json"), "{}");
    await expect(readOutputRun(path("other"))).rejects.toMatchObject({ code: "RECORDS_INVALID" });
  });
});
