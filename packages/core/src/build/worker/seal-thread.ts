import pLimit from "p-limit";
import type { Secret } from "../../errors/index.ts";
import { ByteBudget } from "../../seal/byte-budget.ts";
import type { MemoryShare } from "./memory-bound.ts";
import { Counter } from "./protocol.ts";
import { SpareBlock } from "./spare-block.ts";
import type { WriteResources } from "./write-blob.ts";

/** What everything that is sealed on one thread shares. */
export interface SealThread {
  readonly resources: WriteResources;
  /** Files of one task that are in progress at once. */
  readonly filesAtOnce: number;
  /** Adds to the bytes of plaintext that all threads have sealed. */
  onSealed(bytes: number): void;
}

export function createSealThread(
  share: MemoryShare,
  blockSize: number,
  key: Secret<Uint8Array> | undefined,
  counters: SharedArrayBuffer,
): SealThread {
  const counts = new BigInt64Array(counters);
  return {
    resources: {
      blockSize,
      key,
      budget: new ByteBudget(share.blockBytes),
      spare: new SpareBlock(blockSize),
      upload: pLimit(share.uploads),
    },
    filesAtOnce: Math.max(2, Math.floor(share.blockBytes / blockSize)),
    onSealed: (bytes) => {
      Atomics.add(counts, Counter.sealedBytes, BigInt(bytes));
    },
  };
}
