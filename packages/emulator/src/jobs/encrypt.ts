import { createCipheriv, randomBytes } from "node:crypto";

/** AES-256-CBC with PKCS#7 and a fresh IV; the content is the ciphertext only (wire-protocol 4.2). */
export function encrypt(plaintext: Uint8Array, key: Uint8Array): { readonly iv: string; readonly content: Buffer } {
  const iv = randomBytes(16);
  const cipher = createCipheriv("aes-256-cbc", key, iv);
  return { iv: iv.toString("base64"), content: Buffer.concat([cipher.update(plaintext), cipher.final()]) };
}
