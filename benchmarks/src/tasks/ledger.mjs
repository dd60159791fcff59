// What a ledger of so many files costs: `write` makes it, a package at a time; `read` looks every file up, as a scan does.
// Memory is told apart: anonymous pages are the process's own, file-backed ones the system takes back at will.
import { statSync } from "node:fs";
import { join } from "node:path";
import { openLmdbLedger } from "@primepack/store-lmdb";
import { memoryPeaks } from "../harness/memory.mjs";
import { reportWork } from "./work-usage.mjs";

const [task, path, countText] = process.argv.slice(2);
const count = Number(countText);
const listId = "b2222222-0000-4000-8000-000000000002";
const ITEMS_OF_PACKAGE = 250;
const FILES_OF_FOLDER = 400;

const memory = memoryPeaks();

const digits = (value, length) => value.toString(16).padStart(length, "0");
/** Spread over all values, as GUIDs are that are made from hashes. */
const guid = (kind, index) =>
  `${digits(Math.imul(index, 0x9e3779b1) >>> 0, 8)}-${digits(kind, 4)}-5000-8000-${digits(index, 12)}`;
const sourceOf = (index) => [
  `folder-${Math.floor(index / FILES_OF_FOLDER)}`,
  `file-${String(index).padStart(7, "0")}.dat`,
];

function entryOf(index) {
  const source = sourceOf(index);
  return {
    kind: "file",
    source,
    path: source,
    id: guid(1, index),
    listItemId: guid(2, index),
    itemId: index + 1,
    generation: 0,
    identity: `66309:${2_000_000 + index}:1700000000123456789`,
    built: {
      package: `0123456789abcdef/${String(Math.floor(index / ITEMS_OF_PACKAGE)).padStart(6, "0")}`,
      fingerprint: `2000:${1_710_240_000_000 + index}`,
    },
  };
}

async function write(ledger) {
  for (let from = 0; from < count; from += ITEMS_OF_PACKAGE) {
    const length = Math.min(ITEMS_OF_PACKAGE, count - from);
    await ledger.write({ put: Array.from({ length }, (_, index) => entryOf(from + index)) });
    if (from % (ITEMS_OF_PACKAGE * 40) === 0) memory.sample();
  }
}

async function read(ledger) {
  for (let index = 0; index < count; index += 1) {
    if (ledger.get(sourceOf(index))?.itemId !== index + 1) throw new Error(`Cannot find file ${index}`);
    if (index % 10_000 !== 0) continue;
    memory.sample();
    // A scan gives way to other work at each folder.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

await reportWork(async () => {
  const ledger = await openLmdbLedger({ path, listId, readOnly: task === "read" });
  await (task === "read" ? read : write)(ledger);
  memory.sample();
  await ledger.close();
  return { ...memory.peaks, bytes: statSync(join(path, "ledger.mdb")).size };
});
