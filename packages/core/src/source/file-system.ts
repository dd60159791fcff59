import { PrimepackError } from "../errors/index.ts";
import { globFilter } from "./glob.ts";
import { namedRoots, type SourceRoot } from "./root.ts";
import { type FileSystemItem, NO_EXTRAS, type WalkOptions, walk } from "./walk.ts";

/** What of a tree is taken. */
export interface FileSystemOptions {
  /**
   * Globs of what to take: only files that match one are yielded, and folders that lead to one; a folder that leads to
   * none is one `excluded` entry. Default, and of an empty list: everything.
   */
  readonly include?: readonly string[];
  /** Globs of what to leave out: a folder with all that is in it as one `excluded` entry. Wins over `include`. */
  readonly exclude?: readonly string[];
  /**
   * Name the owner of each entry as its author: by login where the accounts of this machine have one for the number, else
   * as `uid:1000`. Accounts of a directory service have none; map them by these texts. On Windows entries have no owner
   * here. Default: false.
   */
  readonly owners?: boolean;
  /**
   * Say what tells each entry from all others and stays when it is moved (device, inode and birth), for delta runs.
   * Files with several names, and file systems without births, give none. Default: false.
   */
  readonly identity?: boolean;
  /**
   * End of the names of files that hold the metadata of the entry beside them: with `.meta.json` the file
   * `plan.docx.meta.json` that of `plan.docx`, a JSON object of {@link ItemDetails} (as in a line of an inventory, without
   * `kind` and `path`). What it says wins over what the file system says. Such files are not packaged. One that can't be
   * used fails its entry, a folder with all that is in it, as the entry could be more open without it; one that has no
   * entry beside it is a problem of its own. Default: none.
   */
  readonly sidecar?: string;
  /** Ends the scan with ABORTED; looked at before each entry. */
  readonly signal?: AbortSignal;
}

/** What a scan counts: files that a source would hand over, and their bytes as listed. */
export interface FileSystemCount {
  readonly files: number;
  /** Bytes. */
  readonly bytes: number;
}

/**
 * Files and folders of the local file system, as they are found: each entry once, as an item or as a problem.
 *
 * One root that is a folder: the source is what is in it. Several roots, and a root with a name of its own: each stands
 * as a folder at the top, under that name or the last one of its path. A root that is a file: that file. Roots may be
 * links, which are followed; below them links are problems, as are devices, pipes, sockets, folders that can't be listed
 * (in place of the folder) and entries that vanish. Names are in the order of their bytes, so that one tree gives one
 * order everywhere; hidden entries, empty folders and empty files are entries like others.
 *
 * Globs are held against the path below the root, names joined by `/`, with case, so a name anywhere is `**` + `/name`;
 * with several roots the path begins with the root's name. With `include`, up to the first match in a folder is looked
 * at twice.
 *
 * Memory grows with the names of the largest folder and the depth, and with nothing else. The source may be iterated
 * again, which scans again. Paths longer than the system takes (4,095 bytes on Linux) are problems.
 *
 * Throws INVALID_OPTION for roots or globs that are none; the iteration throws INVALID_OPTION for a root that is
 * missing, can't be listed or is a device, and ABORTED.
 */
export function fileSystemSource(
  root: string | readonly SourceRoot[],
  options: FileSystemOptions = {},
): AsyncIterable<FileSystemItem> {
  const resolved = resolveOptions(root, options);
  return { [Symbol.asyncIterator]: () => walk(resolved) };
}

/** Counts what {@link fileSystemSource} would yield, reading no content; the same errors. */
export async function countFileSystem(
  root: string | readonly SourceRoot[],
  options: FileSystemOptions = {},
): Promise<FileSystemCount> {
  let files = 0;
  let bytes = 0;
  for await (const item of walk({ ...resolveOptions(root, options), pruneFolders: false, extras: NO_EXTRAS })) {
    if (item.kind !== "file") continue;
    files += 1;
    bytes += item.size;
  }
  return { files, bytes };
}

function resolveOptions(root: string | readonly SourceRoot[], options: FileSystemOptions): WalkOptions {
  const { include, exclude = [], owners = false, identity = false, sidecar, signal } = options;
  if (sidecar !== undefined && (sidecar === "" || /[/\0]/.test(sidecar))) {
    throw new PrimepackError(
      "INVALID_OPTION",
      `Cannot use sidecar as it must be the end of a name: current value is ${JSON.stringify(sidecar)}`,
    );
  }
  return {
    roots: namedRoots(root),
    included: include === undefined || include.length === 0 ? undefined : globFilter(include, "include"),
    excluded: globFilter(exclude, "exclude"),
    pruneFolders: true,
    extras: { owners, identity, details: sidecar !== undefined },
    sidecar,
    signal,
  };
}
