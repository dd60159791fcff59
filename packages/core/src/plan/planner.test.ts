import { describe, expect, test } from "vitest";
import type {
  PackagePlan,
  PlannedDeletion,
  PlannedItem,
  Source,
  SourceContent,
  SourceItem,
  Target,
} from "../model/index.ts";
import { planPackages } from "./planner.ts";
import type { PlanEnd, PlanEvent, ResolvedPlanOptions } from "./types.ts";

const target: Target = {
  siteUrl: "https://contoso.sharepoint.com/sites/archive",
  webId: "a1111111-1111-4111-8111-111111111111",
  webUrl: "/sites/archive",
  listId: "b2222222-2222-4222-8222-222222222222",
  listTitle: "Documents",
  listUrl: "Shared Documents",
  rootFolderId: "c3333333-3333-4333-8333-333333333333",
  baseTemplate: "DocumentLibrary",
  firstItemId: 10,
};
const options: ResolvedPlanOptions = {
  target,
  names: { policy: "rename", renameWith: "hex" },
  limits: { maxItems: 250, maxBytes: 250_000_000 },
  defaultAuthor: { name: "System Account", login: "SHAREPOINT\\system" },
  people: { unmapped: "keep" },
  forms: { dateTimeFields: "iso", userFields: "native", twoVersions: "keep", roles: "write", archives: false },
  now: new Date("2024-05-06T07:08:09.999Z"),
};
const LIBRARY_LENGTH = "sites/archive/Shared Documents".length;

/** `a/` is a folder, `a` a file of one byte. */
function item(path: string, more: Partial<SourceItem> & { size?: number; content?: SourceContent } = {}): SourceItem {
  const isFolder = path.endsWith("/");
  const names = (isFolder ? path.slice(0, -1) : path).split("/");
  if (isFolder) return { kind: "folder", path: names, ...more } as SourceItem;
  return { kind: "file", path: names, size: 1, content: { path: `/src/${path}` }, ...more } as SourceItem;
}

function items(...paths: readonly string[]): SourceItem[] {
  return paths.map((path) => item(path));
}

async function* from(list: Iterable<SourceItem>): Source & AsyncGenerator<SourceItem> {
  yield* list;
}

interface Planned {
  readonly events: readonly PlanEvent[];
  readonly plans: readonly PackagePlan[];
  readonly items: readonly Exclude<PlannedItem, PlannedDeletion>[];
  readonly end: PlanEnd;
  /** `a/b: CODE` of all that is in no package. */
  readonly missing: readonly string[];
  /** Target paths in order of item ids. */
  readonly paths: readonly string[];
}

async function planned(list: Iterable<SourceItem>, change: Partial<ResolvedPlanOptions> = {}): Promise<Planned> {
  const generator = planPackages(from(list), { ...options, ...change });
  const events: PlanEvent[] = [];
  for (;;) {
    const step = await generator.next();
    if (step.done) {
      const plans = events.flatMap((event) => (event.type === "package" ? [event.plan] : []));
      const all = plans
        .flatMap((plan) => plan.items)
        .filter((planned) => planned.kind !== "deletion")
        .sort((one, other) => one.itemId - other.itemId);
      return {
        events,
        plans,
        items: all,
        end: step.value,
        missing: events.flatMap((event) =>
          event.type === "outcome" && "code" in event.outcome ? [`${event.outcome.source}: ${event.outcome.code}`] : [],
        ),
        paths: all.map(({ path }) => path.join("/")),
      };
    }
    events.push(step.value);
  }
}

describe("planPackages() with names and ids", () => {
  test("plans folders and files with their ids, parents, dates and blobs", async () => {
    const { plans, end, events } = await planned([
      item("Projects/", { created: new Date("2020-01-02T03:04:05.678Z"), modified: new Date("1776-07-04T00:00:00Z") }),
      item("Projects/plan.txt", { size: 7, modified: new Date(8.64e15) }),
      item("note.md", { id: "{D4444444-4444-4444-8444-44444444444A}", size: 2 }),
    ]);
    expect(events).toHaveLength(1);
    expect(end).toEqual({ nextItemId: 13, items: 3, bytes: 9 });
    expect(plans).toEqual([
      {
        schemaVersion: 2,
        name: "000001",
        kind: "content",
        dependsOn: [],
        portable: true,
        target,
        users: [
          {
            id: 1,
            name: "System Account",
            login: "SHAREPOINT\\system",
            systemId: "U0hBUkVQT0lOVFxzeXN0ZW0=",
          },
        ],
        groups: [],
        entries: 3,
        bytes: 9,
        items: [
          {
            kind: "folder",
            source: ["Projects"],
            path: ["Projects"],
            id: "a5b1c3e1-7c51-5ddf-8a7b-ace897f72645",
            listItemId: "dcd35bd0-2cb6-5783-a383-45e0f1815957",
            itemId: 10,
            parentId: target.rootFolderId,
            created: "2020-01-02T03:04:05Z",
            modified: "1900-01-01T00:00:00Z",
            author: 1,
            modifiedBy: 1,
            version: "1.0",
          },
          {
            kind: "file",
            source: ["Projects", "plan.txt"],
            path: ["Projects", "plan.txt"],
            id: "2dbe77ec-3ecf-53ab-916b-5f477e615c1e",
            listItemId: "d9d4912c-c36c-54a2-bd60-d259d3f3b984",
            itemId: 11,
            parentId: "a5b1c3e1-7c51-5ddf-8a7b-ace897f72645",
            created: "9999-12-31T23:59:59Z",
            modified: "9999-12-31T23:59:59Z",
            author: 1,
            modifiedBy: 1,
            version: "1.0",
            size: 7,
            content: { kind: "path", path: "/src/Projects/plan.txt" },
            blob: "00000001.dat",
          },
          {
            kind: "file",
            source: ["note.md"],
            path: ["note.md"],
            id: "d4444444-4444-4444-8444-44444444444a",
            listItemId: "c72ab7c0-4d8c-5bbc-8064-0323b2a1aa38",
            itemId: 12,
            parentId: target.rootFolderId,
            created: "2024-05-06T07:08:09Z",
            modified: "2024-05-06T07:08:09Z",
            author: 1,
            modifiedBy: 1,
            version: "1.0",
            size: 2,
            content: { kind: "path", path: "/src/note.md" },
            blob: "00000002.dat",
          },
        ],
      },
    ]);
  });

  test("records a rename with its reasons, and children stand below the new name", async () => {
    const { items: all } = await planned(items("a:b/", "a:b/CON", "a:b/e\u0301"));
    expect(all.map(({ path, renamed }) => ({ path: path.join("/"), renamed }))).toEqual([
      { path: "a_x003A_b", renamed: { from: "a:b", to: "a_x003A_b", why: ["invalid-character"] } },
      { path: "a_x003A_b/_x0043_ON", renamed: { from: "CON", to: "_x0043_ON", why: ["reserved-name"] } },
      { path: "a_x003A_b/é", renamed: { from: "e\u0301", to: "é", why: ["not-normalized"] } },
    ]);
  });

  test("records renames in underscore style too", async () => {
    const names = { policy: "rename", renameWith: "underscore" } as const;
    const { items: all } = await planned(items("what?.txt"), { names });
    expect(all[0]?.renamed).toEqual({ from: "what?.txt", to: "what_.txt", why: ["invalid-character"] });
  });

  test("gives the later of two names that SharePoint holds equal a hash of its own source name", async () => {
    const clash = ["Plan.txt", "plan.txt", "PLAN.txt", "ｐlan.txt"];
    const { paths, items: all } = await planned(items(...clash));
    expect(paths[0]).toBe("Plan.txt");
    expect(all.slice(1).every(({ renamed }) => renamed?.why.includes("clash"))).toBe(true);
    const reversed = await planned(items(...clash.toReversed()));
    // Not the order decides which hash a name gets.
    expect(reversed.paths.slice(1, 3).toReversed()).toEqual(paths.slice(1, 3));
    expect(paths[1]).toMatch(/^plan~[0-9a-f]{8}\.txt$/);
  });

  test("gives a clashing name more digits where the name with fewer is taken", async () => {
    const [, hashed = ""] = (await planned(items("A.txt", "a.txt"))).paths;
    const { paths, missing } = await planned(items(hashed, "A.txt", "a.txt"));
    expect(missing).toEqual([]);
    expect(paths[2]).toMatch(/^a~[0-9a-f]{16}\.txt$/);
    expect(paths[2]?.startsWith(hashed.slice(0, 10))).toBe(true);
  });

  test("finds no clash between folders that are not the same", async () => {
    const { items: all } = await planned(items("a/", "a/x", "b/", "b/X", "x"));
    expect(all.filter(({ renamed }) => renamed)).toEqual([]);
  });

  test("takes a key that is both a file and a folder for two names that clash", async () => {
    const { paths, missing } = await planned(items("a", "a/b", "a"));
    expect(paths).toEqual(["a", expect.stringMatching(/^a~[0-9a-f]{8}$/), expect.stringMatching(/^a~[0-9a-f]{8}\/b$/)]);
    expect(missing).toEqual(["a: SOURCE_DUPLICATE"]);
  });

  test("takes a file of the same name as a folder for a clash, and the same file again for a duplicate", async () => {
    const { paths, missing } = await planned(items("a/", "a", "a"));
    expect(paths).toEqual(["a", expect.stringMatching(/^a~[0-9a-f]{8}$/)]);
    expect(missing).toEqual(["a: SOURCE_DUPLICATE"]);
  });

  test("does not clash with the library's own Forms folder", async () => {
    expect((await planned(items("forms/", "forms/forms/"))).paths).toEqual(["_x0066_orms", "_x0066_orms/forms"]);
  });

  test("warns of folders that Office takes for parts of saved web pages", async () => {
    const { events } = await planned(items("page_files/", "page_files/logo_files"));
    expect(events.filter(({ type }) => type === "warning")).toEqual([
      expect.objectContaining({ code: "NAME_UNUSUAL", source: "page_files" }),
    ]);
  });

  test.each([
    [
      "NAME_NOT_ALLOWED",
      items("ok", "a:b/", "a:b/c/", "a:b/c/d", "z"),
      ["a:b: NAME_NOT_ALLOWED", "a:b/c: PARENT_NOT_PACKAGED", "a:b/c/d: PARENT_NOT_PACKAGED"],
    ],
    ["NAME_CLASH", items("ok", "OK", "z"), ["OK: NAME_CLASH"]],
    [
      "PATH_TOO_LONG",
      items("ok", `${"d".repeat(200)}/${"f".repeat(200)}`, "z"),
      [`${"d".repeat(200)}/${"f".repeat(200)}: PATH_TOO_LONG`],
    ],
  ])("leaves out or fails with %s by policy", async (code, list, left) => {
    const skipped = await planned(list, { names: { policy: "skip", renameWith: "hex" } });
    expect(skipped.missing).toEqual(left);
    expect(skipped.paths.at(-1)).toBe("z");
    await expect(planned(list, { names: { policy: "fail", renameWith: "hex" } })).rejects.toMatchObject({ code });
  });

  test("says with policy `fail` where in the source the name is", async () => {
    const list = items("folder/", "folder/a:b");
    await expect(planned(list, { names: { policy: "fail", renameWith: "hex" } })).rejects.toMatchObject({
      message: 'Cannot package the file as its name is refused (invalid-character): current value is "folder/a:b"',
    });
  });

  test("normalises names under every policy, as SharePoint does not refuse them", async () => {
    const { items: all } = await planned(items("e\u0301"), { names: { policy: "fail", renameWith: "hex" } });
    expect(all[0]).toMatchObject({ path: ["é"], renamed: { why: ["not-normalized"] } });
  });
});

describe("planPackages() with long paths", () => {
  const whole = (path: readonly string[]) => LIBRARY_LENGTH + 1 + path.join("/").length;

  test("shortens names so that the whole path has at most 399 characters", async () => {
    const fits = "f".repeat(399 - LIBRARY_LENGTH - 1 - 201);
    const folder = "d".repeat(200);
    const { items: all } = await planned(items(`${folder}/${fits}`, `${folder}/${fits}f.docx`));
    expect(all[1]?.renamed).toBeUndefined();
    expect(whole(all[1]?.path ?? [])).toBe(399);
    expect(all[2]?.renamed?.why).toEqual(["path-too-long"]);
    expect(all[2]?.path[1]).toMatch(/^f+~[0-9a-f]{8}\.docx$/);
    expect(whole(all[2]?.path ?? [])).toBe(399);
  });

  test("keeps room in folders for what is in them, and says so where nothing fits any more", async () => {
    const deep = Array.from({ length: 40 }, (_, level) => `${level}-${"x".repeat(60)}`);
    const list = deep.flatMap((_, level) =>
      items(`${deep.slice(0, level + 1).join("/")}/`, `${deep.slice(0, level + 1).join("/")}/leaf.docx`),
    );
    const { items: all, missing } = await planned(list);
    expect(Math.max(...all.map(({ path }) => whole(path)))).toBeLessThanOrEqual(399);
    const codes = missing.map((line) => line.slice(line.lastIndexOf(":") + 2));
    expect(codes[0]).toBe("PATH_TOO_LONG");
    expect(new Set(codes.slice(1))).toEqual(new Set(["PARENT_NOT_PACKAGED"]));
    // Every folder that is there has its leaf.
    expect(all.filter(({ kind }) => kind === "file").length).toBe(all.filter(({ kind }) => kind === "folder").length);
    expect(all.length + missing.length).toBe(list.length);
  });

  test("keeps a short folder that leaves no room, and tells of each file that does not fit", async () => {
    const above = `${"d".repeat(250)}/${"e".repeat(399 - LIBRARY_LENGTH - 1 - 250 - 1 - 1 - 20)}`;
    const folder = `${above}/0123456789`;
    const { paths, missing } = await planned(items(`${folder}/`, `${folder}/012345678`, `${folder}/0123456789`));
    expect(paths.slice(2)).toEqual([folder, `${folder}/012345678`]);
    expect(missing).toEqual([`${folder}/0123456789: PATH_TOO_LONG`]);
  });
});

describe("planPackages() with folders that exist in the target", () => {
  const EXISTING = "e5555555-5555-4555-8555-555555555555";
  const INNER = "e6666666-6666-4666-8666-666666666666";
  const known = { target: { ...target, existingFolders: { Projets: EXISTING, "Projets/Été": INNER } } };

  test("packages nothing for them and gives their ids and names to what is in them", async () => {
    const {
      events,
      items: all,
      plans,
    } = await planned(
      items("PROJETS/", "PROJETS/E\u0301TE\u0301/", "PROJETS/E\u0301TE\u0301/x", "PROJETS/new/"),
      known,
    );
    expect(events.slice(0, 2)).toMatchObject([
      {
        outcome: {
          outcome: "existing",
          source: "PROJETS",
          id: EXISTING,
          url: "/sites/archive/Shared Documents/Projets",
        },
      },
      { outcome: { outcome: "existing", id: INNER, url: "/sites/archive/Shared Documents/Projets/Été" } },
    ]);
    expect(all.map(({ path, parentId }) => [path.join("/"), parentId])).toEqual([
      ["Projets/Été/x", INNER],
      ["Projets/new", EXISTING],
    ]);
    expect(plans[0]?.target).toEqual(target);
  });

  test("tells of them where the source only implies them", async () => {
    const { events, paths } = await planned(items("Projets/Été/x"), known);
    expect(events.filter((event) => event.type === "outcome" && event.outcome.outcome === "existing")).toHaveLength(2);
    expect(paths).toEqual(["Projets/Été/x"]);
  });

  test("lets no file and no second folder have their names", async () => {
    const { paths } = await planned(items("projets", "Projets/", "PROJETS/"), known);
    expect(paths).toEqual([expect.stringMatching(/^projets~.{8}$/), expect.stringMatching(/^PROJETS~.{8}$/)]);
  });

  test("finds a folder again that an earlier run had to rename", async () => {
    const list = items("A/", "a/", "a/x");
    const [, renamed = ""] = (await planned(list)).paths;
    const { paths } = await planned(list, {
      target: { ...target, existingFolders: { A: EXISTING, [renamed]: INNER } },
    });
    expect(paths).toEqual([`${renamed}/x`]);
  });

  test.each([[{ "a/b": EXISTING }], [{ "a//b": EXISTING }], [{ a: EXISTING, A: INNER }], [{ a: "1" }]])(
    "refuses %j",
    async (existingFolders) => {
      await expect(planned([], { target: { ...target, existingFolders } })).rejects.toMatchObject({
        code: "INVALID_TARGET",
      });
    },
  );
});

describe("planPackages() with sources that break their contract", () => {
  test("makes folders that no item names, with the dates of the first item in them", async () => {
    const { items: all } = await planned([item("a/b/c", { modified: new Date("2021-01-01T00:00:00Z") })]);
    expect(all.map(({ kind, source, modified }) => [kind, source.join("/"), modified])).toEqual([
      ["folder", "a", "2021-01-01T00:00:00Z"],
      ["folder", "a/b", "2021-01-01T00:00:00Z"],
      ["file", "a/b/c", "2021-01-01T00:00:00Z"],
    ]);
  });

  test("fails what comes after its folder was left, and goes on where it was", async () => {
    const { missing, paths } = await planned(items("a/", "a/x", "b/", "a/y", "b/z", "a/", "a/q/r"));
    expect(missing).toEqual(["a/y: SOURCE_ORDER", "a: SOURCE_DUPLICATE", "a/q/r: SOURCE_ORDER"]);
    expect(paths).toEqual(["a", "a/x", "b", "b/z"]);
  });

  test("fails a path that comes twice, and keeps what is in a folder that does", async () => {
    const { missing, paths } = await planned(items("a/", "a/x", "a/", "a/x", "a/y"));
    expect(missing).toEqual(["a: SOURCE_DUPLICATE", "a/x: SOURCE_DUPLICATE"]);
    expect(paths).toEqual(["a", "a/x", "a/y"]);
  });

  test("passes on what the source can't hand over, and leaves out what is below it", async () => {
    const problem = (path: string, more: object): SourceItem =>
      ({ kind: "problem", path: path.split("/"), outcome: "failed", message: "no", ...more }) as SourceItem;
    const { missing, events, paths } = await planned([
      problem("a", { code: "SOURCE_UNREADABLE" }),
      item("a/x"),
      problem("b/c/d", { outcome: "excluded" }),
      item("b/c/d/e/"),
      item("b/y"),
      item("b/c/d/e/f"),
      item("a/z"),
    ]);
    expect(missing).toEqual([
      "a: SOURCE_UNREADABLE",
      "a/x: PARENT_NOT_PACKAGED",
      "b/c/d: EXCLUDED",
      "b/c/d/e: PARENT_NOT_PACKAGED",
      "b/c/d/e/f: PARENT_NOT_PACKAGED",
      "a/z: PARENT_NOT_PACKAGED",
    ]);
    expect(paths).toEqual(["b", "b/y"]);
    expect(events[0]).toEqual({
      type: "outcome",
      outcome: {
        source: "a",
        sourcePath: ["a"],
        kind: "other",
        outcome: "failed",
        code: "SOURCE_UNREADABLE",
        message: "no",
      },
    });
  });

  test("passes on what the source can't even name, and loses nothing by it", async () => {
    const nameless: SourceItem = { kind: "problem", path: [], outcome: "failed", message: "no JSON", line: 7 };
    const { events, paths } = await planned([item("a/"), nameless, item("a/x"), nameless]);
    expect(paths).toEqual(["a", "a/x"]);
    const outcome = { source: "", sourcePath: [], line: 7, kind: "other", outcome: "failed", message: "no JSON" };
    const told = { type: "outcome", outcome: { ...outcome, code: "SOURCE_UNREADABLE" } };
    expect(events.filter(({ type }) => type === "outcome")).toEqual([told, told]);
  });

  test.each<[string, unknown]>([
    ["no item", null],
    ["an unknown kind", { kind: "link", path: ["a"] }],
    ["no path", { kind: "folder" }],
    ["an empty path", item("a/", { path: [] })],
    ["a name that is no text", { ...item("a/"), path: ["a", 1] }],
    ["a negative size", item("a", { size: -1 })],
    ["a size that is no number", item("a", { size: Number.NaN })],
    ["a fraction of a byte", item("a", { size: 0.5 })],
    ["no content", { kind: "file", path: ["a"], size: 1 }],
    ["a content of another size", item("a", { size: 1, content: new Uint8Array(2) })],
    ["a date that is none", item("a", { created: new Date(Number.NaN) })],
    ["an id that is none", item("a", { id: "1" })],
    ["the nil id", item("a", { id: "00000000-0000-0000-0000-000000000000" })],
  ])("fails %s and goes on", async (_, bad) => {
    const { missing, paths, end } = await planned([bad as SourceItem, item("z")]);
    expect(missing).toEqual([expect.stringMatching(/: SOURCE_INVALID_ITEM$/)]);
    expect(paths).toEqual(["z"]);
    expect(end).toEqual({ nextItemId: 11, items: 2, bytes: 1 });
  });

  test("leaves out a file that is larger than SharePoint takes", async () => {
    const { missing, paths } = await planned([
      item("a", { size: 250_000_000_001 }),
      item("b", { size: 250_000_000_000 }),
    ]);
    expect(missing).toEqual(["a: FILE_TOO_LARGE"]);
    expect(paths).toEqual(["b"]);
  });

  test("mends separators and empty names inside of a path", async () => {
    const source = [{ ...item("x"), path: ["a/b", "", "..", "x\\y"] } as SourceItem];
    expect((await planned(source)).items.at(-1)?.path).toEqual(["a_x002F_b", "_x_", "._x002E_", "x_x005C_y"]);
  });

  test("keeps the error of a source that throws as the cause of SOURCE_FAILED", async () => {
    const cause = new Error("gone");
    const broken: Source = {
      async *[Symbol.asyncIterator]() {
        yield item("a");
        throw cause;
      },
    };
    await expect(planPackages(broken, options).next()).rejects.toMatchObject({ code: "SOURCE_FAILED", cause });
  });

  test("refuses to number past the largest item id", async () => {
    const last = { target: { ...target, firstItemId: 2_147_483_647 } };
    await expect(planned(items("a"), last)).resolves.toMatchObject({ end: { nextItemId: 2_147_483_648 } });
    await expect(planned(items("a", "b"), last)).rejects.toMatchObject({ code: "INVALID_TARGET" });
  });
});

describe("planPackages() as a stream", () => {
  test("gives the first packages while the source is still being read", async () => {
    let read = 0;
    async function* endless(): AsyncGenerator<SourceItem> {
      for (;;) yield item(`${Math.floor(read / 5)}/${read++ % 5}`);
    }
    const generator = planPackages(endless(), { ...options, limits: { maxItems: 10, maxBytes: 1000 } });
    const first = await generator.next();
    expect(first.value).toMatchObject({ type: "package", plan: { name: "000002", dependsOn: ["000001"] } });
    expect(read).toBeLessThanOrEqual(11);
    await generator.return({ nextItemId: 0, items: 0, bytes: 0 });
  });

  test("closes the source when the consumer stops", async () => {
    let isClosed = false;
    async function* source(): AsyncGenerator<SourceItem> {
      try {
        for (let index = 0; ; index += 1) yield item(`${index}`);
      } finally {
        isClosed = true;
      }
    }
    for await (const event of planPackages(source(), { ...options, limits: { maxItems: 1, maxBytes: 1 } })) {
      expect(event.type).toBe("package");
      break;
    }
    expect(isClosed).toBe(true);
  });

  test("tells of each entry as it comes", async () => {
    const told: number[] = [];
    await planned([item("a/"), item("a/b", { size: 5 }), null as unknown as SourceItem], {
      onItem: (bytes) => told.push(bytes),
    });
    expect(told).toEqual([0, 5, 0]);
  });

  test("hands over content that only this process can open beside the plan", async () => {
    const content = { open: async function* () {} };
    const bytes = new Uint8Array(3);
    const { events, plans } = await planned([
      item("a"),
      item("b", { content }),
      item("c", { content: bytes, size: 3 }),
    ]);
    expect(plans[0]).toMatchObject({
      portable: false,
      items: [
        { content: { kind: "path" } },
        { content: { kind: "local", handle: 2 } },
        { content: { kind: "local", handle: 3 } },
      ],
    });
    expect(events[0]).toMatchObject({
      local: new Map<number, SourceContent>([
        [2, content],
        [3, bytes],
      ]),
    });
  });
});
