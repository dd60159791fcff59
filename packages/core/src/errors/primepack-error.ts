import { type Code, codes } from "./codes.ts";
import { redact } from "./redact.ts";

/** What an error holds beside its code and message. */
export interface PrimepackErrorOptions {
  /** The error underneath, kept as it is. */
  readonly cause?: unknown;
  /** What to do next; default: the remedy that the registry gives for the code. */
  readonly hint?: string;
}

/** What crosses threads in place of a {@link PrimepackError}, which a structured clone would strip of its code. */
export interface ErrorWire {
  readonly code: Code;
  readonly message: string;
  readonly hint: string;
  readonly cause?: string;
}

/**
 * The one error class of the product. Branch on {@link PrimepackError.code}; messages may change.
 *
 * Messages follow one grammar: "Cannot <do> as <constraint>: current value is <x>", and hold no secret.
 */
export class PrimepackError extends Error {
  readonly code: Code;
  /** What to do next, in one sentence. */
  readonly hint: string;

  constructor(code: Code, message: string, options: PrimepackErrorOptions = {}) {
    super(redact(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "PrimepackError";
    this.code = code;
    this.hint = options.hint ?? codes[code].remedy;
  }

  /** The reason itself if it is a PrimepackError already, else one with `code` that keeps it as its cause. */
  static from(reason: unknown, code: Code, doing: string): PrimepackError {
    if (reason instanceof PrimepackError) return reason;
    return new PrimepackError(code, `Cannot ${doing} as ${describe(reason)}`, { cause: reason });
  }

  toWire(): ErrorWire {
    return {
      code: this.code,
      message: this.message,
      hint: this.hint,
      ...(this.cause === undefined ? {} : { cause: describe(this.cause) }),
    };
  }

  static fromWire(wire: ErrorWire): PrimepackError {
    const cause = wire.cause === undefined ? {} : { cause: new Error(wire.cause) };
    return new PrimepackError(wire.code, wire.message, { hint: wire.hint, ...cause });
  }

  override toString(): string {
    return `${this.name} [${this.code}]: ${this.message}`;
  }
}

/** One redacted line about anything that was thrown. */
export function describe(reason: unknown): string {
  if (!(reason instanceof Error)) return redact(String(reason));
  const inner = reason instanceof AggregateError ? reason.errors.map((error) => describe(error)).join("; ") : "";
  return redact([reason.message || reason.name, inner].filter(Boolean).join(": "));
}
