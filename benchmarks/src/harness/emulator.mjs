import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { primepack } from "./node-task.mjs";

/** Starts `primepack emulator` with so many libraries, and ends it with the scenario. Gives the URL of its site. */
export async function startEmulator({ onEnd }, directory, libraries) {
  const named = libraries.flatMap((library) => ["--library", `${library}=${library}`]);
  const [program, ...args] = primepack("emulator", "--directory", directory, "--json", ...named);
  const emulator = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(emulator, "exit");
  onEnd(async () => {
    emulator.kill("SIGINT");
    await exited;
  });
  for await (const line of createInterface({ input: emulator.stdout })) return JSON.parse(line).siteUrl;
  throw new Error("Cannot measure as the emulator ended before it took requests");
}
