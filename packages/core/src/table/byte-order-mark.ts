import { PrimepackError } from "../errors/index.ts";
import type { TableKind } from "./table-types.ts";

const MARK: Buffer = Buffer.from([0xef, 0xbb, 0xbf]);

/** The first bytes of a file without the mark of UTF-8. Throws the kind's code for the mark of UTF-16. */
export function withoutMark(bytes: Buffer, { noun, code }: TableKind): Buffer {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new PrimepackError(
      code,
      `Cannot read ${noun} as it must be UTF-8: current value is UTF-16, by its first two bytes`,
    );
  }
  return bytes.subarray(0, MARK.length).equals(MARK) ? bytes.subarray(MARK.length) : bytes;
}

/** The bytes of a file without the mark. Throws as {@link withoutMark} does. */
export async function* unmarked(
  chunks: AsyncIterable<Uint8Array>,
  kind: TableKind,
): AsyncGenerator<Uint8Array, void, undefined> {
  let beginning: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (beginning === undefined) {
      yield chunk;
      continue;
    }
    beginning = Buffer.concat([beginning, chunk]);
    if (beginning.length < MARK.length) continue;
    yield withoutMark(beginning, kind);
    beginning = undefined;
  }
  if (beginning !== undefined && beginning.length > 0) yield withoutMark(beginning, kind);
}
