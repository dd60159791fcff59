import { type Cipher, createCipheriv, createHash, type Hash } from "node:crypto";
import { type BlobEncryption, CIPHER, checkEncryption, storedSize } from "./cipher.ts";
import { QuickXorHash } from "./quick-xor-hash.ts";

/** Plaintext goes through hash, cipher and hash in pieces of this size (bytes), so that each finds it in the cache. */
const PIECE_BYTES = 64 * 1024;

/** Gives the room that a block is gathered in; it may make the sealer wait. */
export type TakeBuffer = (bytes: number) => Uint8Array | Promise<Uint8Array>;

export interface SealBlocksOptions {
  /** Stored bytes of each block but the last. */
  readonly blockSize: number;
  /** Undefined: bytes are stored as they come. */
  readonly encryption?: BlobEncryption | undefined;
  /**
   * Bytes of plaintext that are expected: a blob that fits a block gets a buffer of its own size. Where more bytes come,
   * a whole block is taken. Default: whole blocks.
   */
  readonly expectedSize?: number | undefined;
  /** Called for each buffer, with at most `blockSize` bytes. Default: fresh memory. */
  readonly takeBuffer?: TakeBuffer | undefined;
  /** Called after each piece with its bytes of plaintext. */
  readonly onSealed?: ((bytes: number) => void) | undefined;
}

/** A block of stored bytes; its memory belongs to who receives it. */
export interface SealedBlock {
  readonly bytes: Uint8Array;
  /** True for one block of each blob, its last. */
  readonly last: boolean;
}

/** What the whole blob gave. */
export interface SealDigest {
  /** Bytes of plaintext. */
  readonly size: number;
  readonly storedSize: number;
  /** Base64, over the stored bytes. */
  readonly md5: string;
  /** Base64, over the plaintext. */
  readonly quickXorHash: string;
  /** Base64; undefined when not encrypted. */
  readonly iv?: string;
}

/**
 * Seals one blob in one pass: yields its stored bytes in blocks and returns its digest.
 *
 * Every blob has at least one block; that of an empty, unencrypted one is empty. Chunks may be changed by their source
 * once the next one is asked for. Throws SEAL_FAILED for a key or IV of a wrong length, and whatever `chunks` throws.
 */
export async function* sealBlocks(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: SealBlocksOptions,
): AsyncGenerator<SealedBlock, SealDigest, void> {
  const { blockSize, encryption, expectedSize } = options;
  const takeBuffer = options.takeBuffer ?? freshBuffer;
  const stream = new SealStream(encryption);
  const firstBytes =
    expectedSize === undefined ? blockSize : Math.min(blockSize, storedSize(expectedSize, encryption !== undefined));
  let block: Uint8Array | undefined;
  let filled = 0;
  let sentFirst = false;
  for await (const stored of sealPieces(chunks, stream, options.onSealed)) {
    for (let at = 0; at < stored.length; ) {
      if (block === undefined) {
        block = await takeBuffer(sentFirst ? blockSize : firstBytes);
      } else if (filled === blockSize) {
        yield { bytes: block, last: false };
        sentFirst = true;
        filled = 0;
        block = await takeBuffer(blockSize);
      } else if (filled === block.length) {
        const whole = await takeBuffer(blockSize);
        whole.set(block);
        block = whole;
      }
      const end = Math.min(stored.length, at + block.length - filled);
      block.set(at === 0 && end === stored.length ? stored : stored.subarray(at, end), filled);
      filled += end - at;
      at = end;
    }
  }
  yield { bytes: block === undefined ? new Uint8Array(0) : block.subarray(0, filled), last: true };
  return stream.digest();
}

/** Stored bytes as they come out of the cipher, piece by piece. */
async function* sealPieces(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  stream: SealStream,
  onSealed: SealBlocksOptions["onSealed"],
): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      const piece = chunk.length <= PIECE_BYTES ? chunk : chunk.subarray(at, at + PIECE_BYTES);
      yield stream.update(piece);
      onSealed?.(piece.length);
    }
  }
  yield stream.final();
}

/** Hash, cipher and hash of one blob, in step. */
class SealStream {
  readonly #quickXorHash = new QuickXorHash();
  readonly #md5: Hash = createHash("md5");
  readonly #cipher: Cipher | undefined;
  readonly #iv: Uint8Array | undefined;
  #size = 0;
  #storedSize = 0;

  constructor(encryption: BlobEncryption | undefined) {
    if (encryption === undefined) return;
    checkEncryption(encryption, "SEAL_FAILED");
    this.#cipher = createCipheriv(CIPHER, encryption.key.reveal(), encryption.iv);
    this.#iv = encryption.iv;
  }

  /** The stored bytes that came out; unencrypted, the very bytes that went in. */
  update(plaintext: Uint8Array): Uint8Array {
    this.#size += plaintext.length;
    this.#quickXorHash.update(plaintext);
    return this.#stored(this.#cipher === undefined ? plaintext : this.#cipher.update(plaintext));
  }

  final(): Uint8Array {
    return this.#stored(this.#cipher === undefined ? new Uint8Array(0) : this.#cipher.final());
  }

  digest(): SealDigest {
    return {
      size: this.#size,
      storedSize: this.#storedSize,
      md5: this.#md5.digest("base64"),
      quickXorHash: base64(this.#quickXorHash.digest()),
      ...(this.#iv === undefined ? {} : { iv: base64(this.#iv) }),
    };
  }

  #stored(bytes: Uint8Array): Uint8Array {
    this.#storedSize += bytes.length;
    this.#md5.update(bytes);
    return bytes;
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
}

function freshBuffer(bytes: number): Uint8Array {
  return Buffer.allocUnsafeSlow(bytes);
}
