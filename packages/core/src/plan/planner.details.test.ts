import { describe, expect, test } from "vitest";
import type {
  PackagePlan,
  PlannedFile,
  PlannedItem,
  PlannedListItem,
  SourceContent,
  SourceFile,
  SourceFolder,
  SourceItem,
  SourceListItem,
  Target,
} from "../model/index.ts";
import { parsePlan } from "./plan-json.ts";
import { planPackages } from "./planner.ts";
import type { PlanEvent, ResolvedPlanOptions } from "./types.ts";

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
const listTarget: Target = { ...target, listTitle: "Tasks", listUrl: "Lists/Tasks", baseTemplate: "GenericList" };
const options: ResolvedPlanOptions = {
  target,
  names: { policy: "rename", renameWith: "hex" },
  limits: { maxItems: 250, maxBytes: 250_000_000 },
  defaultAuthor: { name: "System Account", login: "SHAREPOINT\\system" },
  people: { unmapped: "keep" },
  forms: { dateTimeFields: "iso", userFields: "native", twoVersions: "keep", roles: "write", archives: false },
  now: new Date("2024-05-06T07:08:09.999Z"),
};
const READ = 1073741826;
const CONTRIBUTE = 1073741827;
const day = (date: number) => new Date(Date.UTC(2020, 0, date, 1, 2, 3, 456));

function file(path: string, more: Partial<SourceFile> = {}): SourceFile {
  return { kind: "file", path: path.split("/"), size: 1, content: { path: `/src/${path}` }, ...more };
}

function folder(path: string, more: Partial<SourceFolder> = {}): SourceFolder {
  return { kind: "folder", path: path.split("/"), ...more };
}

function listItem(path: string, more: Partial<SourceListItem> = {}): SourceListItem {
  return { kind: "item", path: path.split("/"), ...more };
}

interface Planned {
  readonly plans: readonly PackagePlan[];
  readonly items: readonly PlannedItem[];
  readonly locals: readonly ReadonlyMap<number, SourceContent>[];
  readonly missing: readonly string[];
  readonly warnings: readonly string[];
  readonly events: readonly PlanEvent[];
}

async function planned(list: Iterable<SourceItem>, change: Partial<ResolvedPlanOptions> = {}): Promise<Planned> {
  const events: PlanEvent[] = [];
  async function* source() {
    yield* list;
  }
  for await (const event of planPackages(source(), { ...options, ...change })) events.push(event);
  const packages = events.filter((event) => event.type === "package");
  for (const { plan } of packages) expect(parsePlan(JSON.stringify(plan))).toEqual(JSON.parse(JSON.stringify(plan)));
  return {
    events,
    plans: packages.map(({ plan }) => plan),
    locals: packages.map(({ local }) => local),
    items: packages.flatMap(({ plan }) => plan.items),
    missing: events.flatMap((event) =>
      event.type === "outcome" && "code" in event.outcome
        ? [`${event.outcome.kind} ${event.outcome.source}: ${event.outcome.code}`]
        : [],
    ),
    warnings: events.flatMap((event) => (event.type === "warning" ? [`${event.source}: ${event.code}`] : [])),
  };
}

const forms = (change: Partial<ResolvedPlanOptions["forms"]>) => ({ forms: { ...options.forms, ...change } });

describe("planPackages() with versions", () => {
  const older = (version?: string) => ({
    size: 10,
    content: { path: "/old" },
    ...(version === undefined ? {} : { version }),
  });

  test("gives each version its label, date, people and a blob of its own, before that of the current one", async () => {
    const { plans, items } = await planned([
      file("a", {
        size: 5,
        created: day(1),
        modified: day(9),
        author: "ada",
        versions: [
          { ...older(), author: "bob", modified: day(2), checkinComment: "first" },
          { ...older("1.5"), modifiedBy: "bob", properties: [{ name: "vti_x" }] },
        ],
        checkinComment: "now",
      }),
      file("b"),
    ]);
    expect(items[0]).toMatchObject({
      author: 2,
      modifiedBy: 2,
      version: "2.0",
      blob: "00000003.dat",
      size: 5,
      checkinComment: "now",
      versions: [
        {
          author: 3,
          modifiedBy: 3,
          version: "1.0",
          modified: "2020-01-02T01:02:03Z",
          blob: "00000001.dat",
          size: 10,
          content: { kind: "path", path: "/old" },
          checkinComment: "first",
        },
        {
          author: 1,
          modifiedBy: 3,
          version: "1.5",
          modified: "2020-01-01T01:02:03Z",
          blob: "00000002.dat",
          properties: [{ name: "vti_x" }],
        },
      ],
    });
    expect(items[1]).toMatchObject({ blob: "00000004.dat" });
    expect(plans[0]).toMatchObject({ entries: 4, bytes: 26 });
    expect(plans[0]?.users.map(({ id, login }) => [id, login])).toEqual([
      [1, "SHAREPOINT\\system"],
      [2, "ada"],
      [3, "bob"],
    ]);
  });

  test("warns of files with exactly two versions, of the first and of how many there are", async () => {
    const { warnings, items, events } = await planned([
      file("a", { versions: [older()] }),
      file("b", { versions: [older(), older()] }),
      file("c", { versions: [older()] }),
    ]);
    expect(warnings).toEqual(["a: TWO_VERSIONS", "a: TWO_VERSIONS"]);
    expect(events.findLast(({ type }) => type === "warning")).toMatchObject({
      message: expect.stringContaining("current value is 2 files"),
    });
    expect(items.map((item) => (item as PlannedFile).versions?.length)).toEqual([1, 2, 1]);
  });

  test("repeats the first of two versions under a label below it, with bytes of its own", async () => {
    const content = new Uint8Array(10);
    const { warnings, items, plans, locals } = await planned(
      [file("a", { versions: [{ size: 10, content }] }), file("b", { versions: [older("2.4")], version: "3.0" })],
      forms({ twoVersions: "repeatFirst" }),
    );
    expect(warnings).toEqual([]);
    const labels = items.map((item) => [...((item as PlannedFile).versions ?? []), item as PlannedFile]);
    expect(labels.map((all) => all.map(({ version, blob }) => `${version} ${blob}`))).toEqual([
      ["0.1 00000001.dat", "1.0 00000002.dat", "2.0 00000003.dat"],
      ["2.3 00000004.dat", "2.4 00000005.dat", "3.0 00000006.dat"],
    ]);
    expect(plans[0]).toMatchObject({ entries: 6, bytes: 42, portable: false });
    expect([...(locals[0]?.values() ?? [])]).toEqual([content, content]);
    expect(locals[0]?.get(1)).not.toBe(locals[0]?.get(2));
  });

  test("leaves the older of two versions out by form, and warns each time", async () => {
    const { warnings, items } = await planned(
      [file("a", { versions: [older("1.0")], version: "1.1" }), file("b", { versions: [older(), older()] })],
      forms({ twoVersions: "currentOnly" }),
    );
    expect(warnings).toEqual(["a: TWO_VERSIONS"]);
    expect(items[0]).not.toHaveProperty("versions");
    expect(items[0]).toMatchObject({ version: "1.1", blob: "00000001.dat" });
    expect((items[1] as PlannedFile).versions).toHaveLength(2);
  });

  test("keeps all versions of a file in one package, and packs alone what is more than a package", async () => {
    const versions = (count: number) => Array.from({ length: count }, () => older());
    const { plans, warnings } = await planned(
      [
        folder("f"),
        file("f/a", { versions: versions(2) }),
        file("f/b", { versions: versions(4) }),
        file("f/c", { versions: versions(2) }),
        file("f/d", { size: 2000 }),
        file("f/e"),
      ],
      { limits: { maxItems: 4, maxBytes: 1000 } },
    );
    expect(
      plans.map(({ kind, entries, items }) => `${kind} ${entries}: ${items.map(({ path }) => path.at(-1))}`),
    ).toEqual(
      ["content 5: b", "content 3: a", "content 1: d", "structure 1: f", "content 4: c,e"].toSorted(
        (one, other) => order(plans, one) - order(plans, other),
      ),
    );
    expect(warnings).toEqual(["f/b: MANY_VERSIONS"]);
    expect(
      plans.every(({ entries, bytes }) => (entries <= 4 && bytes <= 1000) || entries === 5 || bytes === 2000),
    ).toBe(true);
  });

  function order(plans: readonly PackagePlan[], line: string): number {
    return plans.findIndex(({ items }) => line.endsWith(`: ${items.map(({ path }) => path.at(-1))}`));
  }
});

describe("planPackages() with people and details", () => {
  test("names in each package those whom its items name, and nobody else", async () => {
    const { plans } = await planned(
      [
        { kind: "user", login: "ada", name: "Ada" },
        { kind: "group", name: "Team", owner: "olga", members: ["ada", "mia"] },
        file("a", { author: "ada" }),
        file("b", { permissions: [{ principal: { group: "Team" }, role: "Read" }] }),
        file("c"),
      ],
      { limits: { maxItems: 1, maxBytes: 1000 } },
    );
    const people = plans.map(({ users, groups }) => [...users, ...groups].map(({ name }) => name).sort());
    expect(people).toEqual([["Ada"], ["Ada", "System Account", "Team", "mia", "olga"], ["System Account"]]);
  });

  test("waits for the user map before it places an item, and keeps the order", async () => {
    const { items, plans } = await planned(
      [file("a", { author: "CORP\\ada" }), file("b"), file("c", { author: "x" })],
      {
        people: {
          unmapped: "keep",
          map: async ({ login }) => {
            await new Promise((resolve) => setImmediate(resolve));
            return login === "x" ? undefined : { to: "user", login: "ada@contoso.com", name: "Ada" };
          },
        },
      },
    );
    expect(items.map(({ path }) => path[0])).toEqual(["a", "b", "c"]);
    expect(plans[0]?.users.map(({ name }) => name)).toEqual(["System Account", "Ada", "x"]);
  });

  test("warns of a definition that can't be used, and doesn't count it", async () => {
    const { warnings, events } = await planned([
      { kind: "user", login: "" },
      { kind: "group", name: "G" } as unknown as SourceItem,
      { kind: "role", name: "Odd", id: "x" } as unknown as SourceItem,
      file("a"),
    ]);
    expect(warnings).toEqual([": SOURCE_INVALID_ITEM", "G: SOURCE_INVALID_ITEM", "Odd: SOURCE_INVALID_ITEM"]);
    expect(events.filter(({ type }) => type === "outcome")).toEqual([]);
  });

  test("plans label, comments, sharing, fields, moderation and what is passed through", async () => {
    const link = { name: "Link", attributes: { Url: "x" }, children: [] };
    const { items, plans } = await planned([
      file("a", {
        author: "ada",
        fields: [{ name: "Title", type: "Text", value: "T" }],
        moderation: { status: "Pending" },
        contentTypeId: "0x010100AA",
        retentionLabel: { name: "Keep", setBy: "bob", setAt: day(3), flags: 5 },
        comments: [{ id: "c1", text: "Well", author: "cia", created: day(4) }],
        sharing: [{ time: day(5), initiator: "ada", sharedWith: ["dan", "DAN", "eve"] }],
        links: [link],
        webParts: [{ ...link, name: "WebPart" }],
      }),
    ]);
    expect(items[0]).toMatchObject({
      fields: [{ name: "Title", type: "Text", value: "T" }],
      moderation: { status: "Pending" },
      contentTypeId: "0x010100AA",
      retentionLabel: { name: "Keep", setBy: 3, setAt: "2020-01-03T01:02:03Z", flags: 5 },
      comments: [{ id: "c1", text: "Well", author: 4, created: "2020-01-04T01:02:03.456Z" }],
      sharing: [{ time: "2020-01-05T01:02:03.456Z", initiator: 2, sharedBy: 2, sharedWith: [5, 6] }],
      links: [link],
      webParts: [{ ...link, name: "WebPart" }],
    });
    // The default author is nobody's: author and editor are both given or taken from the author.
    expect(plans[0]?.users.map(({ id }) => id)).toEqual([2, 3, 4, 5, 6]);
  });

  test("keeps ids and numbers that items bring along, and counts on above them", async () => {
    const { items, events } = await planned([
      file("a"),
      file("b", { itemId: 500, listItemId: "{D4444444-4444-4444-8444-44444444444A}" }),
      file("c"),
      file("d", { itemId: 3 }),
      file("e"),
    ]);
    expect(items.map((item) => (item as PlannedFile).itemId)).toEqual([10, 500, 501, 3, 502]);
    expect((items[1] as PlannedFile).listItemId).toBe("d4444444-4444-4444-8444-44444444444a");
    expect(events).toHaveLength(1);
  });

  test("drops sharing below a folder that carries some, and warns of receivers with too many", async () => {
    const sharing = [{ time: day(1), initiator: "ada", sharedWith: ["eve"] }];
    const many = Array.from({ length: 1001 }, (_, index) => file(`${index}`, { sharing }));
    const { items, warnings, events } = await planned([folder("f", { sharing }), file("f/a", { sharing }), ...many]);
    expect(items.filter((item) => "sharing" in item)).toHaveLength(1002);
    expect(warnings).toEqual(["f/a: SHARING_INHERITED", "999: SHARING_OVER_LIMIT"]);
    expect(events.findLast(({ type }) => type === "warning")).toMatchObject({
      message: expect.stringContaining('current value is 1002 of "eve"'),
    });
  });
});

describe("planPackages() with permissions", () => {
  const grant = (principal: string, role = "Read") => ({ principal, role });

  test("writes a scope where grants differ from those above, and none where they don't", async () => {
    const { plans } = await planned([
      { kind: "list", path: [], permissions: [grant("ada")] },
      folder("same", { permissions: [grant("ada")] }),
      file("same/own", { permissions: [grant("bob")] }),
      folder("f", { permissions: [grant("bob"), grant("ada", "Contribute")] }),
      file("f/same", { permissions: [grant("ada", "Contribute"), grant("bob")] }),
      file("f/none", { permissions: [] }),
      file("f/inherits"),
    ]);
    const [plan] = plans;
    expect(plan?.scopes?.map(({ path, objectType }) => `${objectType} ${path.join("/")}`)).toEqual([
      "list ",
      "item same/own",
      "item f",
      "item f/none",
    ]);
    const ids = new Map(plan?.items.map(({ path, id }) => [path.join("/"), id]));
    expect(plan?.scopes?.map(({ objectId }) => objectId)).toEqual([
      target.listId,
      ids.get("same/own"),
      ids.get("f"),
      ids.get("f/none"),
    ]);
    expect(plan?.scopes?.map(({ assignments }) => assignments.map(({ roleId }) => roleId))).toEqual([
      [READ],
      [READ],
      expect.arrayContaining([READ, CONTRIBUTE]),
      [],
    ]);
    expect(plan?.roles?.map(({ title }) => title).sort()).toEqual(["Contribute", "Read"]);
    expect(new Set(plan?.scopes?.map(({ id }) => id)).size).toBe(4);
  });

  test("takes grants of an item for different where those above are not known", async () => {
    const { plans } = await planned([folder("a"), file("a/b", { permissions: [grant("ada")] })]);
    expect(plans[0]?.scopes).toHaveLength(1);
  });

  test("puts scopes of the list and of folders of the target into a content package", async () => {
    const OLD = "e5555555-5555-4555-8555-555555555555";
    const { plans } = await planned(
      [
        { kind: "list", path: [], permissions: [grant("ada")] },
        folder("Old", { permissions: [grant("bob")] }),
        file("Old/x", { permissions: [grant("bob")] }),
      ],
      { target: { ...target, existingFolders: { Old: OLD } } },
    );
    expect(plans).toHaveLength(1);
    expect(plans[0]).toMatchObject({ kind: "content", entries: 1 });
    expect(plans[0]?.scopes?.map(({ objectId, path }) => [objectId, path])).toEqual([
      [target.listId, []],
      [OLD, ["Old"]],
    ]);
  });

  test("makes a package of the list's permissions alone", async () => {
    const { plans } = await planned([{ kind: "list", path: [], permissions: [] }]);
    expect(plans).toMatchObject([{ kind: "content", items: [], entries: 0, users: [] }]);
    expect(plans[0]?.scopes).toHaveLength(1);
  });

  test("keeps scopes with their items when folders are parted from files", async () => {
    const { plans } = await planned(
      [
        { kind: "list", path: [], permissions: [grant("ada")] },
        folder("f", { permissions: [grant("bob")] }),
        file("f/a", { permissions: [grant("cia")] }),
        file("f/b"),
        file("f/c"),
      ],
      { limits: { maxItems: 3, maxBytes: 100 } },
    );
    for (const { kind, items, scopes = [], users } of plans) {
      const ids = [target.listId, ...items.map(({ id }) => id)];
      for (const { objectId, objectType, assignments } of scopes) {
        expect(ids).toContain(objectId);
        if (kind === "structure") expect(objectType).toBe("item");
        for (const { principalId } of assignments) expect(users.map(({ id }) => id)).toContain(principalId);
      }
    }
    expect(plans.flatMap(({ scopes = [] }) => scopes)).toHaveLength(3);
  });

  test("fails an item with a role that nobody knows, and what is in such a folder with it", async () => {
    const { missing, items } = await planned([
      folder("f", { permissions: [grant("ada", "Nonsense")] }),
      file("f/secret"),
      file("g", { permissions: [grant("ada", "Nonsense")] }),
      folder("h", { permissions: "all" as unknown as [] }),
      file("h/secret"),
      file("z"),
    ]);
    expect(missing).toEqual([
      "folder f: SOURCE_INVALID_ITEM",
      "file f/secret: PARENT_NOT_PACKAGED",
      "file g: SOURCE_INVALID_ITEM",
      "folder h: SOURCE_INVALID_ITEM",
      "file h/secret: PARENT_NOT_PACKAGED",
    ]);
    expect(items.map(({ path }) => path.join("/"))).toEqual(["z"]);
  });

  test("fails an item with more assignments than a scope holds", async () => {
    const permissions = Array.from({ length: 5001 }, (_, index) => grant(`user${index}`));
    const { missing, plans } = await planned([file("a", { permissions }), file("b")]);
    expect(missing).toEqual([expect.stringMatching(/^file a: (SCOPE_OVER_LIMIT|SOURCE_INVALID_ITEM)$/)]);
    expect(plans[0]?.users).toHaveLength(1);
  });

  test("warns above 5,000 unique scopes, and stops above 50,000", async () => {
    function* files(count: number): Generator<SourceItem> {
      for (let index = 0; index < count; index += 1) yield file(`${index}`, { permissions: [] });
    }
    expect((await planned(files(5000))).warnings).toEqual([]);
    expect((await planned(files(5002))).warnings).toEqual(["5000: MANY_SCOPES"]);
    await expect(
      (async () => {
        async function* source() {
          yield* files(50_001);
        }
        for await (const _ of planPackages(source(), options));
      })(),
    ).rejects.toMatchObject({ code: "SCOPE_OVER_LIMIT", message: expect.stringContaining("50001") });
  });

  test("warns of a unique folder with more entries below it than inheritance can be broken above", async () => {
    async function* source(): AsyncGenerator<SourceItem> {
      yield folder("f", { permissions: [grant("ada")] });
      for (let index = 0; index <= 100_000; index += 1) {
        yield file(`f/${Math.floor(index / 1000)}/${index}`);
      }
      yield file("g");
    }
    const warnings: PlanEvent[] = [];
    for await (const event of planPackages(source(), options)) if (event.type === "warning") warnings.push(event);
    expect(warnings).toMatchObject([{ code: "MANY_DESCENDANTS", source: "f" }]);
  });
});

describe("planPackages() with list items", () => {
  test("names items by their number, with ids of their own kinds and attachments with blobs", async () => {
    const attachment = (name: string) => ({ name, size: 7, content: { path: "/a" }, author: "ada", modified: day(2) });
    const { items, plans, missing } = await planned(
      [
        folder("Sub"),
        listItem("Sub/key one", {
          created: day(1),
          fields: [{ name: "Title", type: "Text", value: "One" }],
          attachments: [attachment("x.txt"), attachment("y.txt")],
          versions: [{ modified: day(1) }],
        }),
        listItem("Sub/KEY ONE"),
        listItem("key:two/?"),
        listItem("Sub/key one"),
      ],
      { target: listTarget },
    );
    expect(items.map(({ path }) => path.join("/"))).toEqual([
      "Sub",
      "Sub/11_.000",
      "Sub/12_.000",
      "key_x003A_two",
      "key_x003A_two/14_.000",
    ]);
    const [, first, second] = items as readonly PlannedListItem[];
    expect(first).toMatchObject({
      kind: "item",
      itemId: 11,
      version: "2.0",
      versions: [{ version: "1.0", modified: "2020-01-01T01:02:03Z" }],
      attachments: [
        {
          name: "x.txt",
          author: 2,
          modifiedBy: 2,
          created: "2020-01-02T01:02:03Z",
          blob: "00000001.dat",
          content: { kind: "path", path: "/a" },
        },
        { name: "y.txt", blob: "00000002.dat" },
      ],
    });
    expect(first).not.toHaveProperty("blob");
    const ids = [first, second].flatMap((item) => [item?.id, item?.listItemId]);
    expect(new Set([...ids, ...(first?.attachments?.map(({ id }) => id) ?? [])]).size).toBe(6);
    expect(plans[0]).toMatchObject({ entries: 8, bytes: 14 });
    expect(missing).toEqual(["item Sub/key one: SOURCE_ORDER"]);
  });

  test("gives an item the same ids in each run, whatever number it gets", async () => {
    const first = await planned([listItem("a"), listItem("b")], { target: listTarget });
    const second = await planned([listItem("b")], { target: listTarget });
    expect(second.items[0]?.id).toBe(first.items[1]?.id);
    expect(second.items[0]?.path).not.toEqual(first.items[1]?.path);
  });

  test("fails items in libraries and files in lists, and takes both where the template is unknown", async () => {
    const both = [folder("f"), file("f/a"), listItem("f/b")];
    expect((await planned(both)).missing).toEqual(["item f/b: ITEM_IN_LIBRARY"]);
    expect((await planned(both, { target: listTarget })).missing).toEqual(["file f/a: FILE_IN_LIST"]);
    expect((await planned(both, { target: { ...target, baseTemplate: "10042" } })).missing).toEqual([]);
  });

  test("fails a key that comes twice, and an item whose path would be too long", async () => {
    const deep = Array.from({ length: 40 }, (_, level) => `${level}`.padStart(8, "x")).join("/");
    const { missing } = await planned([listItem("a"), listItem("a"), listItem(`${deep}/b`)], { target: listTarget });
    expect(missing[0]).toBe("item a: SOURCE_DUPLICATE");
    expect(missing).toHaveLength(2);
    expect(missing[1]).toMatch(/PATH_TOO_LONG|PARENT_NOT_PACKAGED/);
  });
});

describe("planPackages() with deletions", () => {
  test("plans what a source deletes last, in packages of their own, one after the other", async () => {
    const before = await planned([folder("f"), file("f/a")]);
    const { plans } = await planned(
      [
        file("x"),
        { kind: "deletion", of: "file", path: ["f", "a"] },
        { kind: "deletion", of: "folder", path: ["f"] },
        { kind: "deletion", of: "file", path: ["g"], id: "{D4444444-4444-4444-8444-44444444444A}" },
      ],
      { limits: { maxItems: 2, maxBytes: 10 } },
    );
    expect(
      plans.map(({ kind, dependsOn, items, entries }) => [kind, dependsOn, items.map((item) => item.kind), entries]),
    ).toEqual(
      expect.arrayContaining([
        ["content", [], ["file"], 1],
        ["content", [], ["deletion", "deletion"], 2],
        ["content", [plans.find(({ items }) => items[0]?.kind === "deletion")?.name], ["deletion"], 1],
      ]),
    );
    const deletions = plans.flatMap(({ items }) => items.filter(({ kind }) => kind === "deletion"));
    expect(deletions.slice(0, 2).map(({ id }) => id)).toEqual([before.items[1]?.id, before.items[0]?.id]);
    expect(deletions.map(({ parentId }) => parentId)).toEqual([
      before.items[0]?.id,
      target.rootFolderId,
      target.rootFolderId,
    ]);
    expect(deletions[2]?.id).toBe("d4444444-4444-4444-8444-44444444444a");
  });

  test("fails a deletion that comes twice", async () => {
    const deletion: SourceItem = { kind: "deletion", of: "file", path: ["a"] };
    expect((await planned([deletion, deletion])).missing).toEqual(["file a: SOURCE_DUPLICATE"]);
  });
});

describe("planPackages() with archives", () => {
  test("puts small contents into two archives as long as there is room, and no others", async () => {
    const files = Array.from({ length: 240 }, (_, index) => file(`${index}`, { size: 99_000 }));
    const { items, plans } = await planned(
      [file("large", { size: 100_000 }), ...files, file("edge", { size: 99_983 })],
      forms({ archives: true }),
    );
    const count = (archive?: string) => items.filter((item) => (item as PlannedFile).archive === archive).length;
    expect((items[0] as PlannedFile).archive).toBeUndefined();
    expect(plans).toHaveLength(1);
    expect(count("archive1.zip")).toBe(100);
    expect(count("archive2.zip")).toBe(100);
    const sizes = items.map((item) => item as PlannedFile).filter(({ archive }) => archive === "archive1.zip");
    const zip = sizes.reduce((sum, { size, blob }) => sum + size + 76 + 2 * blob.length, 22);
    expect(16 * (Math.floor(zip / 16) + 1)).toBeLessThanOrEqual(10_000_000);
    expect(count()).toBe(42);
  });

  test("archives versions too, and no attachments", async () => {
    const versions = [
      { size: 1, content: { path: "/1" } },
      { size: 2, content: { path: "/2" } },
    ];
    const { items } = await planned([file("a", { versions })], forms({ archives: true }));
    expect((items[0] as PlannedFile).versions?.map(({ archive }) => archive)).toEqual(["archive1.zip", "archive1.zip"]);
    const attachments = [{ name: "x", size: 1, content: { path: "/x" } }];
    const list = await planned([listItem("a", { attachments })], { ...forms({ archives: true }), target: listTarget });
    expect((list.items[0] as PlannedListItem).attachments?.[0]).not.toHaveProperty("archive");
  });
});

describe("planPackages() with items that can't be used", () => {
  const version = { size: 1, content: { path: "/v" } };
  test.each<[string, Partial<SourceFile>]>([
    ["versions that are no list", { versions: {} as [] }],
    ["a version label that is none", { versions: [{ ...version, version: "1.512" }] }],
    ["a current label below an older one", { version: "1.0", versions: [{ ...version, version: "2.0" }] }],
    ["a version with a size that is none", { versions: [{ ...version, size: -1 }] }],
    ["a version without content", { versions: [{ size: 1 } as typeof version] }],
    ["a version with a date that is none", { versions: [{ ...version, modified: "now" as unknown as Date }] }],
    ["an author that is nobody", { author: "" }],
    ["an author that is a number", { author: 5 as unknown as string }],
    ["a field without a type", { fields: [{ name: "x" } as never] }],
    ["a field that comes twice", { fields: ["a", "b"].map((value) => ({ name: "x", type: "Text", value }) as const) }],
    ["an unknown moderation status", { moderation: { status: "Great" as "Draft" } }],
    ["an item id of 0", { itemId: 0 }],
    ["an item id that is too large", { itemId: 2 ** 31 }],
    ["a list item id that is none", { listItemId: "x" }],
    ["a content type of folders", { contentTypeId: "0x0120" }],
    ["a content type that is none", { contentTypeId: "Document" }],
    ["a label without a name", { retentionLabel: { name: "" } }],
    ["a comment without an author", { comments: [{ id: "1", text: "", author: "", created: day(1) }] }],
    ["comments of one id", { comments: ["a", "b"].map((author) => ({ id: "1", text: "", author, created: day(1) })) }],
    ["an answer to nothing", { comments: [{ id: "1", parentId: "2", text: "", author: "a", created: day(1) }] }],
    ["sharing with nobody", { sharing: [{ time: day(1), initiator: "a", sharedWith: [] }] }],
    ["a grant to nobody", { permissions: [{ principal: "", role: "Read" }] }],
    ["a grant of nothing", { permissions: [{ principal: "a", role: {} as { id: number } }] }],
    ["a property without a name", { properties: [{ name: "" }] }],
    ["a property of an unknown type", { properties: [{ name: "p", type: "Odd" as "Time" }] }],
    ["a link that is none", { links: [{ name: "Lynk", attributes: {}, children: [] }] }],
    ["an element that is no XML name", { links: [{ name: "Link", attributes: { "a b": "" }, children: [] }] }],
    ["a property whose id is no GUID", { properties: [{ name: "p", id: "1" }] }],
    ["label flags beyond 32 bits", { retentionLabel: { name: "L", flags: 2 ** 31 } }],
    ["a comment with the id of no comment", { comments: [{ id: "0", text: "", author: "a", created: day(1) }] }],
    [
      "a comment of a version beyond 32 bits",
      { comments: [{ id: "1", text: "", author: "a", created: day(1), uiVersion: 2 ** 31 }] },
    ],
    ["an author of white space", { author: "  " }],
    ["a stored user by number", { fields: [{ name: "x", type: "raw", fieldType: "User", value: "7;UserInfo" }] }],
    [
      "stored users by number",
      { fields: [{ name: "x", type: "raw", fieldType: "UserMulti", value: "7;#;#8;#;UserInfo" }] },
    ],
    [
      "its list item's id",
      { id: `{${target.webId.replace("a", "f").toUpperCase()}}`, listItemId: target.webId.replace("a", "f") },
    ],
    ["the id of the web", { id: target.webId }],
    ["the id of the list", { id: `{${target.listId.toUpperCase()}}` }],
    ["the id of the root folder", { listItemId: target.rootFolderId }],
    ["an identity that is empty", { identity: "" }],
    ["a fingerprint that is too long", { fingerprint: "x".repeat(1025) }],
    ["a check-in comment that is no text", { checkinComment: 1 as unknown as string }],
  ])("fails a file with %s and goes on", async (_, more) => {
    const { missing, items } = await planned([file("a", more), file("z")]);
    expect(missing).toEqual(["file a: SOURCE_INVALID_ITEM"]);
    expect(items.map(({ path }) => path[0])).toEqual(["z"]);
  });

  test("refuses an element that nests without end", async () => {
    const children: unknown[] = [];
    const link = { name: "Link", attributes: {}, children };
    children.push(link);
    expect((await planned([file("a", { links: [link] as never })])).missing).toEqual(["file a: SOURCE_INVALID_ITEM"]);
  });

  test.each<[string, object]>([
    ["a name that is refused", { name: "a/b" }],
    ["a size above 250 MB", { size: 250_000_001 }],
    ["no content", { content: undefined }],
  ])("fails a list item with an attachment with %s", async (_, more) => {
    const attachments = [{ name: "x", size: 1, content: { path: "/x" }, ...more }] as SourceListItem["attachments"];
    const { missing } = await planned([listItem("a", attachments && { attachments })], { target: listTarget });
    expect(missing).toEqual(["item a: SOURCE_INVALID_ITEM"]);
  });

  test("leaves out a list item with an attachment whose path has too many characters", async () => {
    const name = "x".repeat(255);
    const attachments = [{ name, size: 1, content: { path: "/x" } }];
    const fitting = {
      ...listTarget,
      listUrl: `Lists/${"t".repeat(399 - 255 - "sites/archive/Lists//Attachments/2147483647/".length)}`,
    };
    const longer = { ...fitting, listUrl: `${fitting.listUrl}t` };
    expect((await planned([listItem("a", { attachments })], { target: fitting })).missing).toEqual([]);
    const { missing } = await planned([listItem("a", { attachments })], { target: longer });
    expect(missing).toEqual(["item a: PATH_TOO_LONG"]);
  });

  test("fails a list item with attachments whose names differ in case alone", async () => {
    const attachments = ["x.txt", "X.TXT"].map((name) => ({ name, size: 1, content: { path: "/x" } }));
    expect((await planned([listItem("a", { attachments })], { target: listTarget })).missing).toHaveLength(1);
  });

  test.each<[string, unknown, string]>([
    ["a list with a path", { kind: "list", path: ["a"], permissions: [] }, "list a"],
    ["a list without permissions", { kind: "list", path: [] }, "list "],
    ["a deletion of nothing", { kind: "deletion", of: "list", path: ["a"] }, "other a"],
    ["a deletion with an id that is none", { kind: "deletion", of: "file", path: ["a"], id: "1" }, "file a"],
  ])("fails %s", async (_, bad, entry) => {
    expect((await planned([bad as SourceItem, file("z")])).missing).toEqual([`${entry}: SOURCE_INVALID_ITEM`]);
  });

  test("leaves out a file of which any version is larger than SharePoint takes", async () => {
    const versions = [{ ...version, size: 250_000_000_001 }];
    expect((await planned([file("a", { versions })])).missing).toEqual(["file a: FILE_TOO_LARGE"]);
  });

  test("passes the line of a problem on", async () => {
    const problem: SourceItem = { kind: "problem", path: ["a"], outcome: "failed", message: "no", line: 7 };
    expect((await planned([problem])).events[0]).toMatchObject({ outcome: { source: "a", line: 7 } });
  });
});

describe("planPackages() with ids that items bring along", () => {
  const guid = "d4444444-4444-4444-8444-444444444444";

  test("fails the second of two items of one package with the same id, however it is written", async () => {
    const { items, missing } = await planned([
      file("a", { id: guid }),
      file("b", { id: `{${guid.toUpperCase()}}` }),
      file("c", { listItemId: guid }),
      file("d", { itemId: 10 }),
      file("e"),
    ]);
    expect(missing).toEqual(["file b: SOURCE_DUPLICATE", "file c: SOURCE_DUPLICATE", "file d: SOURCE_DUPLICATE"]);
    expect(items.map(({ path }) => path.at(-1))).toEqual(["a", "e"]);
  });

  test("packages nothing of a folder with the id of another, and all of one that is named twice", async () => {
    const { items, missing } = await planned([
      folder("a", { id: guid }),
      folder("a", { id: guid }),
      file("a/in"),
      folder("b", { id: guid }),
      file("b/in"),
    ]);
    expect(missing).toEqual([
      "folder a: SOURCE_DUPLICATE",
      "folder b: SOURCE_DUPLICATE",
      "file b/in: PARENT_NOT_PACKAGED",
    ]);
    expect(items.map(({ path }) => path.join("/"))).toEqual(["a", "a/in"]);
  });
});
