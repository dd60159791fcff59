import { createCipheriv, createHash } from "node:crypto";
import { open } from "node:fs/promises";

const PIECE = 1024 * 1024;

/** Writes a file of bytes that no other label has, and that don't compress. */
export async function writeUniqueBytes(path: string, label: string, size: number): Promise<void> {
  const cipher = createCipheriv("aes-128-ctr", createHash("md5").update(label).digest(), Buffer.alloc(16));
  const file = await open(path, "wx");
  try {
    for (let left = size; left > 0; left -= PIECE) await file.write(cipher.update(Buffer.alloc(Math.min(left, PIECE))));
  } finally {
    await file.close();
  }
}
