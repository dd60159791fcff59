import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mainShare, memoryBound, threadCount, workerShare } from "./memory-bound.ts";

const memoryOptions = fc.record({
  blockSize: fc.integer({ min: 1, max: 1 << 30 }),
  uploads: fc.integer({ min: 1, max: 64 }),
  ahead: fc.integer({ min: 0, max: 64 }),
  workers: fc.integer({ min: 0, max: 32 }),
});

describe("memoryBound()", () => {
  it("memoryBound() is the sum of the shares of all threads, of which each can hold a block for each of its uploads", () => {
    fc.assert(
      fc.property(memoryOptions, (options) => {
        const shares = Array.from({ length: threadCount(options) }, (_, ordinal) => workerShare(options, ordinal));
        const main = mainShare(options);
        const blockBytes = shares.reduce((sum, share) => sum + share.blockBytes, main.blockBytes);
        expect(blockBytes).toBe(memoryBound(options));
        for (const share of shares) {
          expect(share.uploads).toBeGreaterThanOrEqual(1);
          expect(share.blockBytes).toBeGreaterThanOrEqual(share.uploads * options.blockSize);
        }
        expect(main.blockBytes).toBeGreaterThanOrEqual(options.blockSize);
        if (shares.length > 0) expect(shares.reduce((sum, share) => sum + share.uploads, 0)).toBe(options.uploads);
      }),
    );
  });
});
