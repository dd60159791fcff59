import { TemporaryFile } from "./temporary-file.ts";

/** How items become text and items again. */
export interface ItemText<T> {
  /** Well-formed text, as `JSON.stringify` makes it; a lone surrogate would be lost. At most 4 GiB. */
  readonly serialize: (item: T) => string;
  readonly parse: (text: string) => T;
}

/** Bytes that are written at once. */
const WRITE_BYTES: number = 1024 * 1024;
/** Bytes that are read at once from each of the runs that are merged. */
const READ_BYTES: number = 64 * 1024;
/** Bytes before each item: the length of its text, big-endian. */
const LENGTH_BYTES = 4;

/** Items in order, in a temporary file. Read once: the file is closed at the end. */
export class SortedRun<T> {
  readonly #file: TemporaryFile;
  readonly #parse: (text: string) => T;

  private constructor(file: TemporaryFile, parse: (text: string) => T) {
    this.#file = file;
    this.#parse = parse;
  }

  static async write<T>(
    items: Iterable<T> | AsyncIterable<T>,
    { serialize, parse }: ItemText<T>,
    directory: string,
  ): Promise<SortedRun<T>> {
    const file = await TemporaryFile.create(directory);
    try {
      let waiting: Buffer[] = [];
      let bytes = 0;
      for await (const item of items) {
        const frame = frameOf(serialize(item));
        waiting.push(frame);
        bytes += frame.length;
        if (bytes < WRITE_BYTES) continue;
        await file.append(Buffer.concat(waiting));
        waiting = [];
        bytes = 0;
      }
      if (bytes > 0) await file.append(Buffer.concat(waiting));
      return new SortedRun(file, parse);
    } catch (reason) {
      await file.close();
      throw reason;
    }
  }

  /** The items in their order, as many at a time as one reading brings, and at least one. */
  async *batches(): AsyncGenerator<T[], void, undefined> {
    let wanted = READ_BYTES;
    for (let position = 0; position < this.#file.size; ) {
      const bytes = await this.#file.read(position, wanted);
      const { items, used, missing } = this.#parseAll(bytes);
      position += used;
      wanted = missing === 0 ? READ_BYTES : missing;
      if (items.length > 0) yield items;
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  /** `missing`: the bytes that the first item has in all, if it isn't whole. */
  #parseAll(bytes: Buffer): { readonly items: T[]; readonly used: number; readonly missing: number } {
    const items: T[] = [];
    let used = 0;
    while (used + LENGTH_BYTES <= bytes.length) {
      const end = used + LENGTH_BYTES + bytes.readUInt32BE(used);
      if (end > bytes.length) return { items, used, missing: items.length > 0 ? 0 : end };
      items.push(this.#parse(bytes.toString("utf8", used + LENGTH_BYTES, end)));
      used = end;
    }
    return { items, used, missing: 0 };
  }
}

function frameOf(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(LENGTH_BYTES + length);
  frame.writeUInt32BE(length);
  frame.write(text, LENGTH_BYTES);
  return frame;
}
