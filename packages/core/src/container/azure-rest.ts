import { abortedError, type PrimepackError, type Secret, throwIfAborted } from "../errors/index.ts";
import type { HttpReply, StreamingReply } from "../http/http-reply.ts";
import type { HttpRequest, HttpTransport } from "../http/http-transport.ts";
import { TransportFault } from "../http/transport-fault.ts";
import { encodeBlobName } from "./blob-name.ts";
import { ERROR_BODY_MAX_BYTES, refusedError, StorageError, unreachableError } from "./storage-error.ts";

/** Version of the Blob service's REST API; the SAS may be of any other. Put Blob takes 5,000 MiB since 2019-12-12. */
const AZURE_API_VERSION = "2021-12-02";

export interface AzureRequest {
  readonly method: HttpRequest["method"];
  /** Undefined for the container itself. */
  readonly name?: string;
  /** Parameters beside the SAS, encoded: `comp=snapshot`. */
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  readonly signal?: AbortSignal | undefined;
  /** What the request is for, for messages: "write the blob x". */
  readonly doing: string;
}

/**
 * Requests to one container of the Azure Blob service, authorised by a SAS: one attempt each, errors translated.
 *
 * The SAS is put behind each request's own parameters as it was given: taking it apart and putting it together again
 * would change its percent-encoding, and with it the signature.
 */
export class AzureRest {
  readonly url: string;
  readonly #transport: HttpTransport;
  readonly #path: string;
  readonly #sas: Secret | undefined;

  constructor(containerUrl: string, sas: Secret | undefined, transport: HttpTransport) {
    const url = new URL(containerUrl);
    this.#path = url.pathname.replace(/\/$/, "");
    this.url = url.origin + this.#path;
    this.#sas = sas;
    this.#transport = transport;
  }

  /** The reply with its body; rejects for a status of 300 or more. */
  async send(request: AzureRequest): Promise<HttpReply> {
    throwIfAborted(request.signal, request.doing);
    let reply: HttpReply;
    try {
      reply = await this.#transport.send(this.#http(request));
    } catch (error) {
      throw this.#translate(error, request);
    }
    if (reply.status >= 300) throw refusedError(reply, request.doing);
    return reply;
  }

  /** Resolves when the headers have come; errors of the body are translated too. */
  async receive(request: AzureRequest): Promise<StreamingReply> {
    throwIfAborted(request.signal, request.doing);
    try {
      const reply = await this.#transport.receive(this.#http(request));
      if (reply.status < 300) return { ...reply, body: this.#translated(reply.body, request) };
      throw refusedError({ ...reply, body: await beginningOf(reply.body) }, request.doing);
    } catch (error) {
      throw this.#translate(error, request);
    }
  }

  async *#translated(
    body: AsyncIterable<Uint8Array>,
    request: AzureRequest,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* body;
    } catch (error) {
      throw this.#translate(error, request);
    }
  }

  #http({ method, name, query, headers, body, signal }: AzureRequest): HttpRequest {
    const path = name === undefined ? this.#path : `${this.#path}/${encodeBlobName(name)}`;
    const parameters = [query, this.#sas?.reveal()].filter(Boolean).join("&");
    return {
      method,
      path: parameters === "" ? path : `${path}?${parameters}`,
      headers: { "x-ms-version": AZURE_API_VERSION, ...headers },
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    };
  }

  #translate(error: unknown, { doing, signal }: AzureRequest): PrimepackError {
    if (error instanceof StorageError) return error;
    if (error instanceof TransportFault) return unreachableError(error, doing, this.#transport.origin);
    if (signal?.aborted) return abortedError(signal, doing);
    return unreachableError(new TransportFault(error), doing, this.#transport.origin);
  }
}

/** As much of an error's body as its message can be in: nobody says how long it is. */
async function beginningOf(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= ERROR_BODY_MAX_BYTES) break;
  }
  return Buffer.concat(chunks);
}
