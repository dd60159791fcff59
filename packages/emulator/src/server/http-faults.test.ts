import { describe, expect, it } from "vitest";
import type { EmulatorFaults } from "../types.ts";
import { HttpFaults } from "./http-faults.ts";

/** What befalls so many requests. */
function fates(faults: EmulatorFaults, paths: readonly string[]) {
  const counted = new HttpFaults(() => faults);
  return paths.map((path) => counted.next(path, path.endsWith("progress")));
}

const times = (count: number, path = "/a") => Array.from({ length: count }, () => path);

describe("HttpFaults", () => {
  it("lets everything pass without faults", () => {
    for (const fate of fates({}, times(5))) {
      expect(fate).toEqual({ throttle: undefined, failProgress: false, loseAnswer: false, headers: {} });
    }
  });

  it("throttles each n-th request, and warns from 80 % of the limit on", () => {
    const all = fates({ throttle: { every: 5, retryAfterSeconds: 7, status: 503 } }, times(10));
    expect(all.map(({ throttle }) => throttle?.status)).toEqual(
      times(10).map((_, index) => (index % 5 === 4 ? 503 : undefined)),
    );
    expect(all.map(({ headers }) => headers["ratelimit-remaining"])).toEqual([
      ...[undefined, undefined, undefined, "1", "0"],
      ...[undefined, undefined, undefined, "1", "0"],
    ]);
    expect(all[4]).toMatchObject({
      throttle: { status: 503, retryAfterSeconds: 7 },
      headers: { "ratelimit-limit": "5", "ratelimit-reset": "7" },
    });
  });

  it("loses each n-th answer to requests of the path, and counts no others", () => {
    const faults = { loseAnswer: { every: 2, path: "CreateMigrationJob" } };
    const paths = ["/createmigrationjobEncrypted", "/other", "/CreateMigrationJob", "/other"];
    expect(fates(faults, paths).map(({ loseAnswer }) => loseAnswer)).toEqual([false, false, true, false]);
  });

  it("fails each n-th progress request", () => {
    const paths = ["/progress", "/other", "/progress", "/progress", "/progress"];
    const failed = fates({ failProgress: { every: 2 } }, paths).map(({ failProgress }) => failProgress);
    expect(failed).toEqual([false, false, true, false, true]);
  });

  it("begins to count anew with other faults", () => {
    let faults: EmulatorFaults = { throttle: { every: 2, retryAfterSeconds: 1 } };
    const counted = new HttpFaults(() => faults);
    counted.next("/a", false);
    faults = { throttle: { every: 2, retryAfterSeconds: 1 } };
    expect(counted.next("/a", false).throttle).toBeUndefined();
    expect(counted.next("/a", false).throttle).toBeDefined();
  });
});
