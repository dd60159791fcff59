import { access, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ExternalSortOptions, sortExternally } from "./external-sort.ts";

interface Entry {
  readonly key: string;
  readonly at: number;
}

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "sort-test-"));
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

function optionsOf(changes: Partial<ExternalSortOptions<Entry>> = {}): ExternalSortOptions<Entry> {
  return {
    compare: (one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0),
    serialize: (entry) => JSON.stringify(entry),
    parse: (text) => JSON.parse(text) as Entry,
    directory,
    ...changes,
  };
}

async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function entriesOf(keys: readonly string[]): Entry[] {
  return keys.map((key, at) => ({ key, at }));
}

describe("sortExternally", () => {
  it("gives what a stable sort in memory gives, for any items and any bound of memory", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: "binary", maxLength: 3 }), { maxLength: 200 }),
        fc.integer({ min: 1, max: 2000 }),
        async (keys, memoryBytes) => {
          const entries = entriesOf(keys);
          const options = optionsOf({ memoryBytes });
          const sorted = await allOf(sortExternally(entries, options));
          expect(sorted).toEqual(entries.toSorted(options.compare));
        },
      ),
      { numRuns: 40 },
    );
  });

  it("merges more runs than it opens at once, and keeps equal items in their order", async () => {
    const entries = entriesOf(Array.from({ length: 300 }, (_, index) => String((index * 7919) % 50)));
    // One run for each item: four of the second level, and 44 of the first.
    const sorted = await allOf(sortExternally(entries, optionsOf({ memoryBytes: 1 })));
    expect(sorted).toEqual(entries.toSorted(optionsOf().compare));
  });

  it("holds items that are larger than a reading of a run", async () => {
    const entries = entriesOf(["c", "a", "b"].map((key) => key.repeat(300_000)));
    const sorted = await allOf(sortExternally(entries, optionsOf({ memoryBytes: 1 })));
    expect(sorted.map(({ key, at }) => [key.length, key[0], at])).toEqual([
      [300_000, "a", 1],
      [300_000, "b", 2],
      [300_000, "c", 0],
    ]);
  });

  it("makes no file for what fits into memory", async () => {
    const sorted = sortExternally(entriesOf(["b", "a"]), optionsOf({ directory: join(directory, "missing") }));
    expect((await allOf(sorted)).map(({ key }) => key)).toEqual(["a", "b"]);
  });

  it.runIf(process.platform !== "win32")("leaves no name of a file behind, even while it runs", async () => {
    for await (const _ of sortExternally(entriesOf(["b", "a", "c"]), optionsOf({ memoryBytes: 1 }))) {
      expect(await readdir(directory)).toEqual([]);
    }
  });

  it.runIf(process.platform === "linux")(
    "closes its files at the end, when left early, on abort and on errors",
    async () => {
      const open = async (): Promise<number> => (await readdir("/proc/self/fd")).length;
      const before = await open();
      const entries = entriesOf(Array.from({ length: 30 }, (_, index) => String(index)));
      const during: number[] = [];
      for await (const _ of sortExternally(entries, optionsOf({ memoryBytes: 1 }))) {
        during.push(await open());
        break;
      }
      expect(during[0]).toBeGreaterThan(before + 20);
      const controller = new AbortController();
      const aborted = sortExternally(entries, optionsOf({ memoryBytes: 1, signal: controller.signal }));
      await aborted.next();
      controller.abort();
      await expect(aborted.next()).rejects.toMatchObject({ code: "ABORTED" });
      async function* failing(): AsyncGenerator<Entry> {
        yield* entries;
        throw new Error("the end");
      }
      await expect(allOf(sortExternally(failing(), optionsOf({ memoryBytes: 1 })))).rejects.toThrow("the end");
      expect(await open()).toBe(before);
    },
  );

  it("tells of a folder that it can't write into", async () => {
    const missing = join(directory, "missing");
    const sorted = sortExternally(entriesOf(["b", "a"]), optionsOf({ memoryBytes: 1, directory: missing }));
    await expect(sorted.next()).rejects.toMatchObject({
      code: "TEMPORARY_FILE_FAILED",
      message: `Cannot keep items in a temporary file as the operating system answers ENOENT: current value is ${JSON.stringify(missing)}`,
    });
    await expect(access(missing)).rejects.toThrow();
  });
});
