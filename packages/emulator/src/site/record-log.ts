import { createReadStream } from "node:fs";
import { type FileHandle, open, rename, truncate } from "node:fs/promises";

/** Where a record stands in its log, in bytes. */
export interface RecordPlace {
  readonly offset: number;
  readonly length: number;
}

/**
 * An append-only file of JSON lines. A record is there as soon as its write has returned, whatever becomes of this
 * process; a line that a kill cut off is dropped when the log is opened again.
 */
export class RecordLog {
  readonly path: string;
  #file: FileHandle;
  #end: number;

  private constructor(path: string, file: FileHandle, end: number) {
    this.path = path;
    this.#file = file;
    this.#end = end;
  }

  /** Reads what there is, record by record, then opens the log for more. */
  static async open(path: string, onRecord: (record: unknown, place: RecordPlace) => void): Promise<RecordLog> {
    await (await open(path, "a")).close();
    const end = await readRecords(path, onRecord);
    await truncate(path, end);
    return new RecordLog(path, await open(path, "r+"), end);
  }

  async append(record: unknown): Promise<RecordPlace> {
    const [place] = await this.appendAll([record]);
    return place as RecordPlace;
  }

  /** By one write: a kill leaves all of them, or some of the first. */
  async appendAll(records: readonly unknown[]): Promise<readonly RecordPlace[]> {
    const places: RecordPlace[] = [];
    const lines: Buffer[] = [];
    const start = this.#end;
    for (const record of records) {
      const line = Buffer.from(`${JSON.stringify(record)}\n`);
      places.push({ offset: this.#end, length: line.length - 1 });
      lines.push(line);
      this.#end += line.length;
    }
    await this.#file.write(Buffer.concat(lines), 0, this.#end - start, start);
    return places;
  }

  async read(place: RecordPlace): Promise<unknown> {
    const buffer = Buffer.alloc(place.length);
    await this.#file.read(buffer, 0, place.length, place.offset);
    return JSON.parse(buffer.toString("utf8"));
  }

  /** Puts a log of these records only in the place of this one; gives where each of them stands now. */
  async rewrite(places: readonly RecordPlace[]): Promise<RecordPlace[]> {
    const path = `${this.path}.new`;
    const next = new RecordLog(path, await open(path, "w+"), 0);
    const moved: RecordPlace[] = [];
    for (const place of places) moved.push(await next.append(await this.read(place)));
    await next.#file.sync();
    await rename(path, this.path);
    await this.#file.close();
    this.#file = next.#file;
    this.#end = next.#end;
    return moved;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** Gives the bytes of the whole lines. */
async function readRecords(path: string, onRecord: (record: unknown, place: RecordPlace) => void): Promise<number> {
  let pending: Buffer[] = [];
  let offset = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    let start = 0;
    for (;;) {
      const newline = chunk.indexOf(10, start);
      if (newline === -1) break;
      const line = Buffer.concat([...pending, chunk.subarray(start, newline)]);
      pending = [];
      onRecord(JSON.parse(line.toString("utf8")), { offset, length: line.length });
      offset += line.length + 1;
      start = newline + 1;
    }
    if (start < chunk.length) pending.push(Buffer.from(chunk.subarray(start)));
  }
  return offset;
}
