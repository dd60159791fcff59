import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { exampleTarget, temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { checkNewRunFolder, readRunFile, writeRunFile } from "./run-file.ts";

const path = temporaryFolder();
const file = {
  arguments: ["source", "--out", "run"],
  cwd: "/home/ana",
  target: exampleTarget,
  folder: ["Reports"],
  ownContainers: true,
};

describe("writeRunFile()", () => {
  it.skipIf(process.platform === "win32")("keeps what a run began with for this user alone", async () => {
    await mkdir(path("modes"));
    await chmod(path("modes"), 0o755);
    await writeRunFile(path("modes"), file);
    expect(((await stat(path("modes"))).mode & 0o777).toString(8)).toBe("700");
    expect(((await stat(path("modes/migration.json"))).mode & 0o777).toString(8)).toBe("600");
    expect(await readdir(path("modes"))).toEqual(["migration.json"]);
    expect(await readRunFile(path("modes"))).toEqual(file);
  });
});

describe("checkNewRunFolder()", () => {
  it("takes a folder in which a process was killed before its run began", async () => {
    await mkdir(path("killed"));
    await writeFile(path("killed/migration.json.partial"), '{"format": "primep');
    await checkNewRunFolder(path("killed"));
    await writeRunFile(path("killed"), file);
    expect(await readdir(path("killed"))).toEqual(["migration.json"]);
  });

  it("takes a folder that is empty or not there, and no other", async () => {
    await checkNewRunFolder(path("nowhere"));
    await mkdir(path("empty"));
    await checkNewRunFolder(path("empty"));
    await mkdir(path("full"));
    await writeFile(path("full/notes.txt"), "");
    await expect(checkNewRunFolder(path("full"))).rejects.toMatchObject({ code: "OUTPUT_NOT_EMPTY" });
    await writeRunFile(path("begun here"), file);
    await expect(checkNewRunFolder(path("begun here"))).rejects.toMatchObject({
      code: "OUTPUT_NOT_EMPTY",
      hint: expect.stringContaining(`primepack resume '${path("begun here")}'`),
    });
  });
});

describe("readRunFile()", () => {
  it.each([
    ["another file", "{}"],
    ["no JSON", "text"],
    ["another version", JSON.stringify({ format: "primepack migration", version: 2, ...file })],
    ["a damaged one", JSON.stringify({ format: "primepack migration", version: 1, ...file, arguments: "source" })],
  ])("refuses %s", async (name, text) => {
    await mkdir(path(name));
    await writeFile(path(name, "migration.json"), text);
    await expect(readRunFile(path(name))).rejects.toMatchObject({ code: "RUN_INVALID" });
  });

  it("refuses a folder that holds no run, and repeats nothing of a foreign file", async () => {
    await expect(readRunFile(path("nothing"))).rejects.toMatchObject({ code: "RUN_INVALID" });
    await mkdir(path("foreign"));
    await writeFile(path("foreign/migration.json"), '{"format":"sig=secret"}');
    expect(await readRunFile(path("foreign")).catch(String)).not.toContain("secret");
    expect(await readFile(path("foreign/migration.json"), "utf8")).toContain("secret");
  });
});
