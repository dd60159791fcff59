import type { Code } from "../errors/index.ts";

/**
 * A path below the root of a source, one element a name, root excluded.
 *
 * Bytes of a POSIX name that are no UTF-8 stand as lone surrogates U+DC80 to U+DCFF (one for each byte), so that every
 * name is a string, no two names become one, and the bytes can be had back.
 */
export type SourcePath = readonly string[];

/** Where a file's bytes are. */
export type SourceContent =
  /** A file that any process on this machine can open; opened, read and hashed in a worker thread. */
  | { readonly path: string }
  /**
   * Bytes that only the caller can produce. `open` is called once for each attempt, and must give the same bytes each
   * time; the chunks may have any size, and their buffers are taken over (transferred to a worker thread).
   */
  | { open(signal: AbortSignal): AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>> }
  | Uint8Array;

interface SourceEntry {
  readonly path: SourcePath;
  /** Written with whole seconds; clamped to 1900-01-01 and 9999-12-31. */
  readonly created?: Date;
  readonly modified?: Date;
  /** The item's own GUID (file or folder id), kept instead of a computed one. */
  readonly id?: string;
}

/** A folder; what is in it comes after it. */
export interface SourceFolder extends SourceEntry {
  readonly kind: "folder";
}

/** A file and where its bytes are. */
export interface SourceFile extends SourceEntry {
  readonly kind: "file";
  /** Bytes. For `open` content it must be exact: another length is an error of the item. */
  readonly size: number;
  readonly content: SourceContent;
}

/** An entry that the source knows of and can't hand over; it is recorded, and the run goes on. */
export interface SourceProblem {
  readonly kind: "problem";
  readonly path: SourcePath;
  /** `excluded` is the user's own wish (a glob) and no failure. */
  readonly outcome: "skipped" | "failed" | "excluded";
  readonly code?: Code;
  readonly message: string;
}

/**
 * What a source yields.
 *
 * Order is depth first: a folder before what is in it, and never back to a folder that was left. Folders that no item
 * names are made from the paths of what is in them.
 */
export type SourceItem = SourceFolder | SourceFile | SourceProblem;

/** Any source of items: an async generator is one. */
export type Source = AsyncIterable<SourceItem>;
