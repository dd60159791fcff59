// The main job on a real tree: builds encrypted packages from FOLDER (default: fixtures/tree), verifies them against it,
// and says where they are. Every run gets a new folder below out/; nothing that exists is touched.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
// npm runs scripts in the repository's root; a relative FOLDER is meant from where the user stands.
const here = process.env.INIT_CWD ?? process.cwd();
const [given, ...extra] = process.argv.slice(2);

if (extra.length > 0 || given?.startsWith("-")) {
  console.error("Usage: npm start [-- FOLDER]");
  process.exit(2);
}
const source = given === undefined ? join(root, "fixtures/tree") : resolve(here, given);
if (!statSync(source, { throwIfNoEntry: false })?.isDirectory()) {
  console.error(`Cannot package ${source} as it is no folder`);
  process.exit(2);
}

const out = makeFresh(join(root, "out"));
const shown = (path) => relative(here, path) || ".";

console.log(`Packaging ${shown(source)}`);
const built = await primepack("build", source, "--target", join(root, "fixtures/target.json"), "--out", out);
// 1: complete, though some entries could not be packaged; what there is can be verified.
if (built > 1) {
  if (built === 130) console.log(`primepack stands for node ${shown(join(root, "packages/cli/dist/main.js"))} here`);
  process.exit(built);
}

console.log(`\nVerifying ${shown(out)}`);
const verified = await primepack("verify", out, "--source", source);

console.log(`
Packages   ${shown(out)}, one folder each; packages.ndjson lists them
Outcomes   ${shown(join(out, "items.ndjson"))}, one line for every source entry
Key        ${shown(join(out, "key"))}, needed to read the packages and to submit them`);
if (built === 1) console.log("Some entries were skipped or failed; items.ndjson says which and why.");
process.exit(Math.max(built, verified));

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

/** Runs the built command line; gives its exit code. A Ctrl-C is for the command, which drains and says how to go on. */
async function primepack(...args) {
  const main = join(root, "packages/cli/dist/main.js");
  const ignore = () => {};
  process.on("SIGINT", ignore);
  const [code, signal] = await once(spawn(process.execPath, [main, ...args], { stdio: "inherit" }), "exit");
  process.off("SIGINT", ignore);
  return code ?? (signal === "SIGINT" ? 130 : 3);
}
