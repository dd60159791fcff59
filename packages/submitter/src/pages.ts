import type { ServiceClient, ServiceReply } from "@primepack/core/http";
import { invalidReply } from "./job-containers.ts";
import { pageOf } from "./odata.ts";

export interface PagedRequest {
  /** Of the first page. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly doing: string;
  readonly signal: AbortSignal | undefined;
}

/** The pages of a collection, each asked for when the one before is used up; none of them is kept. */
export async function* pages(
  client: ServiceClient,
  request: PagedRequest,
): AsyncGenerator<readonly unknown[], void, undefined> {
  yield* pagesAfter(client, await readPage(client, request.url, request), request);
}

/** The same of a collection whose first page was read already; `name` is that of the function which gives it. */
export async function* pagesAfter(
  client: ServiceClient,
  first: ServiceReply,
  request: PagedRequest & { readonly name?: string },
): AsyncGenerator<readonly unknown[], void, undefined> {
  const { doing, name } = request;
  let { url } = request;
  for (let reply = first; ; reply = await readPage(client, url, request)) {
    const page = pageOf(reply.body, name);
    // A throttled front end was seen to answer with nothing: an empty list is one that says so.
    if (page === undefined) throw invalidReply(doing, "the reply must be a list", typeof reply.body);
    yield page.items;
    if (page.next === undefined) return;
    if (page.next === url) throw invalidReply(doing, "the next page must be another one", "the same link");
    url = page.next;
  }
}

function readPage(
  client: ServiceClient,
  url: string,
  { headers = {}, doing, signal }: Omit<PagedRequest, "url">,
): Promise<ServiceReply> {
  return client.send({ method: "GET", url, headers, doing, ...(signal === undefined ? {} : { signal }) });
}
