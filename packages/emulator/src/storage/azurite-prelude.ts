/** What the prelude says on the error output when another process has the folder. */
export const IN_USE = "the folder is in use";

/**
 * Code that runs inside of Azurite before its own, as the text of a module.
 *
 * - A local socket at `address` keeps other processes from the folder for as long as this one lives, so that no two write
 *   to it. One that is just ending is waited for, five seconds at most.
 * - The input closes when the emulator's process ends in whatever way: then Azurite's services are closed, which writes
 *   what is not yet on disk, and the process ends.
 * - Lines of input are how far the emulator's clock is ahead of the machine's, in milliseconds: SAS and expiry go by that
 *   clock. A line on the error output says that it was heard.
 */
export function azuritePrelude(address: string): string {
  return `
import { unlinkSync } from "node:fs";
import { connect, createServer } from "node:net";
import { createInterface } from "node:readline";

const address = ${JSON.stringify(address)};
const isFile = address.startsWith("/");
const tries = (attempt) => new Promise((resolve) => {
  const server = createServer((socket) => socket.destroy());
  server.once("error", (error) => {
    if (error.code !== "EADDRINUSE") return resolve(true);
    if (!isFile) return resolve(false);
    const socket = connect(address);
    socket.once("connect", () => { socket.destroy(); resolve(false); });
    socket.once("error", () => { try { unlinkSync(address); } catch {} resolve(false); });
  });
  server.listen(address, () => { server.unref(); resolve(true); });
});
for (let attempt = 0; !(await tries()); attempt += 1) {
  if (attempt === 50) { console.error(${JSON.stringify(IN_USE)}); process.exit(1); }
  await new Promise((resolve) => setTimeout(resolve, 100));
}

const RealDate = Date;
let ahead = 0;
globalThis.Date = class Date extends RealDate {
  constructor(...parts) { if (parts.length === 0) super(RealDate.now() + ahead); else super(...parts); }
  static now() { return RealDate.now() + ahead; }
};
createInterface(process.stdin).on("line", (line) => {
  ahead = Number(line);
  process.stderr.write("clock " + line + "\\n");
});
process.stdin.on("close", () => {
  if (!process.emit("SIGTERM")) process.exit(0);
  setTimeout(() => process.exit(1), 10_000).unref();
  let open = 3;
  const log = console.log;
  console.log = (...said) => {
    log(...said);
    if (String(said[0]).includes("successfully closed") && --open === 0) process.exit(0);
  };
});
for (const output of [process.stdout, process.stderr]) output.on("error", () => {});
`;
}
