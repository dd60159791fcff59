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

/** What a {@link ServiceError} holds beside its code and message. */
export interface ServiceErrorOptions {
  readonly cause?: Error;
  readonly answer?: ServiceAnswer;
  readonly advice?: Partial<RetryAdvice>;
  /** What to do next; default: the remedy that the registry gives for the code. */
  readonly hint?: string;
}

/** A failed call of SharePoint or Graph. */
export class ServiceError extends RequestError implements ServiceAnswer {
  readonly status?: number;
  readonly serviceCode?: string;
  readonly innerCode?: string;
  readonly serviceMessage?: string;
  readonly requestId?: string;

  constructor(code: Code, message: string, options: ServiceErrorOptions = {}) {
    super(code, message, options.cause, options.advice, options.hint);
    Object.assign(this, options.answer);
  }
}
