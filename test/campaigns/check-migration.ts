import { join } from "node:path";
import { readNdjson } from "@primepack/core";
import type { ItemEnd } from "@primepack/runner";
import { folderDigest } from "@primepack/test-support";
import type { TreeEntry } from "./campaign-tree.ts";
import type { Findings } from "./findings.ts";
import { type ImportedEntry, importedEntries, importedFolder, type LibraryPlace } from "./imported-tree.ts";

/** A migration of a tree that is complete, and where what came of it is. */
export interface FinishedMigration extends LibraryPlace {
  readonly source: string;
  readonly tree: readonly TreeEntry[];
  /** Folder of the run. */
  readonly run: string;
}

/** What a migration came to, by path. */
export interface MigrationResult {
  readonly imported: ReadonlyMap<string, ImportedEntry>;
  readonly ends: ReadonlyMap<string, ItemEnd>;
}

/**
 * Holds the target and the report of a migration against its source: every file byte for byte, every date, and one end
 * for every entry.
 */
export async function checkMigration(migration: FinishedMigration, findings: Findings): Promise<MigrationResult> {
  const { tree, run, source } = migration;
  const ends = await readEnds(run, findings);
  const imported = await importedEntries(migration);
  for (const entry of tree) {
    const { path } = entry;
    const end = ends.get(path);
    if (end === undefined) findings.add("entry without an end", path);
    else {
      findings.compare("outcome", path, [end.kind, end.outcome, end.attempts], [entry.kind, "imported", 1]);
      if (entry.kind === "file") findings.compare("reported size", path, end.size, entry.size);
    }
    const item = imported.get(path);
    if (item === undefined) findings.add("entry that was not imported", path);
    else checkItem(entry, item, end, findings);
  }
  const known = new Set(tree.map(({ path }) => path));
  for (const path of ends.keys()) if (!known.has(path)) findings.add("end of nothing", path);
  for (const path of imported.keys()) if (!known.has(path)) findings.add("imported from nowhere", path);
  findings.compare(
    "item ids",
    "different ones",
    new Set([...imported.values()].map(({ itemId }) => itemId)).size,
    imported.size,
  );
  const [is, shouldBe] = [await folderDigest(importedFolder(migration)), await folderDigest(source)];
  for (const path of new Set([...Object.keys(is), ...Object.keys(shouldBe)])) {
    findings.compare("bytes", path, is[path], shouldBe[path]);
  }
  return { imported, ends };
}

function checkItem(entry: TreeEntry, item: ImportedEntry, end: ItemEnd | undefined, findings: Findings): void {
  const { path, modified } = entry;
  const date = modified.toISOString().replace(".000Z", "Z");
  findings.compare("dates", path, [item.created, item.modified], [date, date]);
  findings.compare("kind", path, item.kind, entry.kind);
  if (item.itemId < 1) findings.add("item without an id", path);
  findings.compare("reported id and job", path, [end?.id, end?.jobId], [item.uniqueId, item.jobId]);
  if (entry.kind === "folder") return;
  const versions = item.versions?.map(({ size, jobId }) => [size, jobId]);
  findings.compare("versions", path, versions, [[entry.size, item.jobId]]);
}

async function readEnds(run: string, findings: Findings): Promise<Map<string, ItemEnd>> {
  const ends = new Map<string, ItemEnd>();
  for await (const end of readNdjson<ItemEnd>(join(run, "report", "items.ndjson"))) {
    const path = end.sourcePath.join("/");
    if (ends.has(path)) findings.add("entry with two ends", path);
    ends.set(path, end);
  }
  return ends;
}
