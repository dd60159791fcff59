import { describe, expect, it } from "vitest";
import { PrimepackError } from "../errors/index.ts";
import type { RetryAdvice } from "../http/request-error.ts";
import type { RetryOptions } from "../http/retrier.ts";
import type { BlobContainer } from "../model/index.ts";
import { codeOf, describeContainer, readAll, withMd5 } from "./container.conformance.ts";
import { MemoryContainer } from "./memory.ts";
import { RetryingContainer } from "./retrying.ts";
import { StorageError } from "./storage-error.ts";

describeContainer("RetryingContainer", { make: () => new RetryingContainer(new MemoryContainer()), snapshots: true });

const bytes = Buffer.from("bytes");
const passing = (advice: Partial<RetryAdvice> = {}) =>
  new StorageError("CONTAINER_BUSY", "Cannot go on", undefined, { retryable: true, ...advice });

/** A container whose `putBlob` fails by these errors first. */
function failing(errors: Error[]): { container: BlobContainer; calls: () => number } {
  const container = new MemoryContainer();
  const store = container.putBlob.bind(container);
  let calls = 0;
  container.putBlob = async (name, body, options) => {
    calls++;
    const error = errors.shift();
    if (error !== undefined) throw error;
    await store(name, body, options);
  };
  return { container, calls: () => calls };
}

function recorded(options: RetryOptions = {}) {
  const waits: number[] = [];
  return { waits, options: { timer: async (milliseconds: number) => void waits.push(milliseconds), ...options } };
}

const put = (container: BlobContainer, signal?: AbortSignal) =>
  container.putBlob("a", bytes, { ...withMd5(bytes), ...(signal === undefined ? {} : { signal }) });

describe("RetryingContainer", () => {
  it("doubles its waits up to the greatest, by chance between half and all of each", async () => {
    for (const [random, expected] of [
      [0, [50, 100, 200, 200]],
      [0.5, [75, 150, 300, 300]],
    ] as const) {
      const { waits, options } = recorded({ random: () => random, firstDelayMs: 100, maxDelayMs: 400 });
      const { container } = failing(Array.from({ length: 4 }, () => passing()));
      await put(new RetryingContainer(container, options));
      expect(waits).toEqual(expected);
    }
  });

  it("never waits less than the store asks for", async () => {
    const { waits, options } = recorded({ random: () => 0, firstDelayMs: 100 });
    const { container } = failing([passing({ retryAfterMs: 1000 }), passing({ retryAfterMs: 1 })]);
    await put(new RetryingContainer(container, options));
    expect(waits).toEqual([1000, 100]);
  });

  it("comes back by chance later than the store asks for, so that not all who were refused come at once", async () => {
    const { waits, options } = recorded({ random: () => 0.5, firstDelayMs: 100 });
    const { container } = failing([passing({ retryAfterMs: 1000 }), passing({ retryAfterMs: 1 })]);
    await put(new RetryingContainer(container, options));
    expect(waits).toEqual([1025, 150]);
  });

  it("gives the last error when attempts are used up", async () => {
    const { waits, options } = recorded({ attempts: 3 });
    const last = passing();
    const { container, calls } = failing([passing(), passing(), last, passing()]);
    await expect(put(new RetryingContainer(container, options))).rejects.toBe(last);
    expect(calls()).toBe(3);
    expect(waits).toHaveLength(2);
  });

  it.each([
    new StorageError("CONTAINER_FORBIDDEN", "Cannot", undefined),
    new PrimepackError("CONTAINER_BUSY", "Cannot"),
    new Error("a defect"),
  ])("does not repeat what stays: %s", async (error) => {
    const { waits, options } = recorded();
    const { container, calls } = failing([error]);
    await expect(put(new RetryingContainer(container, options))).rejects.toBe(error);
    expect([calls(), waits]).toEqual([1, []]);
  });

  it("ends its wait when the signal aborts", async () => {
    const controller = new AbortController();
    const { container, calls } = failing([passing({ retryAfterMs: 60_000 })]);
    const putting = put(new RetryingContainer(container), controller.signal);
    controller.abort();
    expect(await codeOf(putting)).toBe("ABORTED");
    expect(calls()).toBe(1);
  });

  it("says in the log what it repeats, and why", async () => {
    const lines: unknown[] = [];
    const logger = {
      debug: () => {},
      warn: (message: string, fields?: object) => void lines.push({ message, ...fields }),
    };
    const { options } = recorded({ random: () => 0, logger });
    await put(new RetryingContainer(failing([passing()]).container, options));
    expect(lines).toEqual([
      {
        message: "A request is repeated",
        method: "putBlob",
        name: "a",
        attempt: 1,
        delayMs: 200,
        code: "CONTAINER_BUSY",
        error: "Cannot go on",
      },
    ]);
  });

  it("begins a read anew only while nothing of it has been given", async () => {
    const { waits, options } = recorded();
    let opened = 0;
    const inner = new MemoryContainer();
    inner.read = async function* () {
      opened++;
      if (opened === 1) throw passing();
      yield bytes;
      if (opened === 2) throw passing();
    };
    const container = new RetryingContainer(inner, options);
    expect(await codeOf(readAll(container, "a"))).toBe("CONTAINER_BUSY");
    expect([opened, waits.length]).toEqual([2, 1]);
    expect(await readAll(container, "a")).toEqual(bytes);
  });
});
