import { randomFillSync } from "node:crypto";
import { mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MEBIBYTE } from "./sizes.mjs";

/** Writes a file of random bytes; they are in the page cache afterwards, so that reading it measures no disk. */
export async function makeFile(path, bytes) {
  const file = await open(path, "w");
  const block = Buffer.allocUnsafe(8 * MEBIBYTE);
  for (let left = bytes; left > 0; left -= block.length) {
    await file.write(randomFillSync(block).subarray(0, Math.min(left, block.length)));
  }
  await file.close();
  return path;
}

/** Makes `count` files of `bytes` random bytes each, up to `perFolder` in a folder. */
export async function makeTree(root, { count, bytes, perFolder = 400 }) {
  const pool = randomFillSync(Buffer.allocUnsafe(bytes + 4099));
  for (let made = 0; made < count; made += perFolder) {
    const folder = join(root, `folder-${String(made / perFolder).padStart(5, "0")}`);
    await mkdir(folder, { recursive: true });
    const writes = [];
    for (let index = made; index < Math.min(count, made + perFolder); index += 1) {
      const at = (index * 31) % 4099;
      writes.push(writeFile(join(folder, `file-${String(index).padStart(7, "0")}.dat`), pool.subarray(at, at + bytes)));
    }
    await Promise.all(writes);
  }
  return root;
}
