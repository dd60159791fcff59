import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { readNdjson } from "@primepack/core";
import type { ImportedItem } from "@primepack/emulator/import";
import type { ItemEnd } from "@primepack/runner";
import type { Findings } from "./findings.ts";
import { importedEntries, importedFolder, type LibraryPlace } from "./imported-tree.ts";
import type { ExpectedEntry } from "./special-entries.ts";

export interface MigratedTree extends LibraryPlace {
  readonly source: string;
  readonly tree: readonly ExpectedEntry[];
  /** Folder of the run. */
  readonly run: string;
  /** Who all is by. */
  readonly author: { readonly name: string; readonly login: string; readonly email: string };
}

/** Holds what a library got, and what was reported of it, against the tree that it is from: bytes, and whole records. */
export async function checkTree(migrated: MigratedTree, findings: Findings): Promise<void> {
  const { tree, run, source, emulator } = migrated;
  const ends = await readEnds(run, findings);
  const imported = (await importedEntries(migrated)) as ReadonlyMap<string, ImportedItem>;
  const rootId = await rootFolderId(migrated);
  for (const entry of tree) {
    const { path, importedPath, kind, size } = entry;
    const end = ends.get(path);
    findings.compare("end", path, [end?.kind, end?.outcome, end?.attempts], [kind, "imported", 1]);
    if (kind === "file") findings.compare("reported size", path, end?.size, size);
    const item = imported.get(importedPath);
    if (item === undefined) {
      findings.add("entry that was not imported", path);
      continue;
    }
    findings.compare("reported place", path, [end?.id, end?.jobId, end?.url], [item.uniqueId, item.jobId, item.url]);
    const above = importedPath.includes("/")
      ? imported.get(importedPath.slice(0, importedPath.lastIndexOf("/")))
      : undefined;
    findings.compare("parent", path, item.parentId, importedPath.includes("/") ? above?.uniqueId : rootId);
    const sha256 = kind === "file" ? await digestOf(join(source, path)) : "";
    findings.compare("attributes", path, attributesOf(item), expectedAttributes(entry, item.itemId, sha256, migrated));
    if (kind === "folder") continue;
    const stored = item.versions?.at(-1)?.storedAs ?? "";
    findings.compare("bytes", path, await digestOf(join(emulator, stored)).catch(String), sha256);
  }
  const paths = new Set(tree.map(({ path }) => path));
  for (const path of ends.keys()) if (!paths.has(path)) findings.add("end of nothing", path);
  const importedPaths = new Set(tree.map(({ importedPath }) => importedPath));
  for (const path of imported.keys()) if (!importedPaths.has(path)) findings.add("imported from nowhere", path);
  const onDisk = await readdir(importedFolder(migrated), { recursive: true });
  findings.compare("entries on disk", "count", onDisk.length, tree.length);

  const items = [...imported.values()];
  // A new library numbers what comes from 1 on.
  const numbers = items.map(({ itemId }) => itemId).sort((one, other) => one - other);
  const gap = numbers.findIndex((number, index) => number !== index + 1);
  if (gap !== -1) findings.add("item ids with a gap or twice", `${numbers.slice(Math.max(0, gap - 2), gap + 3)}`);
  for (const name of ["uniqueId", "listItemId", "url"] as const) {
    findings.compare("different ones", name, new Set(items.map((item) => item[name])).size, items.length);
  }
}

const PLACES: ReadonlySet<string> = new Set(["uniqueId", "listItemId", "parentId", "listId", "itemId", "jobId"]);

/** All of a record but ids, with sorted names; whether a place of a job's is its own is compared apart. */
function attributesOf(item: ImportedItem): unknown {
  const rest = Object.entries(item).filter(([name]) => !PLACES.has(name));
  const { versions } = item;
  return sorted({
    ...Object.fromEntries(rest),
    ...(versions && {
      versions: versions.map(({ jobId, quickXorHash, storedAs, ...version }) =>
        sorted({ ...version, isOfJob: jobId === item.jobId, hasHash: quickXorHash.length === 28 }),
      ),
    }),
  });
}

function expectedAttributes(
  { kind, importedPath, size, created, modified }: ExpectedEntry,
  itemId: number,
  sha256: string,
  migrated: MigratedTree,
): unknown {
  const principal = { kind: "user", ...pick(migrated.author) };
  const stamps = { author: principal, editor: principal, created: seconds(created), modified: seconds(modified) };
  const common = {
    ...{
      kind,
      name: importedPath.split("/").at(-1),
      label: "1.0",
      contentTypeId: kind === "file" ? "0x0101" : "0x0120",
    },
    ...{ url: `/sites/emulated/${migrated.library}/${importedPath}`, moderation: { status: "Approved" }, fields: [] },
    ...stamps,
    order: itemId * 100,
  };
  if (kind === "folder") return sorted(common);
  const version = { label: "1.0", size, sha256, isOfJob: true, hasHash: true, ...stamps };
  return sorted({ ...common, versions: [sorted(version)] });
}

const pick = ({ login, name, email }: MigratedTree["author"]) => ({ login, name, email });

/** SharePoint keeps whole seconds; what is finer is cut off. */
const seconds = (date: Date) => `${new Date(Math.floor(date.getTime() / 1000) * 1000).toISOString().slice(0, 19)}Z`;

function sorted(record: Readonly<Record<string, unknown>>): unknown {
  return Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)));
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

async function readEnds(run: string, findings: Findings): Promise<ReadonlyMap<string, ItemEnd>> {
  const ends = new Map<string, ItemEnd>();
  for await (const end of readNdjson<ItemEnd>(join(run, "report", "items.ndjson"))) {
    const path = end.sourcePath.join("/");
    if (ends.has(path)) findings.add("entry with two ends", path);
    ends.set(path, end);
  }
  return ends;
}

async function rootFolderId({ emulator, library }: LibraryPlace): Promise<string | undefined> {
  const site = JSON.parse(await readFile(join(emulator, "sites", "emulated.state", "site.json"), "utf8")) as {
    readonly lists: readonly { readonly url: string; readonly rootFolderId: string }[];
  };
  return site.lists.find(({ url }) => url === `/sites/emulated/${library}`)?.rootFolderId;
}
