// Runs the pnpm that package.json pins, whether or not the machine has one.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const root = new URL("../", import.meta.url);
const { packageManager } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
const windows = process.platform === "win32";
const { status, error } = spawnSync(windows ? "npx.cmd" : "npx", ["-y", packageManager, ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
  shell: windows,
});
if (error) throw error;
process.exit(status ?? 1);
