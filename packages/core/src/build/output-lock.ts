import { createHash } from "node:crypto";
import { stat, unlink } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PrimepackError } from "../errors/index.ts";

interface Held {
  readonly server: Server;
  uses: number;
}

/** By address: what this process holds. */
const held = new Map<string, Held>();

/**
 * Keeps other processes of this machine from the output folder until the function that it gives is called, or the
 * process ends in whatever way. The same process may take it several times.
 *
 * Held by a local socket, which the system drops with its process: nothing is left that a killed run would have to be
 * freed from. Where no socket can be made, and between machines or containers, nothing is kept off.
 *
 * Throws OUTPUT_IN_USE.
 */
export async function lockOutput(root: string): Promise<() => void> {
  const address = await addressOf(root);
  const mine = held.get(address);
  if (mine !== undefined) {
    mine.uses += 1;
    return releaseOnce(address, mine);
  }
  const server = await listen(address);
  if (server === "in use") {
    throw new PrimepackError(
      "OUTPUT_IN_USE",
      `Cannot use the output folder as another process is building into it: current value is ${root}`,
    );
  }
  if (server === undefined) return () => undefined;
  const lock: Held = { server, uses: 1 };
  held.set(address, lock);
  return releaseOnce(address, lock);
}

function releaseOnce(address: string, lock: Held): () => void {
  let released = false;
  return () => {
    if (released) return;
    released = true;
    lock.uses -= 1;
    if (lock.uses > 0) return;
    held.delete(address);
    lock.server.close();
  };
}

/** Of the folder itself, whatever path leads to it. */
async function addressOf(root: string): Promise<string> {
  const { dev, ino } = await stat(root, { bigint: true });
  const id = createHash("sha256").update(`${dev}:${ino}`).digest("hex").slice(0, 24);
  if (process.platform === "win32") return `\\\\.\\pipe\\primepack-${id}`;
  // Linux has addresses that are in no folder.
  return process.platform === "linux" ? `\0primepack-${id}` : join(tmpdir(), `primepack-${id}`);
}

/** Undefined where the system makes no such socket. */
async function listen(address: string): Promise<Server | "in use" | undefined> {
  const server = await tryListen(address);
  if (server !== "in use" || address.startsWith("\0") || address.startsWith("\\")) return server;
  if (await answers(address)) return server;
  // The socket's file outlives a process that was killed.
  await unlink(address).catch(() => undefined);
  return tryListen(address);
}

function tryListen(address: string): Promise<Server | "in use" | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "EADDRINUSE" ? "in use" : undefined));
    server.listen(address, () => resolve(server.unref()));
  });
}

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
