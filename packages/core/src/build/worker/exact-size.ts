import { PrimepackError } from "../../errors/index.ts";

/**
 * The same chunks; throws SOURCE_INVALID_ITEM as soon as they are more than `size` bytes, or at their end if fewer: what
 * a caller hands over is as long as it says.
 */
export async function* ofExactSize(
  chunks: AsyncIterable<Uint8Array>,
  size: number,
  blob: string,
): AsyncGenerator<Uint8Array, void, void> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > size) throw wrongSize(blob, size, `more than ${size}`);
    yield chunk;
  }
  if (bytes < size) throw wrongSize(blob, size, `${bytes}`);
}

function wrongSize(blob: string, size: number, found: string): PrimepackError {
  return new PrimepackError(
    "SOURCE_INVALID_ITEM",
    `Cannot seal blob ${blob} as its item's size is given as ${size} bytes: current value is ${found}`,
  );
}
