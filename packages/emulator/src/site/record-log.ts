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
  /** The append that was begun last: one goes behind the other. */
  #last: Promise<unknown> = Promise.resolve();

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

  /** A kill leaves all of them, or some of the first; of a write that fails nothing stays. */
  appendAll(records: readonly unknown[]): Promise<readonly RecordPlace[]> {
    const appended = this.#last.then(() => this.#appendNow(records));
    this.#last = appended.catch(() => undefined);
    return appended;
  }

  async #appendNow(records: readonly unknown[]): Promise<readonly RecordPlace[]> {
    const places: RecordPlace[] = [];
    const lines: Buffer[] = [];
    let end = this.#end;
    for (const record of records) {
      const line = Buffer.from(`${JSON.stringify(record)}\n`);
      places.push({ offset: end, length: line.length - 1 });
      lines.push(line);
      end += line.length;
    }
    try {
      await writeAll(this.#file, Buffer.concat(lines), this.#end);
    } catch (error) {
      await this.#file.truncate(this.#end);
      throw error;
    }
    this.#end = end;
    return places;
  }

  async read(place: RecordPlace): Promise<unknown> {
    const bytes = await readAll(this.#file, place);
    return JSON.parse(bytes.toString("utf8"));
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

/** A write may take less than it was given. */
async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    if (bytesWritten === 0) throw new Error(`Cannot write ${bytes.length - done} bytes as the file takes no more`);
    done += bytesWritten;
  }
}

/** A read may give less than it was asked for. */
async function readAll(file: FileHandle, { offset, length }: RecordPlace): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, length - done, offset + done);
    if (bytesRead === 0) throw new Error(`Cannot read a record as its log ends ${length - done} bytes too early`);
    done += bytesRead;
  }
  return bytes;
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
