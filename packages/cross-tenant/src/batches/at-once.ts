/** Does work for each, at most so much at once, until the signal aborts; what is under way is waited for. `work` never rejects. */
export async function atOnce<Item>(
  items: Iterable<Item>,
  most: number,
  stop: AbortSignal,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const going = new Set<Promise<void>>();
  for (const item of items) {
    while (going.size >= most) await Promise.race(going);
    if (stop.aborted) break;
    const one = work(item).then(() => {
      going.delete(one);
    });
    going.add(one);
  }
  await Promise.all(going);
}
