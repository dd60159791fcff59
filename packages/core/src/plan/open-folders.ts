import type { SourcePath } from "../model/index.ts";
import { OpenFolder } from "./open-folder.ts";
import type { ResolvedPlanOptions } from "./types.ts";

/** The library's root folder, then the folders that the source is in. */
export class OpenFolders {
  readonly #open: OpenFolder[];
  readonly #names: ResolvedPlanOptions["names"];
  /** Called for each folder that is left. */
  readonly #onLeft: (folder: OpenFolder) => void;
  /** The last problem that was told of in a folder that isn't open; what is below it comes next, if at all. */
  #lostPath: SourcePath | undefined;

  constructor(root: OpenFolder["fields"], names: ResolvedPlanOptions["names"], onLeft: (folder: OpenFolder) => void) {
    this.#names = names;
    this.#onLeft = onLeft;
    this.#open = [new OpenFolder(root, names)];
  }

  /** The open folder of this depth; 0 is the library's root folder. */
  at(depth: number): OpenFolder {
    return this.#open[depth] as OpenFolder;
  }

  /** Opens a folder in the innermost one. */
  push(fields: OpenFolder["fields"]): void {
    this.#open.push(new OpenFolder(fields, this.#names));
  }

  /** Closes the folders below this depth. */
  leaveTo(depth: number): void {
    while (this.#open.length > depth + 1) {
      const left = this.#open.pop();
      if (left !== undefined) this.#onLeft(left);
    }
  }

  /** Nothing can be at the path, nor below it. */
  lose(path: SourcePath): void {
    const depth = this.commonDepth(path);
    if (depth === path.length - 1) this.at(depth).lose(path.at(-1) as string);
    else if (!this.isBelowLost(path, depth)) this.#lostPath = [...path];
  }

  /** Whether the path leads through the last problem, and not through a folder that came in its place. */
  isBelowLost(path: SourcePath, depth: number): boolean {
    const lost = this.#lostPath;
    if (lost === undefined || depth >= lost.length || path.length <= lost.length) return false;
    return lost.every((name, level) => path[level] === name);
  }

  /** How many of the path's folders are open, from the outermost on. */
  commonDepth(path: SourcePath): number {
    const most = Math.min(this.#open.length, path.length) - 1;
    let depth = 0;
    while (depth < most && this.#open[depth + 1]?.fields.sourceName === path[depth]) depth += 1;
    return depth;
  }
}
