import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  build,
  confirmPackages,
  type Ledger,
  type MemoryPackage,
  memoryLedger,
  memoryPackageStore,
  Secret,
  type SourceItem,
} from "@primepack/core";
import {
  type ImportRequest,
  type ImportStep,
  importPackage,
  type JobContainer,
  openSite,
  type SiteState,
} from "@primepack/emulator/import";
import { collect, exampleTarget, temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";

const folder = temporaryFolder();
const key = new Secret(Buffer.alloc(32, 7));
const modified = new Date("2024-01-02T03:04:05Z");

const switches: ImportRequest["switches"] = {
  badJobStatus: 400,
  missingSnapshot: "object",
  sideFiles: "strict",
  manifestOrder: "listed",
  existingFiles: "replace",
  errorLimit: 100,
  md5Error: "mismatch",
  archiveEncryption: "archive",
  logLines: "fields",
  deleteRunning: "cancel",
  movedItems: "move",
  deletedObjects: "delete",
};

function siteIn(directory: string): Promise<SiteState> {
  const { webUrl: url, webId, listTitle: title, listUrl, listId, rootFolderId } = exampleTarget;
  return openSite(directory, { url, webId, lists: [{ title, url: listUrl, id: listId, rootFolderId }] });
}

function containerOf(container: MemoryPackage["content"]): JobContainer {
  return {
    async find(name) {
      for await (const blob of container.list()) {
        if (blob.name !== name) continue;
        const { size, md5, iv } = blob;
        return { name, size, md5, iv, isSnapshot: true, blobType: "BlockBlob", open: () => container.read(name) };
      }
      return undefined;
    },
    list: async () => [],
    write: async () => undefined,
  };
}

/** `path: text`, or `path/` for a folder; the second part of a name after `=` is the entry's identity. */
function sourceOf(tree: Readonly<Record<string, string>>): SourceItem[] {
  return Object.entries(tree).map(([entry, text]): SourceItem => {
    const [path = "", identity = ""] = entry.split("=");
    const common = { path: path.split("/").filter(Boolean), identity, modified, created: modified };
    if (path.endsWith("/")) return { kind: "folder", ...common };
    return { kind: "file", ...common, size: Buffer.byteLength(text), content: Buffer.from(text), fingerprint: text };
  });
}

interface Migration {
  readonly site: SiteState;
  readonly ledger: Ledger;
}

async function migrate({ site, ledger }: Migration, runId: string, source: SourceItem[]): Promise<string[]> {
  async function* items() {
    yield* source;
  }
  const packages = memoryPackageStore();
  const common = { source: items(), target: exampleTarget, packages, workers: 0, limits: { maxItems: 3 } };
  const run = build({ ...common, encryption: key, ledger: { store: ledger, runId, deletions: true } });
  const records = (await collect(run)).flatMap((event) => (event.type === "packageFinished" ? [event.record] : []));
  const told: string[] = [];
  const done = new Set<string>();
  while (done.size < records.length) {
    for (const { name, dependsOn } of records) {
      if (done.has(name) || !dependsOn.every((one) => done.has(one))) continue;
      const { content, manifest } = packages.packages.get(name) ?? expect.fail(`There is no package ${name}`);
      const request: ImportRequest = {
        ...{ jobId: `${runId} ${name}`, data: containerOf(content), manifest: containerOf(manifest) },
        ...{ key: key.reveal(), site, switches, faults: () => ({}), signal: new AbortController().signal },
      };
      told.push(...problems(await collect(importPackage(request))));
      done.add(name);
    }
  }
  await confirmPackages(
    ledger,
    records.map(({ name }) => `${runId}/${name}`),
  );
  return told;
}

const problems = (steps: readonly ImportStep[]) =>
  steps.flatMap((step) => (step.type === "problem" ? [`${step.level} ${step.url}: ${step.message}`] : []));

async function treeOf(site: SiteState): Promise<Record<string, string>> {
  const root = join(site.directory, "sites/archive/Shared Documents");
  const tree: Record<string, string> = {};
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) tree[path.slice(root.length + 1)] = await readFile(path, "utf8");
    else tree[`${path.slice(root.length + 1)}/`] = "";
  }
  return tree;
}

const withoutIdentities = (tree: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(tree).map(([path, text]) => [path.replace(/=.*/, ""), text]));

const first = {
  "a.txt=1": "a",
  "docs/=2": "",
  "docs/b.txt=3": "b",
  "docs/sub/=4": "",
  "docs/sub/c.txt=5": "c",
  "z.txt=6": "z",
};

const { "z.txt=6": _, ...withoutZ } = first;

describe("importPackage() of what build() made of a changed source", () => {
  it.each<[string, Readonly<Record<string, string>>]>([
    ["nothing", first],
    ["contents", { ...first, "a.txt=1": "another a", "docs/sub/c.txt=5": "another c" }],
    ["a new file", { ...first, "zz.txt=9": "new" }],
    ["a file that is gone", { "a.txt=1": "a", "docs/=2": "", "docs/b.txt=3": "b", "z.txt=6": "z" }],
    [
      "a renamed file",
      {
        "a.txt=1": "a",
        "docs/=2": "",
        "docs/b2.txt=3": "b",
        "docs/sub/=4": "",
        "docs/sub/c.txt=5": "c",
        "z.txt=6": "z",
      },
    ],
    [
      "a file in another folder",
      {
        "docs/=2": "",
        "docs/a.txt=1": "a",
        "docs/b.txt=3": "b",
        "docs/sub/=4": "",
        "docs/sub/c.txt=5": "c",
        "z.txt=6": "z",
      },
    ],
    [
      "a renamed folder",
      {
        "a.txt=1": "a",
        "papers/=2": "",
        "papers/b.txt=3": "b",
        "papers/sub/=4": "",
        "papers/sub/c.txt=5": "c",
        "z.txt=6": "z",
      },
    ],
    ["a renamed file, and another one in its place", { ...withoutZ, "z.txt=7": "new", "zz.txt=6": "z" }],
    [
      "a name in another case",
      {
        "A.txt=1": "a",
        "docs/=2": "",
        "docs/b.txt=3": "b",
        "docs/sub/=4": "",
        "docs/sub/c.txt=5": "c",
        "z.txt=6": "z",
      },
    ],
  ])("takes over %s", async (what, tree) => {
    const migration = { site: await siteIn(folder(what)), ledger: memoryLedger() };
    expect(await migrate(migration, "one", sourceOf(first))).toEqual([]);
    expect(await treeOf(migration.site)).toEqual(withoutIdentities(first));
    expect(await migrate(migration, "two", sourceOf(tree))).toEqual([]);
    expect(await treeOf(migration.site)).toEqual(withoutIdentities(tree));
    await migration.site.close();
    const again = await siteIn(folder(what));
    expect((await collect(again.importedItems())).map(({ url }) => url).sort()).toEqual(
      Object.keys(withoutIdentities(tree))
        .map((path) => `/sites/archive/Shared Documents/${path.replace(/\/$/, "")}`)
        .sort(),
    );
    await again.close();
  });
});
