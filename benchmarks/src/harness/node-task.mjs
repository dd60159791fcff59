import { fileURLToPath } from "node:url";

/** The command that runs a file of src/tasks. */
export const nodeTask = (name, ...args) => [
  process.execPath,
  fileURLToPath(new URL(`../tasks/${name}.mjs`, import.meta.url)),
  ...args.map(String),
];

const cli = fileURLToPath(new URL("dist/main.js", import.meta.resolve("primepack/package.json")));

/** The command that runs the built primepack. */
export const primepack = (...args) => [process.execPath, cli, ...args.map(String)];
