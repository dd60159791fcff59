import { abortedError, PrimepackError, throwIfAborted } from "../errors/index.ts";
import { type HttpHeaders, type HttpReply, headerOf } from "../http/http-reply.ts";
import type { HttpTransport } from "../http/http-transport.ts";
import { RequestError } from "../http/request-error.ts";
import type { Retrier } from "../http/retrier.ts";
import { isOverload, isPassing, retryAfterOf } from "../http/retry-after.ts";
import { TransportFault } from "../http/transport-fault.ts";
import { readXmlDocument, type XmlElement } from "../xml/index.ts";

/** A blob as a listing tells of it. */
export interface ListedBlob {
  readonly kind: "blob";
  /** Whole, from the container's root. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** With its quotes. */
  readonly etag: string;
  readonly accessTier: string | undefined;
  readonly created: Date | undefined;
  readonly modified: Date | undefined;
  /** By names in lower case. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** What begins with a folder's name and a slash. */
export interface ListedPrefix {
  readonly kind: "prefix";
  /** Whole, with the slash at its end. */
  readonly name: string;
}

export type ListedEntry = ListedBlob | ListedPrefix;

/** How the container is asked. */
export interface ListingOptions {
  /** Path of the container, without a slash at its end. */
  readonly path: string;
  readonly transport: HttpTransport;
  readonly retrier: Retrier;
  /** Parameters that authorise, or nothing. */
  readonly query: string;
  readonly headers: () => Promise<Readonly<Record<string, string>>>;
  readonly signal: AbortSignal | undefined;
}

/** Entries of one answer; with metadata of 8 KiB each they still fit into what a reply may have. */
const PAGE_ENTRIES = 1000;
/** An answer's bytes are bounded, and so are the elements that it can hold. */
const PAGE_ELEMENTS = 1_000_000;
const DOING = "list the blobs";

/**
 * What is directly in a folder, `prefix`: blobs and folders in the order of their names, page by page. Snapshots and
 * older versions of blobs are none of it.
 *
 * Throws CONTAINER_FORBIDDEN, CONTAINER_NOT_FOUND, CONTAINER_BUSY, CONTAINER_UNREACHABLE, CONTAINER_REFUSED, ABORTED.
 */
export async function* listFolder(
  prefix: string,
  options: ListingOptions,
): AsyncGenerator<ListedEntry, void, undefined> {
  let marker = "";
  do {
    const page = await options.retrier.run({ method: DOING, signal: options.signal }, () =>
      requestPage(prefix, marker, options),
    );
    const root = await readPage(page.body);
    yield* entriesOf(root).sort((one, other) => (one.name < other.name ? -1 : 1));
    marker = textOf(root, "NextMarker") ?? "";
  } while (marker !== "");
}

/** An answer may have its folders beside its blobs, and not among them. */
function entriesOf(root: XmlElement): ListedEntry[] {
  return (child(root, "Blobs")?.children ?? []).flatMap((element): ListedEntry[] => {
    if (element.name === "Blob") return [listedBlob(element)];
    return element.name === "BlobPrefix" ? [{ kind: "prefix", name: nameOf(element) }] : [];
  });
}

async function requestPage(prefix: string, marker: string, options: ListingOptions): Promise<HttpReply> {
  const { path, transport, query, signal } = options;
  throwIfAborted(signal, DOING);
  const parameters = [
    "restype=container&comp=list&delimiter=%2F&include=metadata",
    `maxresults=${PAGE_ENTRIES}`,
    prefix && `prefix=${encodeURIComponent(prefix)}`,
    marker && `marker=${encodeURIComponent(marker)}`,
    query,
  ];
  let reply: HttpReply;
  try {
    reply = await transport.send({
      method: "GET",
      path: `${path}?${parameters.filter(Boolean).join("&")}`,
      headers: await options.headers(),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (reason) {
    if (signal?.aborted) throw abortedError(signal, DOING);
    if (reason instanceof PrimepackError) throw reason;
    const fault = reason instanceof TransportFault ? reason : new TransportFault(reason);
    throw new RequestError(
      "CONTAINER_UNREACHABLE",
      `Cannot ${DOING} as ${transport.origin} could not be reached: current value is ${fault.code || fault.message}`,
      new Error(fault.message),
      { retryable: fault.passing },
    );
  }
  if (reply.status !== 200) throw refused(reply.status, reply.headers);
  return reply;
}

function refused(status: number, headers: HttpHeaders): RequestError {
  const answer = `${status} ${headerOf(headers, "x-ms-error-code") ?? ""}`.trim();
  const code =
    status === 404
      ? "CONTAINER_NOT_FOUND"
      : status === 401 || status === 403
        ? "CONTAINER_FORBIDDEN"
        : isPassing(status)
          ? "CONTAINER_BUSY"
          : "CONTAINER_REFUSED";
  const message = `Cannot ${DOING} as the storage refused the request: current value is ${answer}`;
  return new RequestError(code, message, undefined, {
    retryable: isPassing(status),
    throttled: isOverload(status),
    retryAfterMs: retryAfterOf(headers),
  });
}

function readPage(body: Uint8Array): Promise<XmlElement> {
  const limits = { recordElements: PAGE_ELEMENTS };
  return readXmlDocument([body], { root: "EnumerationResults", file: "the list of blobs", limits }).catch(
    (reason: unknown) => {
      throw new PrimepackError(
        "CONTAINER_REFUSED",
        `Cannot ${DOING} as the storage must answer with their list: current value is another text`,
        { cause: reason },
      );
    },
  );
}

function listedBlob(blob: XmlElement): ListedBlob {
  const properties = child(blob, "Properties");
  const text = (name: string) => properties && textOf(properties, name);
  const etag = text("Etag") ?? "";
  const metadata = (child(blob, "Metadata")?.children ?? []).map(
    ({ name, text: value }) => [name.toLowerCase(), value ?? ""] as const,
  );
  return {
    kind: "blob",
    name: nameOf(blob),
    size: Number(text("Content-Length")),
    etag: etag.startsWith('"') ? etag : `"${etag}"`,
    accessTier: text("AccessTier"),
    created: dateOf(text("Creation-Time")),
    modified: dateOf(text("Last-Modified")),
    metadata: new Map(metadata),
  };
}

/** Names with characters that XML can't hold come percent-encoded. */
function nameOf(element: XmlElement): string {
  const name = child(element, "Name");
  const text = name?.text ?? "";
  return name?.attributes.Encoded === "true" ? decodeURIComponent(text) : text;
}

function dateOf(text: string | undefined): Date | undefined {
  const date = new Date(text ?? "");
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function child(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((candidate) => candidate.name === name);
}

/** Undefined for an empty element too. */
function textOf(element: XmlElement, name: string): string | undefined {
  return child(element, name)?.text || undefined;
}
