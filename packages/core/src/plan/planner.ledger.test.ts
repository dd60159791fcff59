import fc from "fast-check";
import { describe, expect, test } from "vitest";
// The ledger that runs have; who plans needs no more of it than the port.
import { confirmPackages } from "../build/confirm-packages.ts";
import { LedgerSession } from "../build/ledger-session.ts";
import { memoryLedger } from "../build/memory-ledger.ts";
import type { ItemOutcome, Ledger, PackagePlan, PlannedItem, SourceItem, Target } from "../model/index.ts";
import { parsePlan, planHash } from "./plan-json.ts";
import { planPackages } from "./planner.ts";
import type { ResolvedPlanOptions } from "./types.ts";

const target: Target = {
  siteUrl: "https://contoso.sharepoint.com/sites/archive",
  webId: "a1111111-1111-4111-8111-111111111111",
  webUrl: "/sites/archive",
  listId: "b2222222-2222-4222-8222-222222222222",
  listTitle: "Documents",
  listUrl: "Shared Documents",
  rootFolderId: "c3333333-3333-4333-8333-333333333333",
  baseTemplate: "DocumentLibrary",
  firstItemId: 1,
};
const options: ResolvedPlanOptions = {
  target,
  names: { policy: "rename", renameWith: "hex" },
  limits: { maxItems: 4, maxBytes: 1000 },
  defaultAuthor: { name: "System Account", login: "SHAREPOINT\\system" },
  people: { unmapped: "keep" },
  forms: { dateTimeFields: "iso", userFields: "native", twoVersions: "keep", roles: "write", archives: false },
  now: new Date("2024-05-06T07:08:09.999Z"),
};

/** `a/` is a folder, `a` a file; what follows `=` is its identity, what follows `@` the second of its modification. */
function items(...lines: readonly string[]): SourceItem[] {
  return lines.map((line) => {
    const [, path = "", identity, second = "1"] = /^([^=@]*)(?:=([^@]*))?(?:@(.*))?$/.exec(line) ?? [];
    const common = {
      ...(identity === undefined ? {} : { identity }),
      modified: new Date(Date.UTC(2020, 0, 1, 0, 0, Number(second))),
    };
    if (path.endsWith("/")) return { kind: "folder", path: path.slice(0, -1).split("/"), ...common };
    return { kind: "file", path: path.split("/"), size: 1, content: { path: `/${path}` }, ...common };
  });
}

interface Ran {
  readonly plans: readonly PackagePlan[];
  readonly items: readonly PlannedItem[];
  /** `outcome path`, of what is in no package. */
  readonly outcomes: readonly string[];
  readonly warnings: readonly string[];
  /** `path`, `from -> path` and `- path` of what is packaged, moved and deleted. */
  readonly packaged: readonly string[];
}

/** One run: plans, notes as built the packages that `finishes` lets through, and confirms them if asked to. */
async function run(
  store: Ledger,
  runId: string,
  source: readonly SourceItem[],
  {
    deletions = false,
    confirm = true,
    finishes = () => true,
    change = {},
  }: {
    deletions?: boolean;
    confirm?: boolean;
    finishes?: (index: number) => boolean;
    change?: Partial<ResolvedPlanOptions>;
  } = {},
): Promise<Ran> {
  const base = { ...options, ...change };
  const session = await LedgerSession.open({ store, runId, deletions }, base.target);
  const resolved = {
    ...base,
    target: { ...base.target, firstItemId: session.firstItemId },
    ledger: { store, runId, deletions },
  };
  async function* stream() {
    yield* source;
  }
  const plans: PackagePlan[] = [];
  const outcomes: string[] = [];
  const warnings: string[] = [];
  for await (const event of planPackages(stream(), resolved)) {
    if (event.type === "warning") warnings.push(event.code);
    if (event.type === "outcome") outcomes.push(`${event.outcome.outcome} ${event.outcome.source}`);
    if (event.type !== "package") continue;
    const { plan } = event;
    expect(parsePlan(JSON.stringify(plan))).toEqual(JSON.parse(JSON.stringify(plan)));
    plans.push(plan);
    if (!finishes(plans.length - 1)) continue;
    await session.packageFinished(
      { name: plan.name },
      plan.items.map((item) => outcomeOf(plan, item)),
    );
  }
  if (confirm)
    await confirmPackages(
      store,
      plans.filter((_, index) => finishes(index)).map(({ name }) => `${runId}/${name}`),
    );
  const all = plans.flatMap((plan) => plan.items);
  return {
    plans,
    items: all,
    outcomes,
    warnings,
    packaged: all.map((item) => {
      const path = item.path.join("/");
      if (item.kind === "deletion") return `- ${path}`;
      return item.movedFrom ? `${item.movedFrom.join("/")} -> ${path}` : path;
    }),
  };
}

function outcomeOf(plan: PackagePlan, item: PlannedItem): ItemOutcome {
  const common = {
    source: item.source.join("/"),
    sourcePath: item.source,
    package: plan.name,
    url: `/sites/archive/Shared Documents/${item.path.join("/")}`,
    id: item.id,
  };
  if (item.kind === "deletion") return { ...common, outcome: "deletion", kind: item.of };
  const { listItemId, itemId, movedFrom, identity, fingerprint, generation } = item;
  return {
    ...common,
    outcome: "packaged",
    kind: item.kind,
    listItemId,
    itemId,
    ...(movedFrom === undefined ? {} : { movedFrom }),
    ...(identity === undefined ? {} : { identity }),
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(generation === undefined ? {} : { generation }),
  };
}

const idOf = ({ items: all }: Ran, path: string) => all.find((item) => item.path.join("/") === path)?.id;

describe("planPackages() with a ledger", () => {
  test("makes no package of what the target has received as it is", async () => {
    const store = memoryLedger();
    const source = items("a/", "a/b", "a/c", "d", "e/f/g");
    const first = await run(store, "r1", source);
    expect(first.packaged.toSorted()).toEqual(["a", "a/b", "a/c", "d", "e", "e/f", "e/f/g"]);
    const second = await run(store, "r2", source, { deletions: true });
    expect(second.plans).toEqual([]);
    expect(second.outcomes).toEqual(["a", "a/b", "a/c", "d", "e", "e/f", "e/f/g"].map((path) => `unchanged ${path}`));
  });

  test("packages what was built and never proven to be received", async () => {
    const store = memoryLedger();
    await run(store, "r1", items("a", "b"), { confirm: false });
    expect((await run(store, "r2", items("a", "b"))).packaged).toEqual(["a", "b"]);
    expect((await run(store, "r3", items("a", "b"))).packaged).toEqual([]);
  });

  test("packages what is new or changed under the ids and numbers that it had", async () => {
    const store = memoryLedger();
    const first = await run(store, "r1", items("f/", "f/a", "f/b"));
    const second = await run(store, "r2", items("f/", "f/a@2", "f/b", "f/c"));
    expect(second.packaged).toEqual(["f/a", "f/c"]);
    expect(second.items[0]).toMatchObject({ id: idOf(first, "f/a"), itemId: 2, parentId: idOf(first, "f") });
    expect(second.items[1]).toMatchObject({ itemId: 4, parentId: idOf(first, "f") });
  });

  test("sees a change of details that leaves size and date as they were", async () => {
    const store = memoryLedger();
    const [file] = items("a");
    await run(store, "r1", [file as SourceItem]);
    const detailed = { ...file, fields: [{ name: "Title", type: "Text", value: "A" }] } as SourceItem;
    expect((await run(store, "r2", [detailed])).packaged).toEqual(["a"]);
    expect((await run(store, "r3", [detailed])).packaged).toEqual([]);
    const other = { ...file, fields: [{ name: "Title", type: "Text", value: "B" }] } as SourceItem;
    expect((await run(store, "r4", [other])).packaged).toEqual(["a"]);
  });

  test("keeps the GUIDs of a moved tree, and gives the old path's the next generation", async () => {
    const store = memoryLedger();
    const first = await run(store, "r1", items("a/=1", "a/b=2", "a/c/=3", "a/c/d=4", "e=5"));
    const second = await run(store, "r2", items("e=5", "z/=1", "z/b=2", "z/c/=3", "z/c/d=4"), { deletions: true });
    expect(second.packaged.toSorted()).toEqual(["a -> z", "a/b -> z/b", "a/c -> z/c", "a/c/d -> z/c/d"]);
    for (const path of ["", "/b", "/c", "/c/d"]) expect(idOf(second, `z${path}`)).toBe(idOf(first, `a${path}`));
    const third = await run(store, "r3", items("a/=6", "a/b=7", "e=5", "z/=1", "z/b=2", "z/c/=3", "z/c/d=4"), {
      deletions: true,
    });
    expect(third.packaged).toEqual(["a", "a/b"]);
    expect(third.items).toMatchObject([{ generation: 1 }, { generation: 1 }]);
    expect(idOf(third, "a")).not.toBe(idOf(first, "a"));
    expect((await run(store, "r4", items("a/=6", "a/b=7", "e=5", "z/=1", "z/b=2", "z/c/=3", "z/c/d=4"))).plans).toEqual(
      [],
    );
  });

  test("tells a moved item from a new one at its old path in the same run, in either order", async () => {
    const store = memoryLedger();
    const first = await run(store, "r1", items("m=1"));
    const before = await run(store, "r2", items("a=1", "m=2"));
    expect(before.packaged).toEqual(["m -> a", "m"]);
    expect(idOf(before, "a")).toBe(idOf(first, "m"));
    expect(before.items[1]).toMatchObject({ generation: 1, path: ["m"] });

    const other = memoryLedger();
    await run(other, "r1", items("m=1"));
    // Whoever comes first at the path is the item that was there: editors save by replacing files.
    const after = await run(other, "r2", items("m=2@2", "z=1"));
    expect(after.packaged).toEqual(["m", "z"]);
    expect(idOf(after, "m")).toBe(idOf(first, "m"));
  });

  test("sees files that changed places, though they are as large and as old as each other", async () => {
    const store = memoryLedger();
    const first = await run(store, "r1", items("a=1", "b=2"));
    const second = await run(store, "r2", items("a=2", "b=1"));
    expect(second.packaged).toEqual(["a", "b"]);
    expect(idOf(second, "a")).toBe(idOf(first, "a"));
    // Another device gives other identities, and the files stay what they are.
    expect((await run(store, "r3", items("a=8", "b=9"))).plans).toEqual([]);
  });

  test("packages again files that changed places, until a package that says so is received", async () => {
    const store = memoryLedger();
    await run(store, "r1", items("a=1", "b=2"));
    await run(store, "r2", items("a=2", "b=1"), { confirm: false });
    expect((await run(store, "r3", items("a=2", "b=1"))).packaged).toEqual(["a", "b"]);
    expect((await run(store, "r4", items("a=2", "b=1"))).plans).toEqual([]);
  });

  test("packages what is as it was in a new folder of the old one's path, as the target has it in the old one", async () => {
    const store = memoryLedger();
    await run(store, "r1", items("c/=1", "c/x=2", "c/y=3"));
    const after = items("a/=1", "a/x=2", "c/=4", "c/y=3");
    const second = await run(store, "r2", after, { confirm: false });
    expect(second.packaged.toSorted()).toEqual(["c", "c -> a", "c/x -> a/x", "c/y"]);
    // Whatever of it was received: the folder alone, here.
    const folder = second.plans.find((plan) => plan.items.some(({ path }) => path.join("/") === "c"));
    await confirmPackages(store, [`r2/${folder?.name}`], { except: [idOf(second, "c/y") ?? ""] });
    const third = await run(store, "r3", after);
    expect(third.packaged).toContain("c/y");
    expect(third.items.find(({ path }) => path.join("/") === "c/y")).toMatchObject({ parentId: idOf(second, "c") });
    expect((await run(store, "r4", after)).plans).toEqual([]);
  });

  test("follows a change of case as a move, and gives a name that another item has to nobody else", async () => {
    const store = memoryLedger();
    const first = await run(store, "r1", items("plan.txt=1"));
    const second = await run(store, "r2", items("Plan.txt=1"));
    expect(second.packaged).toEqual(["plan.txt -> Plan.txt"]);
    expect(idOf(second, "Plan.txt")).toBe(idOf(first, "plan.txt"));
    const third = await run(store, "r3", items("PLAN.txt=2", "Plan.txt=1"));
    expect(third.packaged).toEqual([expect.stringMatching(/^PLAN~[0-9a-f]{8}\.txt$/)]);
    expect((await run(store, "r4", items("PLAN.txt=2", "Plan.txt=1"))).plans).toEqual([]);
  });

  test("keeps the names that clashing items got, whatever comes before them by now", async () => {
    const store = memoryLedger();
    const first = await run(store, "r1", items("a.txt", "A.txt"));
    const renamed = first.items[1]?.path[0] ?? "";
    expect(renamed).toMatch(/^A~/);
    const second = await run(store, "r2", items("A.txt@2", "a.txt@2"));
    expect(second.packaged).toEqual([renamed, "a.txt"]);
    expect(second.items[0]).toMatchObject({ renamed: { from: "A.txt", to: renamed, why: ["clash"] } });
  });

  test("plans a continued run as it was planned before, whatever of it was finished", async () => {
    const before = items("a/=1", "a/b=2", "a/c=3", "d=4", "e=5", "k=8");
    const after = items("a/=1", "a/b=6", "b=3", "d=4@2", "e2=5", "f=7", "g/=9", "g/h", "g/i", "g/j", "k=8");
    for (let finished = 0; finished < 64; finished += 1) {
      const store = memoryLedger();
      await run(store, "r1", before);
      const finishes = (index: number) => ((finished >> index) & 1) === 1;
      const first = await run(store, "r2", after, { finishes, confirm: finished % 2 === 0 });
      const again = await run(store, "r2", after);
      expect(again.plans.map(planHash)).toEqual(first.plans.map(planHash));
      expect(again.outcomes).toEqual(first.outcomes);
      expect((await run(store, "r3", after)).plans).toEqual([]);
    }
  });

  test("refuses to go on with a run when another one has written to the ledger since, and not when it only began", async () => {
    const store = memoryLedger();
    await run(store, "r1", items("a", "b"));
    const second = await run(store, "r2", items("a@2", "b"), { confirm: false });
    expect((await run(store, "r3", items("a@2", "b"), { finishes: () => false })).packaged).toEqual(["a"]);
    const again = await run(store, "r2", items("a@2", "b"));
    expect(again.plans.map(planHash)).toEqual(second.plans.map(planHash));
    await run(store, "r4", items("a@2", "b@2"));
    await expect(run(store, "r2", items("a@2", "b"))).rejects.toMatchObject({ code: "PLAN_CHANGED" });
  });

  test("puts scopes of what the target holds even where they don't differ, and none of what is unchanged", async () => {
    const store = memoryLedger();
    const grants = (principal: string) => [{ principal, role: "Read" }];
    const source = (grantee: string): SourceItem[] => [
      { kind: "folder", path: ["f"], permissions: grants("ada"), modified: new Date(0) },
      { ...(items("f/a")[0] as SourceItem), permissions: grants(grantee) } as SourceItem,
    ];
    expect((await run(store, "r1", source("bob"))).plans.flatMap(({ scopes = [] }) => scopes)).toHaveLength(2);
    const changed = await run(store, "r2", source("ada"));
    expect(changed.packaged).toEqual(["f/a"]);
    expect(changed.plans[0]?.scopes).toMatchObject([{ objectId: changed.items[0]?.id }]);
    expect((await run(store, "r3", source("ada"))).plans).toEqual([]);
  });
});

describe("planPackages() with a ledger and deletions", () => {
  const gone = async (before: readonly string[], after: readonly SourceItem[]) => {
    const store = memoryLedger();
    await run(store, "r1", items(...before));
    const ran = await run(store, "r2", after, { deletions: true });
    return { ...ran, store, deleted: ran.packaged.filter((line) => line.startsWith("- ")) };
  };

  test("deletes what the source no longer has, the deepest first, and nothing when not asked", async () => {
    const { deleted, plans, store } = await gone(["a/", "a/b/", "a/b/c", "a/b/d", "e", "f"], items("f"));
    expect(deleted.toSorted()).toEqual(["- a", "- a/b", "- a/b/c", "- a/b/d", "- e"]);
    const depths = deleted.map((line) => line.split("/").length);
    expect(depths).toEqual(depths.toSorted((one, other) => other - one));
    expect(plans.map(({ kind, dependsOn }) => [kind, dependsOn])).toEqual([
      ["content", []],
      ["content", [plans[0]?.name]],
    ]);
    expect(store.size).toBe(1);
    expect((await run(store, "r3", items())).plans).toEqual([]);
  });

  test("deletes nothing at or below what the source could not hand over", async () => {
    const problem = (path: string, outcome: "excluded" | "failed"): SourceItem => ({
      kind: "problem",
      path: path.split("/"),
      outcome,
      message: "no",
    });
    const { deleted } = await gone(
      ["a/", "a/b/", "a/b/c", "a/x", "d/", "d/e", "f", "g"],
      [problem("a/b", "excluded"), ...items("d/@9"), problem("d/e", "failed"), problem("f", "failed")],
    );
    expect(deleted).toEqual(["- a/x", "- g"]);
  });

  test("deletes nothing that was moved to where it can't be read", async () => {
    const failed = (path: string, identity?: string): SourceItem => ({
      kind: "problem",
      path: path.split("/"),
      outcome: "failed",
      message: "no",
      ...(identity === undefined ? {} : { identity }),
    });
    const tree = ["a/=1", "a/b/=2", "a/b/c=3", "d=4", "e=5", "k"];
    expect((await gone(tree, [...items("k"), failed("y", "4"), failed("z", "1")])).deleted).toEqual(["- e"]);
    // A folder whose names can be listed, and nothing more.
    expect((await gone(tree, [...items("z/=1"), failed("z/b"), ...items("d=4", "k")])).deleted).toEqual(["- e"]);
  });

  test("names no other folder as that of what it deletes", async () => {
    const { items: all } = await gone(["c/=1", "c/x=2", "k"], items("a/=1", "c/=4", "k"));
    const deletion = all.find(({ kind }) => kind === "deletion");
    expect(deletion).toMatchObject({ path: ["c", "x"] });
    expect(deletion).not.toHaveProperty("parentId");
  });

  test("deletes nothing of what was moved, and the folder that it was in only after it", async () => {
    const { deleted, plans } = await gone(["a/=1", "a/b=2", "a/c=3"], items("z=2"));
    expect(deleted).toEqual(["- a/c", "- a"]);
    const moving = plans.find(({ items: [item] }) => item?.kind === "file");
    const deleting = plans.find(({ items: [item] }) => item?.kind === "deletion");
    expect(deleting?.dependsOn).toEqual([moving?.name]);
  });

  test("deletes a file that became a folder, which has another name until then", async () => {
    const { deleted, packaged, store } = await gone(["a", "b"], items("a/", "a/x", "b"));
    expect(deleted).toEqual(["- a"]);
    expect(packaged.slice(0, 2)).toEqual([
      expect.stringMatching(/^a~[0-9a-f]{8}$/),
      expect.stringMatching(/^a~[0-9a-f]{8}\/x$/),
    ]);
    expect((await run(store, "r3", items("a/", "a/x", "b"), { deletions: true })).plans).toEqual([]);
  });

  test("warns when most is gone, and deletes nothing when all is", async () => {
    const most = await gone(["a", "b", "c"], items("c"));
    expect(most.warnings).toEqual(["MANY_DELETIONS"]);
    expect(most.deleted).toEqual(["- a", "- b"]);
    const all = await gone(["a", "b", "c"], []);
    expect(all.warnings).toEqual(["MANY_DELETIONS"]);
    expect(all.plans).toEqual([]);
    expect((await gone(["a", "b", "c"], items("b", "c"))).warnings).toEqual([]);
  });

  test("deletes nothing when the source fails before its end", async () => {
    const store = memoryLedger();
    await run(store, "r1", items("a", "b"));
    async function* broken() {
      yield* items("a");
      throw new Error("gone");
    }
    const resolved = { ...options, ledger: { store, runId: "r2", deletions: true } };
    const events: string[] = [];
    await expect(
      (async () => {
        for await (const { type } of planPackages(broken(), resolved)) events.push(type);
      })(),
    ).rejects.toMatchObject({ code: "SOURCE_FAILED" });
    expect(events).toEqual(["outcome"]);
  });

  test("takes ids of the source's own deletions from the ledger, and plans none of them twice", async () => {
    const { deleted, items: all } = await gone(
      ["a/=1", "a/b=2"],
      [...items("a/=1"), { kind: "deletion", of: "file", path: ["a", "b"] }],
    );
    expect(deleted).toEqual(["- a/b"]);
    expect(all.at(-1)).toMatchObject({ parentId: expect.any(String), of: "file" });
  });
});

describe("planPackages() over runs of a changing tree", () => {
  interface Node {
    readonly identity: string;
    readonly second: number;
    readonly children?: Readonly<Record<string, Node>>;
  }
  const name = fc.constantFrom("a", "b", "B", "c", "d~", "e");
  const { tree } = fc.letrec<{ tree: Record<string, Node>; node: Node }>((tie) => ({
    tree: fc.dictionary(name, tie("node"), { maxKeys: 4, noNullPrototype: true }),
    node: fc.oneof(
      { maxDepth: 3, depthSize: "small" },
      fc.record({ identity: fc.nat(15).map(String), second: fc.nat(2) }),
      fc.record({ identity: fc.nat(15).map(String), second: fc.nat(2), children: tie("tree") }),
    ),
  }));

  /** Lines of {@link items}; each identity once, as no two entries of a source have the same. */
  function lines(folder: Record<string, Node>, path = "", seen = new Set<string>()): string[] {
    return Object.entries(folder).flatMap(([own, { identity, second, children }]) => {
      const mark = seen.has(identity) ? "" : `=${children === undefined ? "file" : "folder"} ${identity}`;
      seen.add(identity);
      if (children === undefined) return [`${path}${own}${mark}@${second}`];
      return [`${path}${own}/${mark}@${second}`, ...lines(children, `${path}${own}/`, seen)];
    });
  }

  test("gives each entry one outcome, no GUID and no name twice, and of an unchanged tree no package", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(tree, { minLength: 2, maxLength: 4 }), fc.boolean(), async (trees, deletions) => {
        const store = memoryLedger();
        /** What the target holds: target path by id. */
        const held = new Map<string, string>();
        for (const [index, folder] of trees.entries()) {
          const source = items(...lines(folder));
          const runId = `r${index}`;
          const { items: all, outcomes } = await run(store, runId, source, { deletions });
          const placed = all.filter((item) => item.kind !== "deletion");
          expect(placed.length + outcomes.length).toBe(source.length);
          expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
          expect(new Set(placed.map(({ itemId }) => itemId)).size).toBe(placed.length);
          for (const item of all) {
            if (item.kind === "deletion") held.delete(item.id);
            else held.set(item.id, item.path.join("/"));
          }
          const known = [...store.entries()].filter(({ movedBy }) => movedBy === undefined);
          expect(new Set(known.map(({ id }) => id)).size).toBe(known.length);
          expect(new Set(known.map(({ itemId }) => itemId)).size).toBe(known.length);
          if (deletions) {
            const paths = [...held.values()].map((path) => path.toLowerCase());
            expect(new Set(paths).size).toBe(paths.length);
            // Of an empty source nothing is deleted.
            if (source.length > 0) expect(held.size).toBe(source.length);
          }
          const again = await run(store, `${runId}b`, source, { deletions });
          expect(again.plans).toEqual([]);
          expect(again.outcomes.every((line) => line.startsWith("unchanged "))).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });

  test("leaves in the target the tree of the source, each item in the folder and under the name that it has there", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(tree, { minLength: 2, maxLength: 4 }),
        fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
        async (trees, confirms) => {
          const store = memoryLedger();
          const held = new Map<string, { parentId: string; name: string }>();
          const urlOf = (id: string): string => {
            const item = held.get(id);
            return item === undefined || id === target.rootFolderId ? "" : `${urlOf(item.parentId)}/${item.name}`;
          };
          for (const [index, folder] of trees.entries()) {
            const source = items(...lines(folder));
            const confirm = confirms[index] === true;
            const { items: all } = await run(store, `r${index}`, source, { deletions: true, confirm });
            // What isn't confirmed was not imported.
            if (!confirm) continue;
            for (const item of all) {
              if (item.kind === "deletion") held.delete(item.id);
              else held.set(item.id, { parentId: item.parentId, name: item.path.at(-1) ?? "" });
            }
            for (const item of source) {
              const entry = "path" in item ? store.get(item.path) : undefined;
              expect(urlOf(entry?.id ?? "")).toBe(`/${entry?.path.join("/")}`);
            }
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  const leaf = (identity: string): Node => ({ identity, second: 0 });
  const folder = (identity: string, children: Record<string, Node> = {}): Node => ({ ...leaf(identity), children });
  const nothing = (count: number): boolean[] => Array.from({ length: count }, () => false);
  const only = (index: number): boolean[] => nothing(8).with(index, true);
  /** Found by chance, about once in a thousand: several runs that nobody confirmed, with moves and displaced names. */
  const continuedOtherwise: [Record<string, Node>[], boolean[], boolean[], boolean][] = [
    [
      [
        { b: folder("0", { a: leaf("7") }) },
        { e: leaf("0"), a: leaf("7"), c: folder("0", { a: leaf("0") }) },
        { a: folder("0"), b: folder("0", { e: leaf("0"), b: leaf("0"), "d~": leaf("0"), a: leaf("0") }) },
      ],
      nothing(4),
      only(2),
      false,
    ],
    [
      [
        { b: leaf("0"), a: folder("0", { a: folder("0", { a: folder("0") }) }) },
        { B: leaf("2") },
        { a: leaf("4"), B: folder("0", { a: folder("0", { a: folder("0") }) }) },
        {
          "d~": leaf("3"),
          B: leaf("5"),
          a: folder("3", {
            a: leaf("5"),
            B: folder("1", { a: folder("3", { a: leaf("3") }) }),
            e: leaf("2"),
          }),
        },
      ],
      nothing(4),
      only(4),
      false,
    ],
    [
      [
        { b: folder("7") },
        { c: folder("1") },
        { a: folder("0", { a: folder("0") }), c: folder("7", { a: leaf("0") }) },
        {
          a: leaf("0"),
          "d~": folder("0", {
            a: folder("0", {
              b: leaf("0"),
              c: leaf("0"),
              a: leaf("0"),
              e: folder("7", { a: leaf("0"), c: leaf("0"), "d~": leaf("0") }),
            }),
            b: leaf("0"),
          }),
          b: leaf("0"),
        },
      ],
      nothing(4),
      only(4),
      false,
    ],
  ];

  test("plans the same when it is continued, whatever was built, confirmed and finished before", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(tree, { minLength: 2, maxLength: 4 }),
        fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
        fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
        fc.boolean(),
        async (trees, confirms, finished, isConfirmed) => {
          const last = items(...lines(trees.at(-1) ?? {}));
          const before = async (): Promise<Ledger> => {
            const store = memoryLedger();
            for (const [index, folder] of trees.slice(0, -1).entries()) {
              const confirm = confirms[index] === true;
              await run(store, `r${index}`, items(...lines(folder)), { deletions: true, confirm });
            }
            return store;
          };
          const straight = await before();
          const whole = await run(straight, "last", last, { deletions: true });
          const store = await before();
          const finishes = (index: number): boolean => finished[index % 8] === true;
          const first = await run(store, "last", last, { deletions: true, confirm: isConfirmed, finishes });
          const again = await run(store, "last", last, { deletions: true });
          for (const { plans, outcomes } of [first, again]) {
            expect(plans.map(planHash)).toEqual(whole.plans.map(planHash));
            expect(outcomes).toEqual(whole.outcomes);
          }
          // It also ends with the same ledger.
          expect([...store.entries()]).toEqual([...straight.entries()]);
        },
      ),
      { numRuns: 100, examples: continuedOtherwise },
    );
  });
});
