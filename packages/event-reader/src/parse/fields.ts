import type { Members } from "@primepack/core/http";

/** Parsed JSON; undefined for what is none. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    // No JSON, or nested more deeply than the stack allows.
    return undefined;
  }
}

/** The members of an object by name, whatever the casing of its names (`DBId`, `DbId`). */
export class Fields {
  readonly #values: Map<string, unknown> = new Map();

  constructor(object: Members) {
    for (const [name, value] of Object.entries(object)) {
      const key = name.trim().toLowerCase();
      // Of two spellings in one event the one with a value counts.
      const known = this.#values.get(key);
      if (known === undefined || known === null || known === "") this.#values.set(key, value);
    }
  }

  /** The first of the names that is there. */
  get(...names: string[]): unknown {
    return names.map((name) => this.#values.get(name.toLowerCase())).find((value) => value !== undefined);
  }

  values(): Iterable<unknown> {
    return this.#values.values();
  }
}

/** The members that have a value: for optional properties, which may not be there as undefined. */
export function known<T extends object>(members: T): { readonly [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { readonly [K in keyof T]?: Exclude<T[K], undefined> };
}
