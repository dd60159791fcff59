/**
 * Applies an asynchronous function to each item, up to `concurrency` at once, and yields the results in the items' order.
 *
 * At the first failure, and when the consumer leaves its loop, no further item is begun, and what is in flight is waited for.
 */
export async function* mapInOrder<T, R>(
  items: Iterable<T>,
  concurrency: number,
  apply: (item: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const inFlight: Promise<R>[] = [];
  try {
    for (const item of items) {
      const work = apply(item);
      // It may fail before its turn; whoever awaits it then gets the error.
      work.catch(() => {});
      inFlight.push(work);
      const first = inFlight.length >= concurrency ? inFlight.shift() : undefined;
      if (first !== undefined) yield await first;
    }
    for (let next = inFlight.shift(); next !== undefined; next = inFlight.shift()) yield await next;
  } finally {
    await Promise.allSettled(inFlight);
  }
}
