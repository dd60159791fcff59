import { redact } from "../errors/index.ts";

/** Characters of a value that a message quotes. */
const SHOWN_LENGTH = 60;

/**
 * Why a text or value of a line can't be used, and where in it: `versions[2].size`. Caught by whoever knows the line, and
 * never leaves this package.
 */
export class Misfit extends Error {
  /** Empty for the line itself. */
  place = "";

  /** @param constraint - what is asked for, to stand after the place: `must be a text`. */
  constructor(constraint: string, value?: unknown) {
    super(value === undefined ? constraint : `${constraint}: current value is ${shown(value)}`);
    this.name = "Misfit";
  }

  /** Says that the place so far is below this name or index. */
  within(key: string | number): this {
    const own = typeof key === "number" ? `[${key}]` : key;
    const dot = this.place === "" || this.place.startsWith("[") ? "" : ".";
    this.place = `${own}${dot}${this.place}`;
    return this;
  }

  /** To stand behind "as": `versions[2].size must be a count of bytes: current value is -1`. */
  get because(): string {
    return `${this.place === "" ? "it" : this.place} ${this.message}`;
  }
}

/** A value for a message, cut short and without secrets. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value !== "string") return String(value);
  // A secret may be cut in two, so that it is looked for before.
  const whole = redact(value.length > 4 * 1024 ? value.slice(0, 4 * 1024) : value);
  return JSON.stringify(whole.length > SHOWN_LENGTH ? `${whole.slice(0, SHOWN_LENGTH)}…` : whole);
}
