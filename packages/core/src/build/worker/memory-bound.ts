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

/** The part of the whole that one thread may use. */
export interface MemoryShare {
  /** Uploads at once. */
  readonly uploads: number;
  /** Bytes of blocks that are being filled, wait, or are being uploaded. */
  readonly blockBytes: number;
}

/** Threads that are worth starting: one without an upload of its own could not finish anything. */
export function threadCount({ uploads, workers }: MemoryOptions): number {
  return Math.min(uploads, workers);
}

/** The share of worker `ordinal` (from 0). All shares, and that of the main thread, add up to {@link memoryBound}. */
export function workerShare(options: MemoryOptions, ordinal: number): MemoryShare {
  const threads = threadCount(options);
  const blocks = memoryBound(options) / options.blockSize - 1;
  return {
    uploads: split(options.uploads, threads, ordinal),
    blockBytes: split(blocks, threads, ordinal) * options.blockSize,
  };
}

/** The share of the main thread: one block for manifest files, or everything when there are no workers. */
export function mainShare(options: MemoryOptions): MemoryShare {
  if (options.workers > 0) return { uploads: options.uploads, blockBytes: options.blockSize };
  return { uploads: options.uploads, blockBytes: memoryBound(options) };
}

function split(total: number, parts: number, ordinal: number): number {
  return Math.floor(total / parts) + (ordinal % parts < total % parts ? 1 : 0);
}
