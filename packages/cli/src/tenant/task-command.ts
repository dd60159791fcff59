import type { TaskLookup } from "@primepack/cross-tenant";
import { quoteForShell } from "../arguments/resume-command.ts";
import type { TenantServiceArguments } from "../arguments/tenant-arguments.ts";

/** The command that shows a task to whoever asks as this command did; `more`: further arguments. */
export function statusCommandOf(
  lookup: TaskLookup,
  { graphUrl, credential }: TenantServiceArguments,
  ...more: readonly string[]
): string {
  const { tenant, clientId, certificate, tokenFile } = credential;
  const flags = { "graph-url": graphUrl, tenant, "client-id": clientId, certificate, "token-file": tokenFile };
  const given = Object.entries(flags).flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag}`, value]));
  const words = ["primepack", "tenant", "move", "status", ...lookupWords(lookup), ...given, ...more];
  return words.map(quoteForShell).join(" ");
}

function lookupWords(lookup: TaskLookup): readonly string[] {
  if ("taskId" in lookup) return ["--task", lookup.taskId];
  if ("sourceUserPrincipalName" in lookup) return ["--user", lookup.sourceUserPrincipalName];
  if ("sourceSiteUrl" in lookup) return ["--site", lookup.sourceSiteUrl];
  return ["--group", lookup.sourceGroupMailNickname];
}
