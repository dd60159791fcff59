// The whole journey on a real tree: starts the emulator, migrates FOLDER (default: fixtures/tree) into it, shows how far
// it is, and says where the report and the imported files are. Every run gets a new folder below out/; nothing that
// exists is touched, and nothing leaves this machine.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const main = join(root, "packages/cli/dist/main.js");
// npm runs scripts in the repository's root; a relative FOLDER is meant from where the user stands.
const here = process.env.INIT_CWD ?? process.cwd();
const [given, ...extra] = process.argv.slice(2);

if (extra.length > 0 || given?.startsWith("-")) {
  console.error("Usage: npm start [-- FOLDER]");
  process.exit(2);
}
const source = given === undefined ? join(root, "fixtures/tree") : resolve(here, given);
if (!statSync(source, { throwIfNoEntry: false })?.isDirectory()) {
  console.error(`Cannot migrate ${source} as it is no folder`);
  process.exit(2);
}

const out = makeFresh(join(root, "out"));
const run = join(out, "run");
const shown = (path) => relative(here, path) || ".";

const emulator = await startEmulator(join(out, "emulator"));
console.log(`Migrating ${shown(source)} to ${emulator.siteUrl}, an emulator on this machine`);
const code = await primepack(
  ...["migrate", source, "--site", emulator.siteUrl, "--library", "Documents", "--out", run],
  // The emulator is near and has nothing else to do; SharePoint is asked about once a minute.
  ...["--poll-running", "0.5", "--poll-queued", "0.5"],
);
await emulator.stop();

if (code === 130) {
  console.log(`primepack stands for node ${shown(main)} here; before it goes on, start the emulator again:
  primepack emulator --directory ${shown(join(out, "emulator"))}`);
} else if (code <= 1) {
  console.log(`
Report     ${shown(join(run, "report/report.html"))}, opens in any browser
Imported   ${shown(join(out, "emulator/sites/emulated/Shared Documents"))}, as the library holds it
Outcomes   ${shown(join(run, "report/items.csv"))}, one line for every source entry`);
}
process.exit(code);

/** Makes and gives the first of out/run-001, out/run-002, … that does not exist. */
function makeFresh(parent) {
  mkdirSync(parent, { recursive: true });
  for (let number = 1; ; number += 1) {
    const directory = join(parent, `run-${String(number).padStart(3, "0")}`);
    try {
      mkdirSync(directory);
      return directory;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
  }
}

/** Starts the emulator in a process of its own, away from the terminal's Ctrl+C, and gives where it is. */
async function startEmulator(directory) {
  const args = [main, "emulator", "--directory", directory, "--json"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"], detached: true });
  process.once("exit", () => child.kill());
  const ended = once(child, "exit");
  const started = new Promise((resolve) => createInterface({ input: child.stdout }).once("line", resolve));
  const line = await Promise.race([started, ended.then(() => undefined)]);
  if (line === undefined) process.exit(3);
  return {
    siteUrl: JSON.parse(line).siteUrl,
    stop: async () => {
      child.kill("SIGINT");
      await ended;
    },
  };
}

/** Runs the built command line; gives its exit code. A Ctrl-C is for the command, which drains and says how to go on. */
async function primepack(...args) {
  const ignore = () => {};
  process.on("SIGINT", ignore);
  const [code, signal] = await once(spawn(process.execPath, [main, ...args], { stdio: "inherit" }), "exit");
  process.off("SIGINT", ignore);
  return code ?? (signal === "SIGINT" ? 130 : 3);
}
