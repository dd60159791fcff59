import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { directoryContent, exportSource } from "@primepack/core";
import { readConvertArguments } from "../arguments/convert-arguments.ts";
import type { CommandContext } from "../command-context.ts";
import type { ExitCode } from "../exit-code.ts";
import { keyFor } from "../package-key.ts";
import { jsonConvertReport, textConvertReport } from "../view/convert-report.ts";
import { packageItems } from "./package-items.ts";

/** `primepack convert`: packages for another target from an export or from packages. */
export async function convertCommand(context: CommandContext): Promise<ExitCode> {
  const { cwd, interrupt, stdout } = context;
  const flags = readConvertArguments(context.argv);
  const at = (path: string) => resolve(cwd, path);
  const from = at(flags.directory);
  const content = flags.content === undefined ? undefined : at(flags.content);
  const { list, jobId, ids, itemIds, versions, settings } = flags;
  const packaging = { ...flags, settings: { sourceType: "SharePointOnline" as const, ...settings } };
  return packageItems(packaging, context, async (target) => {
    const key = await keyFor(from, flags.exportKeyFile && at(flags.exportKeyFile));
    const source = exportSource({
      from,
      target,
      temporaryDirectory: flags.temp === undefined ? tmpdir() : at(flags.temp),
      signal: interrupt.signal,
      ...(key && { key }),
      ...(content && { content: directoryContent(content) }),
      ...(list && { list }),
      ...(jobId && { jobId }),
      ...(ids && { ids }),
      ...(itemIds && { itemIds }),
      ...(versions && { versions }),
    });
    const report = flags.json ? jsonConvertReport : textConvertReport;
    return {
      source,
      paths: content === undefined ? [from] : [from, content],
      report: () => stdout.write(report(source.report)),
    };
  });
}
