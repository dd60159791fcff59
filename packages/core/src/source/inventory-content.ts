import { lstat } from "node:fs";
import { isAbsolute, resolve, sep } from "node:path";
import { PrimepackError } from "../errors/index.ts";
import type { BlobContainer, SourceContent, SourceItem } from "../model/index.ts";
import { Misfit } from "../table/index.ts";
import type { ContentReference, InventoryItem } from "./inventory-item.ts";
import { nativePath } from "./native-path.ts";
import { sourceError } from "./source-error.ts";
import type { UrlContents } from "./url-content.ts";

/** A container that blobs are only read from. */
export type ReadableBlobs = Pick<BlobContainer, "read" | "properties">;

/** Where the contents are that an inventory names. */
export interface ContentPlaces {
  /** Absolute; relative paths are below it. Undefined: the inventory has no folder. */
  readonly root: string | undefined;
  readonly absolutePaths: boolean;
  readonly urls: UrlContents | undefined;
  readonly blobs: Readonly<Record<string, ReadableBlobs>>;
  readonly signal: AbortSignal | undefined;
}

interface Sized {
  readonly size: number;
  readonly content: SourceContent;
}

interface Unsized {
  readonly modified?: Date;
  readonly size?: number;
  readonly content: ContentReference;
}

/**
 * The item of an inventory with contents that can be read. A size that the inventory leaves out is asked for, of the file
 * system or the container.
 *
 * Throws `Misfit` for a content that these places don't have, and PrimepackError where a size can't be had.
 */
export async function withContents(item: InventoryItem, places: ContentPlaces): Promise<SourceItem> {
  if (item.kind === "file") {
    const { versions, ...file } = item;
    const sized = { ...file, ...(await locate(file, places, "")) };
    if (versions === undefined) return sized;
    return { ...sized, versions: await locateAll(versions, places, "versions") };
  }
  if (item.kind === "item") {
    const { attachments, ...listItem } = item;
    if (attachments === undefined) return listItem;
    return { ...listItem, attachments: await locateAll(attachments, places, "attachments") };
  }
  return item;
}

async function locateAll<T extends Unsized>(parts: readonly T[], places: ContentPlaces, key: string) {
  const located: (Omit<T, keyof Sized> & Sized)[] = [];
  for (const [index, part] of parts.entries()) {
    located.push({ ...part, ...(await locate(part, places, `${key}[${index}]`)) });
  }
  return located;
}

async function locate({ size, content, modified }: Unsized, places: ContentPlaces, place: string): Promise<Sized> {
  try {
    const sized = "path" in content ? pathContent(content.path, size, modified !== undefined, places) : undefined;
    if (sized !== undefined) return await sized;
    if ("url" in content) return urlContent(content, size, places);
    if ("blob" in content) return await blobContent(content, size, places);
    return bytesContent((content as Extract<ContentReference, { base64: string }>).base64, size);
  } catch (reason) {
    throw reason instanceof Misfit && place !== "" ? reason.within(place) : reason;
  }
}

/** @param dated - whether the inventory says when the content was modified, which the file then doesn't. */
function pathContent(
  path: string,
  size: number | undefined,
  dated: boolean,
  places: ContentPlaces,
): Sized | Promise<Sized> {
  const file = absolutePath(path, places);
  const content = dated ? { path: file, keepsDates: true } : { path: file };
  return size === undefined ? sizeOfFile(file).then((found) => ({ size: found, content })) : { size, content };
}

const URL_START = /^[A-Za-z][A-Za-z0-9+.-]+:\/\//;

function absolutePath(path: string, { root, absolutePaths }: ContentPlaces): string {
  // Without the value: its query may be a secret.
  if (URL_START.test(path)) throw new Misfit("must be a path, not a URL").within("path").within("content");
  if (isAbsolute(path) || (sep === "\\" && /^[A-Za-z]:/.test(path))) {
    if (absolutePaths && isAbsolute(path)) return resolve(path);
    throw new Misfit("must be relative, as absolutePaths isn't set", path).within("path").within("content");
  }
  if (root === undefined) {
    throw new Misfit("needs contentRoot, as the inventory is in no folder", path).within("path").within("content");
  }
  const names = path.split(sep === "\\" ? /[\\/]/ : "/");
  if (names.includes("..")) throw new Misfit("must stay below contentRoot", path).within("path").within("content");
  return resolve(root, path);
}

function sizeOfFile(file: string): Promise<number> {
  return new Promise((done, reject) => {
    const fail = (reason: unknown) => reject(sourceError(reason, "look at the content", file));
    try {
      lstat(nativePath(file), (error, stats) => {
        if (error !== null) fail(error);
        else if (stats.isFile()) done(stats.size);
        else {
          reject(
            new PrimepackError(
              stats.isSymbolicLink() ? "SOURCE_SYMLINK" : "SOURCE_SPECIAL",
              `Cannot look at the content as it is no regular file: current value is ${JSON.stringify(file)}`,
            ),
          );
        }
      });
    } catch (reason) {
      fail(reason);
    }
  });
}

function urlContent(
  content: Extract<ContentReference, { url: string }>,
  size: number | undefined,
  { urls }: ContentPlaces,
): Sized {
  if (urls === undefined) throw new Misfit("needs the option contentUrls").within("url").within("content");
  if (!urls.allows(content.url)) {
    const { origin } = new URL(content.url);
    throw new Misfit("must be of an origin that contentUrls.origins names", origin).within("url").within("content");
  }
  const bytes = sameSize(size, content.length) ?? content.length;
  if (bytes === undefined) throw new Misfit("is missing, as the content has no length").within("size");
  return { size: bytes, content: urls.content(content, bytes) };
}

async function blobContent(
  { blob, container }: Extract<ContentReference, { blob: string }>,
  size: number | undefined,
  { blobs, signal }: ContentPlaces,
): Promise<Sized> {
  const known = Object.keys(blobs);
  const alias = container ?? (known.length === 1 ? known[0] : undefined);
  const found = alias !== undefined && Object.hasOwn(blobs, alias) ? blobs[alias] : undefined;
  if (found === undefined) {
    const constraint = known.length === 0 ? "needs the option blobs" : `must be ${known.join(" or ")}`;
    throw new Misfit(constraint, container ?? "none").within("container").within("content");
  }
  return {
    size: size ?? (await found.properties(blob, signal)).size,
    content: { open: (opened) => ownedChunks(found.read(blob, opened)) },
  };
}

/** Chunks whose memory may be taken over: a container in memory hands out its own. */
async function* ownedChunks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) yield Uint8Array.from(chunk);
}

function bytesContent(base64: string, size: number | undefined): Sized {
  const content = Uint8Array.from(Buffer.from(base64, "base64"));
  return { size: sameSize(size, content.length) ?? content.length, content };
}

function sameSize(size: number | undefined, length: number | undefined): number | undefined {
  if (size !== undefined && length !== undefined && size !== length) {
    throw new Misfit(`must be that of its content, ${length}`, size).within("size");
  }
  return size;
}
