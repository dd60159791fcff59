import { join } from "node:path";
import { DirectoryContainer } from "../container/directory.ts";
import { archivedContent } from "./archived-content.ts";
import { type ContentResolver, containerContent } from "./content.ts";
import { MANIFEST_FOLDER } from "./export-location.ts";
import type { OpenBlobOptions } from "./opened-blob.ts";

/** Packages whose records of blobs are kept; the items of a run come nearly in the order of its packages. */
const KEPT_PACKAGES = 8;
const CONTENT_FOLDER = "content";

/** The contents that the packages of an export bring along, by the number of the package. */
export class PackageContents {
  readonly #options: OpenBlobOptions;
  readonly #folders: (string | undefined)[] = [];
  /** The one that was used last is the last. */
  readonly #kept: Map<number, ContentResolver> = new Map();

  constructor(options: OpenBlobOptions) {
    this.#options = options;
  }

  /** How many packages there are. */
  get count(): number {
    return this.#folders.length;
  }

  /** Takes up a package by its folder, or as one without contents; gives its number. */
  add(folder: string | undefined): number {
    return this.#folders.push(folder) - 1;
  }

  /** Undefined for a package without contents. */
  of(place: number): ContentResolver | undefined {
    const folder = this.#folders[place];
    if (folder === undefined) return undefined;
    const resolver = this.#kept.get(place) ?? this.#open(folder);
    this.#kept.delete(place);
    this.#kept.set(place, resolver);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT_PACKAGES && oldest !== undefined) this.#kept.delete(oldest);
    return resolver;
  }

  #open(folder: string): ContentResolver {
    const content = new DirectoryContainer(join(folder, CONTENT_FOLDER));
    const manifest = new DirectoryContainer(join(folder, MANIFEST_FOLDER));
    const archived = archivedContent(manifest, content, this.#options);
    const single = containerContent(content, this.#options.key);
    return async (request) => (await archived(request)) ?? single(request);
  }
}
