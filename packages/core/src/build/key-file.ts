import { readFile, writeFile } from "node:fs/promises";
import { describe, PrimepackError, Secret } from "../errors/index.ts";
import { KEY_BYTES } from "../model/index.ts";

/** The key's file in an output folder, when no other was named. */
export const KEY_FILE = "key";

/** Reads a key: one line, 32 bytes in base64. Throws KEY_UNREADABLE or INVALID_KEY; the key is never in the message. */
export async function readKeyFile(path: string): Promise<Secret<Uint8Array>> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const message = `Cannot read the key file as ${describe(error)}`;
    throw new PrimepackError("KEY_UNREADABLE", message, { cause: error });
  }
  const line = text.replace(/^\uFEFF/, "").trim();
  const key = Buffer.from(line, "base64");
  // Node's decoder skips what is no base64; a key that doesn't encode back to its line is a damaged one.
  if (key.byteLength !== KEY_BYTES || key.toString("base64") !== line) {
    const found = key.toString("base64") === line ? `${key.byteLength} bytes` : "no base64";
    throw new PrimepackError(
      "INVALID_KEY",
      `Cannot use the key file ${path} as it holds one line of ${KEY_BYTES} bytes in base64: current value is ${found}`,
    );
  }
  return new Secret<Uint8Array>(key);
}

/** Writes a new key for its owner only (mode 0600); never over a file that is there. */
export async function writeKeyFile(path: string, key: Secret<Uint8Array>): Promise<void> {
  await writeFile(path, `${Buffer.from(key.reveal()).toString("base64")}\n`, { flag: "wx", mode: 0o600 });
}
