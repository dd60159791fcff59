import { codes } from "../errors/index.ts";
import {
  DATE_MAX,
  DATE_MIN,
  type SourceContent,
  type SourceFile,
  type SourceItem,
  type SourceProblem,
} from "../model/index.ts";
import { normalizeGuid } from "./identity.ts";

const EARLIEST: number = Date.parse(DATE_MIN);
const LATEST: number = Date.parse(DATE_MAX);
const NIL_GUID = "00000000-0000-0000-0000-000000000000";

/** Why an item that a source yields can't be used, whatever its type promises; undefined if it can. */
export function itemFault(item: SourceItem): string | undefined {
  if (typeof item !== "object" || item === null) return `an item is an object: current value is ${String(item)}`;
  const { path, kind } = item;
  if (!Array.isArray(path) || path.length === 0) return "its path has no names";
  if (!path.every((name) => typeof name === "string")) return "its path has a name that is no text";
  if (kind === "problem") return problemFault(item);
  if (kind !== "folder" && kind !== "file") return `its kind is unknown: current value is ${String(kind)}`;
  if (item.id !== undefined && !isUsableId(item.id)) return `its id is no GUID: current value is ${String(item.id)}`;
  if (!isDate(item.created)) return "its created date is none";
  if (!isDate(item.modified)) return "its modified date is none";
  return kind === "file" ? fileFault(item) : undefined;
}

/** The dates of an item as plans write them; what is missing is taken from the other, then from `now`. */
export function itemDates(
  item: { readonly created?: Date; readonly modified?: Date },
  now: Date,
): { created: string; modified: string } {
  return {
    created: isoSeconds(item.created ?? item.modified ?? now),
    modified: isoSeconds(item.modified ?? item.created ?? now),
  };
}

/** ISO 8601 in UTC, down to whole seconds, within the range of SharePoint's dates. */
function isoSeconds(date: Date): string {
  const time = Math.min(Math.max(date.getTime(), EARLIEST), LATEST);
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

const problemOutcomes: readonly unknown[] = ["skipped", "failed", "excluded"] satisfies SourceProblem["outcome"][];

function problemFault({ outcome, code, message }: SourceProblem): string | undefined {
  if (!problemOutcomes.includes(outcome)) return `its outcome is unknown: current value is ${String(outcome)}`;
  if (typeof message !== "string") return "its message is no text";
  if (code !== undefined && !Object.hasOwn(codes, code)) return `its code is unknown: current value is ${String(code)}`;
  return undefined;
}

function fileFault({ size, content }: SourceFile): string | undefined {
  if (!Number.isSafeInteger(size) || size < 0) return `its size is no count of bytes: current value is ${String(size)}`;
  if (!isContent(content)) return "its content is neither a path, nor open(), nor bytes";
  if (content instanceof Uint8Array && content.byteLength !== size) {
    return `its content has ${content.byteLength} bytes, and not its size: current value is ${size}`;
  }
  return undefined;
}

function isContent(content: SourceContent): boolean {
  if (typeof content !== "object" || content === null) return false;
  if (content instanceof Uint8Array) return true;
  if ("path" in content) return typeof content.path === "string" && content.path !== "";
  return typeof content.open === "function";
}

function isUsableId(id: string): boolean {
  const normal = typeof id === "string" ? normalizeGuid(id) : undefined;
  return normal !== undefined && normal !== NIL_GUID;
}

function isDate(date: Date | undefined): boolean {
  return date === undefined || (date instanceof Date && !Number.isNaN(date.getTime()));
}
