import { createDecipheriv, createHash } from "node:crypto";
import { PrimepackError } from "../errors/index.ts";
import { type BlobEncryption, CIPHER, checkEncryption } from "./cipher.ts";
import { QuickXorHash } from "./quick-xor-hash.ts";
import type { SealDigest } from "./seal-blocks.ts";

/**
 * The plaintext of a sealed blob, chunk by chunk; returns the digest of what was read, the same as sealing gave.
 *
 * Memory: one chunk. Throws UNSEAL_FAILED when key or IV have a wrong length, when the stored bytes are no whole number
 * of cipher blocks, or when their padding is wrong, which a wrong key and a cut blob show nearly always (255 times of
 * 256). A wrong IV and changed bytes in the middle leave the padding alone: compare the digest, and don't trust what was
 * yielded before that.
 */
export async function* openSealed(
  stored: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  encryption?: BlobEncryption,
): AsyncGenerator<Uint8Array, SealDigest, void> {
  if (encryption !== undefined) checkEncryption(encryption, "UNSEAL_FAILED");
  const decipher =
    encryption === undefined ? undefined : createDecipheriv(CIPHER, encryption.key.reveal(), encryption.iv);
  const md5 = createHash("md5");
  const quickXorHash = new QuickXorHash();
  let size = 0;
  let storedSize = 0;
  const opened = (plaintext: Uint8Array) => {
    size += plaintext.length;
    quickXorHash.update(plaintext);
    return plaintext;
  };

  for await (const chunk of stored) {
    storedSize += chunk.length;
    md5.update(chunk);
    const plaintext = opened(decipher === undefined ? chunk : decipher.update(chunk));
    if (plaintext.length > 0) yield plaintext;
  }
  if (decipher !== undefined) {
    const rest = opened(finish(() => decipher.final(), storedSize));
    if (rest.length > 0) yield rest;
  }
  return {
    size,
    storedSize,
    md5: md5.digest("base64"),
    quickXorHash: Buffer.from(quickXorHash.digest()).toString("base64"),
    ...(encryption === undefined ? {} : { iv: Buffer.from(encryption.iv).toString("base64") }),
  };
}

function finish(final: () => Uint8Array, storedSize: number): Uint8Array {
  try {
    return final();
  } catch (reason) {
    const why =
      storedSize === 0 || storedSize % 16 !== 0
        ? "its length is no positive multiple of 16"
        : "its padding is wrong under this key and IV";
    throw new PrimepackError(
      "UNSEAL_FAILED",
      `Cannot decrypt the blob as ${why}: current value is ${storedSize} bytes`,
      {
        cause: reason,
      },
    );
  }
}
