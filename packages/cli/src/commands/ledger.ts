import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { confirmPackages, describe, type Ledger, PrimepackError, readOutputRun } from "@primepack/core";
import { type ConfirmArguments, readLedgerArguments, type ShowArguments } from "../arguments/ledger-arguments.ts";
import type { CommandContext } from "../command-context.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { countLedger } from "../ledger-counts.ts";
import { jsonLine } from "../view/json-line.ts";
import { confirmedText, ledgerText } from "../view/ledger-text.ts";

// Its native code is loaded by who needs a ledger alone.
const store = () => import("@primepack/store-lmdb");

/** `primepack ledger`: tells the ledger of imports, and shows what it holds. */
export async function ledgerCommand(context: CommandContext): Promise<ExitCode> {
  const flags = readLedgerArguments(context.argv);
  await (flags.action === "confirm" ? confirm(flags, context) : show(flags, context));
  return exitCodes.complete;
}

async function confirm(flags: ConfirmArguments, { cwd, stdout }: CommandContext): Promise<void> {
  const path = resolve(cwd, flags.ledger);
  const directory = resolve(cwd, flags.directory);
  const except = flags.exceptFile === undefined ? [] : await readIds(resolve(cwd, flags.exceptFile));
  const { runId, packages: finished } = await readOutputRun(directory);
  const packages = flags.packages.length === 0 ? finished : flags.packages;
  const unknown = packages.find((name) => !finished.includes(name));
  if (unknown !== undefined) {
    const message = `Cannot confirm the package as the run in ${directory} has finished none of the name: current value is ${JSON.stringify(unknown)}`;
    throw new PrimepackError("LEDGER_PACKAGE_UNKNOWN", message);
  }
  const listId = await listOfRun(path, runId);
  const { openLmdbLedger } = await store();
  const ledger = await openLmdbLedger({ path, listId });
  const packageIds = packages.map((name) => `${runId}/${name}`);
  const counts = await confirmPackages(ledger, packageIds, { except }).finally(() => ledger.close());
  const summary = { runId, listId, packages, ...counts };
  await stdout.write(
    flags.json ? jsonLine({ type: "summary", ...summary, exitCode: exitCodes.complete }) : confirmedText(summary),
  );
}

async function show(flags: ShowArguments, { cwd, stdout, interrupt }: CommandContext): Promise<void> {
  const path = resolve(cwd, flags.ledger);
  const { ledgerLists } = await store();
  const lists = flags.list === undefined ? await ledgerLists(path) : [flags.list];
  if (lists.length === 0 && !flags.json) await stdout.write("The ledger holds no list\n");
  for (const listId of lists) {
    const counts = await reading(path, listId, (ledger) => countLedger(ledger, interrupt.signal));
    await stdout.write(flags.json ? jsonLine({ type: "list", listId, ...counts }) : ledgerText(listId, counts));
  }
  if (flags.json) await stdout.write(jsonLine({ type: "summary", lists: lists.length, exitCode: exitCodes.complete }));
}

/** The list that the run was for: the only one of the ledger that has the run. */
async function listOfRun(path: string, runId: string): Promise<string> {
  const { ledgerLists } = await store();
  for (const listId of await ledgerLists(path)) {
    const isKnown = await reading(path, listId, async (ledger) => ledger.firstItemId(runId) !== undefined);
    if (isKnown) return listId;
  }
  throw new PrimepackError(
    "LEDGER_PACKAGE_UNKNOWN",
    `Cannot confirm packages as the run was not built with this ledger: current value is run ${runId}, ledger ${path}`,
  );
}

async function reading<Result>(
  path: string,
  listId: string,
  read: (ledger: Ledger) => Promise<Result>,
): Promise<Result> {
  const { openLmdbLedger } = await store();
  const ledger = await openLmdbLedger({ path, listId, readOnly: true });
  return read(ledger).finally(() => ledger.close());
}

const guid = /^\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?$/i;

/** GUIDs, one a line. Throws INVALID_OPTION. */
async function readIds(path: string): Promise<string[]> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new PrimepackError("INVALID_OPTION", `Cannot read --except-file as ${describe(error)}`, { cause: error });
  });
  const ids: string[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, "")
    .split("\n")
    .entries()) {
    if (line.trim() === "") continue;
    const [, id] = guid.exec(line.trim()) ?? [];
    if (id === undefined) {
      const message = `Cannot use --except-file as each line is the GUID of an item: current value is another text in line ${index + 1} of ${path}`;
      throw new PrimepackError("INVALID_OPTION", message);
    }
    ids.push(id);
  }
  return ids;
}
