import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { collect, temporaryFolder } from "@primepack/test-support";
import { describe, expect, it, vi } from "vitest";
import { openSite, type SiteState } from "./site-state.ts";
import type { ImportedItem, SiteOptions } from "./types.ts";

const folder = temporaryFolder();
let sites = 0;

const id = (number: number) => `00000000-0000-4000-8000-${`${number}`.padStart(12, "0")}`;
const list = { title: "Documents", url: "Shared Documents", id: id(1), rootFolderId: id(2) };
const options: SiteOptions = { url: "/sites/emulated", lists: [list], webId: id(3), siteId: id(4) };

async function newSite(): Promise<SiteState> {
  sites += 1;
  return openSite(folder(`${sites}`), options);
}

const root = (site: SiteState) => site.lists[0]?.root ?? expect.fail("There is no list");

function item(number: number, name: string, more: Partial<ImportedItem> = {}): ImportedItem {
  return {
    ...{ kind: "file", listId: id(1), uniqueId: id(100 + number), itemId: number, parentId: id(2) },
    ...{ name, url: `/sites/emulated/Shared Documents/${name}`, jobId: "job" },
    ...more,
  };
}

const listed = (site: SiteState) =>
  [...site.items(id(1))].map(({ itemId, url }) => `${itemId} ${url.split("/").at(-1)}`);

describe("openSite()", () => {
  it("makes a site with ids of its own, and finds the same again", async () => {
    const lists = [{ title: "Documents", url: "Shared Documents" }];
    const site = await openSite(folder("own"), { url: "/sites/own", lists });
    await site.close();
    const again = await openSite(folder("own"), { url: "/sites/own", lists });
    expect([again.siteId, again.webId, again.lists[0]?.id]).toEqual([site.siteId, site.webId, site.lists[0]?.id]);
    expect(new Set([site.siteId, site.webId, site.lists[0]?.id, site.lists[0]?.rootFolderId]).size).toBe(4);
    await again.close();
  });

  it("adds lists that a site doesn't have yet", async () => {
    const site = await newSite();
    await site.close();
    const more = { title: "Tasks", url: "Lists/Tasks", baseTemplate: 100 };
    const again = await openSite(site.directory, { ...options, lists: [list, more] });
    expect(again.lists.map(({ url, isLibrary }) => [url, isLibrary])).toEqual([
      ["/sites/emulated/Shared Documents", true],
      ["/sites/emulated/Lists/Tasks", false],
    ]);
    await again.close();
  });

  it("knows all items, people, roles and scopes again, but for a line that was cut off", async () => {
    const site = await newSite();
    const parent = await site.save(root(site), item(1, "folder", { kind: "folder", listItemId: id(50) }));
    const scope = { scopeId: id(60), assignments: [] };
    await site.save(parent, item(2, "a.txt", { parentId: id(101), scope }));
    await site.save(parent, item(2, "a.txt", { parentId: id(101), scope, order: 7 }));
    await site.ensureUser({ title: "Kim", login: "i:0#.f|membership|kim@t", email: "kim@t" });
    await site.ensureRole({ id: 1073749999, name: "Own", roleType: 0, permMask: "1" });
    await site.setListScope(root(site).list, { scopeId: id(61), assignments: [] });
    await site.close();
    await appendFile(site.itemsFile, '{"kind":"file","uniqueId":"0000');
    const again = await openSite(site.directory, options);
    expect(listed(again)).toEqual(["1 folder", "2 a.txt"]);
    expect((await collect(again.importedItems())).map(({ order }) => order)).toEqual([undefined, 7]);
    expect(again.findByListItemId(id(50))?.name).toBe("folder");
    expect([again.scopeHolder(id(60)), again.scopeHolder(id(61)), again.lists[0]?.scopes]).toEqual([id(102), id(1), 2]);
    expect(again.users.map(({ id: userId, title }) => [userId, title])).toEqual([
      [1073741823, "System Account"],
      [1, "Kim"],
    ]);
    expect(again.roleDefinitions.at(-1)?.name).toBe("Own");
    // What comes next follows the last whole line.
    await again.save(root(again), item(3, "b.txt"));
    await again.close();
    const third = await openSite(site.directory, options);
    expect(listed(third)).toEqual(["1 folder", "2 a.txt", "3 b.txt"]);
    await third.close();
  });

  it("writes its items anew once most lines are outdated", async () => {
    const site = await newSite();
    for (let count = 0; count < 1_200; count += 1) await site.save(root(site), item(1, "a.txt", { order: count }));
    await site.close();
    const again = await openSite(site.directory, options);
    expect((await readFile(again.itemsFile, "utf8")).trimEnd().split("\n")).toHaveLength(1);
    expect((await collect(again.importedItems())).map(({ order }) => order)).toEqual([1_199]);
    await again.save(root(again), item(2, "b.txt"));
    await again.close();
    const third = await openSite(site.directory, options);
    expect(listed(third)).toEqual(["1 a.txt", "2 b.txt"]);
    await third.close();
  });
});

describe("SiteState", () => {
  it("says what stands in the way of an object", async () => {
    const site = await newSite();
    await site.save(root(site), item(1, "a.txt"));
    const reason = (number: number, name: string, itemId = number) =>
      site.conflict(root(site), { uniqueId: id(100 + number), name, itemId })?.reason;
    expect(reason(2, "b.txt")).toBeUndefined();
    expect(reason(1, "A.TXT")).toBeUndefined();
    expect(reason(2, "A.txt")).toBe("name");
    expect(reason(1, "b.txt")).toBe("id");
    expect(reason(2, "b.txt", 1)).toBe("itemId");
    expect(reason(1, "a.txt", 2)).toBe("itemId");
    await site.close();
  });

  it("takes composed and decomposed names as one", async () => {
    const site = await newSite();
    await site.save(root(site), item(1, "é.txt"));
    expect(site.conflict(root(site), { uniqueId: id(102), name: "e\u0301.txt", itemId: 2 })?.reason).toBe("name");
    await site.close();
  });

  it("keeps the GUIDs of what was recycled, with all below it, over a restart", async () => {
    const site = await newSite();
    const parent = await site.save(root(site), item(1, "folder", { kind: "folder" }));
    await site.save(parent, item(2, "a.txt", { parentId: id(101) }));
    const path = join(site.directory, site.treePath(parent), "a.txt");
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, "a");
    await site.recycle(parent, "job");
    await site.close();
    const again = await openSite(site.directory, options);
    expect(listed(again)).toEqual([]);
    expect(root(again).below).toBe(0);
    expect(again.conflict(root(again), { uniqueId: id(102), name: "a.txt", itemId: 2 })?.reason).toBe("recycled");
    // At its own place it may come back.
    expect(again.conflict(root(again), { uniqueId: id(101), name: "folder", itemId: 1 })).toBeUndefined();
    await expect(readFile(path)).rejects.toThrow("ENOENT");
    await again.close();
  });

  it("asks a list for its order once, however many of a job have no number", async () => {
    const site = await newSite();
    for (const number of [1, 2, 3, 4]) await site.save(root(site), { ...item(number, `${number}.txt`), itemId: 0 });
    const ordered = vi.spyOn(root(site).list, "ordered");
    await site.numberRest("job");
    expect(ordered).toHaveBeenCalledTimes(1);
    expect(listed(site)).toEqual(["1 1.txt", "2 2.txt", "3 3.txt", "4 4.txt"]);
    await site.close();
  });

  it("numbers what a job left without a number, after the highest of the list", async () => {
    const site = await newSite();
    await site.save(root(site), item(7, "a.txt"));
    await site.save(root(site), { ...item(8, "b.txt"), itemId: 0, jobId: "other" });
    await site.save(root(site), { ...item(9, "c.txt"), itemId: 0 });
    await site.numberRest("job");
    expect(listed(site)).toEqual(["7 a.txt", "8 c.txt"]);
    await site.numberRest("other");
    expect(listed(site)).toEqual(["7 a.txt", "8 c.txt", "9 b.txt"]);
    await site.close();
  });

  it("bounds the sharing events of a receiver in 24 hours", async () => {
    let now = 0;
    const site = await openSite(folder("sharing"), { ...options, now: () => new Date(now) });
    const shared = (login: string) => site.shareWith(login, 2);
    expect([shared("kim"), shared("kim"), shared("kim"), shared("sol")]).toEqual([true, true, false, true]);
    now += 24 * 60 * 60 * 1000;
    expect(shared("kim")).toBe(true);
    await site.close();
  });

  it("stores what a file system would refuse for its length under a name that it takes", async () => {
    const site = await newSite();
    const name = `${"語".repeat(200)}.txt`;
    const entry = await site.save(root(site), item(1, name));
    const stored = site.treePath(entry).split("/").at(-1) ?? "";
    expect(Buffer.byteLength(stored)).toBeLessThanOrEqual(255);
    expect(stored.startsWith("語語")).toBe(true);
    await site.close();
  });
});
