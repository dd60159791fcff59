import type { ItemOutcome, PackagedOutcome, SourcePath } from "../model/index.ts";
import { quoted, type ReportAt } from "./finding.ts";
import { digestKey, IdTable } from "./id-table.ts";
import { folded } from "./name-rules.ts";
import type { DefinedItem } from "./package-facts.ts";
import type { RunFacts } from "./run-facts.ts";
import type { BlobFacts } from "./stored-blob.ts";
import type { VerifiedPackage } from "./verify-package.ts";

/** Flags of an entry's path. */
const KNOWN = 1;
const PACKAGED_FILE = 2;
const SEEN = 4;
/** Flags of a packaged object. */
const RECORDED = 1;
const FOUND = 2;

export const ITEMS_FILE = "items.ndjson";

/** Which of an entry's outcomes the source has to be compared with. */
export type PathRecord = "unrecorded" | "recorded" | "packagedFile";

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
      const path = pathKey(outcome.sourcePath);
      const packagedFile = outcome.outcome === "packaged" && outcome.kind === "file";
      if (this.#paths.set(path, KNOWN | (packagedFile ? PACKAGED_FILE : 0)) !== 0) {
        report(
          "RECORDS_INVALID",
          `${ITEMS_FILE}:${line}`,
          `An entry must have one outcome: current value is ${quoted(outcome.source)}`,
        );
      }
      if (outcome.outcome === "existing") run.addExisting(outcome.id, outcome.url);
      if (outcome.outcome !== "packaged") continue;
      this.#objects.set(objectKey(outcome.package, outcome.id), RECORDED);
      this.#facts.add(factsKey(outcome));
      if (packagedFile) this.#facts.add(contentKey(outcome.sourcePath, outcome.size ?? -1, outcome.quickXorHash ?? ""));
    }
  }

  /** Compares the files and folders of a package with their outcomes. */
  match(packageName: string, { facts, contents }: VerifiedPackage, report: ReportAt): void {
    if (facts.isPartial) this.#partial.add(packageName);
    const items = new Map<string, DefinedItem>();
    for (const item of facts.items) if (item.docId !== undefined) items.set(item.docId.toLowerCase(), item);
    for (const [key, object] of facts.defined) {
      const id = objectKey(packageName, object.id);
      if (this.#objects.get(id) === 0) {
        report(
          "RECORD_MISSING",
          object.place,
          `${ITEMS_FILE} must tell of the ${object.kind}: current value is ${quoted(object.id)}`,
        );
        continue;
      }
      this.#objects.set(id, RECORDED | FOUND);
      const item = items.get(key);
      const blob = object.blob === undefined ? undefined : contents.get(object.blob);
      // What could not be read, and what an encrypted blob without its key keeps to itself, has its finding already.
      if (object.kind === "file" && blob?.plaintext === undefined) continue;
      const url = facts.webUrl === undefined ? "" : `${facts.webUrl === "/" ? "" : facts.webUrl}/${object.url ?? ""}`;
      const told = {
        package: packageName,
        kind: object.kind,
        id: object.id,
        url,
        listItemId: item?.id ?? "",
        itemId: Number(item?.attributes.IntId ?? -1),
        ...(blob === undefined ? {} : blobFacts(object.blob ?? "", blob)),
      };
      if (this.#facts.get(factsKey(told)) === 0) {
        report(
          "RECORD_MISMATCH",
          object.place,
          `${ITEMS_FILE} must tell of the ${object.kind} as the package does: current value is other ids, URL, blob, size or hashes of ${quoted(object.id)}`,
        );
      }
    }
  }

  /** Notes that the source still has the entry, and the folders above it. */
  see(path: SourcePath): PathRecord {
    for (let length = path.length - 1; length > 0; length--) {
      const above = pathKey(path.slice(0, length));
      const flags = this.#paths.get(above);
      if (flags !== 0 && (flags & SEEN) !== 0) break;
      if (flags !== 0) this.#paths.set(above, flags | SEEN);
    }
    const key = pathKey(path);
    const flags = this.#paths.get(key);
    if (flags === 0) return "unrecorded";
    this.#paths.set(key, flags | SEEN);
    return (flags & PACKAGED_FILE) === 0 ? "recorded" : "packagedFile";
  }

  hasContent(path: SourcePath, size: number, quickXorHash: string): boolean {
    return this.#facts.get(contentKey(path, size, quickXorHash)) !== 0;
  }

  /** Reads the records again, and names what neither a package nor (if it was read) the source has. */
  async *reportUnmatched(sourceWasRead: boolean, report: ReportAt): AsyncGenerator<void, void, undefined> {
    let line = 0;
    for await (const outcome of this.#items()) {
      line++;
      if (!isOutcome(outcome) || outcome.outcome !== "packaged") continue;
      const place = `${ITEMS_FILE}:${line}`;
      const flags = this.#objects.get(objectKey(outcome.package, outcome.id));
      if ((flags & FOUND) === 0 && !this.#partial.has(outcome.package)) {
        report(
          "RECORD_MISMATCH",
          place,
          `The package ${quoted(outcome.package)} must hold the ${outcome.kind}: current value is ${quoted(outcome.id)}`,
        );
      }
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
  "package" | "kind" | "id" | "url" | "listItemId" | "itemId" | "blob" | "size" | "quickXorHash" | "md5"
>;

function blobFacts(name: string, { md5, plaintext }: BlobFacts): Partial<ObjectFacts> {
  return { blob: name, md5, size: plaintext?.size ?? -1, quickXorHash: plaintext?.quickXorHash ?? "" };
}

function pathKey(path: SourcePath): Uint32Array {
  return digestKey("path", ...path);
}

function contentKey(path: SourcePath, size: number, quickXorHash: string): Uint32Array {
  return digestKey("content", size, quickXorHash, ...path);
}

function objectKey(packageName: string, id: string): Uint32Array {
  return digestKey("object", packageName, id.toLowerCase());
}

function factsKey(facts: ObjectFacts): Uint32Array {
  return digestKey(
    "facts",
    facts.package,
    facts.kind,
    facts.id.toLowerCase(),
    folded(facts.url),
    facts.listItemId.toLowerCase(),
    facts.itemId,
    facts.blob ?? "",
    facts.size ?? -1,
    facts.quickXorHash ?? "",
    facts.md5 ?? "",
  );
}

function isOutcome(value: unknown): value is ItemOutcome {
  if (typeof value !== "object" || value === null) return false;
  const { outcome, sourcePath, id, url } = value as Partial<Record<string, unknown>>;
  if (typeof outcome !== "string" || !Array.isArray(sourcePath)) return false;
  return (outcome !== "packaged" && outcome !== "existing") || (typeof id === "string" && typeof url === "string");
}
