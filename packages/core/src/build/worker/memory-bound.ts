/** The options that memory depends on. */
export interface MemoryOptions {
  /** Bytes of a block. */
  readonly blockSize: number;
  /** Blocks and small blobs that are sent at once, over all workers; at least 1. */
  readonly uploads: number;
  /** Blocks that are sealed ahead of their upload, over all workers. */
  readonly ahead: number;
  /** Worker threads; 0 for none. */
  readonly workers: number;
}

/**
 * The memory equation: most bytes of sealed blocks that are alive at once, however large the files are and however slow
 * the container is.
 *
 * Comes on top: what the program itself takes, and for each file in progress the chunk that is being read, up to 256 KiB
 * (contents that are handed over by the caller: {@link CONTENT_WINDOW_BYTES} and one chunk of the caller's). Memory
 * that is no longer alive counts for the process until its next garbage collection.
 */
export function memoryBound({ blockSize, uploads, ahead, workers }: MemoryOptions): number {
  return blockSize * (uploads + ahead + workers);
}

/** Bytes of a content of the caller that are on their way to a worker. */
export const CONTENT_WINDOW_BYTES: number = 512 * 1024;

/** Uploads, and bytes of blocks that are being filled, wait, or are being uploaded. */
export interface MemoryShare {
  readonly uploads: number;
  readonly blockBytes: number;
}

/** How the whole is divided. */
export interface MemoryShares {
  /** What the main thread owns: one block, for manifest files (their uploads come on top); all of it without workers. */
  readonly main: MemoryShare;
  /** What each worker thread owns: a block, so that none waits for ever while others take small amounts. */
  readonly worker: MemoryShare;
  /** What the worker threads borrow from. */
  readonly common: MemoryShare;
}

/** All shares, that of a worker once for each, add up to {@link memoryBound}. */
export function memoryShares(options: MemoryOptions): MemoryShares {
  const { blockSize, uploads, workers } = options;
  const bound = memoryBound(options);
  const worker = { uploads: 0, blockBytes: blockSize };
  if (workers === 0) return { main: { uploads, blockBytes: bound }, worker, common: { uploads: 0, blockBytes: 0 } };
  return {
    main: { uploads, blockBytes: blockSize },
    worker,
    common: { uploads, blockBytes: bound - (1 + workers) * blockSize },
  };
}

/** Files of one task that are in progress at once, so that the latency of their requests is hidden. */
export function filesAtOnce(options: MemoryOptions): number {
  const blocks = memoryBound(options) / options.blockSize;
  return Math.max(2, Math.ceil(blocks / Math.max(1, options.workers)));
}
