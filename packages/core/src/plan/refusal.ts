import type { Code } from "../errors/index.ts";
import type { ItemOutcome, SourceEntry, SourcePath } from "../model/index.ts";
import type { SourceObject } from "./source-item.ts";

/** Why an entry is in no package. */
export interface Refusal {
  readonly outcome: "skipped" | "failed";
  readonly code: Code;
  readonly because: string;
}

export const belowLost: Refusal = {
  outcome: "skipped",
  code: "PARENT_NOT_PACKAGED",
  because: "an entry above it is in no package",
};
export const leftBefore: Refusal = {
  outcome: "failed",
  code: "SOURCE_ORDER",
  because: "the source had left the folder that it is in",
};
export const yieldedBefore: Refusal = {
  outcome: "failed",
  code: "SOURCE_DUPLICATE",
  because: "the source has yielded its path before",
};

export const idsTaken: Refusal = {
  outcome: "failed",
  code: "SOURCE_DUPLICATE",
  because: "another item of its package has its id, list item id or item id",
};

/** How outcomes name an entry, however malformed it is. */
export function entryOf(item: SourceEntry): { source: string; sourcePath: SourcePath; line?: number } {
  const sourcePath = Array.isArray(item?.path) ? (item.path as SourcePath).map(String) : [];
  const line = item?.kind === "problem" && Number.isSafeInteger(item.line) ? item.line : undefined;
  return { source: sourcePath.join("/"), sourcePath, ...(line === undefined ? {} : { line }) };
}

/** The same of an item that has its place, whose path was looked at. */
export function placedEntry({ path }: SourceObject): { source: string; sourcePath: SourcePath } {
  return { source: path.join("/"), sourcePath: path.slice() };
}

/** The identity that an entry has in its source, if it is one. */
export function identityOf(item: SourceEntry): string | undefined {
  const { identity } = (item ?? {}) as { identity?: unknown };
  return typeof identity === "string" ? identity : undefined;
}

/** What outcomes call an entry, however malformed it is. */
export function kindOf(item: SourceEntry): ItemOutcome["kind"] {
  switch (item?.kind) {
    case "folder":
    case "file":
    case "item":
    case "list":
      return item.kind;
    case "deletion":
      return item.of === "folder" || item.of === "file" || item.of === "item" ? item.of : "other";
    default:
      return "other";
  }
}

/** The message of an entry that is in no package. */
export function sentence(item: SourceEntry, because: string): string {
  const kind = kindOf(item);
  if (item?.kind === "deletion") return `Cannot package the deletion as ${because}`;
  return `Cannot package the ${kind === "other" ? "entry" : kind} as ${because}`;
}
