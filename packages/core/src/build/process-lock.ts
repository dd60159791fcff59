import { createHash } from "node:crypto";
import { stat, unlink } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a lock holds, and who may take it twice. */
export interface LockOptions {
  /** What of the path is locked; default: all of it. Locks of other names don't meet. */
  readonly name?: string;
  /** Whether this process may take the lock again while it has it. Default: false. */
  readonly again?: boolean;
}

interface Held {
  readonly server: Server;
  uses: number;
}

/** By address: what this process holds. */
const held = new Map<string, Held>();

/**
 * Keeps other processes of this machine from a file or folder that is there, until the function that it gives is called,
 * or the process ends in whatever way. Undefined: another one has it (this one too, without `again`).
 *
 * Held by a local socket, which the system drops with its process: nothing is left that a killed process would have to
 * be freed from. Where no socket can be made, and between machines or containers, nothing is kept off.
 */
export async function lockPath(
  path: string,
  { name, again = false }: LockOptions = {},
): Promise<(() => void) | undefined> {
  const address = await addressOf(path, name);
  const mine = held.get(address);
  if (mine !== undefined) {
    if (!again) return undefined;
    mine.uses += 1;
    return releaseOnce(address, mine);
  }
  const server = await listen(address);
  if (server === "in use") return undefined;
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

/** Of the file or folder itself, whatever path leads to it. */
async function addressOf(path: string, name: string | undefined): Promise<string> {
  const { dev, ino } = await stat(path, { bigint: true });
  const parts = name === undefined ? [dev, ino] : [dev, ino, name];
  const id = createHash("sha256").update(parts.join(":")).digest("hex").slice(0, 24);
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
