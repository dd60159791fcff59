// Lists a tree with the size and date of each file: "core" with core's source, "bare" with the least that Node needs,
// "fast-glob" with fast-glob and its stats. All sort nothing but what they sort by themselves.
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import glob from "fast-glob";
import { core } from "../core.mjs";
import { reportWork } from "./work-usage.mjs";

const [mode, root] = process.argv.slice(2);
const { fileSystemSource } = await core();

async function scanWithCore() {
  let files = 0;
  let bytes = 0;
  for await (const item of fileSystemSource(root)) {
    if (item.kind !== "file") continue;
    files += 1;
    bytes += item.size;
  }
  return { files, bytes };
}

async function scanBare() {
  let files = 0;
  let bytes = 0;
  const folders = [root];
  for (const folder of folders) {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else {
        files += 1;
        bytes += (await lstat(path)).size;
      }
    }
  }
  return { files, bytes };
}

async function scanWithGlob() {
  let files = 0;
  let bytes = 0;
  for await (const entry of glob.stream("**", { cwd: root, dot: true, stats: true })) {
    files += 1;
    bytes += entry.stats.size;
  }
  return { files, bytes };
}

await reportWork({ core: scanWithCore, bare: scanBare, "fast-glob": scanWithGlob }[mode]);
