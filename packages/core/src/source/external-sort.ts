import { throwIfAborted } from "../errors/index.ts";
import { type ItemText, SortedRun } from "./sorted-run.ts";

/** How and where {@link sortExternally} sorts. */
export interface ExternalSortOptions<T> extends ItemText<T> {
  /** As of `Array.prototype.sort`. */
  readonly compare: (one: T, other: T) => number;
  /** Folder for temporary files; needed once the items pass `memoryBytes`. */
  readonly directory: string;
  /** Bytes of items that are held at once, by `bytesOf`. Default: 64 MiB. */
  readonly memoryBytes?: number;
  /** Bytes that an item is counted for. Default: the length of its serialised text. */
  readonly bytesOf?: (item: T) => number;
  /** Looked at before each item; ends with ABORTED. */
  readonly signal?: AbortSignal;
}

const DEFAULT_MEMORY_BYTES: number = 64 * 1024 * 1024;
/** Runs that are merged at once: each keeps a file open and one reading of it in memory. */
const MERGED_RUNS = 64;
const DOING = "sort the items";

/**
 * The items in the order of `compare`, those that it holds equal in the order in which they came.
 *
 * Any number of them in bounded memory: what passes `memoryBytes` goes, sorted, into temporary files of mode 0600, which
 * no longer have a name once they are open, so that none stays behind however the process ends. Each item is written once
 * for every factor of {@link MERGED_RUNS} in their number. What fits is sorted without a file.
 *
 * Throws TEMPORARY_FILE_FAILED, ABORTED, and whatever the items or the functions throw.
 */
export async function* sortExternally<T>(
  items: AsyncIterable<T> | Iterable<T>,
  options: ExternalSortOptions<T>,
): AsyncGenerator<T, void, undefined> {
  const { compare, serialize, memoryBytes = DEFAULT_MEMORY_BYTES, bytesOf, signal } = options;
  const sizeOf = bytesOf ?? ((item: T) => serialize(item).length);
  const runs = new Runs(options);
  try {
    let held: T[] = [];
    let bytes = 0;
    for await (const item of items) {
      throwIfAborted(signal, DOING);
      held.push(item);
      bytes += sizeOf(item);
      if (bytes < memoryBytes) continue;
      await runs.add(held.sort(compare));
      held = [];
      bytes = 0;
    }
    held.sort(compare);
    if (runs.count === 0) {
      for (const item of held) {
        throwIfAborted(signal, DOING);
        yield item;
      }
      return;
    }
    if (held.length > 0) await runs.add(held);
    held = [];
    yield* runs.merged();
  } finally {
    await runs.close();
  }
}

/** The runs that exist, in levels: {@link MERGED_RUNS} of one level are merged into one of the next. */
class Runs<T> {
  readonly #options: ExternalSortOptions<T>;
  readonly #levels: SortedRun<T>[][] = [];

  constructor(options: ExternalSortOptions<T>) {
    this.#options = options;
  }

  get count(): number {
    return this.#levels.reduce((count, level) => count + level.length, 0);
  }

  async add(items: readonly T[]): Promise<void> {
    this.#level(0).push(await SortedRun.write(items, this.#options, this.#options.directory));
    for (let index = 0; this.#level(index).length === MERGED_RUNS; index++) {
      const merged = merge(this.#level(index), this.#options);
      const run = await SortedRun.write(merged, this.#options, this.#options.directory);
      await closeAll(this.#level(index).splice(0));
      this.#level(index + 1).push(run);
    }
  }

  /** Runs of a higher level hold what came earlier. */
  merged(): AsyncGenerator<T, void, undefined> {
    return merge(this.#levels.toReversed().flat(), this.#options);
  }

  async close(): Promise<void> {
    await closeAll(this.#levels.flat());
  }

  #level(index: number): SortedRun<T>[] {
    const level = this.#levels[index] ?? [];
    this.#levels[index] = level;
    return level;
  }
}

async function closeAll<T>(runs: readonly SortedRun<T>[]): Promise<void> {
  await Promise.all(runs.map((run) => run.close()));
}

/** Where the merge stands in one run. */
interface Cursor<T> {
  /** Place of the run among the others: of equal items that of the earlier run comes first. */
  readonly order: number;
  readonly batches: AsyncGenerator<T[], void, undefined>;
  batch: T[];
  next: number;
  item: T;
}

async function* merge<T>(
  runs: readonly SortedRun<T>[],
  { compare, signal }: ExternalSortOptions<T>,
): AsyncGenerator<T, void, undefined> {
  const comesBefore = (one: Cursor<T>, other: Cursor<T>): boolean =>
    (compare(one.item, other.item) || one.order - other.order) < 0;
  const heap: Cursor<T>[] = [];
  for (const [order, run] of runs.entries()) {
    const batches = run.batches();
    const first = await batches.next();
    if (first.done === true) continue;
    heap.push({ order, batches, batch: first.value, next: 1, item: first.value[0] as T });
  }
  for (let index = heap.length >>> 1; index >= 0; index--) sink(heap, index, comesBefore);
  for (let top = heap[0]; top !== undefined; top = heap[0]) {
    throwIfAborted(signal, DOING);
    yield top.item;
    if (!(await advance(top))) {
      const last = heap.pop() as Cursor<T>;
      if (last !== top) heap[0] = last;
    }
    sink(heap, 0, comesBefore);
  }
}

/** False at the end of the run. */
function advance<T>(cursor: Cursor<T>): boolean | Promise<boolean> {
  if (cursor.next < cursor.batch.length) {
    cursor.item = cursor.batch[cursor.next] as T;
    cursor.next += 1;
    return true;
  }
  return advanceBatch(cursor);
}

async function advanceBatch<T>(cursor: Cursor<T>): Promise<boolean> {
  const more = await cursor.batches.next();
  if (more.done === true) return false;
  cursor.batch = more.value;
  cursor.item = more.value[0] as T;
  cursor.next = 1;
  return true;
}

/** Restores the heap's order where only the element at `start` may break it. */
function sink<T>(heap: T[], start: number, comesBefore: (one: T, other: T) => boolean): void {
  for (let index = start; ; ) {
    const left = 2 * index + 1;
    const right = left + 1;
    let least = index;
    if (left < heap.length && comesBefore(heap[left] as T, heap[least] as T)) least = left;
    if (right < heap.length && comesBefore(heap[right] as T, heap[least] as T)) least = right;
    if (least === index) return;
    [heap[index], heap[least]] = [heap[least] as T, heap[index] as T];
    index = least;
  }
}
