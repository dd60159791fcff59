import { PrimepackError, type Secret } from "../errors/index.ts";
import { IV_BYTES, KEY_BYTES } from "../model/index.ts";

/** AES-256-CBC with PKCS#7 padding, the one encryption that the import takes (API page, "Azure" section). */
export const CIPHER = "aes-256-cbc";

/** What one blob is encrypted with: a key of 32 bytes and an IV of 16 bytes that no other blob of the key shares. */
export interface BlobEncryption {
  readonly key: Secret<Uint8Array>;
  readonly iv: Uint8Array;
}

/** Throws `code` if key or IV have another length than the cipher's. */
export function checkEncryption({ key, iv }: BlobEncryption, code: "SEAL_FAILED" | "UNSEAL_FAILED"): void {
  const doing = code === "SEAL_FAILED" ? "encrypt a blob" : "decrypt a blob";
  check(code, doing, "key", KEY_BYTES, key.reveal());
  check(code, doing, "IV", IV_BYTES, iv);
}

function check(code: "SEAL_FAILED" | "UNSEAL_FAILED", doing: string, what: string, bytes: number, value: Uint8Array) {
  if (value.length === bytes) return;
  throw new PrimepackError(
    code,
    `Cannot ${doing} as the ${what} must have ${bytes} bytes: current value is ${value.length}`,
  );
}

/** Bytes that a blob of `size` plaintext bytes takes when stored: padding always adds 1 to 16 bytes. */
export function storedSize(size: number, encrypted: boolean): number {
  return encrypted ? 16 * (Math.floor(size / 16) + 1) : size;
}
