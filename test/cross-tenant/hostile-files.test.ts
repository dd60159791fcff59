import { memoryJournal } from "@primepack/core/model";
import { applyMappings, type LineFinding, runBatch } from "@primepack/cross-tenant";
import { temporaryFolder } from "@primepack/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EmulatedPair, startEmulatedPair } from "./emulated-organizations.ts";
import { fileAround, HOSTILE_FILES, HOSTILE_LINES, oddFile, type Table } from "./hostile-files.ts";

const folder = temporaryFolder();
let pair: EmulatedPair;
beforeAll(async () => {
  const organizations = { identityMapNeeded: false, startDelayMs: 0, moveMs: 0 };
  pair = await startEmulatedPair(folder("emulator"), { organizations });
});
afterAll(() => pair?.stop());

/** What a file came to. */
interface Outcome {
  readonly status: string;
  readonly findings: readonly LineFinding[];
  /** Sources that were sent, in any order. */
  readonly sent: readonly string[];
}

interface Subject {
  readonly what: string;
  readonly noun: string;
  readonly table: Table;
  readonly codes: Readonly<Record<"invalid" | "duplicate", LineFinding["code"]>>;
  apply(file: Uint8Array, format: "csv" | "ndjson", skipInvalid: boolean): Promise<Outcome>;
}

async function* inPieces(file: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.length; at += 4099) yield file.subarray(at, at + 4099);
}

async function outcomeOf(
  run: AsyncIterable<{ readonly type: string; readonly finding?: LineFinding }> & {
    readonly result: Promise<{ readonly status: string }>;
  },
): Promise<Omit<Outcome, "sent">> {
  const findings: LineFinding[] = [];
  const listening = (async () => {
    for await (const event of run) if (event.finding !== undefined) findings.push(event.finding);
  })();
  // Told by `result` too.
  await listening.catch(() => undefined);
  const { status } = await run.result;
  return { status, findings };
}

const SUBJECTS: readonly Subject[] = [
  {
    what: "applyMappings() of users",
    noun: "the mapping file",
    table: {
      header: "sourceUserPrincipalName,targetUserPrincipalName,targetEmail",
      cells: (name) => [`${name}@south.example`, `${name}@north.example`, `${name}@mail.north.example`],
      source: { column: "sourceUserPrincipalName", index: 0 },
    },
    codes: { invalid: "MAPPING_INVALID", duplicate: "MAPPING_DUPLICATE" },
    async apply(file, format, skipInvalid) {
      const before = pair.relay.exchanges.length;
      const outcome = await outcomeOf(
        applyMappings({
          ...{ kind: "users", service: pair.users, journal: memoryJournal(), place: "emulated", skipInvalid },
          rows: { file: inPieces(file), format },
        }),
      );
      const entries = pair.relay.exchanges.slice(before).flatMap(({ body }) => JSON.parse(body).value);
      return { ...outcome, sent: entries.map(({ sourceUserIdentity }) => sourceUserIdentity.userPrincipalName) };
    },
  },
  {
    what: "runBatch()",
    noun: "the file of moves",
    table: {
      header: "kind,source,target",
      cells: (name) => ["user", `${name}@south.example`, `${name}@north.example`],
      source: { column: "source", index: 1 },
    },
    codes: { invalid: "MOVE_INVALID", duplicate: "MOVE_DUPLICATE" },
    async apply(file, format, skipInvalid) {
      const before = pair.relay.exchanges.length;
      const outcome = await outcomeOf(
        runBatch({
          ...{ tasks: pair.tasks, journal: memoryJournal(), place: "emulated", skipInvalid },
          rows: {
            ...{ file: inPieces(file), format },
            defaults: { target: { targetOrganizationHost: "https://north-my.sharepoint.com" } },
          },
          limits: { pollRunningMs: 1, pollNotStartedMs: 1, requestsPerMinute: 60_000 },
        }),
      );
      const bodies = pair.relay.exchanges.slice(before).filter(({ method }) => method === "POST");
      const created = bodies.map(({ body }) => JSON.parse(body).parameters).filter((one) => one.validateOnly !== true);
      return { ...outcome, sent: created.map(({ sourceUserIdentity }) => sourceUserIdentity.userPrincipalName) };
    },
  },
];

describe.each(SUBJECTS)("$what", ({ noun, table, codes, apply }) => {
  let files = 0;
  /** Names that no other file has. */
  const names = (): [string, string] => {
    files += 1;
    return [`first.${table.header.length}.${files}`, `second.${table.header.length}.${files}`];
  };

  it.each(HOSTILE_LINES)("finds the one line with $name, in $format; the others go if told to", async (line) => {
    const good = names();
    const file = fileAround(table, line, good);
    const refused = await apply(file, line.format, false);
    const number = line.format === "csv" ? 3 : 2;
    expect(refused).toEqual({
      status: "refused",
      findings: [
        {
          line: number,
          code: line.isDuplicate ? codes.duplicate : codes.invalid,
          message: expect.stringMatching(`^Cannot use line ${number} of ${noun} as `),
        },
      ],
      sent: [],
    });
    const [{ message = "" } = {}] = refused.findings;
    expect(message).toMatch(line.says);
    expect(message).not.toMatch(/[\p{Cc}\p{Cs}]/u);
    expect(message).not.toContain("a1b2c3d4e5f6");
    expect(message.length).toBeLessThan(2100);
    const applied = await apply(file, line.format, true);
    expect(applied).toMatchObject({ status: "complete", findings: refused.findings });
    expect([...applied.sent].sort()).toEqual(good.map((name) => table.cells(name)[table.source.index]));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it.each(HOSTILE_FILES)("takes a file of $name for what it is, and sends nothing", async ({ bytes, format, says }) => {
    const before = pair.relay.exchanges.length;
    const applying = apply(bytes(table), format, true);
    if (says === undefined) expect(await applying).toEqual({ status: "complete", findings: [], sent: [] });
    else {
      await expect(applying).rejects.toMatchObject({
        code: "TABLE_INVALID",
        message: expect.stringMatching(`^Cannot read ${noun} as `),
      });
      const { message } = await applying.then(
        () => ({ message: "" }),
        (error: Error) => error,
      );
      expect(message).toMatch(says);
      expect(message).not.toMatch(/[\p{Cc}\p{Cs}]/u);
      expect(message.length).toBeLessThan(1000);
    }
    expect(pair.relay.exchanges).toHaveLength(before);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it("reads a mark, CRLF, quotes, empty lines and columns in other case as nothing wrong", async () => {
    const good = names();
    const { status, findings, sent } = await apply(oddFile(table, good), "csv", false);
    expect({ status, findings }).toEqual({ status: "complete", findings: [] });
    expect([...sent].sort()).toEqual(good.map((name) => table.cells(name)[table.source.index]));
  });

  it("finds all lines of a file of all hostile lines", async () => {
    const hostile = HOSTILE_LINES.filter(({ format, name }) => format === "csv" && !name.includes("doesn't end"));
    const [first] = names();
    const lines = [table.header, table.cells(first).join(","), ...hostile.map((line) => line.bytes(table, first))];
    const file = Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from("\n")]));
    const { status, findings } = await apply(file, "csv", false);
    expect(status).toBe("refused");
    expect(findings.map(({ line }) => line)).toEqual(hostile.map((_, index) => index + 3));
  });
});
