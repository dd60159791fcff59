// Runs the tests under another Node: `node scripts/test-node.mjs 24 [vitest arguments]`. Build first.
// npm's package `node` brings the binary; nothing on the machine is changed.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const [version, ...args] = process.argv.slice(2);
if (!/^\d+(\.\d+){0,2}$/.test(version ?? "")) {
  console.error(
    "Usage: node scripts/test-node.mjs VERSION [vitest arguments], for example: node scripts/test-node.mjs 24",
  );
  process.exit(2);
}
const windows = process.platform === "win32";
const command = ["-y", `node@${version}`, "node_modules/vitest/vitest.mjs", "run", ...args];
const { status, error } = spawnSync(windows ? "npx.cmd" : "npx", command, {
  cwd: fileURLToPath(new URL("../", import.meta.url)),
  stdio: "inherit",
  shell: windows,
});
if (error) throw error;
process.exit(status ?? 1);
