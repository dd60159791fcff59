import { abortedError, describe, PrimepackError, throwIfAborted } from "../errors/index.ts";
import { type HttpHeaders, headerOf, type StreamingReply } from "../http/http-reply.ts";
import { HttpTransport } from "../http/http-transport.ts";
import { RequestError } from "../http/request-error.ts";
import { Retrier, type RetryOptions } from "../http/retrier.ts";
import { isOverload, isPassing, retryAfterOf } from "../http/retry-after.ts";
import { TransportFault } from "../http/transport-fault.ts";
import type { NetworkOptions, SourceContent } from "../model/index.ts";
import type { ContentReference } from "./inventory-item.ts";

/** Whether and how contents are fetched that an inventory gives by URL. */
export interface ContentUrlOptions {
  /**
   * Origins that URLs may have, and what they redirect to: `https://files.contoso.com`, with `http:` where that is
   * wanted. `any`: all with `https:`; only for an inventory that you trust, as whoever writes one makes this machine
   * send requests wherever it can.
   */
  readonly origins: readonly string[] | "any";
  /** Headers of a request, for example `authorization`; asked for each request, after redirects too. Default: none. */
  readonly headers?: (url: string) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  /** Proxy and certificate authorities. Default: none and those of Node. */
  readonly network?: NetworkOptions;
  /** How requests are repeated that failed by what passes: 429, 503, lost connections. */
  readonly retry?: RetryOptions;
}

type UrlReference = Extract<ContentReference, { readonly url: string }>;

/** Redirects that one request follows. */
const MAX_REDIRECTS = 5;
/** Origins whose connections are kept; idle connections close by themselves. */
const KEPT_ORIGINS = 64;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Contents that are fetched by HTTP. Messages name URLs without their query, which may hold a signature. */
export class UrlContents {
  readonly #options: ContentUrlOptions;
  readonly #origins: ReadonlySet<string> | undefined;
  readonly #retrier: Retrier;
  readonly #transports: Map<string, HttpTransport> = new Map();

  /** @throws INVALID_OPTION for origins that are none */
  constructor(options: ContentUrlOptions) {
    this.#options = options;
    this.#retrier = new Retrier(options.retry);
    this.#origins = options.origins === "any" ? undefined : new Set(options.origins.map(originOf));
  }

  /** Whether requests may go there. */
  allows(url: string): boolean {
    const { origin, protocol } = new URL(url);
    return this.#origins === undefined ? protocol === "https:" : this.#origins.has(origin);
  }

  /**
   * Bytes of the resource, or of a range of it: `size` of them. All attempts give the bytes of one state of it, as far
   * as its ETag, or else its date of modification, shows that; errors are SOURCE_CHANGED, SOURCE_GONE, SOURCE_UNREADABLE
   * (refused, or no such range), SOURCE_UNREACHABLE and ABORTED.
   */
  content(reference: UrlReference, size: number): Extract<SourceContent, { open: unknown }> {
    const resource: Resource = {
      url: new URL(reference.url),
      start: reference.offset ?? 0,
      end: (reference.offset ?? 0) + size,
      isRange: reference.offset !== undefined || reference.length !== undefined,
      state: reference.etag,
    };
    return { open: (signal) => this.#read(resource, signal) };
  }

  async *#read(resource: Resource, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    const { start, end } = resource;
    let position = start;
    let attempt = 1;
    while (position < end) {
      try {
        const reply = await this.#request(resource, position, signal);
        for await (const chunk of reply.body) {
          if (position + chunk.length > end) throw changed(resource, `more than ${end - start} bytes`);
          position += chunk.length;
          attempt = 1;
          yield chunk;
        }
        if (position < end) throw endedEarly(reply, resource, position);
      } catch (reason) {
        const error = this.#translate(reason, resource, signal);
        // Without a strong ETag the rest could be that of another state, which the beginning doesn't fit.
        if (position > start && !isStrong(resource.state)) throw error;
        await this.#retrier.wait(error, attempt, { method: "GET", name: shownUrl(resource.url), signal });
        attempt += 1;
      }
    }
  }

  /** A reply whose body begins at `position`; redirects are followed. */
  async #request(resource: Resource, position: number, signal: AbortSignal): Promise<StreamingReply> {
    let { url } = resource;
    for (let redirects = 0; ; redirects++) {
      throwIfAborted(signal, doing(resource.url));
      const reply = await this.#transport(url.origin).receive({
        method: "GET",
        path: url.pathname + url.search,
        headers: {
          ...(await this.#options.headers?.(url.href)),
          "accept-encoding": "identity",
          ...(resource.isRange || position > resource.start ? { range: `bytes=${position}-${resource.end - 1}` } : {}),
          ...(isStrong(resource.state) ? { "if-match": resource.state } : {}),
        },
        signal,
      });
      const location = REDIRECTS.has(reply.status) ? headerOf(reply.headers, "location") : undefined;
      if (location === undefined) {
        const fault = replyFault(reply, resource, position);
        if (fault === undefined) return reply;
        await drop(reply);
        throw fault;
      }
      await drop(reply);
      if (redirects === MAX_REDIRECTS) throw unreadable(resource, `more than ${MAX_REDIRECTS} redirects`);
      if (!URL.canParse(location, url.href)) throw unreadable(resource, "a redirect to no URL");
      url = new URL(location, url);
      if (!/^https?:$/.test(url.protocol) || !this.allows(url.href)) {
        throw unreadable(resource, `a redirect to ${url.origin}, which contentUrls.origins doesn't name`);
      }
    }
  }

  #transport(origin: string): HttpTransport {
    const known = this.#transports.get(origin);
    if (known !== undefined) return known;
    const transport = new HttpTransport(origin, this.#options.network);
    this.#transports.set(origin, transport);
    if (this.#transports.size > KEPT_ORIGINS) {
      const [oldest] = this.#transports;
      if (oldest !== undefined) {
        this.#transports.delete(oldest[0]);
        // Requests under way are waited for, and their errors are their readers'.
        oldest[1].close().catch(() => undefined);
      }
    }
    return transport;
  }

  #translate(reason: unknown, { url }: Resource, signal: AbortSignal): PrimepackError {
    if (signal.aborted) return abortedError(signal, doing(url));
    if (reason instanceof PrimepackError) return reason;
    if (reason instanceof TransportFault) return unreachable(url, reason.code || reason.message, reason.passing);
    return unreachable(url, describe(reason), false);
  }
}

/** What one content is read from. */
interface Resource {
  readonly url: URL;
  readonly start: number;
  readonly end: number;
  readonly isRange: boolean;
  /** ETag, or date of modification: of the inventory, else of the first reply. */
  state: string | undefined;
}

/** Why a reply doesn't have the bytes that were asked for. Notes the state of the first that does. */
function replyFault({ status, headers }: StreamingReply, resource: Resource, position: number) {
  if (status !== 200 && status !== 206) return refused(status, headers, resource);
  const encoding = headerOf(headers, "content-encoding") ?? "identity";
  if (encoding !== "identity") return unreadable(resource, `a body with content-encoding ${encoding}`);
  const state = headerOf(headers, "etag") ?? headerOf(headers, "last-modified");
  if (resource.state !== undefined && state !== resource.state) return changed(resource, `another state, ${state}`);
  const length = headerOf(headers, "content-length");
  if (status === 206) {
    const range = headerOf(headers, "content-range") ?? "no range";
    const [, from, to] = /^bytes (\d+)-(\d+)\//.exec(range) ?? [];
    if (Number(from) !== position) return unreadable(resource, range);
    if (Number(to) !== resource.end - 1) return changed(resource, range);
  } else if (position > 0) {
    return unreadable(resource, "the whole resource in place of a range");
  } else if (length !== undefined && Number(length) !== resource.end) {
    return resource.isRange
      ? unreadable(resource, "the whole resource in place of a range")
      : changed(resource, `${length} bytes`);
  }
  resource.state = state;
  return undefined;
}

/** A body without a length that ends with the connection may have lost its rest; any other is as long as it says. */
function endedEarly({ headers }: StreamingReply, resource: Resource, position: number): PrimepackError {
  const answer = `${position - resource.start} bytes`;
  return headerOf(headers, "transfer-encoding") === undefined
    ? unreachable(resource.url, answer, true)
    : changed(resource, answer);
}

function refused(status: number, headers: HttpHeaders, resource: Resource): PrimepackError {
  if (status === 404 || status === 410) return failed("SOURCE_GONE", resource, String(status));
  if (status === 412 || status === 416) return changed(resource, String(status));
  if (!isPassing(status)) return unreadable(resource, String(status));
  return unreachable(resource.url, String(status), true, isOverload(status), retryAfterOf(headers));
}

function unreadable(resource: Resource, answer: string): PrimepackError {
  return failed("SOURCE_UNREADABLE", resource, answer);
}

function changed(resource: Resource, answer: string): PrimepackError {
  const expected = resource.isRange ? `bytes ${resource.start}-${resource.end - 1}` : `${resource.end} bytes`;
  return new PrimepackError(
    "SOURCE_CHANGED",
    `Cannot ${doing(resource.url)} as it must be ${expected} of one state: current value is ${answer}`,
  );
}

function failed(code: "SOURCE_GONE" | "SOURCE_UNREADABLE", { url }: Resource, answer: string): PrimepackError {
  return new PrimepackError(code, `Cannot ${doing(url)} as the service answers otherwise: current value is ${answer}`);
}

function unreachable(
  url: URL,
  answer: string,
  retryable: boolean,
  throttled = false,
  retryAfterMs?: number,
): RequestError {
  return new RequestError(
    "SOURCE_UNREACHABLE",
    `Cannot ${doing(url)} as the service can't be reached or is overloaded: current value is ${answer}`,
    undefined,
    { retryable, throttled, retryAfterMs },
  );
}

function doing(url: URL): string {
  return `read ${shownUrl(url)}`;
}

function shownUrl({ origin, pathname }: URL): string {
  return origin + pathname;
}

function isStrong(state: string | undefined): state is string {
  return state?.startsWith('"') ?? false;
}

/** Leaves a body unread. The connection is kept if no more than a piece of it was to come. */
async function drop(reply: StreamingReply): Promise<void> {
  try {
    for await (const _ of reply.body) break;
  } catch {
    // Of the reply only its status and headers count, and those have come.
  }
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin;
  throw new PrimepackError(
    "INVALID_OPTION",
    `Cannot use contentUrls.origins as each must be like https://files.contoso.com: current value is ${JSON.stringify(url === undefined ? text : shownUrl(url))}`,
  );
}
