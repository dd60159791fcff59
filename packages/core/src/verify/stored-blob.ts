import { createDecipheriv, createHash, type Decipher } from "node:crypto";
import { QuickXorHash } from "../seal/quick-xor-hash.ts";

/** How a blob is opened: decrypted, taken as it is, or (without the key) only hashed as stored. */
export type Opening = { readonly key: Uint8Array; readonly iv: Uint8Array } | "plain" | "closed";

/** What one reading of a blob gave. */
export interface BlobFacts {
  readonly storedSize: number;
  /** Base64, over the stored bytes. */
  readonly md5: string;
  /** Of the plaintext; undefined where it could not be had. */
  readonly plaintext?: { readonly size: number; readonly quickXorHash: string };
  /** Why decryption failed. */
  readonly fault?: string;
}

/**
 * One reading of a blob: {@link read} gives the plaintext, {@link finish} reads what is left and gives the facts, so that
 * stored bytes are hashed to the end even where nobody could use the plaintext.
 */
export class StoredBlob {
  readonly #stored: AsyncIterator<Uint8Array>;
  readonly #decipher: Decipher | undefined;
  /** Whether there is no plaintext to read. */
  readonly isClosed: boolean;
  readonly #md5 = createHash("md5");
  readonly #quickXorHash = new QuickXorHash();
  #storedSize = 0;
  #size = 0;
  #fault: string | undefined;
  #ended = false;
  #facts: BlobFacts | undefined;

  constructor(stored: AsyncIterable<Uint8Array>, opening: Opening) {
    this.#stored = stored[Symbol.asyncIterator]();
    this.isClosed = opening === "closed";
    this.#decipher = typeof opening === "object" ? createDecipheriv("aes-256-cbc", opening.key, opening.iv) : undefined;
  }

  async *read(): AsyncGenerator<Uint8Array, void, undefined> {
    for (let chunk = await this.#next(); chunk !== undefined; chunk = await this.#next()) {
      if (chunk.length > 0) yield chunk;
    }
  }

  /** Further calls give the same facts. */
  async finish(): Promise<BlobFacts> {
    while ((await this.#next()) !== undefined);
    this.#facts ??= this.#digest();
    return this.#facts;
  }

  /** Closes what the bytes come from; for a reading that is given up. */
  async close(): Promise<void> {
    await this.#stored.return?.();
  }

  #digest(): BlobFacts {
    return {
      storedSize: this.#storedSize,
      md5: this.#md5.digest("base64"),
      ...(this.#fault === undefined ? {} : { fault: this.#fault }),
      ...(this.#fault !== undefined || this.isClosed
        ? {}
        : {
            plaintext: {
              size: this.#size,
              quickXorHash: Buffer.from(this.#quickXorHash.digest()).toString("base64"),
            },
          }),
    };
  }

  /** The next piece of plaintext, perhaps empty; undefined at the end. */
  async #next(): Promise<Uint8Array | undefined> {
    if (this.#ended) return undefined;
    const step = await this.#stored.next();
    if (step.done === true) {
      this.#ended = true;
      return this.#last();
    }
    this.#storedSize += step.value.length;
    this.#md5.update(step.value);
    if (this.isClosed) return EMPTY;
    return this.#opened(this.#decipher === undefined ? step.value : this.#decipher.update(step.value));
  }

  #last(): Uint8Array | undefined {
    if (this.#decipher === undefined) return undefined;
    try {
      return this.#opened(this.#decipher.final());
    } catch {
      this.#fault =
        this.#storedSize === 0 || this.#storedSize % 16 !== 0
          ? "its length must be a positive multiple of 16"
          : "its padding is wrong under this key and IV";
      return undefined;
    }
  }

  #opened(plaintext: Uint8Array): Uint8Array {
    this.#size += plaintext.length;
    this.#quickXorHash.update(plaintext);
    return plaintext;
  }
}

const EMPTY = new Uint8Array(0);
