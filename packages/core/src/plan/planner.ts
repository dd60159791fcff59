import { type Code, PrimepackError } from "../errors/index.ts";
import {
  FILE_MAX_BYTES,
  ITEM_ID_MAX,
  type Renaming,
  type Source,
  type SourceFile,
  type SourceFolder,
  type SourceItem,
  type SourcePath,
  type SourceProblem,
} from "../model/index.ts";
import { existingFolderTree } from "./existing-folders.ts";
import { Identity, normalizeGuid } from "./identity.ts";
import { looksLikeSavedPage } from "./name-rules.ts";
import { type Claim, OpenFolder } from "./open-folder.ts";
import { Packer } from "./packer.ts";
import { itemDates, itemFault } from "./source-item.ts";
import type { PlanEnd, PlanEvent, ResolvedPlanOptions } from "./types.ts";

/**
 * Plans the packages of a source: names, ids, parents, and which item goes where.
 *
 * - Each entry of the source is either in exactly one plan or told of by one `outcome`. Folders that no entry names are
 *   planned out of the path of the first item in them, with its dates; they too are in a plan or have an outcome.
 * - Items come in the source's order, folders before what is in them, and are numbered from `target.firstItemId`,
 *   folders included. See {@link Packer} for how they are split, {@link Identity} for ids, {@link OpenFolder} for names.
 * - Folders of `target.existingFolders` are found by their path in the target, without regard to case and normal form,
 *   and are not packaged.
 * - What a source does wrong fails the item and not the run: SOURCE_INVALID_ITEM, SOURCE_DUPLICATE, and SOURCE_ORDER for
 *   what comes after its folder was left. What is below something that became no folder gets PARENT_NOT_PACKAGED.
 * - Ids that items bring along are kept; that no two items bring the same one is the source's part.
 *
 * The same source and options give the same plans. Memory grows with the depth of the source and its largest directory,
 * not with the number of its items. Reading waits for the consumer; `return()` closes the source.
 *
 * @throws PrimepackError INVALID_TARGET; SOURCE_FAILED if the source throws; with names.policy `fail` NAME_NOT_ALLOWED,
 * NAME_CLASH or PATH_TOO_LONG.
 */
export async function* planPackages(
  source: Source,
  options: ResolvedPlanOptions,
): AsyncGenerator<PlanEvent, PlanEnd, undefined> {
  const planner = new Planner(options);
  try {
    for await (const item of source) {
      planner.accept(item);
      yield* planner.take();
    }
  } catch (reason) {
    throw PrimepackError.from(reason, "SOURCE_FAILED", "read the source");
  }
  planner.end();
  yield* planner.take();
  return planner.totals();
}

/** Why an entry is in no package. */
interface Refusal {
  readonly outcome: "skipped" | "failed";
  readonly code: Code;
  readonly because: string;
}

const belowLost: Refusal = {
  outcome: "skipped",
  code: "PARENT_NOT_PACKAGED",
  because: "an entry above it is in no package",
};
const leftBefore: Refusal = {
  outcome: "failed",
  code: "SOURCE_ORDER",
  because: "the source had left the folder that it is in",
};
const yieldedBefore: Refusal = {
  outcome: "failed",
  code: "SOURCE_DUPLICATE",
  because: "the source has yielded its path before",
};

class Planner {
  readonly #options: ResolvedPlanOptions;
  readonly #identity: Identity;
  readonly #packer: Packer;
  /** The library's root folder, then the folders that the source is in. */
  readonly #open: OpenFolder[];
  readonly #libraryPath: string;
  #events: PlanEvent[] = [];
  #nextItemId: number;
  #items = 0;
  #bytes = 0;
  /** The last problem that was told of in a folder that isn't open; what is below it comes next, if at all. */
  #lostPath: SourcePath | undefined;

  constructor(options: ResolvedPlanOptions) {
    const { target, names } = options;
    this.#options = options;
    this.#identity = new Identity(target.listId);
    this.#packer = new Packer(options);
    this.#nextItemId = target.firstItemId;
    this.#libraryPath = [...target.webUrl.split("/"), ...target.listUrl.split("/")].filter(Boolean).join("/");
    const root = {
      sourceName: "",
      path: [],
      id: target.rootFolderId,
      identity: new Uint8Array(),
      length: this.#libraryPath.length,
      home: undefined,
      existing: existingFolderTree(target),
    };
    this.#open = [new OpenFolder(root, names)];
  }

  /** Plans one entry; what came of it is then to be had from {@link take}. */
  accept(item: SourceItem): void {
    try {
      const fault = itemFault(item);
      const bytes = fault === undefined && item.kind === "file" ? item.size : 0;
      this.#items += 1;
      this.#bytes += bytes;
      this.#options.onItem?.(bytes);
      if (fault !== undefined) {
        this.#refuse(item, { outcome: "failed", code: "SOURCE_INVALID_ITEM", because: fault });
      } else if (item.kind === "problem") {
        this.#passOn(item);
      } else {
        const refusal = this.#place(item);
        if (refusal) this.#refuse(item, refusal);
      }
    } catch (reason) {
      throw PrimepackError.from(reason, "INTERNAL", "plan the packages");
    }
  }

  end(): void {
    this.#packer.end();
  }

  take(): readonly PlanEvent[] {
    const packages = this.#packer.take();
    if (this.#events.length === 0) return packages;
    const events = [...this.#events, ...packages];
    this.#events = [];
    return events;
  }

  totals(): PlanEnd {
    return { nextItemId: this.#nextItemId, items: this.#items, bytes: this.#bytes };
  }

  /** Plans a folder or file with the folders that it implies; gives why it is in no package, if so. */
  #place(item: SourceFolder | SourceFile): Refusal | undefined {
    const { path } = item;
    const depth = this.#commonDepth(path);
    const last = path.length - 1;
    if (depth < last) {
      const above = this.#folderAt(depth);
      const next = path[depth] as string;
      if (above.hasLost(next) || this.#isBelowLost(path, depth)) return belowLost;
      if (above.knows(next)) return leftBefore;
    }
    if (item.kind === "file" && item.size > FILE_MAX_BYTES) {
      const because = `a file has at most ${FILE_MAX_BYTES} bytes: current value is ${item.size}`;
      return { outcome: "skipped", code: "FILE_TOO_LARGE", because };
    }
    for (let level = depth; level < last; level += 1) {
      const implied: SourceFolder = {
        kind: "folder",
        path: path.slice(0, level + 1),
        ...(item.created === undefined ? {} : { created: item.created }),
        ...(item.modified === undefined ? {} : { modified: item.modified }),
      };
      const refusal = this.#placeFolder(implied);
      if (refusal) {
        this.#refuse(implied, refusal);
        return belowLost;
      }
    }
    return item.kind === "folder" ? this.#placeFolder(item) : this.#placeFile(item);
  }

  /** Plans a folder whose parent is open, and opens it. */
  #placeFolder(item: SourceFolder): Refusal | undefined {
    const parent = this.#folderAt(item.path.length - 1);
    const sourceName = item.path.at(-1) as string;
    const claim = parent.claim(sourceName, "folder");
    if (claim.is === "duplicate") return yieldedBefore;
    if (claim.is === "refused") {
      parent.lose(sourceName);
      return this.#refusedName(item, claim);
    }
    this.#open.length = item.path.length;
    const name = claim.is === "existing" ? claim.folder.name : claim.name;
    const path = [...parent.fields.path, name];
    const identity = this.#identity.extend(parent.fields.identity, name);
    const common = { sourceName, path, identity, length: parent.fields.length + 1 + name.length };
    if (claim.is === "existing") {
      const { id } = claim.folder;
      const url = `/${[this.#libraryPath, ...path].join("/")}`;
      this.#events.push({
        type: "outcome",
        outcome: { ...entryOf(item), kind: "folder", outcome: "existing", url, id },
      });
      this.#push({ ...common, id, home: undefined, existing: claim.folder });
      return undefined;
    }
    const folder = this.#entry(item, "folder", parent, claim, path, identity);
    const home = this.#packer.addFolder(folder, parent.fields.home);
    this.#push({ ...common, id: folder.id, home, existing: undefined });
    if (looksLikeSavedPage(name)) this.#warnOfSavedPage(item, name);
    return undefined;
  }

  #placeFile(item: SourceFile): Refusal | undefined {
    const parent = this.#folderAt(item.path.length - 1);
    const claim = parent.claim(item.path.at(-1) as string, "file");
    if (claim.is === "refused") return this.#refusedName(item, claim);
    if (claim.is !== "named") return yieldedBefore;
    this.#open.length = item.path.length;
    const path = [...parent.fields.path, claim.name];
    const identity = this.#identity.extend(parent.fields.identity, claim.name);
    const entry = this.#entry(item, "file", parent, claim, path, identity);
    this.#packer.addFile({ ...entry, size: item.size }, item.content, parent.fields.home);
    return undefined;
  }

  #entry<Kind extends "folder" | "file">(
    item: SourceFolder | SourceFile,
    kind: Kind,
    parent: OpenFolder,
    claim: { readonly name: string; readonly why: Renaming["why"] },
    path: readonly string[],
    identity: Uint8Array,
  ) {
    const from = item.path.at(-1) as string;
    const itemId = this.#nextItemId;
    if (itemId > ITEM_ID_MAX) {
      throw new PrimepackError(
        "INVALID_TARGET",
        `Cannot number the items from firstItemId on as the last item id is ${ITEM_ID_MAX}: current value is ${itemId}`,
      );
    }
    this.#nextItemId += 1;
    return {
      kind,
      source: [...item.path],
      path,
      ...(claim.name === from ? {} : { renamed: { from, to: claim.name, why: claim.why } }),
      id: (item.id === undefined ? undefined : normalizeGuid(item.id)) ?? this.#identity.id(kind, identity),
      listItemId: this.#identity.id("item", identity),
      itemId,
      parentId: parent.fields.id,
      ...itemDates(item, this.#options.now),
    };
  }

  #push(fields: OpenFolder["fields"]): void {
    this.#open.push(new OpenFolder(fields, this.#options.names));
  }

  /** What the source could not hand over. */
  #passOn(item: SourceProblem): void {
    const { path, outcome, message } = item;
    const depth = this.#commonDepth(path);
    if (depth === path.length - 1) this.#folderAt(depth).lose(path.at(-1) as string);
    else if (!this.#isBelowLost(path, depth)) this.#lostPath = [...path];
    const code = item.code ?? (outcome === "excluded" ? "EXCLUDED" : "SOURCE_UNREADABLE");
    this.#events.push({ type: "outcome", outcome: { ...entryOf(item), kind: "other", outcome, code, message } });
  }

  #refusedName(item: SourceFolder | SourceFile, claim: Extract<Claim, { is: "refused" }>): Refusal {
    const withValue = (value = "") => `${claim.because}: current value is ${JSON.stringify(value)}`;
    if (this.#options.names.policy === "fail") {
      // An outcome names its entry itself; an error has to.
      throw new PrimepackError(claim.code, sentence(item, withValue(item.path.join("/"))));
    }
    const because = withValue(item.path.at(-1));
    return { outcome: "skipped", code: claim.code, because };
  }

  #refuse(item: SourceItem, { outcome, code, because }: Refusal): void {
    const kind = item?.kind === "folder" || item?.kind === "file" ? item.kind : "other";
    const message = sentence(item, because);
    this.#events.push({ type: "outcome", outcome: { ...entryOf(item), kind, outcome, code, message } });
  }

  #warnOfSavedPage(item: SourceFolder, name: string): void {
    const message = "Cannot promise that the folder shows, as Office takes its name for a part of a saved web page";
    this.#events.push({
      type: "warning",
      code: "NAME_UNUSUAL",
      message: `${message}: current value is ${JSON.stringify(name)}`,
      source: item.path.join("/"),
    });
  }

  /** Whether the path leads through the last problem, and not through a folder that came in its place. */
  #isBelowLost(path: SourcePath, depth: number): boolean {
    const lost = this.#lostPath;
    if (lost === undefined || depth >= lost.length || path.length <= lost.length) return false;
    return lost.every((name, level) => path[level] === name);
  }

  /** How many of the path's folders are open, from the outermost on. */
  #commonDepth(path: SourcePath): number {
    const most = Math.min(this.#open.length, path.length) - 1;
    let depth = 0;
    while (depth < most && this.#open[depth + 1]?.fields.sourceName === path[depth]) depth += 1;
    return depth;
  }

  #folderAt(depth: number): OpenFolder {
    return this.#open[depth] as OpenFolder;
  }
}

/** How outcomes name an entry, however malformed it is. */
function entryOf(item: SourceItem): { source: string; sourcePath: SourcePath } {
  const sourcePath = Array.isArray(item?.path) ? (item.path as SourcePath).map(String) : [];
  return { source: sourcePath.join("/"), sourcePath };
}

function sentence(item: SourceItem, because: string): string {
  const what = item?.kind === "folder" || item?.kind === "file" ? item.kind : "entry";
  return `Cannot package the ${what} as ${because}`;
}
