import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readNdjson } from "@primepack/core";
import { startEmulator } from "@primepack/emulator";
import type { ImportedItem } from "@primepack/emulator/import";
import type { ItemEnd, MigrationSummary } from "@primepack/runner";
import { givenItem } from "../emulator/given-item.ts";
import { importedItem } from "../emulator/imported-item.ts";
import { Findings } from "./findings.ts";
import { importedEntries } from "./imported-tree.ts";
import { type ProcessUsage, runMeasuredProcess } from "./measured-process.ts";
import { makeRichInventory, type RichInventory } from "./rich-inventory.ts";

export interface RichCampaignOptions {
  /** An empty folder for all that the campaign makes; it stays. */
  readonly directory: string;
  /** Items of each of the two inventories, at least. */
  readonly items: number;
  readonly seed: number;
  /** Told of each step, for people. Default: nobody. */
  readonly log?: (line: string) => void;
}

export interface RichCampaignResult {
  readonly items: number;
  readonly versions: number;
  /** Of the processes that migrated the library and the list. */
  readonly usage: readonly ProcessUsage[];
  /** What should not be; one line a kind. */
  readonly findings: readonly string[];
}

const PLACES = [
  { kind: "library", title: "Documents", url: "Shared Documents", baseTemplate: 101 },
  { kind: "list", title: "Tasks", url: "Lists/Tasks", baseTemplate: 100 },
] as const;

/**
 * Migrates inventories that say all that can be said of files and of list items, by the built command, and holds every
 * attribute that an emulator then has against them.
 */
export async function richCampaign(options: RichCampaignOptions): Promise<RichCampaignResult> {
  const { directory, items: count, seed, log = () => undefined } = options;
  const findings = new Findings();
  const usage: ProcessUsage[] = [];
  let items = 0;
  let versions = 0;
  const lists = PLACES.map(({ title, url, baseTemplate }) => ({ title, url, baseTemplate }));
  const emulator = await startEmulator({ directory: join(directory, "emulator"), lists });
  try {
    for (const [index, { kind, title, url }] of PLACES.entries()) {
      const inventory = await makeRichInventory(join(directory, kind), kind, count, seed + index * 100_000);
      const run = join(directory, `run-${kind}`);
      const result = await runMeasuredProcess(
        [
          ...["migrate", "--inventory", inventory.file, "--site", emulator.siteUrl, "--library", title, "--out", run],
          ...["--poll-running", "0.5", "--poll-queued", "0.5", "--json"],
        ],
        join(directory, `${kind}-usage.json`),
      );
      usage.push(result.usage);
      const summary = JSON.parse(result.stdout.slice(result.stdout.lastIndexOf("\n") + 1)) as MigrationSummary;
      log(`${kind}: ${inventory.items.length} items, ${result.usage.wall.toFixed(0)} s`);
      findings.compare("exit status", `${kind}: ${result.stderr}`, result.exit, 0);
      const { imported, ...others } = summary.counts;
      const bad = Object.values(others).filter((number) => number !== 0);
      findings.compare("counts", kind, [imported, bad], [inventory.items.length, []]);
      versions += await checkInventory({ directory: emulator.directory, url, run }, inventory, findings);
      items += inventory.items.length;
    }
    return { items, versions, usage, findings: findings.lines };
  } finally {
    await emulator.stop();
  }
}

/** Gives how many versions were compared. */
async function checkInventory(
  { directory, url, run }: { readonly directory: string; readonly url: string; readonly run: string },
  { items }: RichInventory,
  findings: Findings,
): Promise<number> {
  const entries = (await importedEntries({ emulator: directory, library: url })) as ReadonlyMap<string, ImportedItem>;
  const byId = new Map([...entries.values()].map((item) => [item.uniqueId, item]));
  const ends = new Map<string, ItemEnd>();
  for await (const end of readNdjson<ItemEnd>(join(run, "report", "items.ndjson"))) {
    const path = end.sourcePath.join("/");
    if (ends.has(path)) findings.add("entry with two ends", path);
    ends.set(path, end);
  }
  findings.compare("entries", url, [entries.size, ends.size], [items.length, items.length]);
  let versions = 0;
  for (const item of items) {
    const path = item.path.join("/");
    const end = ends.get(path);
    const imported = byId.get(end?.id ?? "");
    if (imported === undefined) {
      findings.add("item that was not imported", `${path}: ${end?.outcome} ${end?.message}`);
      continue;
    }
    const given = await givenItem(item);
    findings.compare("warnings", path, end?.warnings ?? [], []);
    if (item.itemId !== undefined) findings.compare("item id", path, imported.itemId, item.itemId);
    const is = importedItem(imported, given, { webUrl: "/sites/emulated", listUrl: url });
    for (const name of new Set([...Object.keys(is), ...Object.keys(given)])) {
      findings.compare(name, path, inOrder(is[name]), inOrder(given[name]));
    }
    for (const { storedAs, sha256 } of [...(imported.versions ?? []), ...(imported.attachments ?? [])]) {
      const bytes = await readFile(join(directory, storedAs));
      findings.compare("bytes", path, createHash("sha256").update(bytes).digest("hex"), sha256);
    }
    versions += imported.versions?.length ?? imported.itemVersions?.length ?? 0;
  }
  const numbers = [...entries.values()].map(({ itemId }) => itemId);
  findings.compare("item ids", "different ones", new Set(numbers).size, numbers.length);
  return versions;
}

/** With names in one order. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  const sorted = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, of]) => [name, inOrder(of)]));
}
