import { createHash } from "node:crypto";

/** Bytes that a name may have in the file systems of Linux, macOS and (counted wider) Windows. */
const mostBytes = 255;

/** The name of a file or folder on disk: its own, but cut and marked with a hash where a file system would refuse it. */
export function storedName(name: string): string {
  if (Buffer.byteLength(name) <= mostBytes) return name;
  const mark = `~${createHash("sha256").update(name).digest("hex").slice(0, 16)}`;
  let cut = "";
  for (const character of name) {
    if (Buffer.byteLength(cut) + Buffer.byteLength(character) + mark.length > mostBytes) break;
    cut += character;
  }
  return cut + mark;
}

/** Names of one folder that differ in nothing else than this are one name: case, and composed against decomposed. */
export function foldedName(name: string): string {
  return name.normalize("NFC").toLowerCase();
}

/** A copy: part of a text that was read keeps all of it in memory. */
export function detached(text: string): string {
  return Buffer.from(text).toString();
}
