/** A request as the services see it. */
export interface HttpRequest {
  readonly method: string;
  /** Absolute, by the host that the client named. */
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface HttpReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One of the services behind the server: SharePoint, Graph. */
export interface HttpService {
  /** Whether the path is one of its own. */
  owns(request: HttpRequest): boolean;
  answer(request: HttpRequest): Promise<HttpReply>;
  /** Whether the request asks for the events of a job. */
  isProgress(request: HttpRequest): boolean;
  /** Faults that are none of the service's own. */
  throttled(request: HttpRequest, status: 429 | 503): HttpReply;
  unauthorized(request: HttpRequest): HttpReply;
  failed(request: HttpRequest, message: string): HttpReply;
}

/** A header's first value. */
export function header(request: HttpRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
