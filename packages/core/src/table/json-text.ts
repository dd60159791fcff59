import { Misfit } from "./misfit.ts";

/** Arrays and objects within each other; an item of an inventory nests no deeper than 6, serialised elements as they like. */
const MAX_DEPTH = 64;
/**
 * Values and names of one text. Each takes up to 60 bytes of memory, however short its text is: this keeps the values of
 * a text within a few times the bytes of the longest text that is taken.
 */
const MAX_VALUES = 2_000_000;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;

/**
 * The value of a JSON text; of an object, each name once. Throws {@link Misfit} for anything else, and for what would
 * take far more memory than its text: deep nesting, millions of values.
 *
 * `__proto__` is a name like others in the result, so look at names before you copy them.
 */
export function parseJson(text: string): unknown {
  const names = countNames(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (reason) {
    const position = reason instanceof Error ? /at position (\d+)/.exec(reason.message)?.[1] : undefined;
    // The parser's own message quotes the text, which may hold secrets.
    throw new Misfit(position === undefined ? "is no JSON" : `is no JSON, from character ${Number(position) + 1} on`);
  }
  // JSON.parse keeps the last of several properties of one name, and who reads the file otherwise may keep the first.
  if (countProperties(value) !== names) throw repeatedName(text);
  return value;
}

/** How many names of properties stand in a text that is JSON; looks at no more than its nesting otherwise. */
function countNames(text: string): number {
  let depth = 0;
  let names = 0;
  let values = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text.charCodeAt(index);
    if (character === QUOTE) {
      index = endOfText(text, index);
    } else if (character === COLON) {
      names += 1;
    } else if (character === COMMA) {
      values += 1;
    } else if ((character | 0x20) === 0x7b) {
      // `[` and `{`
      depth += 1;
      values += 1;
      if (depth > MAX_DEPTH) throw new Misfit(`nests arrays and objects deeper than ${MAX_DEPTH}`);
    } else if ((character | 0x20) === 0x7d) {
      // `]` and `}`
      depth -= 1;
    }
  }
  if (values + names > MAX_VALUES) throw new Misfit(`holds more than ${MAX_VALUES} values`);
  return names;
}

/** Index of the quote that ends the text beginning at `start`. */
function endOfText(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === "\\") backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}

function countProperties(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const element of value) if (typeof element === "object") count += countProperties(element);
    return count;
  }
  for (const element of Object.values(value)) {
    count += 1;
    if (typeof element === "object") count += countProperties(element);
  }
  return count;
}

/** Which name it is that an object of the text has twice. */
function repeatedName(text: string): Misfit {
  const open: Set<string>[] = [];
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === "{" || character === "[") open.push(new Set());
    else if (character === "}" || character === "]") open.pop();
    else if (character === '"') {
      const end = endOfText(text, index);
      const isName = /^\s*:/.test(text.slice(end + 1, end + 100)) && open.length > 0;
      if (isName) {
        const name = JSON.parse(text.slice(index, end + 1)) as string;
        const names = open.at(-1) as Set<string>;
        if (names.has(name)) return new Misfit("has an object with the same property twice", name);
        names.add(name);
      }
      index = end;
    }
  }
  return new Misfit("has an object with the same property twice");
}
