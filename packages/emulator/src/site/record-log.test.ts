import { appendFile, type FileHandle, open, readFile } from "node:fs/promises";
import { temporaryFolder } from "@primepack/test-support";
import { afterEach, describe, expect, it, vi } from "vitest";
import { RecordLog } from "./record-log.ts";

const path = temporaryFolder();
afterEach(() => vi.restoreAllMocks());

/** What all open files do. */
async function ofFiles(): Promise<FileHandle> {
  const file = await open(path("any"), "w");
  await file.close();
  return Object.getPrototypeOf(file) as FileHandle;
}

/** Lets each write and read move three bytes at most; `fail` may let a write fail before it. */
async function shorten(fail: (bytes: number) => boolean = () => false): Promise<void> {
  const files = await ofFiles();
  const { write, read } = files as unknown as Record<"write" | "read", (...given: unknown[]) => Promise<unknown>>;
  const atMost3 = (of: typeof write) =>
    async function (this: unknown, buffer: unknown, offset: unknown, length: unknown, position: unknown) {
      if (of === write && fail(Number(length))) throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
      return of.call(this, buffer, offset, Math.min(3, Number(length)), position);
    };
  vi.spyOn(files, "write").mockImplementation(atMost3(write) as typeof files.write);
  vi.spyOn(files, "read").mockImplementation(atMost3(read) as typeof files.read);
}

async function recordsOf(file: string): Promise<readonly unknown[]> {
  const records: unknown[] = [];
  const log = await RecordLog.open(file, (record) => records.push(record));
  await log.close();
  return records;
}

const records = [{ a: "first" }, { b: "é".repeat(20) }, { c: 3 }];

describe("RecordLog", () => {
  it("appends and reads whole records, however little a write or read moves", async () => {
    const log = await RecordLog.open(path("short"), () => {});
    await shorten();
    const places = [...(await log.appendAll(records.slice(0, 2))), await log.append(records[2])];
    expect(await Promise.all(places.map((place) => log.read(place)))).toEqual(records);
    const moved = await log.rewrite(places.slice(1));
    expect(await Promise.all(moved.map((place) => log.read(place)))).toEqual(records.slice(1));
    await log.close();
    vi.restoreAllMocks();
    expect(await readFile(path("short"), "utf8")).toBe(
      records
        .slice(1)
        .map((one) => `${JSON.stringify(one)}\n`)
        .join(""),
    );
    expect(await recordsOf(path("short"))).toEqual(records.slice(1));
  });

  it("keeps nothing of a write that failed", async () => {
    const log = await RecordLog.open(path("full"), () => {});
    await log.append(records[0]);
    let isFull = true;
    await shorten((bytes) => isFull && bytes < 10);
    await expect(log.appendAll([records[2], records[1]])).rejects.toMatchObject({ code: "ENOSPC" });
    expect(await readFile(path("full"), "utf8")).toBe(`${JSON.stringify(records[0])}\n`);
    isFull = false;
    const place = await log.append(records[2]);
    expect(await log.read(place)).toEqual(records[2]);
    await log.append(records[1]);
    await log.close();
    vi.restoreAllMocks();
    expect(await recordsOf(path("full"))).toEqual([records[0], records[2], records[1]]);
  });

  it("puts records one behind the other that are appended at once", async () => {
    const log = await RecordLog.open(path("at-once"), () => {});
    await shorten();
    const places = await Promise.all(records.map((record) => log.append(record)));
    expect(await Promise.all(places.map((place) => log.read(place)))).toEqual(records);
    await log.close();
    vi.restoreAllMocks();
    expect(await recordsOf(path("at-once"))).toEqual(records);
  });

  it("drops a line that a kill cut off", async () => {
    const log = await RecordLog.open(path("cut"), () => {});
    await log.appendAll(records.slice(0, 2));
    await log.close();
    await appendFile(path("cut"), '{"c":');
    expect(await recordsOf(path("cut"))).toEqual(records.slice(0, 2));
  });
});
