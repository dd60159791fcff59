/** One step of a resource path: `lists`, `getbytitle('Documents')`, `GetMigrationJobProgress(jobId=guid'..',nextToken=0)`. */
export interface PathSegment {
  readonly name: string;
  readonly arguments: readonly PathArgument[];
}

export interface PathArgument {
  /** Undefined: given by its place. */
  readonly name: string | undefined;
  /** Without quotes and the blanks around it. */
  readonly value: string;
}

/**
 * Takes a decoded resource path apart. Slashes, commas and brackets in quotes are text, a quote in quotes is doubled, and
 * blanks around what is in brackets don't count, within quotes neither (documented samples have them).
 *
 * `aliases` gives what `@name` stands for. Undefined: the path is malformed.
 */
export function parseODataPath(
  path: string,
  aliases: (name: string) => string | undefined = () => undefined,
): readonly PathSegment[] | undefined {
  const parts = split(path, "/");
  if (parts === undefined) return undefined;
  const segments: PathSegment[] = [];
  for (const part of parts) {
    if (part.trim() === "") continue;
    const segment = parseSegment(part.trim(), aliases);
    if (segment === undefined) return undefined;
    segments.push(segment);
  }
  return segments;
}

function parseSegment(text: string, aliases: (name: string) => string | undefined): PathSegment | undefined {
  const open = text.indexOf("(");
  if (open < 0) return /[')]/.test(text) ? undefined : { name: text, arguments: [] };
  if (!text.endsWith(")") || open === 0) return undefined;
  const inner = text.slice(open + 1, -1);
  const parts = inner.trim() === "" ? [] : split(inner, ",");
  if (parts === undefined) return undefined;
  const found = parts.map((part) => parseArgument(part.trim(), aliases));
  const parsed = found.filter((argument) => argument !== undefined);
  return parsed.length === found.length ? { name: text.slice(0, open).trim(), arguments: parsed } : undefined;
}

function parseArgument(text: string, aliases: (name: string) => string | undefined): PathArgument | undefined {
  const [, name, rest] = /^(\w+)\s*=\s*(.*)$/s.exec(text) ?? [];
  const given = rest ?? text;
  const value = given.startsWith("@") ? aliases(given.slice(1)) : given;
  const literal = value === undefined ? undefined : parseLiteral(value);
  return literal === undefined ? undefined : { name, value: literal };
}

/** `'text'`, `guid'..'`, `datetime'..'` or a bare word. Undefined: quotes that don't match. */
export function parseLiteral(text: string): string | undefined {
  const [, quoted] = /^(?:guid|datetime)?'((?:[^']|'')*)'$/is.exec(text.trim()) ?? [];
  if (quoted !== undefined) return quoted.replaceAll("''", "'").trim();
  return text.includes("'") ? undefined : text.trim();
}

/** Splits at the separator where it is in neither quotes nor brackets. Undefined: they don't match. */
function split(text: string, separator: string): string[] | undefined {
  const parts: string[] = [];
  let part = "";
  let depth = 0;
  let quoted = false;
  for (const character of text) {
    if (character === "'") quoted = !quoted;
    else if (!quoted && character === "(") depth += 1;
    else if (!quoted && character === ")") depth -= 1;
    if (depth < 0) return undefined;
    if (character === separator && !quoted && depth === 0) {
      parts.push(part);
      part = "";
    } else part += character;
  }
  if (quoted || depth !== 0) return undefined;
  return [...parts, part];
}
