import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  build,
  type MemoryPackage,
  memoryPackageStore,
  type PackageForms,
  Secret,
  type SourceItem,
  type Target,
} from "@primepack/core";
import {
  type ImportedItem,
  type ImportRequest,
  type ImportStep,
  importPackage,
  type JobContainer,
  openSite,
  type SiteState,
} from "@primepack/emulator/import";
import { collect, exampleTarget, RandomSource, temporaryFolder } from "@primepack/test-support";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Details, givenGrants, givenItem } from "./given-item.ts";
import { importedItem, principalText } from "./imported-item.ts";

// Packages are built by one reading of the format and imported by another, which share no code.

const folder = temporaryFolder();
let sites = 0;

const key = new Secret(Buffer.alloc(32, 7));
const listTarget = { ...exampleTarget, listTitle: "Tasks", listUrl: "Lists/Tasks", baseTemplate: "GenericList" };
const switches: ImportRequest["switches"] = {
  badJobStatus: 400,
  missingSnapshot: "object",
  sideFiles: "strict",
  manifestOrder: "listed",
  existingFiles: "append",
  errorLimit: 100,
  md5Error: "mismatch",
  archiveEncryption: "archive",
  logLines: "fields",
  deleteRunning: "cancel",
  movedItems: "refuse",
  deletedObjects: "delete",
};

async function siteOf(target: Target): Promise<SiteState> {
  sites += 1;
  const site = await openSite(folder(`${sites}`), {
    url: target.webUrl,
    webId: target.webId,
    lists: [
      {
        title: target.listTitle,
        url: target.listUrl,
        baseTemplate: target.baseTemplate === "GenericList" ? 100 : 101,
        id: target.listId,
        rootFolderId: target.rootFolderId,
      },
    ],
  });
  // The roles that random sources take for granted.
  for (let id = 1_900_000_001; id < 1_900_000_200; id += 1) {
    await site.ensureRole({ id, name: `Role ${id}`, roleType: 0, permMask: "1" });
  }
  return site;
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
    list: async () => (await collect(container.list())).map(({ name }) => name),
    write: async () => undefined,
  };
}

interface Migrated {
  readonly steps: readonly ImportStep[];
  readonly items: readonly ImportedItem[];
  readonly site: SiteState;
}

/** Builds the items, and imports the packages one after the other. */
async function migrate(
  items: readonly SourceItem[],
  target: Target,
  forms: PackageForms = {},
  maxItems = 4,
): Promise<Migrated> {
  async function* source() {
    yield* items;
  }
  const packages = memoryPackageStore();
  const common = { source: source(), target, packages, workers: 0, limits: { maxItems } };
  const run = build({ ...common, encryption: key, forms });
  const events = await collect(run);
  expect(events.filter((event) => event.type === "item" && event.outcome.outcome === "failed")).toEqual([]);
  const records = events.flatMap((event) => (event.type === "packageFinished" ? [event.record] : []));
  const site = await siteOf(target);
  const steps: ImportStep[] = [];
  for (const name of inOrder(records)) {
    const { content, manifest } = packages.packages.get(name) ?? expect.fail(`There is no package ${name}`);
    const request: ImportRequest = {
      ...{ jobId: `job ${name}`, data: containerOf(content), manifest: containerOf(manifest), key: key.reveal() },
      ...{ site, switches, faults: () => ({}), signal: new AbortController().signal },
    };
    steps.push(...(await collect(importPackage(request))));
  }
  return { steps, items: await collect(site.importedItems()), site };
}

/** Each package after those that it depends on. */
function inOrder(records: readonly { readonly name: string; readonly dependsOn: readonly string[] }[]): Set<string> {
  const ordered = new Set<string>();
  while (ordered.size < records.length) {
    const ready = records.filter(
      ({ name, dependsOn }) => !ordered.has(name) && dependsOn.every((one) => ordered.has(one)),
    );
    if (ready.length === 0) throw new Error("Packages depend on each other in a circle");
    for (const { name } of ready) ordered.add(name);
  }
  return ordered;
}

function problems(steps: readonly ImportStep[]): string[] {
  return steps.flatMap((step) =>
    step.type === "problem" && !step.message.endsWith("to be deleted does not exist.")
      ? [`${step.level} ${step.url}: ${step.message}`]
      : [],
  );
}

/** Every file that the records name holds what they say. */
async function expectContents({ items, site }: Migrated): Promise<void> {
  for (const item of items) {
    const contents = [...(item.versions ?? []), ...(item.attachments ?? [])];
    for (const { storedAs, sha256, size } of contents) {
      const bytes = await readFile(join(site.directory, storedAs));
      expect(bytes.length).toBe(size);
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha256);
    }
    if (item.kind === "file") {
      expect(item.versions?.at(-1)?.storedAs).toBe(decodeURI(encodeURI(item.url.slice(1))));
    }
  }
}

async function expectSame(kind: "library" | "list", items: readonly SourceItem[], forms: PackageForms): Promise<void> {
  const target = kind === "list" ? listTarget : exampleTarget;
  const migrated = await migrate(items, target, forms);
  try {
    await expectMigrated(items, migrated, target);
  } finally {
    await migrated.site.close();
  }
}

async function expectMigrated(items: readonly SourceItem[], migrated: Migrated, target: Target): Promise<void> {
  expect(problems(migrated.steps)).toEqual([]);
  const given = items.filter((item): item is Details => ["file", "folder", "item"].includes(item.kind));
  expect(migrated.items).toHaveLength(given.length);
  for (const [index, item] of given.entries()) {
    const expected = await givenItem(item);
    const imported = migrated.items[index];
    if (imported) expect(importedItem(imported, expected, target)).toEqual(expected);
  }
  const list = items.find((item) => item.kind === "list");
  const scope = migrated.site.listScopes.get(target.listId);
  const grants = scope?.assignments.map(({ principal, roleId }) => `${principalText(principal)} ${roleId}`).sort();
  expect(grants && [...new Set(grants)]).toEqual(list?.kind === "list" ? givenGrants(list.permissions) : undefined);
  await expectContents(migrated);
}

const forms = fc.record<PackageForms>(
  {
    outerFileValue: fc.boolean(),
    versionIds: fc.constantFrom("same", "distinct"),
    attachmentUrl: fc.constantFrom("webRelative", "serverRelative"),
    dateTimeFields: fc.constantFrom("iso", "us"),
    userFields: fc.constantFrom("native", "hash"),
    roles: fc.constantFrom("write", "omit"),
    archives: fc.boolean(),
  },
  { requiredKeys: [] },
);

describe("importPackage() of what build() made", () => {
  it.each(["library", "list"] as const)(
    "gives every byte and attribute of a random %s",
    async (kind) => {
      const made = fc.asyncProperty(fc.gen(), forms, async (draw, form) => {
        await expectSame(kind, new RandomSource(draw, kind).items(), form);
      });
      await fc.assert(made, { numRuns: 100, interruptAfterTimeLimit: 240_000, markInterruptAsFailure: true });
    },
    300_000,
  );
});
