import { readFile } from "node:fs/promises";
import { describe, type NetworkOptions, PrimepackError, Secret } from "@primepack/core";

type Environment = Readonly<Record<string, string | undefined>>;

/** Characters of a connection string or SAS URL; a larger file is another file, named by mistake. */
const STORAGE_MAX_LENGTH = 16 * 1024;

/**
 * The connection string or account SAS URL: from the file if one is named, else from PRIMEPACK_STORAGE; undefined if
 * there is neither. Throws INVALID_OPTION; the value is never in a message.
 */
export async function storageSecret(file: string | undefined, env: Environment): Promise<Secret | undefined> {
  if (file === undefined) {
    const value = env.PRIMEPACK_STORAGE?.trim();
    return value ? new Secret(value) : undefined;
  }
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new PrimepackError("INVALID_OPTION", `Cannot read --storage-file as ${describe(error)}`, { cause: error });
  }
  const value = text.replace(/^\uFEFF/, "").trim();
  if (value === "" || value.length > STORAGE_MAX_LENGTH || /[\r\n]/.test(value)) {
    throw new PrimepackError(
      "INVALID_OPTION",
      `Cannot use --storage-file as it must hold one line with a connection string or account SAS URL: current value is ${file}`,
    );
  }
  return new Secret(value);
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
