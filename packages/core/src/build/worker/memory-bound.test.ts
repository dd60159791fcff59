import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memoryBound, memoryShares } from "./memory-bound.ts";

const memoryOptions = fc.record({
  blockSize: fc.integer({ min: 1, max: 1 << 30 }),
  uploads: fc.integer({ min: 1, max: 64 }),
  ahead: fc.integer({ min: 0, max: 64 }),
  workers: fc.integer({ min: 0, max: 32 }),
});

describe("memoryShares()", () => {
  it("memoryShares() divides memoryBound() and the uploads, with at least a block for each thread", () => {
    fc.assert(
      fc.property(memoryOptions, (options) => {
        const { main, worker, common } = memoryShares(options);
        expect(main.blockBytes + options.workers * worker.blockBytes + common.blockBytes).toBe(memoryBound(options));
        expect(options.workers === 0 ? main.uploads : common.uploads).toBe(options.uploads);
        expect(common.blockBytes).toBeGreaterThanOrEqual(0);
        expect(main.blockBytes).toBeGreaterThanOrEqual(options.blockSize);
      }),
    );
  });
});
