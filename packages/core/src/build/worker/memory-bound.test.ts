import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memoryBound, memoryShares, threadCount } from "./memory-bound.ts";

const memoryOptions = fc.record({
  blockSize: fc.integer({ min: 1, max: 1 << 30 }),
  uploads: fc.integer({ min: 1, max: 64 }),
  ahead: fc.integer({ min: 0, max: 64 }),
  workers: fc.integer({ min: 0, max: 32 }),
});

describe("memoryShares()", () => {
  it("memoryShares() divides memoryBound() and the uploads so that each thread can get on by itself", () => {
    fc.assert(
      fc.property(memoryOptions, (options) => {
        const threads = threadCount(options);
        const { main, worker, common } = memoryShares(options);
        expect(main.blockBytes + threads * worker.blockBytes + common.blockBytes).toBe(memoryBound(options));
        expect(threads === 0 ? main.uploads : threads * worker.uploads + common.uploads).toBe(options.uploads);
        expect([common.uploads, common.blockBytes].every((amount) => amount >= 0)).toBe(true);
        for (const share of [main, worker]) {
          expect(share.uploads).toBeGreaterThanOrEqual(1);
          expect(share.blockBytes).toBeGreaterThanOrEqual(options.blockSize);
        }
      }),
    );
  });
});
