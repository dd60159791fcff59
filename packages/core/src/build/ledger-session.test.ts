import { collectLedger, exampleTarget } from "@primepack/test-support";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ItemOutcome, Ledger, LedgerEntry, PackagedOutcome, SourcePath } from "../model/index.ts";
import { confirmPackages } from "./confirm-packages.ts";
import { firstItemIdOf, LedgerSession } from "./ledger-session.ts";
import { memoryLedger } from "./memory-ledger.ts";

const record = (name: string): { name: string } => ({ name });

/** Item `X` has GUID `X`, and so on; its identity is `inode X`. */
function packaged(
  packageName: string,
  path: string,
  id: string,
  fields: Partial<PackagedOutcome> = {},
): PackagedOutcome {
  const sourcePath = path.split("/");
  return {
    outcome: "packaged",
    kind: "file",
    source: path,
    sourcePath,
    package: packageName,
    url: `/sites/archive/Shared Documents/${path}`,
    id,
    listItemId: `item of ${id}`,
    itemId: id.charCodeAt(0),
    identity: `inode ${id}`,
    fingerprint: "1-1",
    generation: 0,
    ...fields,
  };
}

const deletion = (packageName: string, path: string, id: string): ItemOutcome => ({
  outcome: "deletion",
  kind: "file",
  source: path,
  sourcePath: path.split("/"),
  package: packageName,
  url: `/sites/archive/Shared Documents/${path}`,
  id,
});

async function run(
  store: Ledger,
  runId: string,
  ...packages: readonly (readonly [string, ...ItemOutcome[]])[]
): Promise<void> {
  const session = await LedgerSession.open({ store, runId }, exampleTarget);
  for (const [name, ...outcomes] of packages) await session.packageFinished(record(name), outcomes);
}

const at = (store: Ledger, path: string): LedgerEntry | undefined => store.get(path.split("/"));

describe("LedgerSession.open()", () => {
  it("numbers behind what target and ledger know of, and a run that is continued as it did", async () => {
    const store = memoryLedger();
    const target = { ...exampleTarget, firstItemId: 40 };
    expect(firstItemIdOf({ store, runId: "r1" }, target)).toBe(40);
    const first = await LedgerSession.open({ store, runId: "r1" }, target);
    expect(first.firstItemId).toBe(40);
    await first.packageFinished(record("000001"), [packaged("000001", "a", "a", { itemId: 77 })]);
    expect((await LedgerSession.open({ store, runId: "r1" }, { ...target, firstItemId: 500 })).firstItemId).toBe(40);
    expect(firstItemIdOf({ store, runId: "r2" }, target)).toBe(78);
    expect((await LedgerSession.open({ store, runId: "r2" }, target)).firstItemId).toBe(78);
    expect((await LedgerSession.open({ store, runId: "r3" }, { ...target, firstItemId: 500 })).firstItemId).toBe(500);
  });

  it("writes nothing that firstItemIdOf() would not have told without it", async () => {
    const store = memoryLedger();
    firstItemIdOf({ store, runId: "r1" }, exampleTarget);
    expect(store.firstItemId("r1")).toBeUndefined();
  });
});

describe("LedgerSession.packageFinished()", () => {
  it("notes what was packaged as built, with its path in the target", async () => {
    const store = memoryLedger();
    const outcome = packaged("000001", "folder/a#.txt", "X", {
      url: "/sites/archive/Shared Documents/Folder/a_x0023_.txt",
      generation: 1,
      fingerprint: "5-100",
    });
    await run(store, "r1", ["000001", outcome]);
    expect(at(store, "folder/a#.txt")).toStrictEqual({
      kind: "file",
      source: ["folder", "a#.txt"],
      path: ["Folder", "a_x0023_.txt"],
      id: "X",
      listItemId: "item of X",
      itemId: 88,
      generation: 1,
      identity: "inode X",
      built: { package: "r1/000001", fingerprint: "5-100" },
    });
  });

  it("leaves out what failed, the list's permissions and what is in no package", async () => {
    const store = memoryLedger();
    const base = { source: "b", sourcePath: ["b"], kind: "file" } as const;
    await run(store, "r1", [
      "000001",
      { ...base, outcome: "failed", package: "000001", code: "SOURCE_GONE", message: "Cannot read" },
      { ...base, outcome: "unchanged", url: "/x/b", id: "B" },
      packaged("000001", "", "L", { kind: "list", sourcePath: [] }),
    ]);
    expect(store.size).toBe(0);
  });

  it("keeps what was received when the item is built again", async () => {
    const store = memoryLedger();
    await run(store, "r1", ["000001", packaged("000001", "a", "A")]);
    await confirmPackages(store, ["r1/000001"]);
    await run(store, "r2", ["000001", packaged("000001", "a", "A", { fingerprint: "2-2" })]);
    expect(at(store, "a")).toMatchObject({
      built: { package: "r2/000001", fingerprint: "2-2" },
      received: { package: "r1/000001", fingerprint: "1-1" },
    });
  });

  it("moves an entry: the new path has the ids and nothing received, the old one is free and says so", async () => {
    const store = memoryLedger();
    await run(store, "r1", ["000001", packaged("000001", "a", "X")]);
    await confirmPackages(store, ["r1/000001"]);
    await run(store, "r2", ["000001", packaged("000001", "b", "X", { movedFrom: ["a"] })]);
    expect(at(store, "a")).toMatchObject({ id: "X", movedBy: "r2" });
    expect(at(store, "b")).toMatchObject({ id: "X" });
    expect(at(store, "b")).not.toHaveProperty("movedBy");
    expect(at(store, "b")?.received).toBeUndefined();
    expect(store.byIdentity("inode X")?.source).toEqual(["b"]);
  });

  it("keeps an item that another one displaces until its own package says where it went", async () => {
    const store = memoryLedger();
    await run(store, "r1", ["000001", packaged("000001", "a", "X")]);
    await run(store, "r2", ["000002", packaged("000002", "a", "Y", { generation: 1 })]);
    expect(at(store, "a")).toMatchObject({ id: "Y" });
    expect(store.byIdentity("inode X")).toMatchObject({ id: "X", movedBy: "r2" });
    expect(store.hasId("X")).toBe(true);
    await run(store, "r2", ["000001", packaged("000001", "b", "X", { movedFrom: ["a"] })]);
    expect(store.byIdentity("inode X")).toMatchObject({ id: "X", source: ["b"] });
    expect(store.size).toBe(2);
  });

  it("notes deletions of entries, of displaced ones too, and of nothing else", async () => {
    const store = memoryLedger();
    await run(store, "r1", ["000001", packaged("000001", "a", "X"), packaged("000001", "b", "B")]);
    await run(
      store,
      "r2",
      ["000001", packaged("000001", "a", "Y", { kind: "folder" })],
      ["000002", deletion("000002", "a", "X"), deletion("000002", "b", "B"), deletion("000002", "c", "C")],
    );
    expect(at(store, "a")?.deletedBy).toBeUndefined();
    expect(at(store, "b")?.deletedBy).toBe("r2/000002");
    expect(await confirmPackages(store, ["r2/000002"])).toEqual({ received: 0, deleted: 2 });
    expect(collectLedger(store).map(({ id }) => id)).toEqual(["Y"]);
  });

  it("forgets what was received of an item that comes back after its deletion was packaged", async () => {
    const store = memoryLedger();
    await run(store, "r1", ["000001", packaged("000001", "a", "A")]);
    await confirmPackages(store, ["r1/000001"]);
    await run(store, "r2", ["000001", deletion("000001", "a", "A")]);
    await run(store, "r3", ["000001", packaged("000001", "a", "A")]);
    expect(at(store, "a")?.received).toBeUndefined();
    expect(at(store, "a")?.deletedBy).toBeUndefined();
    expect(await confirmPackages(store, ["r2/000001"])).toEqual({ received: 0, deleted: 0 });
    expect(at(store, "a")?.received).toBeUndefined();
  });

  it("gives the same ledger in whatever order packages finish, and however often they are noted", async () => {
    const paths = ["a", "b", "c", "d/e", "d/f"];
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(paths),
        fc.shuffledSubarray(paths),
        fc.array(fc.constantFrom("000001", "000002", "000003"), { minLength: 5, maxLength: 5 }),
        fc.shuffledSubarray(["000001", "000002", "000003", "000001", "000002", "000003"], { minLength: 6 }),
        async (held, wanted, packageOf, order) => {
          const before = async (): Promise<Ledger> => {
            const store = memoryLedger();
            const outcomes = held.map((path, index) => packaged("000001", path, "ABCDE"[index] ?? ""));
            await run(store, "r1", ["000001", ...outcomes]);
            await confirmPackages(store, ["r1/000001"]);
            return store;
          };
          // The items that were there, in part at other paths, and new ones.
          const outcomes = wanted.map((path, index) => {
            const from = held[index];
            const name = packageOf[index] ?? "";
            if (from === undefined) return packaged(name, path, "VWXYZ"[index] ?? "", { generation: 1 });
            return packaged(name, path, "ABCDE"[index] ?? "", from === path ? {} : { movedFrom: [from] });
          });
          const packages = (names: readonly string[]) =>
            names.map((name) => [name, ...outcomes.filter((outcome) => outcome.package === name)] as const);
          const straight = await before();
          await run(straight, "r2", ...packages(["000001", "000002", "000003"]));
          const otherwise = await before();
          await run(otherwise, "r2", ...packages(order));
          expect(collectLedger(otherwise)).toEqual(collectLedger(straight));
          for (const { id, sourcePath } of outcomes) expect(straight.get(sourcePath)).toMatchObject({ id });
        },
      ),
    );
  });
});

describe("confirmPackages()", () => {
  const build = async (): Promise<Ledger> => {
    const store = memoryLedger();
    await run(
      store,
      "r1",
      ["000001", packaged("000001", "a", "A"), packaged("000001", "b", "B")],
      ["000002", packaged("000002", "c", "C")],
    );
    return store;
  };

  it("marks what the packages hold as received, and nothing else", async () => {
    const store = await build();
    expect(await confirmPackages(store, ["r1/000001", "r9/000001"])).toEqual({ received: 2, deleted: 0 });
    expect(at(store, "a")?.received).toEqual({ package: "r1/000001", fingerprint: "1-1" });
    expect(at(store, "c")?.received).toBeUndefined();
  });

  it("changes nothing when it is called again", async () => {
    const store = await build();
    await confirmPackages(store, ["r1/000001"]);
    const once = collectLedger(store);
    await confirmPackages(store, ["r1/000001"]);
    expect(collectLedger(store)).toEqual(once);
  });

  it("leaves out items that the import failed for, by their GUIDs in any case", async () => {
    const store = await build();
    expect(await confirmPackages(store, ["r1/000001"], { except: ["a"] })).toEqual({ received: 1, deleted: 0 });
    expect(at(store, "a")?.received).toBeUndefined();
    expect(at(store, "b")?.received).toBeDefined();
  });

  it("leaves out items by the GUIDs of their list items", async () => {
    const store = await build();
    const listItemId = at(store, "b")?.listItemId ?? "";
    expect(listItemId).not.toBe("");
    await confirmPackages(store, ["r1/000001"], { except: [listItemId.toUpperCase()] });
    expect(at(store, "a")?.received).toBeDefined();
    expect(at(store, "b")?.received).toBeUndefined();
  });

  it("leaves to a run that is continued what the ledger held when it began", async () => {
    const store = await build();
    await confirmPackages(store, ["r1/000001"]);
    const before = collectLedger(store);
    await run(
      store,
      "r2",
      ["000001", packaged("000001", "a", "A", { fingerprint: "2-2" })],
      ["000002", deletion("000002", "b", "B"), packaged("000002", "x", "C", { movedFrom: ["c"] })],
    );
    await confirmPackages(store, ["r2/000001", "r2/000002"]);
    expect(collectLedger(store)).not.toEqual(before);
    await LedgerSession.open({ store, runId: "r2" }, exampleTarget);
    expect([...(store.asOf("r2")?.entries() ?? [])]).toEqual(before);
  });

  it("doesn't take a package for received whose item was built again since", async () => {
    const store = await build();
    await run(store, "r2", ["000001", packaged("000001", "a", "A", { fingerprint: "2-2" })]);
    expect(await confirmPackages(store, ["r1/000001"])).toEqual({ received: 1, deleted: 0 });
    expect(at(store, "a")?.received).toBeUndefined();
  });

  it("forgets the former paths of moved items, over several moves", async () => {
    const store = await build();
    const move = (from: string, to: string, runId: string): Promise<void> =>
      run(store, runId, ["000001", packaged("000001", to, "A", { movedFrom: [from] })]);
    await move("a", "x", "r2");
    await move("x", "y", "r3");
    expect(await confirmPackages(store, ["r3/000001"])).toEqual({ received: 1, deleted: 0 });
    const paths: SourcePath[] = collectLedger(store).map(({ source }) => source);
    expect(paths).toEqual([["b"], ["c"], ["y"]]);
    expect(store.hasId("A")).toBe(true);
  });

  it("ends with an item that was moved there and back", async () => {
    const store = await build();
    await run(store, "r2", ["000001", packaged("000001", "x", "A", { movedFrom: ["a"] })]);
    await run(store, "r3", ["000001", packaged("000001", "a", "A", { movedFrom: ["x"] })]);
    await confirmPackages(store, ["r3/000001"]);
    expect(collectLedger(store).map(({ source }) => source)).toEqual([["a"], ["b"], ["c"]]);
    expect(at(store, "a")?.movedBy).toBeUndefined();
  });

  it("removes entries whose deletion was received", async () => {
    const store = await build();
    await run(store, "r2", ["000001", deletion("000001", "a", "A"), deletion("000001", "b", "B")]);
    expect(await confirmPackages(store, ["r2/000001"], { except: ["B"] })).toEqual({ received: 0, deleted: 1 });
    expect(at(store, "a")).toBeUndefined();
    expect(at(store, "b")?.deletedBy).toBe("r2/000001");
  });
});
