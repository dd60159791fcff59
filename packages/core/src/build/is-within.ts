import { realpath } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";

/** Whether a path is a folder or lies in it once links are followed; neither has to exist. Both are absolute. */
export async function isWithin(path: string, folder: string): Promise<boolean> {
  const below = relative(await realpathOfNearest(folder), await realpathOfNearest(path));
  return below === "" || (below !== ".." && !below.startsWith(`..${sep}`) && resolve(below) !== below);
}

/** The real path of what exists of it, with the rest of the names behind. */
async function realpathOfNearest(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(await realpathOfNearest(parent), relative(parent, path));
  }
}
