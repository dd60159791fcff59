import { mkdir, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Files by path with `/` between names: a text, bytes, or a size of bytes that differ from file to file. */
export type TreeFiles = Readonly<Record<string, string | Uint8Array | number>>;

const MODIFIED = new Date("2024-03-12T10:45:00Z");

/** Writes the files below the folder, with one fixed date for all files and folders. */
export async function makeTree(folder: string, files: TreeFiles): Promise<void> {
  const folders = new Set<string>();
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, typeof content === "number" ? bytesFor(path, content) : content);
    await utimes(file, MODIFIED, MODIFIED);
    for (let above = dirname(file); above.length >= folder.length; above = dirname(above)) folders.add(above);
  }
  for (const path of folders) await utimes(path, MODIFIED, MODIFIED);
}

function bytesFor(path: string, size: number): Uint8Array {
  const seed = [...path].reduce((sum, character) => sum + (character.codePointAt(0) ?? 0), 0);
  return Uint8Array.from({ length: size }, (_, index) => (index * 31 + seed) % 251);
}

/** A tree of `folders` folders of `files` small files each: enough for several packages when the limits are low. */
export function manyFiles(folders: number, files: number): TreeFiles {
  const tree: Record<string, string | number> = {};
  for (let folder = 0; folder < folders; folder++) {
    for (let file = 0; file < files; file++) {
      tree[`folder ${folder}/sub ${folder % 3}/file ${file}.txt`] = (folder * 997 + file * 131) % 3000;
    }
  }
  return tree;
}
