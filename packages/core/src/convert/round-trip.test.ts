import { collect, deterministicRandom, exampleTarget, RandomSource, temporaryFolder } from "@primepack/test-support";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { build } from "../build/run.ts";
import { directoryPackageStore } from "../container/directory-store.ts";
import { Secret } from "../errors/index.ts";
import type { FieldValue, PrincipalRef, SourceContent, SourceItem, SourceListItem, Target } from "../model/index.ts";
import { exportSource } from "./export-source.ts";
import { inspectPackage } from "./inspect.ts";

const path = temporaryFolder();
const key = new Secret<Uint8Array>(Buffer.alloc(32, 7));
const genericList = { ...exampleTarget, listTitle: "Tasks", listUrl: "Lists/Tasks", baseTemplate: "GenericList" };
const otherPlace = { siteUrl: "https://contoso.sharepoint.com/teams/new", webUrl: "/teams/new" };
let runs = 0;

async function* sourceOf(items: readonly SourceItem[]): AsyncGenerator<SourceItem> {
  yield* items;
}

interface Run {
  readonly kind: "library" | "list";
  readonly encrypted: boolean;
  readonly archives: boolean;
  readonly several: boolean;
  readonly userFields: "native" | "hash";
  readonly versionIds: "same" | "distinct";
  readonly outerFileValue: boolean;
}

async function packagesOf(items: readonly SourceItem[], target: Target, run: Run): Promise<string> {
  runs += 1;
  const directory = path(`run-${runs}`);
  const { userFields, versionIds, outerFileValue } = run;
  const forms = { userFields, versionIds, outerFileValue };
  const built = build({
    source: sourceOf(items),
    target,
    packages: directoryPackageStore(directory),
    workers: 0,
    random: deterministicRandom(),
    clock: () => new Date("2026-01-01T00:00:00Z"),
    ...(run.several ? { limits: { maxItems: 4 } } : {}),
    ...(run.encrypted
      ? { encryption: key, forms: { ...forms, archives: run.archives } }
      : { encryption: "none" as const, forms: { ...forms, archives: false as const } }),
  });
  const events = await collect(built);
  expect(
    events.filter((event) => event.type === "item" && !["packaged", "deletion"].includes(event.outcome.outcome)),
  ).toEqual([]);
  return directory;
}

async function bytesOf(content: SourceContent): Promise<Uint8Array> {
  if (content instanceof Uint8Array) return content;
  if ("path" in content) throw new Error("no content of a package is a file");
  return Buffer.concat(await collect(await content.open(new AbortController().signal)));
}

/** With bytes in the place of contents, so that items can be compared and built again. */
async function withBytes<T>(value: T): Promise<T> {
  if (typeof value !== "object" || value === null || value instanceof Date || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return (await Promise.all(value.map(withBytes))) as T;
  const entries = Object.entries(value).map(async ([name, part]): Promise<[string, unknown]> => {
    if (name === "content") return [name, Uint8Array.from(await bytesOf(part as SourceContent))];
    return [name, await withBytes(part)];
  });
  return Object.fromEntries(await Promise.all(entries)) as T;
}

async function converted(directory: string, run: Run): Promise<SourceItem[]> {
  const source = exportSource({
    from: directory,
    temporaryDirectory: path(),
    itemIds: "keep",
    ...(run.encrypted ? { key } : {}),
  });
  const items: SourceItem[] = [];
  for await (const item of source) items.push(await withBytes(item));
  expect(source.report.dropped.filter(({ what }) => what !== "attribute VersionEvent/@UserId")).toEqual([]);
  return items;
}

/** What must come back as it was given. Where nothing was, defaults may stand. */
function kept(item: SourceItem): Record<string, unknown> {
  if (item.kind === "user" || item.kind === "role" || item.kind === "problem") return {};
  const { kind } = item;
  if (kind === "group" || kind === "deletion" || kind === "list") return { kind };
  const { created, modified, comments, sharing, retentionLabel, links, eventReceivers, author, id, listItemId } = item;
  const common = {
    kind,
    created,
    modified,
    comments,
    sharing,
    retentionLabel,
    links,
    eventReceivers,
    author,
    id,
    listItemId,
  };
  const versions = kind === "folder" ? undefined : item.versions;
  const own =
    kind === "item"
      ? { attachments: item.attachments }
      : kind === "folder"
        ? { progId: item.progId || undefined, properties: item.properties }
        : { content: item.content, size: item.size, properties: item.properties, webParts: item.webParts };
  return definedDeep({
    ...common,
    ...own,
    people: people(item.fields),
    versions: versions?.map((version) => ({
      modified: version.modified,
      author: version.author,
      people: people(version.fields),
      ...("content" in version ? { content: version.content } : {}),
    })),
  }) as Record<string, unknown>;
}

function people(fields: readonly FieldValue[] | undefined): unknown {
  const found = (fields ?? []).flatMap((field): [string, readonly PrincipalRef[]][] => {
    if (field.type === "User") return [[field.name, [field.value]]];
    return field.type === "UserMulti" ? [[field.name, field.value]] : [];
  });
  return found.length === 0 ? undefined : found;
}

function definedDeep(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(definedDeep);
  if (typeof value !== "object" || value === null || value instanceof Date || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .map(([name, part]) => [name, definedDeep(part)]),
  );
}

function isEntry(item: SourceItem): boolean {
  return item.kind === "folder" || item.kind === "file" || item.kind === "item";
}

const anyRun: fc.Arbitrary<Run> = fc.record({
  kind: fc.constantFrom("library" as const, "list" as const),
  encrypted: fc.boolean(),
  archives: fc.boolean(),
  several: fc.boolean(),
  userFields: fc.constantFrom("native" as const, "hash" as const),
  versionIds: fc.constantFrom("same" as const, "distinct" as const),
  outerFileValue: fc.boolean(),
});

describe("exportSource() of packages that build() made", () => {
  it("gives what went into them, and the same again for another target", async () => {
    await fc.assert(
      fc.asyncProperty(anyRun, fc.gen(), async (run, draw) => {
        const target = run.kind === "list" ? genericList : exampleTarget;
        const given = await Promise.all(new RandomSource(draw, run.kind).items().map(withBytes));
        // A run of nothing has no package.
        fc.pre(given.some((item) => isEntry(item) || item.kind === "list" || item.kind === "deletion"));
        const directory = await packagesOf(given, target, run);
        const first = await converted(directory, run);

        const entries = first.filter(isEntry);
        expect(entries).toHaveLength(given.filter(isEntry).length);
        for (const item of entries) {
          const same = given.filter((one) => isEntry(one) && samePlace(one, item));
          if (same.length === 1 && same[0]) expect(kept(item)).toMatchObject(kept(same[0]));
        }

        const other = { ...target, ...otherPlace };
        const second = await converted(await packagesOf(first, other, run), run);
        expect(inOrder(second)).toEqual(inOrder(first));

        const { tree } = await inspectPackage(directory, run.encrypted ? { key } : {});
        expect(tree.counts.files).toBe(first.filter(({ kind }) => kind === "file").length);
        expect(tree.counts.items).toBe(first.filter(({ kind }) => kind === "item").length);
        expect(tree.counts.deletions).toBe(first.filter(({ kind }) => kind === "deletion").length);
      }),
      { numRuns: 40, endOnFailure: true },
    );
  }, 120_000);
});

/** People are numbered as they are met, and with them the grants of an item are sorted: neither order means anything. */
function inOrder(items: readonly SourceItem[]): unknown[] {
  const byText = (one: unknown, other: unknown) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1);
  const definitions = items.filter((item) => !("path" in item)).sort(byText);
  const entries = items
    .filter((item) => "path" in item)
    .map((item) =>
      "permissions" in item && item.permissions ? { ...item, permissions: [...item.permissions].sort(byText) } : item,
    );
  return [...definitions, ...entries];
}

/** Items of lists have another name in a package. */
function samePlace(one: SourceItem, other: SourceItem): boolean {
  if (!("path" in one && "path" in other) || one.kind !== other.kind) return false;
  if (one.kind !== "item" || other.kind !== "item") return one.path.join("/") === other.path.join("/");
  const above = (item: SourceListItem) => item.path.slice(0, -1).join("/");
  return above(one) === above(other) && one.created?.getTime() === other.created?.getTime();
}
