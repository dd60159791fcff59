import { parseLiteral } from "./odata-path.ts";

/** Values of an object by the names of its properties; undefined: there is no such property. */
export type Properties = (name: string) => unknown;
export type Predicate = (properties: Properties) => boolean;

const TOKENS = /\s*(\(|\)|,|(?:guid|datetime)?'(?:[^']|'')*'|[^\s(),']+)/gy;
const COMPARISONS: Readonly<Record<string, (order: number) => boolean>> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
};

/**
 * Reads a `$filter`: `eq`, `ne`, `gt`, `ge`, `lt`, `le`, `and`, `or`, brackets, `startswith(Name,'text')` and
 * `substringof('text',Name)`.
 *
 * @throws Error with the reason if it is of any other form, so that nothing is filtered by half a condition
 */
export function parseFilter(text: string): Predicate {
  const reader = new FilterReader(tokens(text));
  const predicate = reader.any();
  if (reader.peek !== undefined) throw new Error(`The expression "${text}" is not valid.`);
  return predicate;
}

class FilterReader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  get peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  any(): Predicate {
    let left = this.#all();
    while (this.#take("or")) {
      const [first, second] = [left, this.#all()];
      left = (properties) => first(properties) || second(properties);
    }
    return left;
  }

  #all(): Predicate {
    let left = this.#one();
    while (this.#take("and")) {
      const [first, second] = [left, this.#one()];
      left = (properties) => first(properties) && second(properties);
    }
    return left;
  }

  #one(): Predicate {
    if (this.#take("(")) {
      const inner = this.any();
      this.#expect(")");
      return inner;
    }
    const name = this.#next();
    if (this.peek === "(") return this.#call(name);
    const compare = COMPARISONS[this.#next().toLowerCase()];
    if (compare === undefined) throw new Error(`The expression "${this.#tokens.join(" ")}" is not valid.`);
    const literal = this.#next();
    return (properties) => compare(order(existing(properties, name), literal));
  }

  #call(name: string): Predicate {
    this.#expect("(");
    const first = this.#next();
    this.#expect(",");
    const second = this.#next();
    this.#expect(")");
    const lower = (value: unknown) => String(value).toLowerCase();
    switch (name.toLowerCase()) {
      case "startswith":
        return (properties) => lower(existing(properties, first)).startsWith(lower(parseLiteral(second)));
      case "substringof":
        return (properties) => lower(existing(properties, second)).includes(lower(parseLiteral(first)));
      default:
        throw new Error(`The function ${name} is not supported in $filter.`);
    }
  }

  #take(token: string): boolean {
    const found = this.peek?.toLowerCase() === token;
    if (found) this.#at += 1;
    return found;
  }

  #expect(token: string): void {
    if (!this.#take(token)) throw new Error(`The expression "${this.#tokens.join(" ")}" is not valid.`);
  }

  #next(): string {
    const token = this.peek;
    if (token === undefined) throw new Error(`The expression "${this.#tokens.join(" ")}" ends too early.`);
    this.#at += 1;
    return token;
  }
}

function tokens(text: string): string[] {
  const found: string[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKENS)) {
    found.push(match[1] ?? "");
    end = match.index + match[0].length;
  }
  if (found.length === 0 || text.slice(end).trim() !== "") throw new Error(`The expression "${text}" is not valid.`);
  return found;
}

function existing(properties: Properties, name: string): unknown {
  const value = properties(name);
  if (value === undefined) throw new Error(`The field or property '${name}' does not exist.`);
  return value;
}

function order(value: unknown, literal: string): number {
  if (typeof value === "number") return value - Number(parseLiteral(literal));
  if (typeof value === "boolean") return Number(value) - Number(/^(true|1)$/i.test(literal));
  if (literal.toLowerCase() === "null") return value === null ? 0 : 1;
  const [left, right] = [String(value).toLowerCase(), (parseLiteral(literal) ?? "").toLowerCase()];
  return left < right ? -1 : Number(left > right);
}
