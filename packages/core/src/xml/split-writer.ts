import { PrimepackError } from "../errors/index.ts";
import { rootTags, UTF8_UNIT_BYTES, utf8Chunks, type XmlRoot } from "./writer.ts";

/**
 * The records as one or more whole XML files, none longer than `maxBytes` of UTF-8 unless a single record makes it so;
 * one file without records where there are none. Each is given as its chunks of about 64 KiB.
 *
 * Memory is that of two chunks and two records: nothing is kept, so the chunks of a file can be iterated once, and must be
 * read to their end before the next file is asked for; code INTERNAL otherwise.
 */
export function* splitXmlFiles(
  root: XmlRoot,
  records: Iterable<string>,
  maxBytes: number,
): Generator<Iterable<Uint8Array>, void, undefined> {
  const { open, close, empty } = rootTags(root);
  const source = records[Symbol.iterator]();
  let next = source.next();
  let finished = false;
  /** Bytes of the chunks of this file that were given. */
  let given = 0;
  /** What is in no chunk yet, and how many UTF-16 units that are. */
  let pending: string[] = [];
  let units = 0;

  /** Counts bytes only where the most that the text may have is too much: counting costs as much as encoding. */
  function fits(record: string): boolean {
    const rest = maxBytes - given - close.length;
    if (UTF8_UNIT_BYTES * (units + record.length) <= rest) return true;
    return pending.reduce((bytes, part) => bytes + Buffer.byteLength(part), Buffer.byteLength(record)) <= rest;
  }

  function taken(part: string): string {
    pending.push(part);
    units += part.length;
    return part;
  }

  function* parts(): Generator<string, void, undefined> {
    if (next.done) {
      yield empty;
      return;
    }
    yield taken(open);
    do {
      yield taken(next.value);
      next = source.next();
    } while (!next.done && fits(next.value));
    yield close;
  }

  function* chunks(): Generator<Uint8Array, void, undefined> {
    for (const chunk of utf8Chunks(parts())) {
      given += chunk.length;
      pending = [];
      units = 0;
      yield chunk;
    }
    finished = true;
  }

  try {
    do {
      finished = false;
      given = 0;
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
