import type { BlobFacts, DeletionOutcome, ItemOutcome, PackagedOutcome, SourcePath } from "../model/index.ts";
import { quoted, type ReportAt } from "./finding.ts";
import { digestKey, IdTable } from "./id-table.ts";
import { folded } from "./name-rules.ts";
import type { DefinedItem, DefinedObject, PackageFacts } from "./package-facts.ts";
import type { RunFacts } from "./run-facts.ts";
import type { VerifiedPackage } from "./verify-package.ts";

/** Flags of an entry's path. */
const KNOWN = 1;
const PACKAGED_FILE = 2;
const SEEN = 4;
const WITH_ATTACHMENTS = 8;
const WITH_VERSIONS = 16;
/** The entry has a place in the target. */
const PLACED = 32;
/** Flags of a packaged object. */
const RECORDED = 1;
const FOUND = 2;

export const ITEMS_FILE = "items.ndjson";

/** Which of an entry's outcomes the source has to be compared with. */
export type PathRecord = "unrecorded" | "recorded" | "packagedFile" | "packagedAttachments";

/** Which of an entry's contents is meant: its own, that of its n-th older version, or its n-th attachment. */
export type ContentPart = "own" | `version ${number}` | `attachment ${number}`;

/**
 * What `items.ndjson` tells, as digests: 100 to 200 bytes an item, whatever its path.
 *
 * Digests say whether, not what; so the file is read again at the end, to name what nothing was found for.
 */
export class OutcomeRecords {
  readonly #items: () => AsyncIterable<ItemOutcome>;
  readonly #paths = new IdTable();
  readonly #objects = new IdTable();
  /** Of objects with all their facts, and of paths with size and hash. */
  readonly #facts = new IdTable();

  /** Packages of which something could not be read: their items may be there. */
  readonly #partial = new Set<string>();

  constructor(items: () => AsyncIterable<ItemOutcome>) {
    this.#items = items;
  }

  /** Reads the records a first time; folders that the target holds become known to the run. */
  async load(run: RunFacts, report: ReportAt): Promise<void> {
    let line = 0;
    for await (const outcome of this.#items()) {
      line++;
      if (!isOutcome(outcome)) {
        report("RECORDS_INVALID", `${ITEMS_FILE}:${line}`, "The line must hold the outcome of one entry");
        continue;
      }
      // A path may have lost one entry and got another.
      const path = pathKey(outcome.sourcePath, outcome.outcome === "deletion");
      // Entries that are left out may share a path with each other and another one: a line that is there twice, or none.
      const known = this.#paths.get(path);
      this.#paths.set(path, known | KNOWN | flagsOf(outcome));
      if ((known & PLACED) !== 0 && (flagsOf(outcome) & PLACED) !== 0) {
        report(
          "RECORDS_INVALID",
          `${ITEMS_FILE}:${line}`,
          `An entry must have one outcome: current value is ${quoted(outcome.source)}`,
        );
      }
      const isHeld = outcome.outcome === "existing" || (outcome.outcome === "unchanged" && outcome.kind === "folder");
      if (isHeld) run.addExisting(outcome.id, outcome.url);
      if (outcome.outcome === "deletion") this.#objects.set(deletionKey(outcome.package, outcome.url), RECORDED);
      if (outcome.outcome !== "packaged") continue;
      this.#objects.set(objectKey(outcome.package, outcome.id), RECORDED);
      this.#facts.add(factsKey(outcome));
      for (const [part, size, hash] of contentsOf(outcome)) {
        this.#facts.add(contentKey(outcome.sourcePath, part, size, hash));
      }
    }
  }

  /** Compares the files, folders, list items and deletions of a package with their outcomes. */
  match(packageName: string, { facts, contents }: VerifiedPackage, report: ReportAt): void {
    if (facts.isPartial) this.#partial.add(packageName);
    const items = new Map<string, DefinedItem>();
    for (const item of facts.items) if (item.docId !== undefined) items.set(item.docId.toLowerCase(), item);
    for (const [key, object] of facts.defined) {
      if (!this.#find(packageName, object.id, object, object.kind, report)) continue;
      const told = objectFacts(packageName, facts, object, items.get(key), contents);
      if (told !== undefined) this.#compare(told, object, report);
    }
    for (const [key, item] of items) {
      if (facts.defined.has(key) || item.docId === undefined) continue;
      if (!this.#find(packageName, item.docId, item, "item", report)) continue;
      const told = itemFacts(packageName, facts, item, item.docId, contents);
      if (told !== undefined) this.#compare(told, item, report);
    }
    for (const { objectId, place } of facts.pendingScopes) {
      if (facts.lists.has(objectId.toLowerCase())) this.#find(packageName, objectId, { place }, "list", report);
    }
    // The object of a deleted list item has the item's id, the outcome its document's: the URL is what they share.
    for (const [url, place] of facts.deleted) {
      this.#findKey(deletionKey(packageName, url), `deletion of ${quoted(url)}`, place, report);
    }
  }

  /** Notes that the package holds what the records tell of; a finding if they don't. */
  #find(
    packageName: string,
    id: string,
    { place }: { readonly place: string },
    kind: PackagedOutcome["kind"],
    report: ReportAt,
  ): boolean {
    return this.#findKey(objectKey(packageName, id), `${kind} ${quoted(id)}`, place, report);
  }

  #findKey(key: Uint32Array, what: string, place: string, report: ReportAt): boolean {
    if (this.#objects.get(key) === 0) {
      report("RECORD_MISSING", place, `${ITEMS_FILE} must tell of the ${what}: current value is no outcome`);
      return false;
    }
    this.#objects.set(key, RECORDED | FOUND);
    return true;
  }

  #compare(told: ObjectFacts, { place }: { readonly place: string }, report: ReportAt): void {
    if (this.#facts.get(factsKey(told)) !== 0) return;
    report(
      "RECORD_MISMATCH",
      place,
      `${ITEMS_FILE} must tell of the ${told.kind} as the package does: current value is other ids, URL, versions, blobs, sizes or hashes of ${quoted(told.id)}`,
    );
  }

  /** Notes that the source still has the entry, and the folders above it. */
  see(path: SourcePath, isDeletion = false): PathRecord {
    for (let length = path.length - 1; length > 0; length--) {
      const above = pathKey(path.slice(0, length));
      const flags = this.#paths.get(above);
      if (flags !== 0 && (flags & SEEN) !== 0) break;
      if (flags !== 0) this.#paths.set(above, flags | SEEN);
    }
    const key = pathKey(path, isDeletion);
    const flags = this.#paths.get(key);
    if (flags === 0) return "unrecorded";
    this.#paths.set(key, flags | SEEN);
    if ((flags & PACKAGED_FILE) !== 0) return "packagedFile";
    return (flags & WITH_ATTACHMENTS) === 0 ? "recorded" : "packagedAttachments";
  }

  /** Whether older versions of the file were packaged; a form of packages leaves them out. */
  hasVersions(path: SourcePath): boolean {
    return (this.#paths.get(pathKey(path)) & WITH_VERSIONS) !== 0;
  }

  hasContent(path: SourcePath, part: ContentPart, size: number, quickXorHash: string): boolean {
    return this.#facts.get(contentKey(path, part, size, quickXorHash)) !== 0;
  }

  /** Reads the records again, and names what neither a package nor (if it was read) the source has. */
  async *reportUnmatched(sourceWasRead: boolean, report: ReportAt): AsyncGenerator<void, void, undefined> {
    let line = 0;
    for await (const outcome of this.#items()) {
      line++;
      if (!isOutcome(outcome) || !isInPackage(outcome)) continue;
      const place = `${ITEMS_FILE}:${line}`;
      const isDeletion = outcome.outcome === "deletion";
      const flags = this.#objects.get(
        isDeletion ? deletionKey(outcome.package, outcome.url) : objectKey(outcome.package, outcome.id),
      );
      if ((flags & FOUND) === 0 && !this.#partial.has(outcome.package)) {
        report(
          "RECORD_MISMATCH",
          place,
          `The package ${quoted(outcome.package)} must hold the ${isDeletion ? "deletion of the " : ""}${outcome.kind}: current value is ${quoted(outcome.id)}`,
        );
      }
      if (isDeletion) continue;
      if (sourceWasRead && (this.#paths.get(pathKey(outcome.sourcePath)) & SEEN) === 0) {
        report(
          "SOURCE_ENTRY_GONE",
          place,
          `The source has the packaged entry no more: current value is ${quoted(outcome.source)}`,
          "warning",
        );
      }
      yield;
    }
  }
}

type ObjectFacts = Pick<
  PackagedOutcome,
  | "package"
  | "kind"
  | "id"
  | "url"
  | "listItemId"
  | "itemId"
  | "version"
  | "versions"
  | "attachments"
  | "blob"
  | "size"
  | "quickXorHash"
  | "md5"
>;

type Contents = VerifiedPackage["contents"];

/** What the package says of a file or folder; undefined where some of its content could not be read, which is a finding. */
function objectFacts(
  packageName: string,
  facts: PackageFacts,
  object: DefinedObject,
  item: DefinedItem | undefined,
  contents: Contents,
): ObjectFacts | undefined {
  const own = object.kind === "file" ? contentFacts(object.blob, contents) : {};
  if (own === undefined) return undefined;
  const versions: NonNullable<ObjectFacts["versions"]>[number][] = [];
  for (const { version, blob } of object.contents) {
    const found = contentFacts(blob, contents);
    if (found === undefined) return undefined;
    versions.push({ version, ...found });
  }
  return {
    package: packageName,
    kind: object.kind,
    id: object.id,
    url: serverRelative(facts, object.url),
    listItemId: item?.id ?? "",
    itemId: Number(item?.attributes.IntId ?? -1),
    ...(object.labels.length === 0 || object.version === undefined ? {} : { version: object.version }),
    ...(versions.length === 0 ? {} : { versions }),
    ...own,
  };
}

function itemFacts(
  packageName: string,
  facts: PackageFacts,
  item: DefinedItem,
  docId: string,
  contents: Contents,
): ObjectFacts | undefined {
  const attachments: NonNullable<ObjectFacts["attachments"]>[number][] = [];
  for (const { name = "", blob } of item.attachments) {
    const found = contentFacts(blob, contents);
    if (found === undefined) return undefined;
    attachments.push({ name, ...found });
  }
  return {
    package: packageName,
    kind: "item",
    id: docId,
    url: serverRelative(facts, item.attributes.FileUrl),
    listItemId: item.id,
    itemId: Number(item.attributes.IntId ?? -1),
    ...(item.labels.length === 0 ? {} : { version: item.attributes.Version ?? "" }),
    ...(attachments.length === 0 ? {} : { attachments }),
  };
}

function serverRelative({ webUrl }: PackageFacts, url = ""): string {
  return webUrl === undefined ? "" : `${webUrl === "/" ? "" : webUrl}/${url}`;
}

/** Undefined for what could not be read, or keeps to itself what it holds as the key is missing. */
function contentFacts(blob: string | undefined, contents: Contents): Required<Omit<BlobFacts, "archive">> | undefined {
  const found = blob === undefined ? undefined : contents.get(blob);
  if (blob === undefined || found?.plaintext === undefined) return undefined;
  return { blob, md5: found.md5, size: found.plaintext.size, quickXorHash: found.plaintext.quickXorHash };
}

/** What is remembered of an entry beside that it has an outcome. */
function flagsOf(outcome: ItemOutcome): number {
  if (outcome.outcome === "excluded" || outcome.outcome === "skipped" || outcome.outcome === "failed") return 0;
  if (outcome.outcome !== "packaged") return PLACED;
  const { kind, versions = [], attachments = [] } = outcome;
  return (
    PLACED |
    (kind === "file" ? PACKAGED_FILE : 0) |
    (versions.length > 0 ? WITH_VERSIONS : 0) |
    (attachments.length > 0 ? WITH_ATTACHMENTS : 0)
  );
}

/** All contents of an entry that were packaged. */
function* contentsOf(outcome: PackagedOutcome): Generator<readonly [ContentPart, size: number, hash: string]> {
  if (outcome.kind === "file") yield ["own", outcome.size ?? -1, outcome.quickXorHash ?? ""];
  for (const [index, { size, quickXorHash = "" }] of (outcome.versions ?? []).entries()) {
    yield [`version ${index}`, size, quickXorHash];
  }
  for (const [index, { size, quickXorHash = "" }] of (outcome.attachments ?? []).entries()) {
    yield [`attachment ${index}`, size, quickXorHash];
  }
}

function isInPackage(outcome: ItemOutcome): outcome is PackagedOutcome | DeletionOutcome {
  return outcome.outcome === "packaged" || outcome.outcome === "deletion";
}

function pathKey(path: SourcePath, isDeletion = false): Uint32Array {
  return digestKey(isDeletion ? "deletion" : "path", ...path);
}

function contentKey(path: SourcePath, part: ContentPart, size: number, quickXorHash: string): Uint32Array {
  return digestKey("content", part, size, quickXorHash, ...path);
}

function objectKey(packageName: string, id: string): Uint32Array {
  return digestKey("object", packageName, id.toLowerCase());
}

function deletionKey(packageName: string, url: string): Uint32Array {
  return digestKey("deletion", packageName, folded(url));
}

function factsKey(facts: ObjectFacts): Uint32Array {
  const { versions = [], attachments = [] } = facts;
  return digestKey(
    "facts",
    facts.package,
    facts.kind,
    facts.id.toLowerCase(),
    folded(facts.url),
    (facts.listItemId ?? "").toLowerCase(),
    facts.itemId ?? -1,
    facts.version ?? "",
    facts.blob ?? "",
    facts.size ?? -1,
    facts.quickXorHash ?? "",
    facts.md5 ?? "",
    versions.length,
    ...versions.flatMap(({ version, ...blob }) => [version, ...blobParts(blob)]),
    ...attachments.flatMap(({ name, ...blob }) => [name, ...blobParts(blob)]),
  );
}

function blobParts({ blob, size, quickXorHash = "", md5 = "" }: BlobFacts): readonly (string | number)[] {
  return [blob, size, quickXorHash, md5];
}

function isOutcome(value: unknown): value is ItemOutcome {
  if (typeof value !== "object" || value === null) return false;
  const { outcome, sourcePath, id, url, versions, attachments } = value as Partial<Record<string, unknown>>;
  if (typeof outcome !== "string" || !Array.isArray(sourcePath)) return false;
  if (!isListOf(versions, "version") || !isListOf(attachments, "name")) return false;
  const named = ["packaged", "existing", "unchanged", "deletion"].includes(outcome);
  return !named || (typeof id === "string" && typeof url === "string");
}

/** Undefined, or a list of what each has a blob and, by that key, a text of its own. */
function isListOf(value: unknown, key: string): boolean {
  if (value === undefined) return true;
  return (
    Array.isArray(value) &&
    value.every((each) => typeof each === "object" && each !== null && typeof each[key] === "string" && "blob" in each)
  );
}
