import type { IHttpClient } from "@azure/storage-blob";
import type { HttpTransport } from "./http-transport.ts";

/** Sends the storage SDKs' requests by our transport, so that proxies and certificates are set up in one place. It does what blobs, queues and their containers need. */
export function storageHttpClient(transport: HttpTransport): IHttpClient {
  return {
    async sendRequest(request) {
      const url = new URL(request.url);
      const { signal, release } = signalOf(request.abortSignal);
      const headers = Object.fromEntries(request.headers.headersArray().map(({ name, value }) => [name, value]));
      try {
        const reply = await transport.send({
          method: methodOf(request.method),
          path: url.pathname + url.search,
          headers,
          ...(typeof request.body === "string" ? { body: request.body } : {}),
          signal,
        });
        const replyHeaders = request.headers.clone();
        for (const name of replyHeaders.headerNames()) replyHeaders.remove(name);
        for (const [name, value] of Object.entries(reply.headers)) {
          if (value !== undefined) replyHeaders.set(name, typeof value === "string" ? value : value.join(", "));
        }
        return { request, status: reply.status, headers: replyHeaders, bodyAsText: Buffer.from(reply.body).toString() };
      } finally {
        release();
      }
    },
  };
}

type WebRequest = Parameters<IHttpClient["sendRequest"]>[0];

function methodOf(method: WebRequest["method"]): "GET" | "HEAD" | "PUT" | "DELETE" | "POST" {
  if (method === "PATCH" || method === "OPTIONS" || method === "TRACE") throw new Error(`no storage needs ${method}`);
  return method;
}

/** The SDK's own signal type has the event, but is none that a transport could take. */
function signalOf(abort: WebRequest["abortSignal"]): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const onAbort = () => controller.abort();
  if (abort?.aborted) onAbort();
  abort?.addEventListener("abort", onAbort);
  return { signal: controller.signal, release: () => abort?.removeEventListener("abort", onAbort) };
}
