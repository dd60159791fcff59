import { PrimepackError, untilAborted } from "../../errors/index.ts";
import type { SourceContent } from "../../model/index.ts";
import { readStableFile } from "../../source/read-file.ts";

/**
 * The bytes of a content that the caller handed over, on the caller's thread.
 *
 * Ends with the signal's reason as soon as that aborts, even while the caller's iterable makes it wait. Throws
 * SOURCE_INVALID_ITEM for a content that nobody handed over and for chunks that are no Uint8Array, else whatever the caller's iterable throws.
 */
export async function* openLocalContent(
  content: SourceContent | undefined,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  if (content === undefined) {
    throw new PrimepackError("SOURCE_INVALID_ITEM", "Cannot read the content as this process does not hold it");
  }
  if (content instanceof Uint8Array) {
    yield content;
  } else if ("path" in content) {
    yield* readStableFile(content.path, { signal });
  } else {
    const opened = await untilAborted(Promise.resolve(content.open(signal)), signal);
    yield* untilAbortedEach(opened, signal);
  }
}

/** The items of `chunks`; leaves them, without waiting for them to close, when the signal aborts. */
export async function* untilAbortedEach(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  const iterator = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  let ended = false;
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = await untilAborted(Promise.resolve(iterator.next()), signal);
      ended = next.done === true;
      if (next.done === true) return;
      yield checked(next.value);
    }
  } catch (reason) {
    // What an iterator itself throws has ended it; closing it once more does nothing.
    if (signal.aborted) throw signal.reason;
    throw reason;
  } finally {
    if (!ended) void Promise.resolve(iterator.return?.()).catch(() => undefined);
  }
}

function checked(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  throw new PrimepackError(
    "SOURCE_INVALID_ITEM",
    `Cannot read the content as its chunks must be Uint8Arrays: current value is of type ${typeof chunk}`,
  );
}
