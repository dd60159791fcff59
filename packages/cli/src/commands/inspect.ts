import { resolve } from "node:path";
import { inspectPackage } from "@primepack/core";
import { readInspectArguments } from "../arguments/inspect-arguments.ts";
import type { CommandContext } from "../command-context.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { keyFor } from "../package-key.ts";
import { inspectText } from "../view/inspect-view.ts";
import { jsonLine } from "../view/json-line.ts";

/** `primepack inspect`: what packages or an export hold, as a tree. */
export async function inspectCommand({ argv, cwd, interrupt, stdout }: CommandContext): Promise<ExitCode> {
  const { directory, keyFile, json, ...options } = readInspectArguments(argv);
  const from = resolve(cwd, directory);
  const key = await keyFor(from, keyFile && resolve(cwd, keyFile));
  const found = await inspectPackage(from, { ...options, ...(key && { key }), signal: interrupt.signal });
  await stdout.write(json ? jsonLine({ type: "inspection", ...found }) : inspectText(found));
  return exitCodes.complete;
}
