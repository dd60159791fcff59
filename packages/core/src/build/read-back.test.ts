import { collect, exampleTarget } from "@primepack/test-support";
import { beforeAll, describe, expect, it } from "vitest";
import { type MemoryContainer, type MemoryPackage, memoryPackageStore } from "../container/memory.ts";
import type { PackagePlan, PlannedFile, PlannedScope, SealedBlob, SourceContent, SourceItem } from "../model/index.ts";
import { QuickXorHash } from "../seal/quick-xor-hash.ts";
import { type ReadBackExpectation, readBack } from "./read-back.ts";
import { build } from "./run.ts";

const { signal } = new AbortController();
const person = (name: string) => `i:0#.f|membership|${name}@contoso.com`;
const bytes = (text: string): { size: number; content: SourceContent } => ({
  size: text.length,
  content: Buffer.from(text),
});

async function* source(): AsyncGenerator<SourceItem> {
  yield { kind: "group", name: "Team", owner: person("owner"), members: [person("member")] };
  yield { kind: "folder", path: ["a"], permissions: [{ principal: { group: "Team" }, role: "Read" }] };
  yield {
    kind: "file",
    path: ["a", "b.txt"],
    ...bytes("current"),
    author: person("author"),
    fields: [{ name: "Reviewer", type: "User", value: person("reviewer") }],
    versions: [{ ...bytes("older"), modifiedBy: person("editor") }],
    comments: [{ id: "1", text: "fine", author: person("critic"), created: new Date(0) }],
    sharing: [{ time: new Date(0), initiator: person("host"), sharedWith: [person("guest")] }],
    retentionLabel: { name: "Keep", setBy: person("archivist") },
  };
}

async function sealedBlob(container: MemoryContainer, name: string): Promise<SealedBlob> {
  const { size, md5 = "" } = await container.properties(name);
  const hash = new QuickXorHash();
  for await (const chunk of container.read(name)) hash.update(chunk);
  return { name, size, storedSize: size, md5, quickXorHash: Buffer.from(hash.digest()).toString("base64") };
}

let made: MemoryPackage;
let expected: ReadBackExpectation;

beforeAll(async () => {
  const packages = memoryPackageStore();
  const plans: PackagePlan[] = [];
  const finished = (plan: PackagePlan) => {
    plans.push(plan);
    return undefined;
  };
  const run = build({ source: source(), target: exampleTarget, packages, encryption: "none", workers: 0, finished });
  await run.result;
  made = packages.packages.get("000001") as MemoryPackage;
  const blobs = async (container: MemoryContainer) =>
    Promise.all((await collect(container.list())).map(({ name }) => sealedBlob(container, name)));
  const sealed = new Map((await blobs(made.content)).map((blob) => [blob.name, blob]));
  expected = { plan: plans[0] as PackagePlan, manifests: await blobs(made.manifest), sealed, archives: [] };
});

const readingOf = (changed: Partial<ReadBackExpectation>) =>
  readBack(made.manifest, { ...expected, ...changed }, undefined, signal);

/** The expectation with the plan's file changed. */
function withFile(change: (file: PlannedFile) => Partial<PlannedFile>): Partial<ReadBackExpectation> {
  const items = expected.plan.items.map((item) => (item.kind === "file" ? { ...item, ...change(item) } : item));
  return { plan: { ...expected.plan, items } };
}

function withBlob(name: string, change: Partial<SealedBlob>): Partial<ReadBackExpectation> {
  const blob = expected.sealed.get(name) as SealedBlob;
  return { sealed: new Map([...expected.sealed, [name, { ...blob, ...change }]]) };
}

function withOtherPrincipals(scope: PlannedScope): PlannedScope {
  return { ...scope, assignments: scope.assignments.map(({ roleId }) => ({ principalId: 99, roleId })) };
}

/** A container in which one text of a manifest file is another. */
function altered(file: string, from: string | RegExp, to: string): MemoryContainer {
  const container = Object.create(made.manifest) as MemoryContainer;
  container.read = async function* read(name: string) {
    const text = Buffer.concat(await collect(made.manifest.read(name))).toString();
    if (name === file) expect(text).toMatch(from);
    yield Buffer.from(name === file ? text.replace(from, to) : text);
  };
  return container;
}

describe("readBack()", () => {
  it("takes what was written", async () => {
    await expect(readingOf({})).resolves.toBeUndefined();
  });

  it.each<[string, () => Partial<ReadBackExpectation>, string]>([
    ["a blob of another MD5", () => withBlob("00000001.dat", { md5: "other" }), "MD5Hash of 00000001.dat is other"],
    ["a blob of another hash", () => withBlob("00000002.dat", { quickXorHash: "x" }), "Checksum of 00000002.dat is x"],
    ["a blob of another size", () => withBlob("00000002.dat", { size: 8 }), "FileSize of 00000002.dat is 8"],
    [
      "a stored content that nothing names",
      () => ({ sealed: new Map([...expected.sealed, ["lost.dat", {} as SealedBlob]]) }),
      "each stored content is named: current value is lost.dat",
    ],
    [
      "an object that is not planned",
      () => ({ plan: { ...expected.plan, items: [] } }),
      "each SPFolder is one of its plan",
    ],
    ["a missing object", () => withFile(({ id }) => ({ listItemId: id })), "each SPListItem is one of its plan"],
    [
      "a missing version",
      () => withFile(({ versions = [] }) => ({ versions: [...versions, ...versions] })),
      "3 versions",
    ],
    ["another label", () => withFile(() => ({ version: "7.0" })), "is 7.0: current value is 2.0"],
    ["another author", () => withFile(() => ({ author: 99 })), "Author of version 2.0"],
    ["another item id", () => withFile(() => ({ itemId: 99 })), "IntId"],
    [
      "other assignments",
      () => ({
        plan: { ...expected.plan, scopes: expected.plan.scopes?.map(withOtherPrincipals) ?? [] },
      }),
      "the assignments of scope",
    ],
    ["a missing scope", () => ({ plan: { ...expected.plan, scopes: [] } }), "each Role is one of its plan"],
    [
      "a missing archive",
      () => ({ archives: [{ blob: { name: "archive1.zip" } as SealedBlob, members: [] }] }),
      "every file of it was written: current value is ArchivedFiles.xml",
    ],
  ])("finds %s", async (_, changed, message) => {
    await expect(readingOf(changed())).rejects.toMatchObject({
      code: "READ_BACK_FAILED",
      message: expect.stringContaining(message),
    });
  });

  it.each<[string, string, string | RegExp, string, string]>([
    ["lacks a user", "UserGroup.xml", /<User [^>]*critic[^>]*\/>/, "", "all who are named are in UserGroup.xml"],
    ["lacks a member", "UserGroup.xml", /<User [^>]*member@[^>]*\/>/, "", "all who are named are in UserGroup.xml"],
    ["has somebody else", "UserGroup.xml", /(<User [^>]*Id=")\d+("[^>]*critic)/, "$1777$2", "in UserGroup.xml"],
    ["lacks a list item", "Manifest.xml", /<SPObject [^>]*SPListItem.*?<\/SPObject>/s, "", "every object of its plan"],
    [
      "lacks a column",
      "Manifest.xml",
      /<Field [^>]*Reviewer[^>]*\/>/,
      "",
      "1 values of columns: current value is 0|2 values of columns: current value is 1",
    ],
    ["names a manifest that is not there", "SystemData.xml", "Manifest.xml", "Other.xml", "current value is Other.xml"],
  ])("finds that it %s", async (_, file, from, to, message) => {
    await expect(readBack(altered(file, from, to), expected, undefined, signal)).rejects.toMatchObject({
      code: "READ_BACK_FAILED",
      message: expect.stringMatching(message),
    });
  });
});
