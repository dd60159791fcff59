import { PrimepackError } from "../errors/index.ts";
import { rootTags, utf8Chunks, type XmlRoot } from "./writer.ts";

/**
 * The records as one or more whole XML files, none longer than `maxBytes` of UTF-8 unless a single record makes it so;
 * one file without records where there are none. Each is given as its chunks of about 64 KiB.
 *
 * Memory is that of a chunk and two records: nothing is kept, so the chunks of a file can be iterated once, and must be
 * read to their end before the next file is asked for; code INTERNAL otherwise.
 */
export function* splitXmlFiles(
  root: XmlRoot,
  records: Iterable<string>,
  maxBytes: number,
): Generator<Iterable<Uint8Array>, void, undefined> {
  const { open, close, empty } = rootTags(root);
  const room = maxBytes - Buffer.byteLength(open) - Buffer.byteLength(close);
  const source = records[Symbol.iterator]();
  let next = source.next();
  let finished = false;

  function* parts(): Generator<string, void, undefined> {
    if (next.done) {
      yield empty;
      return;
    }
    yield open;
    let size = Buffer.byteLength(next.value);
    let left = room;
    do {
      left -= size;
      yield next.value;
      next = source.next();
      if (next.done) break;
      size = Buffer.byteLength(next.value);
    } while (size <= left);
    yield close;
  }

  function* chunks(): Generator<Uint8Array, void, undefined> {
    yield* utf8Chunks(parts());
    finished = true;
  }

  try {
    do {
      finished = false;
      yield chunks();
      if (!finished) {
        const constraint = "the file before it must be read to its end first";
        throw new PrimepackError("INTERNAL", `Cannot write the next file of <${root.name}> as ${constraint}`);
      }
    } while (!next.done);
  } finally {
    if (!next.done) source.return?.();
  }
}
