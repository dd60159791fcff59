import { type ExecFileException, execFile } from "node:child_process";

/** `nobody` on Linux; any number that owns nothing would do. */
const NOBODY = 65_534;

function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

/**
 * Runs the work as a user without rights of its own, so that permissions count although the tests run as root.
 *
 * The whole process changes its effective user meanwhile: one such work at a time, in a process and not a worker thread.
 * Who is no root already runs the work as it is.
 */
export async function asUnprivileged<T>(work: () => Promise<T>): Promise<T> {
  if (!isRoot()) return work();
  process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

export interface UnprivilegedResult {
  /** Exit code; null if a signal ended the process. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `node` with the arguments in a process of its own, as a user without rights of its own. */
export function runUnprivileged(args: readonly string[], cwd?: string): Promise<UnprivilegedResult> {
  return new Promise((resolve) => {
    const user = isRoot() ? { uid: NOBODY, gid: NOBODY } : {};
    const place = cwd === undefined ? {} : { cwd };
    const done = (error: ExecFileException | null, stdout: string, stderr: string) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : null;
      resolve({ code, stdout, stderr: stderr || (error?.message ?? "") });
    };
    execFile(process.execPath, [...args], { ...user, ...place, encoding: "utf8" }, done);
  });
}
