import { resolve } from "node:path";
import type { CredentialArguments } from "../arguments/service-arguments.ts";
import type { CommandContext } from "../command-context.ts";
import { readTokenFile } from "../migration/credential.ts";

/**
 * The organization of whoever asks, lower case: the tenant of the application, or the one that the token of
 * `--token-file` names. Undefined: nothing names one, as with an emulator.
 */
export async function organizationOf(
  { tenant, tokenFile }: CredentialArguments,
  { cwd, env }: Pick<CommandContext, "cwd" | "env">,
): Promise<string | undefined> {
  if (tokenFile !== undefined) return tenantOf(await readTokenFile(resolve(cwd, tokenFile)));
  return (tenant ?? env.AZURE_TENANT_ID)?.toLowerCase() || undefined;
}

/** The claim `tid`; tokens are not for their bearers to read, so that one of another form tells nothing. */
function tenantOf(token: string): string | undefined {
  const [, payload = ""] = token.split(".");
  try {
    const { tid } = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as { readonly tid?: unknown };
    return typeof tid === "string" && tid !== "" ? tid.toLowerCase() : undefined;
  } catch {
    return undefined;
  }
}
