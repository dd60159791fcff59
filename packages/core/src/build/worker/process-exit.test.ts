import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";

// Runs the compiled package in processes of its own: build it before these tests.

const run = promisify(execFile);
const folder = temporaryFolder();
const compiled = (path: string) => new URL(`../../../dist/${path}`, import.meta.url).href;

/** What each script starts with; `seal` gives the code of the error, or "stored". */
const prelude = `
  import { createSealer } from ${JSON.stringify(compiled("build/worker/sealer.js"))};
  import { MemoryContainer } from ${JSON.stringify(compiled("container/memory.js"))};
  import { Secret } from ${JSON.stringify(compiled("errors/index.js"))};
  const container = new MemoryContainer();
  const abort = new AbortController();
  const open = (workerUrl) => createSealer({
    workers: 2, blockSize: 65536, uploads: 4, ahead: 2,
    random: (size) => new Uint8Array(size), ...(workerUrl && { workerUrl: new URL(workerUrl) }),
  });
  const seal = (sealer, size = 1000) => sealer.sealPackage({
    name: "1", containers: { content: container }, key: new Secret(new Uint8Array(32)), signal: abort.signal,
    requests: [{ blob: "b", size, content: { kind: "local", handle: 0 } }],
    local: new Map([[0, new Uint8Array(size)]]),
  }).then((results) => results.every((result) => result.ok) ? "stored" : "failed", (error) => error.code);
`;

/** The process must end by itself; it is killed, and the test fails, if it has not after half a minute. */
async function output(name: string, code: string, flags: readonly string[] = []): Promise<string> {
  const script = folder(`${name}.mjs`);
  await writeFile(script, prelude + code);
  const { stdout } = await run(process.execPath, [...flags, script], { timeout: 30_000 });
  return stdout.trim();
}

describe("a process with a sealer", () => {
  it("exits by itself after close()", async () => {
    expect(
      await output("closed", "const sealer = open(); console.log(await seal(sealer)); await sealer.close();"),
    ).toBe("stored");
  });

  it("exits by itself without close() once its work is done", async () => {
    expect(await output("idle", "console.log(await seal(open()));")).toBe("stored");
  });

  it("exits by itself after an abort while the container hangs", async () => {
    const code = `
      container.putBlock = () => { abort.abort(); return new Promise(() => {}); };
      const sealer = open();
      console.log(await seal(sealer, 1e6));
      await sealer.close();`;
    expect(await output("aborted", code)).toBe("ABORTED");
  });

  it("exits by itself after close() in the middle of its work", async () => {
    const code = `
      container.putBlock = () => { void sealer.close(); return new Promise(() => {}); };
      const sealer = open();
      console.log(await seal(sealer, 1e6));`;
    expect(await output("closing", code)).toBe("ABORTED");
  });

  it.each([
    ["exits", "export default () => process.exit(3);"],
    ["can't be loaded", 'throw new Error("broken"); export default () => undefined;'],
    [
      "runs out of memory",
      "export default () => { for (const all = []; ; ) all.push(new Array(1e5).fill(all.length + 0.5)); };",
    ],
  ])("exits by itself after a worker that %s", async (name, worker) => {
    const file = folder(`${name.replaceAll(/\W/g, "-")}.worker.mjs`);
    await writeFile(file, worker);
    const code = `console.log(await seal(open(${JSON.stringify(pathToFileURL(file).href)})));`;
    expect(await output(name.replaceAll(/\W/g, "-"), code, ["--max-old-space-size=48"])).toBe("WORKER_CRASHED");
  });

  it("works in a script that is given on the command line", async () => {
    const code = `${prelude} const sealer = open(); console.log(await seal(sealer)); await sealer.close();`;
    const { stdout, stderr } = await run(process.execPath, ["--input-type=module", "--eval", code], {
      timeout: 30_000,
    });
    expect([stdout.trim(), stderr]).toEqual(["stored", ""]);
  });
});
