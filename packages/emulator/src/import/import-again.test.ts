import { appendFile, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  collect,
  type HandMadePackage,
  handMadeKey,
  handMadePackages,
  memoryJobContainer,
  richPackage,
  sealHandMade,
  temporaryFolder,
} from "@primepack/test-support";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ImportRequest, ImportStep } from "../ports.ts";
import { openSite, type SiteState } from "../site/site-state.ts";
import type { ImportedItem } from "../site/types.ts";
import { importPackage } from "./import-package.ts";

const folder = temporaryFolder();
let sites = 0;

const web = "aaaaaaaa-0000-4000-8000-000000000001";
const versioned = "30000000-0000-4000-8000-000000000005";
const hello = "30000000-0000-4000-8000-000000000003";

const switches: ImportRequest["switches"] = {
  badJobStatus: 400,
  missingSnapshot: "object",
  sideFiles: "lenient",
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

function siteIn(directory: string): Promise<SiteState> {
  const docs = { id: "bbbbbbbb-0000-4000-8000-000000000002", rootFolderId: "cccccccc-0000-4000-8000-000000000003" };
  const tasks = { id: "dddddddd-0000-4000-8000-000000000004", rootFolderId: "eeeeeeee-0000-4000-8000-000000000005" };
  return openSite(directory, {
    ...{ url: "/sites/t", webId: web },
    lists: [
      { title: "Docs", url: "Docs", ...docs },
      { title: "Tasks", url: "Lists/Tasks", baseTemplate: 100, ...tasks },
    ],
  });
}

function newSite(): Promise<SiteState> {
  sites += 1;
  return siteIn(folder(`${sites}`));
}

function start(site: SiteState, source: HandMadePackage, options: Partial<ImportRequest> = {}) {
  const sealed = sealHandMade(source);
  return importPackage({
    ...{ jobId: source.name, key: handMadeKey, site, switches, faults: () => ({}) },
    data: memoryJobContainer(sealed.content),
    manifest: memoryJobContainer(sealed.manifest),
    signal: new AbortController().signal,
    ...options,
  });
}

const problems = (steps: readonly ImportStep[]) =>
  steps.flatMap((step) => (step.type === "problem" ? [`${step.level} ${step.errorCode} ${step.message}`] : []));

async function imported(site: SiteState): Promise<ImportedItem[]> {
  return collect(site.importedItems());
}

const one = async (site: SiteState, id: string) =>
  (await imported(site)).find(({ uniqueId }) => uniqueId === id) ?? expect.fail(`There is no ${id}`);

async function versionsOf(site: SiteState, id: string): Promise<string[]> {
  const { versions = [] } = await one(site, id);
  return Promise.all(
    versions.map(async ({ label, storedAs }) => `${label} ${await readFile(join(site.directory, storedAs), "utf8")}`),
  );
}

async function both(site: SiteState, options: Partial<ImportRequest> = {}): Promise<string[]> {
  const [structure, content] = handMadePackages();
  const first = await collect(start(site, structure));
  return [...problems(first), ...problems(await collect(start(site, content, options)))];
}

/** Takes so many steps of an import and drops it. */
async function stopAfter(steps: AsyncGenerator<ImportStep>, count: number): Promise<void> {
  for (let taken = 0; taken < count; taken += 1) if ((await steps.next()).done) return;
  await steps.return(undefined);
}

/** All files of the site's tree and of its state but the logs, which depend on how often they were written. */
async function filesOf(site: SiteState): Promise<string[]> {
  const entries = await readdir(site.directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !/\.(?:nd)?json$/.test(entry.name));
  return files.map((entry) => join(entry.parentPath, entry.name).slice(site.directory.length)).sort();
}

describe("importPackage()", () => {
  it("keeps the versions of a file in their places: the current one in the tree, older ones beside it", async () => {
    const site = await newSite();
    expect(await both(site)).toEqual([]);
    expect(await versionsOf(site, versioned)).toEqual(["0.1 b", "1.0 a", "2.0 J"]);
    const paths = (await one(site, versioned)).versions?.map(({ storedAs }) => storedAs.replace(/-[0-9a-f]{8}$/, ""));
    const state = `sites/t.state/versions/${versioned}`;
    expect(paths).toEqual([`${state}/0.1`, `${state}/1.0`, "sites/t/Docs/Reports/v.txt"]);
    await site.close();
  });

  it("appends the versions of another job to those of a file that is there", async () => {
    const site = await newSite();
    await both(site);
    expect(await both(site, { jobId: "again" })).toEqual([]);
    expect(await versionsOf(site, hello)).toEqual(["1.0 hello world", "2.0 hello world"]);
    const labels = (await versionsOf(site, versioned)).map((text) => text.replace(/ .*/, ""));
    expect(labels).toEqual(["0.1", "1.0", "2.0", "3.1", "4.0", "5.0"]);
    await site.close();
  });

  it("replaces a file that is there, if it is told to", async () => {
    const site = await newSite();
    await both(site);
    const replace = { ...switches, existingFiles: "replace" as const };
    expect(await both(site, { jobId: "again", switches: replace })).toEqual([]);
    expect(await versionsOf(site, versioned)).toEqual(["0.1 b", "1.0 a", "2.0 J"]);
    expect((await filesOf(site)).filter((path) => path.includes(versioned))).toHaveLength(2);
    await site.close();
  });

  it.each([
    ["plain", () => handMadePackages()[1]],
    ["rich", richPackage],
  ] as const)("does the same job again without a trace, stopped anywhere, whatever %s holds", async (name, source) => {
    const prepared = async () => {
      const site = await newSite();
      if (name === "plain") await collect(start(site, handMadePackages()[0]));
      return site;
    };
    const whole = await prepared();
    await collect(start(whole, source()));
    const [expected, files] = [await imported(whole), await filesOf(whole)];
    await whole.close();
    const stops = fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 3 });
    const check = fc.asyncProperty(stops, fc.boolean(), async (counts, isReopened) => {
      let site = await prepared();
      for (const count of counts) {
        await stopAfter(start(site, source()), count);
        if (!isReopened) continue;
        await site.close();
        // Cut off in the middle of a line.
        await appendFile(site.itemsFile, '{"kind":"fi');
        site = await siteIn(site.directory);
      }
      await collect(start(site, source()));
      expect(await imported(site)).toEqual(expected);
      expect(await filesOf(site)).toEqual(files);
      await site.close();
    });
    await fc.assert(check, { numRuns: 25 });
  });

  it("refuses a new id at a path that is taken", async () => {
    const site = await newSite();
    await both(site);
    const [, content] = handMadePackages();
    const text = content.manifest["Manifest.xml"] ?? "";
    content.manifest["Manifest.xml"] = text.replaceAll(hello, "30000000-0000-4000-8000-00000000000f");
    const told = problems(await collect(start(site, content, { jobId: "again" })));
    expect(told[0]).toBe(
      "error -2147024816 A file or folder with the name /sites/t/Docs/Reports/2024/hello.txt already exists.",
    );
    await site.close();
  });

  it("refuses an id that lives elsewhere in the site, or in its recycle bin from elsewhere", async () => {
    const site = await newSite();
    await both(site);
    const moved = () => {
      const [, content] = handMadePackages();
      const text = content.manifest["Manifest.xml"] ?? "";
      content.manifest["Manifest.xml"] = text.replaceAll("hello.txt", "moved.txt");
      return content;
    };
    const told = async () => problems(await collect(start(site, moved(), { jobId: "again" })))[0];
    expect(await told()).toMatch(/^error -2147024816 The id .* already exists in the site collection/);
    const deletion: HandMadePackage = {
      ...handMadePackages()[0],
      ...{ name: "deletion", content: {} },
    };
    deletion.manifest["Manifest.xml"] =
      `<SPObjects xmlns="urn:deployment-manifest-schema"><SPObject Id="${hello}" ObjectType="SPFile" ParentWebId="${web}" IsDeleted="true"/></SPObjects>`;
    expect(problems(await collect(start(site, deletion)))).toEqual([]);
    expect((await imported(site)).map(({ uniqueId }) => uniqueId)).not.toContain(hello);
    expect(await told()).toMatch(/^error -2147024816 The id .* already exists in the recycle bin/);
    // Back at its own place.
    expect(problems(await collect(start(site, handMadePackages()[1], { jobId: "third" })))).toEqual([]);
    await site.close();
  });

  it("moves what has an id of the list at another path, with all below it, if it is told to", async () => {
    const site = await newSite();
    await both(site);
    const move = { ...switches, movedItems: "move" as const };
    const [structure] = handMadePackages();
    const text = structure.manifest["Manifest.xml"] ?? "";
    structure.manifest["Manifest.xml"] = text.replaceAll("Reports", "Moved");
    expect(problems(await collect(start(site, structure, { jobId: "again", switches: move })))).toEqual([]);
    const expected = [
      "Docs/Moved",
      "Docs/Moved/2024",
      "Docs/Moved/2024/hello.txt",
      "Docs/empty.bin",
      "Docs/Moved/v.txt",
    ];
    const urls = async (of: SiteState) => (await imported(of)).map(({ url }) => url.slice("/sites/t/".length));
    expect(await urls(site)).toEqual(expected);
    expect(await versionsOf(site, versioned)).toEqual(["0.1 b", "1.0 a", "2.0 J"]);
    expect(await readdir(join(site.directory, "sites/t/Docs"))).toEqual(["Moved", "empty.bin"]);
    await site.close();
    const again = await siteIn(site.directory);
    expect(await urls(again)).toEqual(expected);
    expect([...again.items("bbbbbbbb-0000-4000-8000-000000000002")].map(({ url }) => url.slice(9))).toEqual(expected);
    await again.close();
  });

  it("deletes nothing if it is told so", async () => {
    const site = await newSite();
    await both(site);
    const deletion = handMadePackages()[0];
    const object = `<SPObject Id="${hello}" ObjectType="SPFile" ParentWebId="${web}" IsDeleted="true"/>`;
    deletion.manifest["Manifest.xml"] = `<SPObjects xmlns="urn:deployment-manifest-schema">${object}</SPObjects>`;
    const ignore = { ...switches, deletedObjects: "ignore" as const };
    const told = problems(await collect(start(site, deletion, { jobId: "deletion", switches: ignore })));
    expect(told).toEqual([`warning -2146232832 The object '${hello}' is not deleted.`]);
    expect((await one(site, hello)).name).toBe("hello.txt");
    await site.close();
  });

  it("fails the first import of every n-th file on demand, and takes it the second time", async () => {
    const site = await newSite();
    const every2 = { alreadyExists: { every: 2 } };
    const faults = () => every2;
    const failed = (told: readonly string[]) => told.filter((problem) => problem.includes("already exists"));
    expect(failed(await both(site, { faults }))).toEqual([
      "error -2147024816 A file or folder with the name /sites/t/Docs/empty.bin already exists.",
    ]);
    expect(await both(site, { faults })).toEqual([]);
    const setAnew = { alreadyExists: { every: 2 } };
    expect(failed(await both(site, { faults: () => setAnew }))).toHaveLength(1);
    await site.close();
  });

  it("names errors by type, id, URL and item id", async () => {
    const site = await newSite();
    const [, content] = handMadePackages();
    delete content.content["1.dat"];
    const [, ...steps] = await collect(start(site, content));
    expect(steps[0]).toEqual({
      ...{ type: "problem", level: "error", objectType: "File", id: hello },
      ...{ url: "/sites/t/Docs/Reports/2024/hello.txt", sourceListItemIntId: 3 },
      ...{ errorCode: "-2146232832", errorType: "Microsoft.SharePoint.SPException" },
      message: expect.stringContaining("The parent folder"),
    });
    await site.close();
  });

  it("tells of each object with its versions and bytes", async () => {
    const site = await newSite();
    await collect(start(site, handMadePackages()[0]));
    const steps = await collect(start(site, handMadePackages()[1]));
    const files = steps.filter((step) => step.type === "object" && step.objectType === "SPFile");
    const counts = { bytes: 11, currentBytes: 11 };
    expect(files[0]).toEqual({
      ...{ type: "object", objectType: "SPFile", id: hello, url: "/sites/t/Docs/Reports/2024/hello.txt" },
      ...{ files: 1, ...counts },
    });
    expect(files.map((step) => step.type === "object" && [step.files, step.bytes, step.currentBytes])).toEqual([
      [1, 11, 11],
      [1, 0, 0],
      [3, 3, 1],
    ]);
    await site.close();
  });

  it("ends with the reason of its signal", async () => {
    const site = await newSite();
    const ended = new AbortController();
    const steps = start(site, handMadePackages()[0], { signal: ended.signal });
    await steps.next();
    ended.abort(new Error("enough"));
    await expect(collect(steps)).rejects.toThrow("enough");
    await site.close();
  });

  it("keeps two jobs at once apart", async () => {
    const site = await newSite();
    await collect(start(site, handMadePackages()[0]));
    const jobs = [start(site, handMadePackages()[1]), start(site, richPackageWithoutDocs())];
    const all = await Promise.all(jobs.map((steps) => collect(steps)));
    expect(all.flatMap(problems).filter((problem) => !problem.endsWith("to be deleted does not exist."))).toEqual([]);
    expect((await imported(site)).map(({ url }) => url)).toEqual(
      expect.arrayContaining(["/sites/t/Docs/empty.bin", "/sites/t/Lists/Tasks/Open/2_.000"]),
    );
    await site.close();
  });
});

/** Only what is for the list: the items of the library have the numbers of other hand-made packages. */
function richPackageWithoutDocs(): HandMadePackage {
  const source = richPackage();
  const drop = (file: string, ids: readonly string[]) => {
    for (const id of ids) {
      const object = new RegExp(`<SPObject Id="${id}[^"]*"(?:(?!</SPObject>).)*?</SPObject>`, "s");
      source.manifest[file] = (source.manifest[file] ?? "").replace(object, "");
    }
  };
  drop("Manifest.xml", ["31000000-0000-4000-8000-000000000001", "22000000-0000-4000-8000-000000000001", "32"]);
  drop("Manifest1.xml", ["22", "41000000-0000-4000-8000-000000000002"]);
  return source;
}
