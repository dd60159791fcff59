import { PrimepackError, Secret, throwIfAborted } from "../errors/index.ts";
import { HttpTransport } from "../http/http-transport.ts";
import { Retrier, type RetryOptions } from "../http/retrier.ts";
import type {
  FieldValue,
  NetworkOptions,
  Source,
  SourceEntry,
  SourceFile,
  SourceFolder,
  SourcePath,
  SourceProblem,
} from "../model/index.ts";
import {
  type ListedBlob,
  type ListedEntry,
  type ListedPrefix,
  type ListingOptions,
  listFolder,
} from "./azure-blob-listing.ts";
import { UrlContents } from "./url-content.ts";

/** What gives bearer tokens, for example a credential of `@azure/identity`. */
export interface BlobTokenCredential {
  getToken(scopes: string): Promise<{ readonly token: string } | null>;
}

/** Which blobs are taken, and how the container is reached. */
export interface AzureBlobOptions {
  /** URL of the container, without a query: `https://contoso.blob.core.windows.net/archive`. */
  readonly container: string | URL;
  /**
   * A SAS query with the rights to read and list, or what gives tokens for the role Storage Blob Data Reader. Default:
   * none, for containers that anyone may read.
   */
  readonly credential?: Secret | BlobTokenCredential;
  /** Folder that the source begins at, names joined by `/`; only what is below it is taken. Default: the whole container. */
  readonly prefix?: string;
  /** Columns that get the value of a blob's metadata as text, by the name of the metadata, whose case doesn't count. */
  readonly metadataFields?: Readonly<Record<string, string>>;
  /** How requests leave this machine. Default: directly, trusting the authorities that Node brings along. */
  readonly network?: NetworkOptions;
  /** How requests are repeated that failed by what passes. */
  readonly retry?: RetryOptions;
  /** Ends the listing with ABORTED. */
  readonly signal?: AbortSignal;
}

/** Version of the Blob service's REST API. */
const API_VERSION = "2021-12-02";
const TOKEN_SCOPE = "https://storage.azure.com/.default";
/** Metadata that hierarchical storage and tools mark the blob of a folder with. */
const FOLDER_MARK = "hdi_isfolder";
const ARCHIVE_TIER = "Archive";

/**
 * The blobs of a container as folders and files: `/` in their names makes folders.
 *
 * Folders are listed one by one, so that the order is depth first and memory holds one page of names for each level.
 * Blobs that mark a folder (`hdi_isfolder`, or an empty one whose name ends with `/`) are that folder. A blob that
 * others have in their names as a folder is a failed entry, as are blobs of the archive tier, and folders whose name is
 * empty, `.` or `..`. Snapshots and older versions are not looked at.
 *
 * Contents are read in ranges of one state of the blob, by its ETag: one that was changed since it was listed fails with
 * SOURCE_CHANGED. ETags are the fingerprints of delta runs.
 *
 * Throws INVALID_OPTION; the iteration throws what {@link listFolder} throws.
 */
export function azureBlobSource(options: AzureBlobOptions): Source {
  const walk = new BlobWalk(options);
  return { [Symbol.asyncIterator]: () => walk.entries() };
}

/** A folder that the walk is in. */
interface Level {
  readonly path: SourcePath;
  /** Whole names of what is in it begin with it. */
  readonly prefix: string;
  readonly entries: AsyncGenerator<ListedEntry, void, undefined>;
  /**
   * Blobs that may yet prove to be a folder's name: each begins the name that came last, and so the next one too. Names
   * between `a` and `a/` all begin with `a`, so that one that doesn't settles it.
   */
  held: ListedBlob[];
}

class BlobWalk {
  readonly #options: AzureBlobOptions;
  readonly #url: string;
  readonly #prefix: string;
  readonly #listing: ListingOptions;
  readonly #contents: UrlContents;
  readonly #fields: readonly (readonly [metadata: string, column: string])[];

  constructor(options: AzureBlobOptions) {
    const { container, credential, prefix = "", metadataFields = {}, network, retry = {}, signal } = options;
    const url = containerUrl(container);
    this.#options = options;
    this.#url = url.origin + url.pathname;
    this.#prefix = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
    this.#fields = Object.entries(metadataFields).map(([name, column]) => [name.toLowerCase(), column]);
    const headers = () => requestHeaders(credential);
    this.#listing = {
      path: url.pathname,
      transport: new HttpTransport(url.origin, network),
      retrier: new Retrier(retry),
      query: sasOf(credential),
      headers,
      signal,
    };
    this.#contents = new UrlContents({
      origins: [url.origin],
      headers,
      retry,
      ...(network === undefined ? {} : { network }),
    });
  }

  async *entries(): AsyncGenerator<SourceEntry, void, undefined> {
    const levels: Level[] = [this.#open([], this.#prefix)];
    for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
      throwIfAborted(this.#options.signal, "list the blobs");
      const next = await level.entries.next();
      if (next.done === true) {
        yield* this.#release(level, undefined);
        levels.pop();
        continue;
      }
      const entry = next.value;
      yield* this.#release(level, entry);
      if (entry.kind === "blob") level.held.push(entry);
      else {
        const below = yield* this.#enter(level, entry);
        if (below !== undefined) levels.push(below);
      }
    }
  }

  #open(path: SourcePath, prefix: string): Level {
    return { path, prefix, entries: listFolder(prefix, this.#listing), held: [] };
  }

  /** Gives the blobs that the name of what follows shows to be no folder's. */
  *#release(level: Level, following: ListedEntry | undefined): Generator<SourceEntry, void, undefined> {
    const { held } = level;
    let kept = 0;
    if (following !== undefined) {
      while (kept < held.length && following.name.startsWith(held[kept]?.name ?? "")) kept++;
    }
    level.held = held.slice(0, kept);
    for (const blob of held.slice(kept)) {
      const entry = this.#blobEntry(level, blob);
      if (entry !== undefined) yield entry;
    }
  }

  *#enter(level: Level, { name }: ListedPrefix): Generator<SourceEntry, Level | undefined, undefined> {
    const folderName = name.slice(level.prefix.length, -1);
    const path = [...level.path, folderName];
    const same = level.held.find((blob) => `${blob.name}/` === name);
    if (same !== undefined) level.held = level.held.filter((blob) => blob !== same);
    const fault = nameFault(folderName);
    if (fault !== undefined) {
      yield problem(path, "SOURCE_INVALID_ITEM", `Cannot package the blobs of the folder as ${fault}`);
      return undefined;
    }
    const marker = same !== undefined && isFolderMark(same) ? same : undefined;
    yield this.#folder(path, marker);
    if (same !== undefined && marker === undefined) {
      yield problem(
        path,
        "SOURCE_DUPLICATE",
        `Cannot package the blob as others have its name as that of their folder: current value is ${JSON.stringify(same.name)}`,
      );
    }
    return this.#open(path, name);
  }

  #blobEntry({ path: above, prefix }: Level, blob: ListedBlob): SourceEntry | undefined {
    const name = blob.name.slice(prefix.length);
    // The folder itself, as some tools make it, which was given before.
    if (name === "" && blob.size === 0) return undefined;
    const path = [...above, name];
    const fault = nameFault(name);
    if (fault !== undefined) return problem(path, "SOURCE_INVALID_ITEM", `Cannot package the blob as ${fault}`);
    if (isFolderMark(blob)) return this.#folder(path, blob);
    if (blob.accessTier === ARCHIVE_TIER) {
      return problem(path, "SOURCE_ARCHIVED", "Cannot package the blob as it can't be read: its tier is Archive");
    }
    const { size, etag } = blob;
    const url = `${this.#url}/${blob.name.split("/").map(encodeURIComponent).join("/")}`;
    const query = this.#listing.query === "" ? "" : `?${this.#listing.query}`;
    const fields = this.#fieldsOf(blob);
    const file: SourceFile = {
      kind: "file",
      path,
      size,
      content: this.#contents.content({ url: url + query, etag }, size),
      fingerprint: etag,
      ...datesOf(blob),
      ...(fields.length === 0 ? {} : { fields }),
    };
    return file;
  }

  #folder(path: SourcePath, marker: ListedBlob | undefined): SourceFolder {
    if (marker === undefined) return { kind: "folder", path };
    const fields = this.#fieldsOf(marker);
    return { kind: "folder", path, ...datesOf(marker), ...(fields.length === 0 ? {} : { fields }) };
  }

  #fieldsOf({ metadata }: ListedBlob): FieldValue[] {
    return this.#fields.flatMap(([key, name]): FieldValue[] => {
      const value = metadata.get(key);
      return value === undefined ? [] : [{ name, type: "Text", value }];
    });
  }
}

function isFolderMark({ metadata, size }: ListedBlob): boolean {
  return size === 0 && metadata.get(FOLDER_MARK)?.toLowerCase() === "true";
}

function nameFault(name: string): string | undefined {
  if (name === "") return "its name is empty";
  return name === "." || name === ".." ? `no URL can have its name: current value is ${name}` : undefined;
}

function problem(path: SourcePath, code: NonNullable<SourceProblem["code"]>, message: string): SourceProblem {
  return { kind: "problem", path, outcome: "failed", code, message };
}

function datesOf({ created, modified }: ListedBlob): { created?: Date; modified?: Date } {
  return { ...(created === undefined ? {} : { created }), ...(modified === undefined ? {} : { modified }) };
}

function sasOf(credential: AzureBlobOptions["credential"]): string {
  return credential instanceof Secret ? credential.reveal().replace(/^\?/, "") : "";
}

async function requestHeaders(credential: AzureBlobOptions["credential"]): Promise<Record<string, string>> {
  const headers = { "x-ms-version": API_VERSION };
  if (credential === undefined || credential instanceof Secret) return headers;
  const token = await credential.getToken(TOKEN_SCOPE);
  if (token !== null) return { ...headers, authorization: `Bearer ${token.token}` };
  throw new PrimepackError(
    "CONTAINER_FORBIDDEN",
    "Cannot read the container as the credential must give a token: current value is none",
  );
}

function containerUrl(container: string | URL): URL {
  const text = String(container);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // A query could be a SAS, which is a secret and travels as such.
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== "" || url.pathname === "/") {
    const shown = url === undefined ? "no URL" : url.origin + url.pathname;
    throw new PrimepackError(
      "INVALID_OPTION",
      `Cannot read blobs as the container must be a URL with its name and without a query: current value is ${shown}`,
    );
  }
  url.pathname = url.pathname.replace(/\/+$/, "");
  return url;
}
