import { fileURLToPath } from "node:url";

/** The command that runs a file of src/peers. */
export const pythonTask = (tools, name, ...args) => [
  tools.get("python3").command,
  fileURLToPath(new URL(`../peers/${name}.py`, import.meta.url)),
  ...args.map(String),
];
