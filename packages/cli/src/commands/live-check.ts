import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { PrimepackError } from "@primepack/core";
import { type LiveCheckArguments, readLiveCheckArguments } from "../arguments/live-check-arguments.ts";
import type { CommandContext } from "../command-context.ts";
import { networkFromEnvironment } from "../environment.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { callChecks } from "../live-check/call-checks.ts";
import type { Laboratory } from "../live-check/experiment.ts";
import { type Finding, findingsMarkdown } from "../live-check/findings.ts";
import { importChecks } from "../live-check/import-checks.ts";
import { notTried } from "../live-check/questions.ts";
import { findTarget } from "../migration/find-target.ts";
import { type OpenedService, openService } from "../migration/open-service.ts";
import { jsonLine } from "../view/json-line.ts";
import { safeText } from "../view/safe-text.ts";

/** `primepack live-check`: asks a real service what no document says, by small imports, and writes it down. */
export async function liveCheckCommand(context: CommandContext): Promise<ExitCode> {
  const { argv, cwd, stdout, interrupt } = context;
  const flags = readLiveCheckArguments(argv);
  const opened = await openService(flags.service, flags.credential, context);
  const findings: Finding[] = [];
  try {
    const laboratory = await laboratoryOf(flags, opened, context);
    for await (const finding of checks(laboratory, opened)) {
      findings.push(finding);
      await stdout.write(flags.json ? jsonLine({ type: "finding", ...finding }) : `${lineOf(finding)}\n`);
    }
  } finally {
    await opened.close();
    if (findings.length > 0) await writeFindings(resolve(cwd, flags.out), flags, findings);
  }
  if (interrupt.signal.aborted) return exitCodes.interrupted;
  const failed = findings.filter((finding) => finding.status === "open" && !notTried.includes(finding)).length;
  const exitCode = failed > 0 ? exitCodes.itemsMissing : exitCodes.complete;
  const files = {
    json: join(resolve(cwd, flags.out), "live-check.json"),
    markdown: join(resolve(cwd, flags.out), "live-check.md"),
  };
  await stdout.write(
    flags.json
      ? jsonLine({ type: "summary", findings: findings.length, failed, ...files, exitCode })
      : `Written down: ${safeText(files.markdown)} and ${safeText(files.json)}\n`,
  );
  return exitCode;
}

async function* checks(laboratory: Laboratory, { client }: OpenedService): AsyncGenerator<Finding> {
  yield* callChecks(laboratory, client);
  yield* importChecks(laboratory, client);
  yield* notTried;
}

async function laboratoryOf(
  { service: place, library, limits }: LiveCheckArguments,
  opened: OpenedService,
  { env, interrupt }: CommandContext,
): Promise<Laboratory> {
  const { service, events } = opened;
  const { signal } = interrupt;
  const { target } = await findTarget(place, library === undefined ? {} : { library }, opened, signal);
  return {
    ...{ service, events, target, limits, signal },
    // Of now, so that a second check meets nothing of a first.
    folder: `primepack live check ${new Date().toISOString().slice(0, 19).replaceAll(":", "-")}`,
    network: networkFromEnvironment(env),
    itemIds: { next: target.firstItemId },
  };
}

function lineOf({ id, status, answer }: Finding): string {
  return safeText(`${status === "answered" ? id : `${id} (open)`}: ${answer}`);
}

async function writeFindings(
  directory: string,
  { service }: LiveCheckArguments,
  findings: readonly Finding[],
): Promise<void> {
  const place = service.kind === "sharepoint" ? "SharePoint" : "SharePoint Embedded";
  try {
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, "live-check.json"), `${JSON.stringify({ place, findings }, undefined, 2)}\n`);
    await writeFile(join(directory, "live-check.md"), findingsMarkdown(place, findings));
  } catch (error) {
    throw PrimepackError.from(error, "OUTPUT_UNWRITABLE", `write what was found into ${directory}`);
  }
}
