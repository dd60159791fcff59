import { PrimepackError, type Secret } from "../errors/index.ts";
import type { BlobContainer } from "../model/index.ts";
import { IV_BYTES } from "../model/index.ts";
import { openSealed } from "../seal/open-sealed.ts";

export interface OpenBlobOptions {
  readonly key?: Secret<Uint8Array>;
  readonly signal?: AbortSignal;
}

/** A blob that exists, and its plaintext, which is read again each time it is asked for. */
export interface OpenedBlob {
  readonly name: string;
  /** Stored bytes. */
  readonly storedSize: number;
  readonly encrypted: boolean;
  /** Throws what reading and decrypting throw; BLOB_CORRUPT where `checksum` is another than the content's. */
  read(signal?: AbortSignal, checksum?: string): AsyncGenerator<Uint8Array, void, undefined>;
}

/**
 * Looks for a blob; undefined if there is none. Throws KEY_MISSING if it is encrypted and there is no key, and what the
 * container throws.
 */
export async function openedBlob(
  container: BlobContainer,
  name: string,
  { key, signal }: OpenBlobOptions = {},
): Promise<OpenedBlob | undefined> {
  const found = await container.properties(name, signal).catch((reason: unknown) => {
    if (reason instanceof PrimepackError && reason.code === "BLOB_NOT_FOUND") return undefined;
    throw reason;
  });
  if (found === undefined) return undefined;
  const encryption = found.iv === undefined ? undefined : { key: keyFor(name, key), iv: ivOf(name, found.iv) };
  return {
    name,
    storedSize: found.size,
    encrypted: encryption !== undefined,
    async *read(readSignal = signal, checksum = undefined) {
      const digest = yield* openSealed(container.read(name, readSignal), encryption);
      if (checksum === undefined || digest.quickXorHash === checksum) return;
      throw new PrimepackError(
        "BLOB_CORRUPT",
        `Cannot use the blob ${name} as its hash must be ${checksum}: current value is ${digest.quickXorHash}`,
      );
    },
  };
}

function keyFor(name: string, key: Secret<Uint8Array> | undefined): Secret<Uint8Array> {
  if (key !== undefined) return key;
  throw new PrimepackError("KEY_MISSING", `Cannot read the blob ${name} as it is encrypted: current value is no key`);
}

function ivOf(name: string, text: string): Uint8Array {
  const iv = Buffer.from(text, "base64");
  if (iv.byteLength === IV_BYTES) return iv;
  throw new PrimepackError(
    "IV_INVALID",
    `Cannot read the blob ${name} as its IV must have ${IV_BYTES} bytes: current value is ${iv.byteLength} bytes`,
  );
}
