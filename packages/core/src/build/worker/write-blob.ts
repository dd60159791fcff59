import { PrimepackError, untilAborted } from "../../errors/index.ts";
import type { BlobContainer, BlobWriteOptions } from "../../model/index.ts";
import type { Budget, Share } from "../../seal/budget.ts";
import type { BlobEncryption } from "../../seal/cipher.ts";
import { type SealDigest, sealBlocks } from "../../seal/seal-blocks.ts";
import { removeIfAllowed } from "./remove-if-allowed.ts";
import type { SpareBlock } from "./spare-block.ts";

/** The requests that writing a blob needs. A sink with a locator needs a body no more once its request has succeeded. */
export type BlobSink = Pick<BlobContainer, "locator" | "putBlob" | "putBlock" | "putBlockList" | "snapshot" | "remove">;

/** What all blobs that one thread writes share. */
export interface WriteResources {
  readonly blockSize: number;
  /** Bounds the bytes of blocks that are alive. */
  readonly blockBytes: Budget;
  readonly spare: SpareBlock;
  /** Bounds the requests that are under way. */
  readonly uploads: Budget;
}

export interface BlobToWrite {
  readonly name: string;
  readonly chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** Undefined: the blob is stored as it is. */
  readonly encryption: BlobEncryption | undefined;
  /** Bytes of plaintext; a blob that fits a block then takes no more memory than it needs. */
  readonly expectedSize: number;
  readonly contentType: string | undefined;
  /** Aborted by a request that fails, with its error, so that all work under it ends as soon as it can't succeed. */
  readonly abort: AbortController;
  readonly onSealed?: (bytes: number) => void;
}

/**
 * Seals one blob and stores it while it is sealed: by one request if it fits a block, else in numbered blocks that go
 * out in parallel; then takes its snapshot. The blob is committed only after `chunks` has come to its end.
 *
 * Rejects with what `chunks` threw, after requests under way have ended and what was stored has been removed; or at once
 * with the reason of `abort`, and then leaves what was stored.
 */
export async function writeBlob(
  container: BlobSink,
  blob: BlobToWrite,
  resources: WriteResources,
): Promise<SealDigest> {
  const writing = new BlobWriting(container, blob, resources);
  try {
    return await writing.run();
  } catch (error) {
    await writing.abandon();
    throw error;
  } finally {
    writing.releaseAll();
  }
}

interface HeldBlock {
  readonly bytes: Uint8Array;
  readonly room: Share | undefined;
}

class BlobWriting {
  readonly #container: BlobSink;
  readonly #blob: BlobToWrite;
  readonly #resources: WriteResources;
  readonly #signal: AbortSignal;
  /** Block requests under way; none of them rejects. */
  readonly #underWay: Set<Promise<void>> = new Set();
  readonly #rooms: Set<Share> = new Set();
  /** Of the block that is being filled. */
  #room: Share | undefined;
  #blocks = 0;
  #offset = 0;

  constructor(container: BlobSink, blob: BlobToWrite, resources: WriteResources) {
    this.#container = container;
    this.#blob = blob;
    this.#resources = resources;
    this.#signal = blob.abort.signal;
  }

  async run(): Promise<SealDigest> {
    const { chunks, encryption, expectedSize, onSealed } = this.#blob;
    const { blockSize } = this.#resources;
    const sealing = sealBlocks(chunks, {
      blockSize,
      expectedSize,
      encryption,
      takeBuffer: (bytes) => this.#takeBuffer(bytes),
      onSealed,
    });
    let last: HeldBlock = { bytes: new Uint8Array(0), room: undefined };
    for (;;) {
      const next = await sealing.next();
      if (next.done === true) {
        await this.#commit(last, next.value);
        return next.value;
      }
      const block = { bytes: next.value.bytes, room: this.#room };
      this.#room = undefined;
      if (next.value.last) last = block;
      else this.#startBlock(block);
    }
  }

  /** Ends requests under way and removes what they stored, unless all work has to end at once. */
  async abandon(): Promise<void> {
    await Promise.all(this.#underWay);
    this.#signal.throwIfAborted();
    if (this.#blocks === 0) return;
    await this.#request(() => removeIfAllowed(this.#container, this.#blob.name, this.#signal));
  }

  releaseAll(): void {
    for (const room of this.#rooms) room.release();
  }

  async #takeBuffer(bytes: number): Promise<Uint8Array> {
    // Set only where a blob outgrows its expected size. Its room is given back first: who waits for room holds none.
    this.#release(this.#room);
    this.#room = await this.#resources.blockBytes.take(bytes, this.#signal);
    this.#rooms.add(this.#room);
    return this.#resources.spare.take(bytes);
  }

  #release(room: Share | undefined): void {
    if (room === undefined) return;
    this.#rooms.delete(room);
    room.release();
  }

  #startBlock({ bytes, room }: HeldBlock): void {
    const index = this.#blocks++;
    const offset = this.#offset;
    this.#offset += bytes.length;
    const sending = this.#request(() =>
      this.#container.putBlock(this.#blob.name, index, offset, bytes, this.#signal),
    ).then(
      () => {
        if (this.#container.locator !== undefined) this.#resources.spare.give(bytes);
        this.#release(room);
      },
      // The signal has fired and tells the reason to everybody.
      () => undefined,
    );
    this.#underWay.add(sending);
    void sending.then(() => this.#underWay.delete(sending));
  }

  async #commit(last: HeldBlock, digest: SealDigest): Promise<void> {
    const { name, contentType } = this.#blob;
    const signal = this.#signal;
    const options: BlobWriteOptions = {
      md5: digest.md5,
      signal,
      ...(digest.iv === undefined ? {} : { iv: digest.iv }),
      ...(contentType === undefined ? {} : { contentType }),
    };
    if (this.#blocks === 0) {
      await this.#request(async () => {
        await this.#container.putBlob(name, last.bytes, options);
        await this.#container.snapshot(name, signal);
      });
      return;
    }
    this.#startBlock(last);
    await Promise.all(this.#underWay);
    await this.#request(async () => {
      await this.#container.putBlockList(name, this.#blocks, digest.storedSize, options);
      await this.#container.snapshot(name, signal);
    });
  }

  /** Rejects with nothing but the signal's reason. */
  async #request(send: () => Promise<void>): Promise<void> {
    const slot = await this.#resources.uploads.take(1, this.#signal);
    try {
      await untilAborted(send(), this.#signal);
    } catch (reason) {
      this.#blob.abort.abort(PrimepackError.from(reason, "CONTAINER_REFUSED", `store blob ${this.#blob.name}`));
      this.#signal.throwIfAborted();
    } finally {
      slot.release();
    }
  }
}
