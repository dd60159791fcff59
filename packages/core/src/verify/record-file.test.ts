import { execFileSync } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { collect, temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { isFile, isFolder, RECORD_MAX_BYTES, readRecordFile } from "./record-file.ts";

const path = temporaryFolder();

async function read(content: string): Promise<unknown[]> {
  await writeFile(path("records"), content);
  return collect(readRecordFile(path("records")));
}

describe("readRecordFile()", () => {
  it("gives a value a line, whatever ends the lines", async () => {
    expect(await read('{"a":"\u{1f600}"}\r\n\n5\n"last"')).toEqual([{ a: "\u{1f600}" }, 5, "last"]);
    expect(await read("")).toEqual([]);
  });

  it("gives undefined for a line that is no JSON, and goes on", async () => {
    expect(await read("{\n1\n{")).toEqual([undefined, 1, undefined]);
  });

  it("keeps a value together over the chunks of the file, and holds no line that is too long", async () => {
    const long = "x".repeat(300_000);
    const tooLong = "x".repeat(RECORD_MAX_BYTES + 1);
    expect(await read(`"${long}"\n"${tooLong}"\n1\n"${tooLong}`)).toEqual([long, undefined, 1, undefined]);
  });

  it("throws OUTPUT_UNREADABLE for what is not there", async () => {
    await expect(collect(readRecordFile(path("none")))).rejects.toMatchObject({ code: "OUTPUT_UNREADABLE" });
  });
});

describe("isFile() and isFolder()", () => {
  it("tell what can be read to its end from everything else", async () => {
    await writeFile(path("file"), "");
    await mkdir(path("folder"));
    expect([await isFile(path("file")), await isFolder(path("file"))]).toEqual([true, false]);
    expect([await isFile(path("folder")), await isFolder(path("folder"))]).toEqual([false, true]);
    expect([await isFile(path("none")), await isFile(path("file", "none"))]).toEqual([false, false]);
  });

  it.skipIf(process.platform === "win32")("take pipes, devices and circles of links for nothing", async () => {
    execFileSync("mkfifo", [path("pipe")]);
    await symlink("/dev/zero", path("zero"));
    await symlink("circle", path("circle"));
    for (const name of ["pipe", "zero", "circle"]) expect(await isFile(path(name)), name).toBe(false);
  });
});
