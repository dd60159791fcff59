import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { withReportFile } from "./with-report-file.ts";

const path = temporaryFolder();

describe("withReportFile()", () => {
  it("replaces a file when all is written, and not before", async () => {
    await mkdir(path("whole"));
    const file = path("whole/a.csv");
    await writeFile(file, "old");
    const long = "é".repeat(100_000);
    await withReportFile(file, async (write) => {
      await write("first");
      await write(long);
      expect(await readFile(file, "utf8")).toBe("old");
    });
    expect(await readFile(file, "utf8")).toBe(`first${long}`);
    expect(await readdir(path("whole"))).toEqual(["a.csv"]);
  });

  it.skipIf(process.platform === "win32")("lets nobody else read it", async () => {
    await withReportFile(path("private"), (write) => write("x"));
    expect((await stat(path("private"))).mode & 0o777).toBe(0o600);
  });

  it("leaves all as it was if the work fails, and passes on why", async () => {
    await mkdir(path("failed"));
    await writeFile(path("failed/a.csv"), "old");
    const work = async (write: (text: string) => Promise<void>) => {
      await write("x".repeat(100_000));
      throw new Error("the items are gone");
    };
    await expect(withReportFile(path("failed/a.csv"), work)).rejects.toThrow("the items are gone");
    expect(await readFile(path("failed/a.csv"), "utf8")).toBe("old");
    expect(await readdir(path("failed"))).toEqual(["a.csv"]);
  });

  it("says what keeps it from being written", async () => {
    const writing = withReportFile(path("none/a.csv"), (write) => write("x"));
    await expect(writing).rejects.toMatchObject({
      code: "REPORT_FAILED",
      message: expect.stringMatching(/^Cannot write the report in .*none /),
    });
  });
});
