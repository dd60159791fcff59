import { Misfit } from "../table/index.ts";

/** Makes a value of the model of a value of JSON; throws {@link Misfit} for one that doesn't fit. */
export type Shape<T> = (value: unknown) => T;

interface Needed<T> {
  readonly needed: true;
  readonly shape: Shape<T>;
}

interface Optional<T> {
  readonly needed: false;
  readonly shape: Shape<T>;
}

/** A shape for each property of `T`, so that none is forgotten. */
export type ShapesOf<T> = {
  readonly [K in keyof T]-?: Record<string, never> extends Pick<T, K>
    ? Optional<Exclude<T[K], undefined>>
    : Needed<T[K]>;
};

export function needed<T>(shape: Shape<T>): Needed<T> {
  return { needed: true, shape };
}

export function optional<T>(shape: Shape<T>): Optional<T> {
  return { needed: false, shape };
}

export const text: Shape<string> = (value) => {
  if (typeof value !== "string") throw new Misfit("must be a text", value);
  return value;
};

export const filledText: Shape<string> = (value) => {
  if (text(value) === "") throw new Misfit("must be a text that isn't empty", value);
  return value as string;
};

/** @param what - with its article: `a GUID`. */
export function textLike(pattern: RegExp, what: string): Shape<string> {
  return (value) => {
    if (typeof value !== "string" || !pattern.test(value)) throw new Misfit(`must be ${what}`, value);
    return value;
  };
}

export const flag: Shape<boolean> = (value) => {
  if (typeof value !== "boolean") throw new Misfit("must be true or false", value);
  return value;
};

/** JSON numbers beyond a double, which become infinite, don't fit. */
export const number: Shape<number> = (value) => {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new Misfit("must be a number", value);
  return value;
};

export function integer(
  least: number = Number.MIN_SAFE_INTEGER,
  most: number = Number.MAX_SAFE_INTEGER,
): Shape<number> {
  return (value) => {
    if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most) {
      throw new Misfit(`must be an integer from ${least} to ${most}`, value);
    }
    // JSON knows -0, which no id or count is.
    return value + 0;
  };
}

export function oneOf<const T extends string>(...texts: readonly T[]): Shape<T> {
  return (value) => {
    if (!(texts as readonly unknown[]).includes(value)) throw new Misfit(`must be ${texts.join(" or ")}`, value);
    return value as T;
  };
}

export function listOf<T>(shape: Shape<T>, least = 0): Shape<T[]> {
  return (value) => {
    if (!Array.isArray(value)) throw new Misfit("must be a list", value);
    if (value.length < least) throw new Misfit(`must be a list of at least ${least}`, value);
    return value.map((element, index) => within(index, () => shape(element)));
  };
}

/** An object with these properties and no others. */
export function record<T extends object>(shapes: ShapesOf<T>): Shape<T> {
  const known = new Map<string, Needed<unknown> | Optional<unknown>>(Object.entries(shapes));
  const neededKeys = [...known].filter(([, field]) => field.needed).map(([key]) => key);
  return (value) => {
    const object = asObject(value);
    const result: Record<string, unknown> = {};
    for (const key of Object.keys(object)) {
      const field = known.get(key);
      if (field === undefined) throw new Misfit("has a property that is unknown", key);
      result[key] = within(key, () => field.shape(object[key]));
    }
    for (const key of neededKeys) {
      if (!Object.hasOwn(result, key)) throw new Misfit("is missing").within(key);
    }
    return result as T;
  };
}

/** An object whose property `key` says which shape it has. */
export function tagged<T>(key: string, shapes: Readonly<Record<string, Shape<T>>>): Shape<T> {
  const known = new Map(Object.entries(shapes));
  return (value) => {
    const tag = asObject(value)[key];
    const shape = typeof tag === "string" ? known.get(tag) : undefined;
    if (shape !== undefined) return shape(value);
    const constraint = tag === undefined ? "is missing" : `must be ${[...known.keys()].join(" or ")}`;
    throw new Misfit(constraint, tag).within(key);
  };
}

/** An object that is known by which of these properties it has. */
export function having<T>(shapes: Readonly<Record<string, Shape<T>>>): Shape<T> {
  const known = Object.entries(shapes);
  return (value) => {
    const object = asObject(value);
    const found = known.find(([key]) => Object.hasOwn(object, key));
    if (found !== undefined) return found[1](value);
    throw new Misfit(`must have ${known.map(([key]) => key).join(" or ")}`, value);
  };
}

export function textOr<T>(other: Shape<T>, ofText: Shape<string> = filledText): Shape<string | T> {
  return (value) => (typeof value === "string" ? ofText(value) : other(value));
}

/** An object that JSON made, to be looked at only. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Misfit("must be an object", value);
  return value as Readonly<Record<string, unknown>>;
}

function within<T>(key: string | number, read: () => T): T {
  try {
    return read();
  } catch (reason) {
    throw reason instanceof Misfit ? reason.within(key) : reason;
  }
}
