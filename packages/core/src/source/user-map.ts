import { createReadStream } from "node:fs";
import { parse } from "csv-parse/sync";
import { describe, errnoOf, PrimepackError, throwIfAborted } from "../errors/index.ts";
import type { MappedUser, UserMap } from "../model/index.ts";

/** A line of a user map that can't be used. */
export interface UserMapProblem {
  /** From 1, the header. */
  readonly line: number;
  readonly message: string;
}

/** What a file says of users. */
export interface UserMapFile {
  /** To be given as `people.map` to a build; logins are compared without regard to case. */
  readonly map: UserMap;
  /** Users that it knows. */
  readonly users: number;
  /** The first 1,000 lines that can't be used, in their order. */
  readonly problems: readonly UserMapProblem[];
  /** All of them. */
  readonly problemCount: number;
}

/** How a user map is read. */
export interface UserMapOptions {
  /** Ends the reading with ABORTED. */
  readonly signal?: AbortSignal;
}

/** Problems that are kept. */
const MAX_PROBLEMS = 1000;

/** UTF-16 units of a line; a file with a longer one is no user map. */
const MAX_LINE_LENGTH = 100_000;

const columns = ["source", "target", "kind", "name", "email"] as const;

type Column = (typeof columns)[number];

/** The values of a line, or why it has none. */
type Values = readonly string[] | string;

type Row = Readonly<Record<Column, string>>;

const kinds: readonly string[] = ["user", "guest", "group", "deleted"] satisfies MappedUser["to"][];

/**
 * Reads a user map: CSV in UTF-8 (with or without byte order mark), values separated by commas and quoted where they hold
 * one, a quote in a quoted value doubled, line ends of any system, no line end in a value. Spaces around values and empty
 * lines count for nothing.
 *
 * The first line names the columns, in any order and case; others are passed over.
 *
 * | Column | Value |
 * | --- | --- |
 * | `source` | required: what the source names the user by, a login or SID |
 * | `target` | required but for `deleted`: of a `user` or `guest` the UPN or a claims login; of a `group` of the directory its object id or a claims login |
 * | `kind` | `user` (default), `guest`, `group` or `deleted` |
 * | `name` | default: the source's |
 * | `email` | of a `user` or `guest`. Default: none |
 *
 * A source login is compared without regard to case, and `i:0#.f|membership|ada@contoso.com` as `ada@contoso.com`,
 * `i:0#.w|CONTOSO\ada` as `CONTOSO\ada`. A line that can't be used, a second one for a login included, is a problem; the
 * others are used.
 *
 * @param from A path, or the bytes. Memory grows with the number of users.
 * @throws PrimepackError USER_MAP_FAILED if the file can't be read, is no UTF-8 or lacks a required column; ABORTED.
 */
export async function readUserMap(
  from: string | AsyncIterable<Uint8Array>,
  options: UserMapOptions = {},
): Promise<UserMapFile> {
  const { signal } = options;
  const reading = new UserMapReading();
  try {
    throwIfAborted(signal, "read the user map");
    const bytes = typeof from === "string" ? createReadStream(from) : from;
    for await (const lines of linesOf(bytes)) {
      throwIfAborted(signal, "read the user map");
      reading.accept(lines);
    }
  } catch (reason) {
    if (reason instanceof PrimepackError) throw reason;
    const because = errnoOf(reason) ?? describe(reason);
    const which = typeof from === "string" ? JSON.stringify(from) : "bytes of the caller";
    throw new PrimepackError("USER_MAP_FAILED", `Cannot read the user map as ${because}: current value is ${which}`, {
      cause: reason,
    });
  }
  return reading.result();
}

class UserMapReading {
  readonly #users = new Map<string, MappedUser>();
  readonly #problems: UserMapProblem[] = [];
  #problemCount = 0;
  #line = 0;
  #header: readonly string[] | undefined;

  /** Takes up the next lines. */
  accept(lines: readonly string[]): void {
    const first = this.#line + 1;
    this.#line += lines.length;
    const filled = lines.map((text, index) => ({ text, line: first + index })).filter(({ text }) => text.trim() !== "");
    const rows = rowsOf(filled.map(({ text }) => text));
    for (const [index, { line }] of filled.entries()) {
      const values = rows[index] ?? [];
      if (this.#header === undefined) this.#header = headerOf(values);
      else this.#row(line, values, this.#header);
    }
  }

  result(): UserMapFile {
    if (this.#header === undefined) headerOf([]);
    const users = this.#users;
    return {
      map: ({ login }) => users.get(loginKey(login)),
      users: users.size,
      problems: this.#problems,
      problemCount: this.#problemCount,
    };
  }

  #row(line: number, values: Values, header: readonly string[]): void {
    const message = typeof values === "string" ? values : this.#take(values, header);
    if (message === undefined) return;
    this.#problemCount += 1;
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push({ line, message });
  }

  /** Why the values can't be taken up; undefined if they were. */
  #take(values: readonly string[], header: readonly string[]): string | undefined {
    if (values.length !== header.length) {
      return `the line must have as many values as the header, ${header.length}: current value is ${values.length}`;
    }
    const at = (column: Column): string => (values[header.indexOf(column)] ?? "").trim();
    const row: Row = {
      source: at("source"),
      target: at("target"),
      kind: at("kind").toLowerCase() || "user",
      name: at("name"),
      email: at("email"),
    };
    const fault = rowFault(row);
    if (fault !== undefined) return fault;
    const key = loginKey(row.source);
    if (this.#users.has(key)) {
      return `no other line may have the same source: current value is ${JSON.stringify(row.source)}`;
    }
    this.#users.set(key, mappedUser(row));
    return undefined;
  }
}

/** The columns by their place; throws if one is missing or there twice. */
function headerOf(values: Values): readonly string[] {
  const header = typeof values === "string" ? [] : values.map((name) => name.trim().toLowerCase());
  const required: readonly Column[] = ["source", "target"];
  const missing = required.find((column) => !header.includes(column));
  if (missing !== undefined) {
    throw new PrimepackError(
      "USER_MAP_FAILED",
      `Cannot read the user map as its first line must name the column "${missing}": current value is ${JSON.stringify(header.join(","))}`,
    );
  }
  const double = columns.find((column) => header.indexOf(column) !== header.lastIndexOf(column));
  if (double !== undefined) {
    throw new PrimepackError(
      "USER_MAP_FAILED",
      `Cannot read the user map as it must have each column once: current value is ${JSON.stringify(double)}`,
    );
  }
  return header;
}

/** The values of each line; of lines that can't be read together, each is read by itself, so that a stray quote costs no other. */
function rowsOf(lines: readonly string[]): readonly Values[] {
  try {
    const rows = parseCsv(lines.join("\n"));
    if (rows.length === lines.length) return rows;
  } catch {
    // Which lines are at fault shows when they are read one by one.
  }
  return lines.map(valuesOf);
}

function valuesOf(line: string): Values {
  try {
    return parseCsv(line)[0] ?? [];
  } catch (reason) {
    return `the line is no CSV: ${describe(reason)}`;
  }
}

function parseCsv(text: string): string[][] {
  return parse(text, { trim: true, relax_column_count: true, record_delimiter: "\n" });
}

function rowFault({ source, target, kind }: Row): string | undefined {
  if (source === "") return "the source must be a login or SID: current value is empty";
  if (!kinds.includes(kind))
    return `the kind must be one of ${kinds.join(", ")}: current value is ${JSON.stringify(kind)}`;
  if (kind === "deleted" || target.includes("|")) return undefined;
  const isKnown = kind === "group" ? guid.test(target) : upn.test(target);
  if (isKnown) return undefined;
  const form = kind === "group" ? "an object id" : "a UPN";
  return `the target of a ${kind} must be ${form} or a claims login: current value is ${JSON.stringify(target)}`;
}

const upn = /^[^\s@\\]+@[^\s@\\]+$/;
const guid = /^\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?$/i;

function mappedUser({ target, kind, name, email }: Row): MappedUser {
  const named = name === "" ? {} : { name };
  if (kind === "deleted") return { to: kind, ...(target === "" ? {} : { login: target }), ...named };
  if (kind === "group") return { to: kind, login: target, ...named };
  const to = kind === "guest" ? kind : "user";
  return { to, login: target, ...named, ...(email === "" ? {} : { email }) };
}

/** What a login is found by: its case and the claim of a plain account don't matter. */
function loginKey(login: string): string {
  const folded = login.trim().normalize("NFC").toUpperCase().toLowerCase();
  return folded.replace(/^i:0#\.(f\|membership|w)\|/, "");
}

/** The lines that end in each chunk, without their ends. */
async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<readonly string[], void, undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest = "";
  for await (const chunk of bytes) {
    // A carriage return at the end waits for what comes next: both ends of line may be one.
    const lines = `${rest}${decode(decoder, chunk)}`.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    if (rest.length > MAX_LINE_LENGTH) {
      throw new PrimepackError(
        "USER_MAP_FAILED",
        `Cannot read the user map as a line must have at most ${MAX_LINE_LENGTH} characters: current value is ${rest.length}`,
      );
    }
    if (lines.length > 0) yield lines;
  }
  yield `${rest}${decode(decoder)}`.split(/\r\n|\n|\r/);
}

/** Without a chunk: what is left at the end, which is an error. */
function decode(decoder: InstanceType<typeof TextDecoder>, chunk?: Uint8Array): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch (reason) {
    throw new PrimepackError(
      "USER_MAP_FAILED",
      "Cannot read the user map as it must be UTF-8: current value is other bytes",
      {
        cause: reason,
      },
    );
  }
}
