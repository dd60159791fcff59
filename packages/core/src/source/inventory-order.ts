import type { SourcePath } from "../model/index.ts";
import { sortExternally } from "./external-sort.ts";
import { path as pathShape } from "./inventory-item.ts";

/** How lines are sorted. */
export interface InventoryOrderOptions {
  /** Folder for temporary files, which an inventory beyond `memoryBytes` goes through. */
  readonly directory: string;
  /** Bytes of lines that are held at once; the process takes about six times this (measured). Default: 32 MiB. */
  readonly memoryBytes?: number;
}

/** What one line of an inventory says: a value of JSON, or why there is none. */
export interface InventoryValue {
  readonly line: number;
  readonly value?: unknown;
  readonly fault?: string;
}

/** A line with what it is sorted by. It waits as text, which takes a fraction of the memory of its objects. */
interface Placed {
  readonly text: string;
  /** Definitions, the list and lines without a path come first, deletions last. */
  readonly rank: number;
  readonly path: SourcePath;
}

const DEFAULT_MEMORY_BYTES: number = 32 * 1024 * 1024;

const RANKS: Readonly<Record<string, number>> = { user: 0, role: 0, group: 0, list: 1, deletion: 3 };
const ITEM_RANK = 2;

/**
 * The lines in the order that a source has: what is defined first, folders before what is in them, siblings by the code
 * units of their names, deletions last. Lines that are equal in this keep the order of the file.
 */
export async function* inOrder(
  values: AsyncIterable<InventoryValue>,
  { directory, memoryBytes = DEFAULT_MEMORY_BYTES }: InventoryOrderOptions,
  signal: AbortSignal | undefined,
): AsyncGenerator<InventoryValue, void, undefined> {
  const sorted = sortExternally(placed(values), {
    compare,
    serialize: (value) => JSON.stringify(value),
    parse: (text) => JSON.parse(text) as Placed,
    bytesOf: ({ text }) => text.length,
    directory,
    memoryBytes,
    ...(signal === undefined ? {} : { signal }),
  });
  for await (const { text } of sorted) yield JSON.parse(text) as InventoryValue;
}

async function* placed(values: AsyncIterable<InventoryValue>): AsyncGenerator<Placed, void, undefined> {
  for await (const value of values) yield { text: JSON.stringify(value), ...placeOf(value.value) };
}

function placeOf(value: unknown): { readonly rank: number; readonly path: SourcePath } {
  if (typeof value !== "object" || value === null) return { rank: 0, path: [] };
  const { kind, path } = value as { readonly kind?: unknown; readonly path?: unknown };
  const rank = typeof kind === "string" && Object.hasOwn(RANKS, kind) ? (RANKS[kind] ?? ITEM_RANK) : ITEM_RANK;
  try {
    return rank === 0 ? { rank, path: [] } : { rank, path: pathShape(path) };
  } catch {
    // The line is a problem anyway, and one without a path.
    return { rank, path: [] };
  }
}

function compare(one: Placed, other: Placed): number {
  if (one.rank !== other.rank) return one.rank - other.rank;
  const depth = Math.min(one.path.length, other.path.length);
  for (let level = 0; level < depth; level++) {
    const name = one.path[level] as string;
    const otherName = other.path[level] as string;
    if (name !== otherName) return name < otherName ? -1 : 1;
  }
  return one.path.length - other.path.length;
}
