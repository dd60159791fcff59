/**
 * The same bytes in pieces of exactly `size` bytes, the last one less, however they were split.
 *
 * A piece is only valid until the next one is asked for: its memory is used again.
 */
export async function* piecesOf(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  size: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const buffer = Buffer.allocUnsafe(size);
  let filled = 0;
  for await (const chunk of chunks) {
    let used = 0;
    while (used < chunk.length) {
      const left = chunk.length - used;
      if (filled === 0 && left >= size) {
        yield chunk.subarray(used, used + size);
        used += size;
        continue;
      }
      const count = Math.min(left, size - filled);
      buffer.set(chunk.subarray(used, used + count), filled);
      filled += count;
      used += count;
      if (filled === size) {
        yield buffer;
        filled = 0;
      }
    }
  }
  if (filled > 0) yield buffer.subarray(0, filled);
}
