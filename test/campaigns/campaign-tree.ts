import { createCipheriv, createHash } from "node:crypto";
import { mkdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { seededNumbers } from "./seeded-numbers.ts";

/** An entry of a tree that a campaign migrates. */
export interface TreeEntry {
  readonly kind: "folder" | "file";
  /** Below the tree's folder, `/` between names. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Whole seconds; no entry is changed later than this. */
  readonly modified: Date;
}

/** Share of the files, and the bytes that they have at most. */
const SIZES: readonly (readonly [share: number, least: number, most: number])[] = [
  [0.03, 0, 0],
  [0.8, 1, 4_000],
  [0.145, 4_000, 64_000],
  [0.024, 64_000, 500_000],
  [0.001, 1_000_000, 4_000_000],
];

/** More than two blocks of the least size that a build takes. */
const LARGE_FILE = 12_000_000;

const FOLDERS_IN_ONE = 12;
const FILES_IN_ONE = 18;
const FIRST_MODIFIED = Date.UTC(2019, 0, 1);

/**
 * Makes a tree of files of 0 bytes to 12 MB in nested folders, the same for the same seed: names, bytes, dates. Gives all
 * of its entries, a folder before what is in it.
 */
export async function makeCampaignTree(folder: string, files: number, seed: string): Promise<readonly TreeEntry[]> {
  const draw = seededNumbers(`tree ${seed}`);
  const entries: TreeEntry[] = [];
  const folders: string[] = [];
  let seconds = 0;
  const add = (kind: TreeEntry["kind"], path: string, size: number) => {
    seconds += 1 + Math.floor(draw() * 10_000);
    entries.push({ kind, path, size, modified: new Date(FIRST_MODIFIED + seconds * 1000) });
  };
  for (let number = 0; number * FILES_IN_ONE < files; number += 1) {
    const above = folders[Math.floor((number - 1) / FOLDERS_IN_ONE)];
    const path = above === undefined ? "" : `${above}${above === "" ? "" : "/"}Ordner ${number} & söhne`;
    folders.push(path);
    if (path !== "") add("folder", path, 0);
    for (let file = number * FILES_IN_ONE; file < Math.min(files, (number + 1) * FILES_IN_ONE); file += 1) {
      const name = `file ${file} ${["report.docx", "picture.png", "données.csv", "#1 100%.txt"][file % 4]}`;
      add("file", path === "" ? name : `${path}/${name}`, file === files - 1 ? LARGE_FILE : sizeOf(draw));
    }
  }
  await mkdir(folder, { recursive: true });
  for (const { kind, path, size } of entries) {
    if (kind === "folder") await mkdir(join(folder, path));
    else await writeFile(join(folder, path), bytesOf(`${seed} ${path}`, size));
  }
  // What is in a folder first: writing it changed the folder's date.
  for (const { path, modified } of [...entries].reverse()) await utimes(join(folder, path), modified, modified);
  return entries;
}

function sizeOf(draw: () => number): number {
  let left = draw();
  for (const [share, least, most] of SIZES) {
    if (left < share) return least + Math.floor(draw() * (most - least + 1));
    left -= share;
  }
  return 0;
}

/** Bytes that no other file has, and that don't compress. */
function bytesOf(label: string, size: number): Uint8Array {
  const key = createHash("md5").update(label).digest();
  return createCipheriv("aes-128-ctr", key, Buffer.alloc(16)).update(Buffer.alloc(size));
}
