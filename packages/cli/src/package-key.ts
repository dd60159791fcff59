import { access } from "node:fs/promises";
import { join } from "node:path";
import { readKeyFile, type Secret } from "@primepack/core";

/** The key that was named, else `DIR/key` if it is there: packages need none if they aren't encrypted. */
export async function keyFor(directory: string, keyFile: string | undefined): Promise<Secret<Uint8Array> | undefined> {
  if (keyFile !== undefined) return readKeyFile(keyFile);
  const path = join(directory, "key");
  try {
    await access(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
  }
  return readKeyFile(path);
}
