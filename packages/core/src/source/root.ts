import { realpath, type Stats, stat } from "node:fs";
import { basename, resolve as resolvePath } from "node:path";
import { PrimepackError } from "../errors/index.ts";
import { listNames, nameOf } from "./listing.ts";
import { bytesOfName, nativePath } from "./native-path.ts";
import { sourceError } from "./source-error.ts";

/** A folder or file that a source starts from: a path, or a path and the name that it has in the source. */
export type SourceRoot =
  | string
  | {
      readonly path: string;
      /** Default: the last name of the path. */
      readonly name?: string;
    };

/** A root as the caller gave it, checked as far as that goes without looking at the disk. */
export interface NamedRoot {
  /** Absolute. */
  readonly path: string;
  /** Undefined for a single folder whose contents are the source. */
  readonly name: string | undefined;
}

/** A root that exists. */
export interface FoundRoot extends NamedRoot {
  readonly stats: Stats;
}

/** Throws INVALID_OPTION for no roots, empty paths, names that are none, and names that occur twice. */
export function namedRoots(given: string | readonly SourceRoot[]): readonly NamedRoot[] {
  const roots = (typeof given === "string" ? [given] : given).map((root) =>
    typeof root === "string" ? { path: root } : root,
  );
  if (roots.length === 0) throw invalid("at least one root is needed", roots.length);
  const named = roots.map(({ path, name }) => {
    if (path === "") throw invalid("its path is empty", path);
    const absolute = resolvePath(path);
    if (name === undefined && roots.length === 1) return { path: absolute, name: undefined };
    return { path: absolute, name: checkedName(name ?? basename(absolute), absolute) };
  });
  const paths = new Map<string, string>();
  for (const { name, path } of named) {
    if (name === undefined) continue;
    const other = paths.get(name);
    if (other !== undefined) {
      throw new PrimepackError(
        "INVALID_OPTION",
        `Cannot use the source's roots as two have one name: current value is ${JSON.stringify([other, path])}`,
        { hint: "Give one of them another name, or start from the folder that holds both." },
      );
    }
    paths.set(name, path);
  }
  return named;
}

/**
 * Looks at a root, through links: the caller named it. Rejects with INVALID_OPTION for what is missing, can't be looked
 * at, or is neither file nor folder.
 */
export async function findRoot(root: NamedRoot): Promise<FoundRoot> {
  try {
    const stats = await statOf(root.path);
    if (stats.isDirectory()) return { ...root, stats };
    if (!stats.isFile()) throw invalid("it is neither a folder nor a file", root.path);
    // Files are opened without following links, so this one is followed here.
    return { path: await realPathOf(root.path), name: root.name ?? basename(root.path), stats };
  } catch (reason) {
    throw rootError(reason, root.path);
  }
}

/** The names in a root that is a folder, as stored; rejects with INVALID_OPTION if it can't be listed. */
export function listRoot(root: FoundRoot): Promise<string[]> {
  return listNames(root.path).catch((reason: unknown) => {
    throw rootError(reason, root.path);
  });
}

/** An error of the file system about a root, as INVALID_OPTION. */
function rootError(reason: unknown, path: string): PrimepackError {
  const error = sourceError(reason, "use the source's root", path);
  if (error.code === "INVALID_OPTION" || error.code === "ABORTED") return error;
  return new PrimepackError("INVALID_OPTION", error.message, { cause: reason });
}

/** In the order of the names' bytes, as within folders, so that the order of the arguments doesn't count. */
export function compareRoots(one: NamedRoot, other: NamedRoot): number {
  return Buffer.compare(bytesOfName(one.name ?? ""), bytesOfName(other.name ?? ""));
}

function checkedName(name: string, path: string): string {
  // The root of a file system has no name of its own.
  if (name === "" || name === "." || name === ".." || name.includes("/") || name.includes("\0")) {
    throw invalid("each of several needs a name", name === "" ? path : name);
  }
  return name;
}

function invalid(constraint: string, value: unknown): PrimepackError {
  return new PrimepackError(
    "INVALID_OPTION",
    `Cannot use the source's root as ${constraint}: current value is ${JSON.stringify(value)}`,
  );
}

function statOf(path: string): Promise<Stats> {
  return new Promise((resolve, reject) => {
    stat(nativePath(path), (error, stats) => (error === null ? resolve(stats) : reject(error)));
  });
}

function realPathOf(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    realpath(nativePath(path), { encoding: "latin1" }, (error, real) => {
      if (error === null) resolve(nameOf(real));
      else reject(error);
    });
  });
}
