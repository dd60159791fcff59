import type { Code } from "../errors/index.ts";
import { RequestError, type RetryAdvice } from "./request-error.ts";

/** What the service said of a request that it did not carry out. */
export interface ServiceAnswer {
  /** Of HTTP; undefined where no reply came. */
  readonly status?: number;
  /** SharePoint: the HRESULT in decimal (`-2147024891`). Graph: `error.code`. */
  readonly serviceCode?: string;
  /** SharePoint: the type of the exception. Graph: the innermost code. */
  readonly innerCode?: string;
  /** Redacted, one line, at most 500 characters. */
  readonly serviceMessage?: string;
  /** By which the service's operator finds the request. */
  readonly requestId?: string;
}

/** A failed call of SharePoint or Graph. */
export class ServiceError extends RequestError implements ServiceAnswer {
  readonly status?: number;
  readonly serviceCode?: string;
  readonly innerCode?: string;
  readonly serviceMessage?: string;
  readonly requestId?: string;

  constructor(
    code: Code,
    message: string,
    options: { readonly cause?: Error; readonly answer?: ServiceAnswer; readonly advice?: Partial<RetryAdvice> } = {},
  ) {
    super(code, message, options.cause, options.advice);
    Object.assign(this, options.answer);
  }
}
