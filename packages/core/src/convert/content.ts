import { lstat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { errnoOf, PrimepackError, type Secret } from "../errors/index.ts";
import type { BlobContainer, SourceContent, SourcePath } from "../model/index.ts";
import { openedBlob } from "./opened-blob.ts";

/** Which bytes of an export are wanted: those of a file, of an older version of it, or of an attachment. */
export interface ContentRequest {
  /** GUID of the file in the export; of an attachment that of its item's document. */
  readonly fileId?: string;
  /** Server-relative in the export, with leading slash; of an attachment that of its item. */
  readonly url: string;
  /** Below the exported list's root folder. */
  readonly path: SourcePath;
  /** `major.minor` of an older version; undefined for the current one. */
  readonly version?: string;
  /** Bytes, as far as the export tells. */
  readonly size?: number;
  /** Name of an attachment of the item. */
  readonly attachment?: string;
  /** The export's `FileValue`: the name of a blob, where it brings its contents along. */
  readonly blob?: string;
  /** Base64 QuickXorHash, where the export tells it. */
  readonly checksum?: string;
}

/** Bytes, and how many. */
export interface ResolvedContent {
  readonly content: SourceContent;
  /** Exact for `open` content. */
  readonly size: number;
}

/** Finds the content of an exported file; undefined: there is none. */
export type ContentResolver = (
  request: ContentRequest,
) => ResolvedContent | undefined | Promise<ResolvedContent | undefined>;

/** Ends the name of the folder that holds a file's older versions, each called by its label. */
const VERSIONS_SUFFIX = ".versions";
/** Ends the name of the folder that holds an item's attachments. */
const ATTACHMENTS_SUFFIX = ".attachments";

/**
 * Contents in a folder, laid out as in the list:
 *
 * - a file at its path below the list's root folder: `Projects/plan.docx`
 * - its older versions by their labels: `Projects/plan.docx.versions/1.0`
 * - attachments by their names: `Lists folder/7_.000.attachments/photo.jpg`
 *
 * Names are those of the list, case included. Links are not followed. Throws SOURCE_UNREADABLE for what can't be looked at.
 */
export function directoryContent(root: string): ContentResolver {
  const base = resolve(root);
  return async ({ path, version, attachment }) => {
    const last = path.length - 1;
    const names =
      version === undefined && attachment === undefined
        ? path
        : attachment === undefined
          ? [...path.slice(0, last), `${path[last]}${VERSIONS_SUFFIX}`, version ?? ""]
          : [...path.slice(0, last), `${path[last]}${ATTACHMENTS_SUFFIX}`, attachment];
    // The export says these names, and nothing outside of the folder is read because it does.
    if (names.length === 0 || !names.every(isPlainName)) return undefined;
    const file = join(base, ...names);
    try {
      const found = await lstat(file);
      return found.isFile() ? { content: { path: file }, size: found.size } : undefined;
    } catch (reason) {
      const errno = errnoOf(reason) ?? "";
      if (["ENOENT", "ENOTDIR", "ENAMETOOLONG"].includes(errno)) return undefined;
      throw new PrimepackError(
        "SOURCE_UNREADABLE",
        `Cannot look at the content as the operating system answers ${errno}: current value is ${JSON.stringify(file)}`,
        { cause: reason },
      );
    }
  };
}

/** On Windows a drive, a stream or another path can hide in a name that is plain elsewhere. */
function isPlainName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/[/\\\0]|\p{Surrogate}/u.test(name) && !hidesPath(name);
}

function hidesPath(name: string): boolean {
  return process.platform === "win32" && /[:*?"<>|]|[. ]$/.test(name);
}

/**
 * Contents in a container, by their `FileValue`: those of packages, which bring them along. Encrypted ones need the key.
 *
 * Contents with a checksum are held against it as they are read. An encrypted attachment, of which no manifest tells the
 * size, is read once to count its bytes.
 */
export function containerContent(container: BlobContainer, key?: Secret<Uint8Array>): ContentResolver {
  const options = key === undefined ? {} : { key };
  return async ({ blob: name, size, checksum }) => {
    if (name === undefined) return undefined;
    const blob = await openedBlob(container, name, options);
    if (blob === undefined) return undefined;
    let exact = blob.encrypted ? size : blob.storedSize;
    if (exact === undefined) {
      exact = 0;
      for await (const chunk of blob.read()) exact += chunk.byteLength;
    }
    return { size: exact, content: { open: (signal) => copies(blob.read(signal, checksum)) } };
  };
}

/** Chunks of their own memory: those of content are taken over, and a container may keep what it hands out. */
async function* copies(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) yield new Uint8Array(chunk);
}
