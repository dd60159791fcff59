import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { AccessToken, TokenCredential } from "@azure/core-auth";
import { describe, PrimepackError } from "@primepack/core";
import { cloudOf } from "@primepack/core/http";
import { usageError } from "../arguments/flags.ts";
import type { CredentialArguments } from "../arguments/service-arguments.ts";
import type { CommandContext } from "../command-context.ts";

/** Milliseconds after which the file of a token is read again: whoever renews it writes it anew. */
const TOKEN_FILE_AGE = 60_000;
const TOKEN_MAX_LENGTH = 64 * 1024;
const DAY = 86_400_000;

/**
 * Who asks the service at the URL: the token of `--token-file`, else the application of `--tenant`, `--client-id` and
 * `--certificate`, or of the variables AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_CERTIFICATE_PATH (with
 * AZURE_CLIENT_CERTIFICATE_PASSWORD) or AZURE_CLIENT_SECRET. An emulator on this machine needs none.
 *
 * Throws INVALID_OPTION; the first request tells what a directory refuses.
 */
export async function credentialFor(
  { tenant, clientId, certificate, tokenFile }: CredentialArguments,
  serviceUrl: string,
  { cwd, env }: Pick<CommandContext, "cwd" | "env">,
): Promise<TokenCredential> {
  if (tokenFile !== undefined) return tokenFileCredential(resolve(cwd, tokenFile));
  const tenantId = tenant ?? env.AZURE_TENANT_ID;
  const client = clientId ?? env.AZURE_CLIENT_ID;
  const certificatePath =
    certificate === undefined ? env.AZURE_CLIENT_CERTIFICATE_PATH || undefined : resolve(cwd, certificate);
  const secret = certificatePath === undefined ? env.AZURE_CLIENT_SECRET || undefined : undefined;
  if (!tenantId && !client && certificatePath === undefined && secret === undefined) {
    if (isLoopback(serviceUrl)) return { getToken: async () => tokenUntil("emulated", DAY) };
    throw usageError(
      "Cannot ask the service as it must know by whom: current value of --certificate and of --token-file is none",
      "Give --tenant, --client-id and --certificate of an application, or --token-file; see primepack migrate --help.",
    );
  }
  if (!tenantId || !client || (certificatePath === undefined && secret === undefined)) {
    const missing = tenantId ? (client ? "--certificate" : "--client-id") : "--tenant";
    throw usageError(
      `Cannot ask the service as --tenant, --client-id and --certificate belong together: current value of ${missing} is none`,
    );
  }
  const { authorityHost } = cloudOf(serviceUrl);
  // Loaded by who signs in with it alone: it is large.
  const { ClientCertificateCredential, ClientSecretCredential } = await import("@azure/identity");
  if (certificatePath === undefined) {
    return new ClientSecretCredential(tenantId, client, secret ?? "", { authorityHost });
  }
  await readFile(certificatePath).catch((error: unknown) => {
    throw new PrimepackError("INVALID_OPTION", `Cannot read --certificate as ${describe(error)}`, { cause: error });
  });
  const certificatePassword = env.AZURE_CLIENT_CERTIFICATE_PASSWORD;
  return new ClientCertificateCredential(
    tenantId,
    client,
    { certificatePath, ...(certificatePassword ? { certificatePassword } : {}) },
    { authorityHost, sendCertificateChain: env.AZURE_CLIENT_SEND_CERTIFICATE_CHAIN === "true" },
  );
}

/** A token that something else renews. Throws INVALID_OPTION if the file holds none now. */
async function tokenFileCredential(path: string): Promise<TokenCredential> {
  const getToken = async (): Promise<AccessToken> => tokenUntil(await readTokenFile(path), TOKEN_FILE_AGE);
  await getToken();
  return { getToken };
}

/** The one line of a token file. Throws INVALID_OPTION. */
export async function readTokenFile(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new PrimepackError("INVALID_OPTION", `Cannot read --token-file as ${describe(error)}`, { cause: error });
  });
  const token = text
    .replace(/^\uFEFF/, "")
    .trim()
    .replace(/^Bearer\s+/i, "");
  if (/^[\w.~+/=-]+$/.test(token) && token.length <= TOKEN_MAX_LENGTH) return token;
  throw new PrimepackError(
    "INVALID_OPTION",
    `Cannot use --token-file as it must hold one line with a bearer token: current value is ${path}`,
  );
}

function tokenUntil(token: string, milliseconds: number): AccessToken {
  return { token, expiresOnTimestamp: Date.now() + milliseconds };
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d+){3}$/.test(hostname);
}
