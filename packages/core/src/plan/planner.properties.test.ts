import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { exampleTarget } from "@primepack/test-support";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PackagePlan, PlannedDeletion, PlannedItem, SourceContent, SourceEntry } from "../model/index.ts";
import { PATH_MAX_LENGTH } from "../model/index.ts";
import { comparisonKey } from "./fold.ts";
import { nameFaults } from "./name-rules.ts";
import { parsePlan, planHash } from "./plan-json.ts";
import { planPackages } from "./planner.ts";
import type { PlanEnd, PlanEvent, PlannedPackage, ResolvedPlanOptions } from "./types.ts";

const EXISTING = { Old: "e5555555-5555-4555-8555-555555555555", "Old/Inner": "e6666666-6666-4666-8666-666666666666" };
const NOW = new Date("2024-05-06T07:08:09Z");

const AUTHOR = { name: "System Account", login: "SHAREPOINT\\system" };

interface Tree {
  readonly [name: string]: Tree | { readonly size: number; readonly content: SourceContent };
}

const name = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom("a", "A", "b", "Old", "OLD", "inner", "plan.txt", "PLAN.TXT", "Plan?.txt", "Plan:.txt"),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("forms", "CON", "_vti_x", "é", "e\u0301", ".", "", "a/b", "x_files", "\udcff"),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 5 }) },
  { weight: 1, arbitrary: fc.constantFrom("l", "m").map((letter) => letter.repeat(130)) },
);
const file = fc.record({
  size: fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constant(25)),
  content: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom<SourceContent[]>({ path: "/a" }, { path: "/b" }) },
    { weight: 1, arbitrary: fc.constant<SourceContent>({ open: async function* () {} }) },
  ),
});
const { tree } = fc.letrec<{ tree: Tree; node: Tree[string] }>((tie) => ({
  tree: fc.dictionary(name, tie("node"), { maxKeys: 7, noNullPrototype: true }),
  node: fc.oneof({ maxDepth: 5, depthSize: "medium" }, file, tie("tree")),
}));
const options: fc.Arbitrary<ResolvedPlanOptions> = fc.record({
  target: fc.constantFrom({ ...exampleTarget, existingFolders: EXISTING }, { ...exampleTarget, firstItemId: 77 }),
  names: fc.record({ policy: fc.constantFrom("rename", "skip"), renameWith: fc.constantFrom("hex", "underscore") }),
  limits: fc.record({ maxItems: fc.integer({ min: 1, max: 9 }), maxBytes: fc.integer({ min: 10, max: 60 }) }),
  now: fc.constant(NOW),
  defaultAuthor: fc.constant(AUTHOR),
  people: fc.constant({ unmapped: "keep" as const }),
  forms: fc.record({
    dateTimeFields: fc.constant("iso" as const),
    userFields: fc.constant("native" as const),
    twoVersions: fc.constantFrom("keep", "repeatFirst", "currentOnly"),
    roles: fc.constant("write" as const),
    archives: fc.boolean(),
  }),
});

/** The items of a tree in its own order, every folder before what is in it. */
function* walk(folder: Tree, path: readonly string[] = []): Generator<SourceEntry> {
  for (const [own, entry] of Object.entries(folder)) {
    const at = [...path, own];
    if (isFile(entry)) yield { kind: "file", path: at, size: entry.size, content: entry.content };
    else {
      yield { kind: "folder", path: at };
      yield* walk(entry as Tree, at);
    }
  }
}

function isFile(entry: Tree[string]): entry is { size: number; content: SourceContent } {
  return typeof (entry as { size?: unknown }).size === "number";
}

async function* from(items: readonly SourceEntry[]): AsyncGenerator<SourceEntry> {
  yield* items;
}

interface Run {
  readonly packages: readonly PlannedPackage[];
  readonly outcomes: readonly Extract<PlanEvent, { type: "outcome" }>["outcome"][];
  readonly end: PlanEnd;
}

async function run(items: readonly SourceEntry[], resolved: ResolvedPlanOptions): Promise<Run> {
  const packages: PlannedPackage[] = [];
  const outcomes: Run["outcomes"][number][] = [];
  const generator = planPackages(from(items), resolved);
  for (;;) {
    const step = await generator.next();
    if (step.done) return { packages, outcomes, end: step.value };
    if (step.value.type === "package") packages.push(step.value);
    if (step.value.type === "outcome") outcomes.push(step.value.outcome);
  }
}

const inOrder = (packages: readonly PlannedPackage[]): Exclude<PlannedItem, PlannedDeletion>[] =>
  packages
    .flatMap(({ plan }) => plan.items)
    .filter((item) => item.kind !== "deletion")
    .sort((one, other) => one.itemId - other.itemId);

/** The packages that must be there before this one, itself included. */
function reach(plan: PackagePlan, byName: ReadonlyMap<string, PackagePlan>): Set<PackagePlan> {
  const reached = new Set([plan]);
  for (const at of reached) for (const needed of at.dependsOn) reached.add(byName.get(needed) as PackagePlan);
  return reached;
}

describe("planPackages()", () => {
  test("gives each entry exactly one place or one outcome, in the source's order", async () => {
    await fc.assert(
      fc.asyncProperty(tree, options, async (source, resolved) => {
        const items = [...walk(source)];
        const { packages, outcomes, end } = await run(items, resolved);
        const key = (path: readonly string[]) => JSON.stringify(path);
        const placed = inOrder(packages).map((item) => key(item.source));
        const told = new Set(outcomes.map(({ sourcePath }) => key(sourcePath)));
        expect(placed).toEqual(items.map(({ path }) => key(path)).filter((path) => !told.has(path)));
        expect(placed.length + outcomes.length).toBe(items.length);
        expect(end.items).toBe(items.length);
      }),
    );
  });

  test("numbers items without gaps, gives each an id of its own, and names what packages and plans can hold", async () => {
    await fc.assert(
      fc.asyncProperty(tree, options, async (source, resolved) => {
        const { packages, end } = await run([...walk(source)], resolved);
        const items = inOrder(packages);
        const { firstItemId } = resolved.target;
        expect(items.map(({ itemId }) => itemId)).toEqual(items.map((_, index) => firstItemId + index));
        expect(end.nextItemId).toBe(firstItemId + items.length);
        expect(new Set(items.flatMap(({ id, listItemId }) => [id, listItemId])).size).toBe(2 * items.length);
        expect(new Set(items.map(({ path }) => path.map(comparisonKey).join("/"))).size).toBe(items.length);
        for (const { path, kind } of items) {
          expect(
            nameFaults(path.at(-1) ?? "", { kind: kind === "folder" ? kind : "file", inRoot: path.length === 1 }),
          ).toEqual([]);
          expect(`sites/archive/Shared Documents/${path.join("/")}`.length).toBeLessThanOrEqual(PATH_MAX_LENGTH);
        }
      }),
    );
  });

  test("keeps the limits of packages, and makes one package of what fits one", async () => {
    await fc.assert(
      fc.asyncProperty(tree, options, async (source, resolved) => {
        const { packages } = await run([...walk(source)], resolved);
        const { maxItems, maxBytes } = resolved.limits;
        for (const { plan } of packages) {
          expect(plan.items.length).toBeGreaterThan(0);
          expect(plan.items.length).toBeLessThanOrEqual(maxItems);
          if (plan.items.length > 1) expect(plan.bytes).toBeLessThanOrEqual(maxBytes);
          if (plan.kind === "structure") expect(plan.items.every(({ kind }) => kind === "folder")).toBe(true);
        }
        const bytes = packages.reduce((sum, { plan }) => sum + plan.bytes, 0);
        if (inOrder(packages).length <= maxItems && bytes <= maxBytes) expect(packages.length).toBeLessThan(2);
        else if (packages.length > 1) {
          const mixed = packages.filter(({ plan }) => new Set(plan.items.map(({ kind }) => kind)).size > 1);
          expect(mixed).toEqual([]);
        }
      }),
    );
  });

  test("gives every item a parent that is there before it, over packages that depend on each other in one direction", async () => {
    await fc.assert(
      fc.asyncProperty(tree, options, async (source, resolved) => {
        const { packages } = await run([...walk(source)], resolved);
        const byName = new Map(packages.map(({ plan }) => [plan.name, plan]));
        expect(byName.size).toBe(packages.length);
        for (const { plan } of packages) {
          for (const needed of plan.dependsOn) {
            expect(byName.get(needed)?.kind).toBe("structure");
            if (plan.kind === "structure") expect(needed < plan.name).toBe(true);
          }
          const given = new Set<string>([exampleTarget.rootFolderId, ...Object.values(EXISTING)]);
          for (const before of reach(plan, byName)) {
            if (before !== plan) for (const { id } of before.items) given.add(id);
          }
          for (const item of plan.items) {
            expect(given).toContain(item.parentId);
            if (item.kind === "folder") given.add(item.id);
          }
        }
      }),
    );
  });

  test("plans the same source the same, in plans that survive JSON, with each local content at its handle", async () => {
    await fc.assert(
      fc.asyncProperty(tree, options, async (source, resolved) => {
        const items = [...walk(source)];
        const { packages } = await run(items, resolved);
        const again = await run(items, resolved);
        expect(again.packages.map(({ plan }) => planHash(plan))).toEqual(packages.map(({ plan }) => planHash(plan)));
        const contents = new Map(items.map((item) => [JSON.stringify(item.path), item]));
        for (const { plan, local } of packages) {
          expect(parsePlan(JSON.stringify(plan))).toEqual(plan);
          const handles = new Set<number>();
          for (const item of plan.items) {
            if (item.kind !== "file" || item.content.kind !== "local") continue;
            handles.add(item.content.handle);
            expect(local.get(item.content.handle)).toBe(
              (contents.get(JSON.stringify(item.source)) as { content: SourceContent }).content,
            );
          }
          expect(new Set(local.keys())).toEqual(handles);
          expect(plan.portable).toBe(handles.size === 0);
        }
      }),
    );
  });

  test("answers for every file of a source in any order, and gives none two places", async () => {
    const scattered = fc.array(
      fc.record({
        kind: fc.constantFrom("file", "folder", "problem"),
        path: fc.array(fc.constantFrom("a", "A", "b", "Old", "c:"), { minLength: 1, maxLength: 4 }),
      }),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(scattered, options, async (entries, resolved) => {
        const items = entries.map(
          (entry): SourceEntry =>
            ({ ...entry, size: 3, content: { path: "/x" }, outcome: "failed", message: "no" }) as SourceEntry,
        );
        const { packages, outcomes } = await run(items, resolved);
        const placed = inOrder(packages);
        const count = (kind: string) => items.filter((item) => item.kind === kind).length;
        const files = placed.filter(({ kind }) => kind === "file").length;
        expect(files + outcomes.filter(({ kind }) => kind === "file").length).toBe(count("file"));
        expect(outcomes.filter(({ kind }) => kind === "other").length).toBe(count("problem"));
        expect(new Set(placed.map(({ source, kind }) => `${kind}${JSON.stringify(source)}`)).size).toBe(placed.length);
        const folders = new Set([exampleTarget.rootFolderId as string, ...Object.values(EXISTING)]);
        for (const item of placed) {
          expect(folders).toContain(item.parentId);
          if (item.kind === "folder") folders.add(item.id);
        }
      }),
    );
  });

  test("holds no more after many files than after few", async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    const heapAfter: number[] = [];
    async function* source(): AsyncGenerator<SourceEntry> {
      for (let index = 0; index <= 60_000; index += 1) {
        if (index === 10_000 || index === 60_000) {
          collectGarbage();
          heapAfter.push(process.memoryUsage().heapUsed);
        }
        const path = [`${index >> 10}`, `${index >> 5}`, `${index}.txt`];
        yield { kind: "file", path, size: 1, content: { path: "/x" } };
      }
    }
    const limits = { maxItems: 250, maxBytes: 1_000_000 };
    const names = { policy: "rename", renameWith: "hex" } as const;
    const planOptions: ResolvedPlanOptions = {
      target: exampleTarget,
      names,
      limits,
      now: NOW,
      defaultAuthor: AUTHOR,
      people: { unmapped: "keep" },
      forms: { dateTimeFields: "iso", userFields: "native", twoVersions: "keep", roles: "write", archives: false },
    };
    let packages = 0;
    for await (const event of planPackages(source(), planOptions)) {
      if (event.type === "package") packages += 1;
    }
    expect(packages).toBeGreaterThan(240);
    // 50,000 files more: a single pointer kept for each would be 400,000 bytes, a name or an item far more.
    expect((heapAfter[1] ?? Number.NaN) - (heapAfter[0] ?? Number.NaN)).toBeLessThan(1_000_000);
  });
});
