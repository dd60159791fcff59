import { Budget } from "../../seal/budget.ts";
import { filesAtOnce, type MemoryOptions, type MemoryShare, memoryShares } from "./memory-bound.ts";
import { Counter, type SharedCounters } from "./shared-counter.ts";
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

export interface SealThreadOptions {
  readonly memory: MemoryOptions;
  readonly counters: SharedCounters;
}

/** Makes the thread's part; call it once on each thread. `main` takes no part in what the workers borrow. */
export function createSealThread(kind: "main" | "worker", { memory, counters }: SealThreadOptions): SealThread {
  const { [kind]: owned, common } = memoryShares(memory);
  const budget = (what: keyof MemoryShare, free: number) =>
    kind === "main"
      ? new Budget(owned[what])
      : new Budget(owned[what] + common[what], { lender: counters.lender(free), owned: owned[what] });
  return {
    resources: {
      blockSize: memory.blockSize,
      blockBytes: budget("blockBytes", Counter.freeBlockBytes),
      uploads: budget("uploads", Counter.freeUploads),
      spare: new SpareBlock(memory.blockSize),
    },
    filesAtOnce: filesAtOnce(memory),
    onSealed: (bytes) => counters.add(Counter.sealedBytes, bytes),
  };
}
