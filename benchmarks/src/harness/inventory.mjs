import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { makeTree } from "./files.mjs";

const CONTENTS = 2000;
const AUTHORS = 50;
const FILES_OF_FOLDER = 400;
const FIRST_DAY = Date.UTC(2015, 0, 1);
const DAY = 86_400_000;

/**
 * Writes an NDJSON inventory of files with so many versions each, the current one included: every version with content
 * of its own size and path, date, author, check-in comment and a field. The contents are 2,000 files, named again and
 * again, so that what is measured isn't the making of inodes.
 */
export async function makeInventory(folder, { files, versions, bytes }) {
  await makeTree(join(folder, "contents"), { count: CONTENTS, bytes });
  const path = join(folder, `inventory-${files}.ndjson`);
  const out = createWriteStream(path, { highWaterMark: 1024 * 1024 });
  for (let author = 0; author < AUTHORS; author += 1) {
    out.write(`${JSON.stringify({ kind: "user", login: loginOf(author), name: `User ${author}` })}\n`);
  }
  for (let file = 0; file < files; file += 1) {
    if (!out.write(`${JSON.stringify(lineOf(file, versions, bytes))}\n`)) await once(out, "drain");
  }
  out.end();
  await once(out, "close");
  return path;
}

const loginOf = (author) => `CONTOSO\\user${author % AUTHORS}`;

function lineOf(file, versions, bytes) {
  const older = Array.from({ length: versions - 1 }, (_, index) => versionOf(file, index, bytes));
  return {
    kind: "file",
    path: [`folder-${Math.floor(file / FILES_OF_FOLDER)}`, `Report ${file}.docx`],
    created: dateOf(0),
    ...versionOf(file, versions - 1, bytes),
    versions: older,
  };
}

function versionOf(file, index, bytes) {
  const content = (file * 31 + index) % CONTENTS;
  const folder = String(Math.floor(content / FILES_OF_FOLDER)).padStart(5, "0");
  return {
    version: `${index + 1}.0`,
    modified: dateOf(index + 1),
    author: loginOf(file),
    modifiedBy: loginOf(file + index),
    checkinComment: `Change ${index} of report ${file}`,
    fields: [{ name: "Title", type: "Text", value: `Report ${file} as of change ${index}` }],
    size: bytes,
    content: { path: `contents/folder-${folder}/file-${String(content).padStart(7, "0")}.dat` },
  };
}

const dateOf = (day) => new Date(FIRST_DAY + day * DAY).toISOString();
