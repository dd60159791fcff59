import { spawnSync } from "node:child_process";

/** What is measured beside core, each with how to ask for its version and how to get it. */
const known = {
  python3: { version: ["--version"], get: "Debian's python3" },
  rclone: { version: ["version"], get: "Debian's rclone" },
  openssl: { version: ["version"], get: "Debian's openssl" },
  azcopy: {
    version: ["--version"],
    get: "npm's @azure-tools/azcopy-linux and Debian's libsecret-1-0; then set AZCOPY to the binary",
  },
  find: { version: ["--version"], get: "GNU findutils" },
  cp: { version: ["--version"], get: "GNU coreutils" },
};

/**
 * The tools of this machine by name, each with the command to run and its version. A variable of the same name in upper
 * case names the binary; else it is looked up on PATH.
 */
export function findTools() {
  const tools = new Map();
  for (const [name, { version, get }] of Object.entries(known)) {
    const command = process.env[name.toUpperCase()] ?? name;
    const { status, stdout } = spawnSync(command, version, { encoding: "utf8" });
    tools.set(name, status === 0 ? { command, version: stdout.split("\n")[0].trim() } : { missing: get });
  }
  // A shim in front of Python would be measured with it.
  const python = tools.get("python3");
  if (python.command) {
    const asked = spawnSync(python.command, ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" });
    python.command = asked.stdout.trim() || python.command;
  }
  return tools;
}
