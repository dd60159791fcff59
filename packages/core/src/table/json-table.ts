import { readLines } from "./byte-lines.ts";
import type { ReadRow } from "./csv-table.ts";
import { parseJson } from "./json-text.ts";
import { Misfit } from "./misfit.ts";
import type { TableColumns } from "./table-columns.ts";
import type { TableKind } from "./table-types.ts";

/** The lines of NDJSON as rows: objects whose properties are the columns. */
export async function* readJsonTable(
  chunks: AsyncIterable<Uint8Array>,
  columns: TableColumns,
  { maxRowBytes, kind }: { readonly maxRowBytes: number; readonly kind: TableKind },
): AsyncGenerator<readonly ReadRow[], void, undefined> {
  for await (const lines of readLines(chunks, maxRowBytes, kind)) {
    yield lines.map(({ number, text }) => ({
      line: number,
      values: text instanceof Misfit ? text : lineValues(text, columns),
    }));
  }
}

function lineValues(text: string, columns: TableColumns): Readonly<Record<string, string>> | Misfit {
  try {
    return valuesOf(parseJson(text), columns);
  } catch (reason) {
    if (reason instanceof Misfit) return reason;
    throw reason;
  }
}

function valuesOf(line: unknown, columns: TableColumns): Readonly<Record<string, string>> {
  if (typeof line !== "object" || line === null || Array.isArray(line)) throw new Misfit("must be an object", line);
  const values: Record<string, string> = {};
  const seen = new Set<string>();
  for (const [property, value] of Object.entries(line)) {
    const name = columns.named(property);
    if (name === undefined) {
      if (columns.others === "passed over") continue;
      throw new Misfit(`must have no properties but ${columns.names.join(", ")}`, property);
    }
    if (seen.has(name)) throw new Misfit("must have each property once", property);
    seen.add(name);
    const text = textOf(value, name).trim();
    if (text !== "") values[name] = text;
  }
  return values;
}

function textOf(value: unknown, name: string): string {
  if (value === null) return "";
  if (typeof value === "string") {
    if (/\p{Cs}/u.test(value)) throw new Misfit("must be a text of whole characters", value).within(name);
    return value;
  }
  // Digits beyond these are lost when the line is parsed.
  const isExact = typeof value === "number" && Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  if (isExact || typeof value === "boolean") return String(value);
  throw new Misfit("must be a text", value).within(name);
}
