import { PrimepackError } from "../errors/index.ts";
import type { Target } from "../model/index.ts";
import { caseFold, comparisonKey } from "./fold.ts";
import { normalizeGuid } from "./identity.ts";

/** A folder that the library holds already, with those in it. */
export interface ExistingFolder {
  /** As the library writes it. */
  readonly name: string;
  readonly id: string;
  /** By name in the form of {@link caseFold}. */
  readonly folders: ReadonlyMap<string, ExistingFolder>;
  /** The {@link comparisonKey} of every name in `folders`: taken for anything else. */
  readonly keys: ReadonlySet<string>;
}

interface Draft {
  readonly name: string;
  readonly path: string;
  id: string | undefined;
  readonly folders: Map<string, Draft>;
  readonly keys: Set<string>;
}

/**
 * The folders that `target.existingFolders` names, as a tree below the library's root folder.
 *
 * @throws PrimepackError INVALID_TARGET if a path has an empty name or stands twice (without regard to case), an id is no
 * GUID, or the folder above a named one is not named: it exists too, and a new id for it would break what is in it.
 */
export function existingFolderTree(target: Target): ExistingFolder {
  const root = draft("", "");
  root.id = target.rootFolderId;
  const all: Draft[] = [];
  for (const [path, id] of Object.entries(target.existingFolders ?? {})) {
    const folder = walk(root, path, all);
    if (folder.id !== undefined) throw refused("a folder stands there once", path);
    folder.id = normalizeGuid(id);
    if (folder.id === undefined) throw refused(`the id of ${JSON.stringify(path)} is a GUID`, id);
  }
  const unnamed = all.find(({ id }) => id === undefined);
  if (unnamed) throw refused("the folder above each folder must stand there too, but is missing", unnamed.path);
  return root as ExistingFolder;
}

function walk(root: Draft, path: string, all: Draft[]): Draft {
  let folder = root;
  for (const name of path.split("/")) {
    if (name === "") throw refused("paths have no empty names", path);
    const folded = caseFold(name);
    let next = folder.folders.get(folded);
    if (next === undefined) {
      next = draft(name, folder.path === "" ? name : `${folder.path}/${name}`);
      folder.folders.set(folded, next);
      folder.keys.add(comparisonKey(name));
      all.push(next);
    }
    folder = next;
  }
  return folder;
}

function draft(name: string, path: string): Draft {
  return { name, path, id: undefined, folders: new Map(), keys: new Set() };
}

function refused(constraint: string, value: string): PrimepackError {
  return new PrimepackError(
    "INVALID_TARGET",
    `Cannot use existingFolders as ${constraint}: current value is ${JSON.stringify(value)}`,
  );
}
