import { inspect } from "node:util";

const REDACTED = "[redacted]";

/**
 * A value that must not be printed: an encryption key, a connection string, a SAS URL, a token.
 *
 * Every rendering (string, JSON, `util.inspect`, template literal) gives `[redacted]`; the one way to the value is
 * {@link Secret.reveal}. A structured clone (a message to a worker) drops the value, so send {@link Secret.toWire}.
 */
export class Secret<T extends string | Uint8Array = string> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself. Call it where the value is used, not where it is passed on. */
  reveal(): T {
    return this.#value;
  }

  /** A form that survives a structured clone. It is as secret as the value: only for a thread of this process. */
  toWire(): SecretWire<T> {
    const value = this.#value;
    // A clone takes the whole memory that bytes are in, which other things may share with them.
    return { secret: value instanceof Uint8Array ? (Uint8Array.from(value) as T) : value };
  }

  static fromWire<T extends string | Uint8Array>(wire: SecretWire<T>): Secret<T> {
    return new Secret(wire.secret);
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }
}

// Outside of the class body, since isolated declarations take no computed member names.
Object.defineProperty(Secret.prototype, inspect.custom, { value: () => REDACTED });

/** What crosses threads in place of a {@link Secret}. */
export interface SecretWire<T extends string | Uint8Array = string> {
  readonly secret: T;
}
