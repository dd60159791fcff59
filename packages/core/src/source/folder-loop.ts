import { lstat, type Stats } from "node:fs";
import { nativePath } from "./native-path.ts";

/** A folder and those above it. */
export interface FolderChain {
  readonly absolute: string;
  /** Undefined for a place that is on no disk. */
  readonly stats: Pick<Stats, "ino" | "dev"> | undefined;
  readonly parent: FolderChain | undefined;
}

/** Whether a folder is `parent` or one above that: mounts, and file systems with hard-linked folders, can show it so. */
export async function isAbove(
  parent: FolderChain,
  absolute: string,
  stats: Pick<Stats, "ino" | "dev">,
): Promise<boolean> {
  // 0 is the answer of file systems without such numbers.
  if (stats.ino === 0) return false;
  for (let above: FolderChain | undefined = parent; above !== undefined; above = above.parent) {
    if (above.stats?.ino !== stats.ino || above.stats.dev !== stats.dev) continue;
    if (await isSameFolder(above.absolute, absolute)) return true;
  }
  return false;
}

/** A number above 2^53, as on Windows, is rounded in `Stats`, so that two folders could seem one. */
function isSameFolder(one: string, other: string): Promise<boolean> {
  return new Promise((resolve) => {
    lstat(nativePath(one), { bigint: true }, (failure, first) => {
      lstat(nativePath(other), { bigint: true }, (error, second) => {
        resolve(failure === null && error === null && first.ino === second.ino && first.dev === second.dev);
      });
    });
  });
}
