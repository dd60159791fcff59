import { createReadStream } from "node:fs";
import { describe, errnoOf, PrimepackError, throwIfAborted } from "../errors/index.ts";
import type { MappedUser, UserMap } from "../model/index.ts";
import { readTable, type TableKind, type TableRow } from "../table/index.ts";

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

const USER_MAP: TableKind = { noun: "the user map", code: "USER_MAP_FAILED" };

const columns = [
  { name: "source", required: true },
  { name: "target", required: true },
  { name: "kind" },
  { name: "name" },
  { name: "email" },
] as const;

type Row = Readonly<Record<(typeof columns)[number]["name"], string>>;

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
    const file = withLineFeeds(typeof from === "string" ? createReadStream(from) : from);
    const rows = readTable({
      file,
      format: "csv",
      columns,
      otherColumns: "passed over",
      // So that a stray quote costs no other line.
      lineBreaks: false,
      kind: USER_MAP,
      ...(signal === undefined ? {} : { signal }),
    });
    for await (const batch of rows) for (const row of batch) reading.accept(row);
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

  accept({ line, values, fault }: TableRow): void {
    const message = fault ?? this.#take(values);
    if (message === undefined) return;
    this.#problemCount += 1;
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push({ line, message });
  }

  result(): UserMapFile {
    const users = this.#users;
    return {
      map: ({ login }) => users.get(loginKey(login)),
      users: users.size,
      problems: this.#problems,
      problemCount: this.#problemCount,
    };
  }

  /** Why the values can't be taken up; undefined if they were. */
  #take({ source = "", target = "", kind = "user", name = "", email = "" }: Partial<Row>): string | undefined {
    const row: Row = { source, target, kind: kind.toLowerCase(), name, email };
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

/** The bytes with line feeds for the line ends of any system; no value holds one. Throws for what is no UTF-8. */
async function* withLineFeeds(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let held = "";
  for await (const chunk of bytes) {
    const text = `${held}${decode(decoder, chunk)}`;
    // A carriage return at the end waits for what comes next: both may be one end of a line.
    held = text.endsWith("\r") ? "\r" : "";
    yield Buffer.from(text.slice(0, text.length - held.length).replace(/\r\n?/g, "\n"));
  }
  yield Buffer.from(`${held === "" ? "" : "\n"}${decode(decoder)}`);
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
