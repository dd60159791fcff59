/** Files of one task: enough that a task's own cost (about 0.2 ms) vanishes, few enough to spread over the workers. */
const BATCH_FILES = 32;
/** Bytes of plaintext after which a task takes no further file. */
const BATCH_BYTES = 32 * 1024 * 1024;

/** Indexes of the requests, in order, grouped into tasks. */
export function batches(sizes: ReadonlyMap<number, number>): number[][] {
  const all: number[][] = [];
  let current: number[] = [];
  let bytes = 0;
  for (const [index, size] of sizes) {
    if (current.length === 0) all.push(current);
    current.push(index);
    bytes += size;
    if (current.length < BATCH_FILES && bytes < BATCH_BYTES) continue;
    current = [];
    bytes = 0;
  }
  return all;
}
