import { readFile } from "node:fs/promises";
import { describe, type NetworkOptions, PrimepackError, Secret } from "@primepack/core";

type Environment = Readonly<Record<string, string | undefined>>;

/** Characters of a secret; a larger file is another file, named by mistake. */
const SECRET_MAX_LENGTH = 16 * 1024;

/**
 * The connection string or account SAS URL of the storage for packages: from the file if one is named, else from
 * PRIMEPACK_STORAGE; undefined if there is neither. Throws INVALID_OPTION; the value is never in a message.
 */
export async function storageSecret(file: string | undefined, env: Environment): Promise<Secret | undefined> {
  const holds = "a connection string or account SAS URL";
  const value = file === undefined ? env.PRIMEPACK_STORAGE?.trim() : await readSecret("--storage-file", file, holds);
  return value ? new Secret(value) : undefined;
}

/**
 * The SAS query of the container that a source reads: from the file if one is named, else from PRIMEPACK_BLOB_SAS;
 * undefined if there is neither. Throws INVALID_OPTION; the value is never in a message.
 */
export async function blobSas(file: string | undefined, env: Environment): Promise<Secret | undefined> {
  const holds = "a SAS query, as in sv=...&sig=...";
  const value = file === undefined ? env.PRIMEPACK_BLOB_SAS?.trim() : await readSecret("--blob-sas-file", file, holds);
  if (!value) return undefined;
  const query = value.replace(/^\?/, "");
  if (/^[^?#\s]+$/.test(query) && /(?:^|&)sig=./.test(query)) return new Secret(query);
  const where = file ?? "PRIMEPACK_BLOB_SAS";
  throw new PrimepackError(
    "INVALID_OPTION",
    `Cannot use the SAS of --blob-container as it must be ${holds}: current value of ${where} is another text`,
  );
}

async function readSecret(flag: string, file: string, holds: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new PrimepackError("INVALID_OPTION", `Cannot read ${flag} as ${describe(error)}`, { cause: error });
  }
  const value = text.replace(/^\uFEFF/, "").trim();
  if (value === "" || value.length > SECRET_MAX_LENGTH || /[\r\n]/.test(value)) {
    throw new PrimepackError(
      "INVALID_OPTION",
      `Cannot use ${flag} as it must hold one line with ${holds}: current value is ${file}`,
    );
  }
  return value;
}

/** Proxy settings by the variables that other programs read too; the lower-case names win. */
export function networkFromEnvironment(env: Environment): NetworkOptions | undefined {
  const value = (name: string) => env[name.toLowerCase()] || env[name] || undefined;
  const proxy = value("HTTPS_PROXY");
  if (proxy === undefined) return undefined;
  const noProxy =
    value("NO_PROXY")
      ?.split(",")
      .map((entry) => entry.trim())
      .filter(Boolean) ?? [];
  return { proxy: new Secret(proxy), noProxy };
}
