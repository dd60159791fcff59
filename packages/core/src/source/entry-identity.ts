import { lstat, type Stats } from "node:fs";
import { nativePath } from "./native-path.ts";

/**
 * What tells an entry from all others and stays when it is moved within its file system: device, inode and birth.
 *
 * Undefined for a file with several names, for which it would stand for each of them, and where the file system knows no
 * inodes or no births: an inode alone is given to another file once its own is gone.
 */
export function entryIdentity(absolute: string, stats: Stats): string | Promise<string | undefined> | undefined {
  if (stats.ino === 0 || stats.birthtimeMs <= 0) return undefined;
  if (stats.nlink > 1 && !stats.isDirectory()) return undefined;
  if (Number.isSafeInteger(stats.ino)) return `${stats.dev}:${stats.ino}:${stats.birthtimeMs}`;
  return exactIdentity(absolute);
}

/** For numbers beyond 2^53, as NTFS has them, which `Stats` rounds; the entry may have been replaced in between. */
function exactIdentity(absolute: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    lstat(nativePath(absolute), { bigint: true }, (error, stats) => {
      resolve(error === null ? `${stats.dev}:${stats.ino}:${stats.birthtimeNs}` : undefined);
    });
  });
}
