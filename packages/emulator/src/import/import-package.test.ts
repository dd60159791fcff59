import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type BlobFaults,
  collect,
  type HandMadePackage,
  handMadeKey,
  handMadePackages,
  memoryJobContainer,
  richPackage,
  sealHandMade,
  temporaryFolder,
} from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import type { ImportRequest, ImportStep } from "../ports.ts";
import { openSite, type SiteState } from "../site/site-state.ts";
import type { SiteListOptions } from "../site/types.ts";
import { importPackage } from "./import-package.ts";

const folder = temporaryFolder();
let sites = 0;

const docs: SiteListOptions = {
  title: "Docs",
  url: "Docs",
  id: "bbbbbbbb-0000-4000-8000-000000000002",
  rootFolderId: "cccccccc-0000-4000-8000-000000000003",
};
const tasks: SiteListOptions = {
  title: "Tasks",
  url: "Lists/Tasks",
  baseTemplate: 100,
  id: "dddddddd-0000-4000-8000-000000000004",
  rootFolderId: "eeeeeeee-0000-4000-8000-000000000005",
};

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

function newSite(): Promise<SiteState> {
  sites += 1;
  const options = { url: "/sites/t", webId: "aaaaaaaa-0000-4000-8000-000000000001", lists: [docs, tasks] };
  return openSite(folder(`${sites}`), options);
}

interface JobOptions extends Partial<ImportRequest> {
  readonly blobFaults?: Readonly<Record<string, BlobFaults>>;
}

async function runJob(site: SiteState, source: HandMadePackage, options: JobOptions = {}): Promise<ImportStep[]> {
  const sealed = sealHandMade(source);
  const request: ImportRequest = {
    jobId: "99999999-0000-4000-8000-000000000001",
    data: memoryJobContainer(sealed.content, options.blobFaults),
    manifest: memoryJobContainer(sealed.manifest, options.blobFaults),
    key: handMadeKey,
    site,
    switches,
    faults: () => ({}),
    signal: new AbortController().signal,
    ...options,
  };
  return collect(importPackage(request));
}

function problemsOf(steps: readonly ImportStep[]) {
  return steps.filter((step) => step.type === "problem");
}

describe("importPackage()", () => {
  it("imports two packages, the second into the folders of the first", async () => {
    const site = await newSite();
    const [structure, content] = handMadePackages();
    const first = await runJob(site, structure);
    expect(problemsOf(first)).toEqual([]);
    const second = await runJob(site, content);
    expect(problemsOf(second)).toEqual([]);
    expect(second[0]).toEqual({ type: "expected", objects: 8, bytes: 14 });
    const at = (path: string) => readFile(join(site.directory, "sites/t", path), "utf8");
    expect(await at("Docs/Reports/2024/hello.txt")).toBe("hello world");
    expect(await at("Docs/empty.bin")).toBe("");
    expect(await at("Docs/Reports/v.txt")).toBe("J");
    await site.close();
  });

  it("imports all that a package may hold", async () => {
    const site = await newSite();
    const steps = await runJob(site, richPackage());
    const told = problemsOf(steps).map(({ level, message }) => `${level}: ${message}`);
    expect(told).toEqual([
      "warning: The object '34000000-0000-4000-8000-000000000001' to be deleted does not exist.",
      "warning: The object '34000000-0000-4000-8000-000000000002' to be deleted does not exist.",
    ]);
    await site.close();
  });
});
