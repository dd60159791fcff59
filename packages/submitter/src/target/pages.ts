import type { ServiceClient } from "@primepack/core/http";
import { invalidReply } from "../job-containers.ts";
import { pageOf } from "../odata.ts";

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
  { url, headers = {}, doing, signal }: PagedRequest,
): AsyncGenerator<readonly unknown[], void, undefined> {
  for (let next: string | undefined = url; next !== undefined; ) {
    const reply = await client.send({
      method: "GET",
      url: next,
      headers,
      doing,
      ...(signal === undefined ? {} : { signal }),
    });
    const page = pageOf(reply.body);
    // A throttled front end was seen to answer with nothing: an empty list is one that says so.
    if (page === undefined) throw invalidReply(doing, "the reply must be a list", typeof reply.body);
    yield page.items;
    if (page.next === next) throw invalidReply(doing, "the next page must be another one", "the same link");
    next = page.next;
  }
}
