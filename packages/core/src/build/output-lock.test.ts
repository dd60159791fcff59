import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { lockOutput } from "./output-lock.ts";

const path = temporaryFolder();

/** A process that takes the lock of the folder and keeps it, or exits with the code of the error. */
async function otherProcess(folder: string) {
  const source = `
    import { lockOutput } from ${JSON.stringify(fileURLToPath(new URL("../../dist/build/output-lock.js", import.meta.url)))};
    try { await lockOutput(${JSON.stringify(folder)}); console.log("held"); setInterval(() => {}, 1000); }
    catch (error) { console.log(error.code); }`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", source], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  return { child, said: said.toString().trim() };
}

describe("lockOutput()", () => {
  it("keeps other processes from the folder until it is released, but not this one", async () => {
    await mkdir(path("held"));
    const release = await lockOutput(path("held"));
    const again = await lockOutput(path("held"));
    release();
    release();
    expect((await otherProcess(path("held"))).said).toBe("OUTPUT_IN_USE");
    again();
    const { child, said } = await otherProcess(path("held"));
    expect(said).toBe("held");
    await expect(lockOutput(path("held"))).rejects.toMatchObject({ code: "OUTPUT_IN_USE" });
    child.kill("SIGKILL");
    await once(child, "exit");
    (await lockOutput(path("held")))();
  });

  it("tells one folder from another", async () => {
    await mkdir(path("one"));
    await mkdir(path("other"));
    const { child } = await otherProcess(path("one"));
    (await lockOutput(path("other")))();
    child.kill();
    await once(child, "exit");
  });
});
