import { appendFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { deterministicRandom, temporaryFolder } from "@primepack/test-support";
import { afterEach, describe, expect, it } from "vitest";
import { DirectoryContainer } from "../../container/directory.ts";
import { MemoryContainer } from "../../container/memory.ts";
import { PrimepackError, Secret } from "../../errors/index.ts";
import type { BlobContainer, PackageContainers, SealedBlob, SourceContent } from "../../model/index.ts";
import { openSealed } from "../../seal/open-sealed.ts";
import { CONTENT_WINDOW_BYTES, memoryBound } from "./memory-bound.ts";
import { createSealer, type Sealer, type SealerOptions, type SealPackageRequest, type SealResult } from "./sealer.ts";

// Worker threads load the compiled entry: build the package before these tests.

const BLOCK = 64 * 1024;
const key = new Secret<Uint8Array>(Uint8Array.from({ length: 32 }, (_, i) => i));
const folder = temporaryFolder();
const open = new Set<Sealer>();

afterEach(async () => {
  await Promise.all([...open].map((sealer) => sealer.close()));
  open.clear();
});

function sealerWith(options: Partial<SealerOptions>): Sealer {
  const defaults = {
    workers: 0,
    blockSize: BLOCK,
    uploads: 2,
    ahead: 1,
    random: deterministicRandom(),
  };
  const sealer = createSealer({ ...defaults, ...options });
  open.add(sealer);
  return sealer;
}

function containersOf(content: BlobContainer): PackageContainers {
  return {
    content,
    manifest: new MemoryContainer(),
    complete: async () => undefined,
    discard: async () => undefined,
  };
}

function request(content: BlobContainer, changes: Partial<SealPackageRequest>): SealPackageRequest {
  return {
    name: "000001",
    containers: containersOf(content),
    key,
    requests: [],
    local: new Map(),
    signal: new AbortController().signal,
    ...changes,
  };
}

const pathRequest = (blob: string, path: string, size: number) => ({
  blob,
  size,
  content: { kind: "path", path } as const,
});

/** A request whose contents are all handed over by the caller. */
function localRequest(content: BlobContainer, contents: readonly [size: number, content: SourceContent][]) {
  return request(content, {
    requests: contents.map(([size], handle) => ({ blob: `${handle}`, size, content: { kind: "local", handle } })),
    local: new Map(contents.map(([, given], handle) => [handle, given])),
  });
}

const sealedOf = (results: readonly SealResult[]): SealedBlob[] =>
  results.flatMap((result) => (result.ok ? [result.sealed] : []));

async function plaintext(container: BlobContainer, { name, iv = "" }: SealedBlob, own = key): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const stored = container.read(name);
  for await (const chunk of openSealed(stored, { key: own, iv: Buffer.from(iv, "base64") })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function files(name: string, sizes: readonly number[]) {
  await mkdir(folder(name));
  return Promise.all(
    sizes.map(async (size, index) => {
      const path = folder(name, `${index}`);
      await writeFile(path, Buffer.alloc(size, index + 1));
      return pathRequest(`${index}`, path, size);
    }),
  );
}

/** Several turns of the event loop, in which worker threads also go on. */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

const sizes = [0, 1, 15, 16, 17, BLOCK - 1, BLOCK, BLOCK + 1, 10 * BLOCK + 3, ...Array.from({ length: 60 }, () => 20)];

describe.each([0, 1, 3])("createSealer() with %i workers", (workers) => {
  it("sealPackage() stores files of all sizes in a located container, under the IVs of their labels", async () => {
    const requests = await files(`located-${workers}`, sizes);
    await mkdir(folder(`out-${workers}`));
    const container = new DirectoryContainer(folder(`out-${workers}`));
    const sealer = sealerWith({ workers });
    const stored: number[] = [];
    const told: SealedBlob[] = [];
    const onStored = (index: number, blob: SealedBlob) => {
      stored.push(index);
      told[index] = blob;
    };
    const results = await sealer.sealPackage(request(container, { requests, onStored }));
    const sealed = sealedOf(results);
    expect(sealed.map((blob) => blob.size)).toEqual(sizes);
    expect(stored.toSorted((a, b) => a - b)).toEqual([...sizes.keys()]);
    expect(told).toEqual(sealed);
    expect(sealer.sealedBytes).toBe(sizes.reduce((sum, size) => sum + size, 0));
    for (const [index, blob] of sealed.entries()) {
      expect((await plaintext(container, blob)).equals(Buffer.alloc(sizes[index] ?? 0, index + 1))).toBe(true);
      const iv = deterministicRandom()(16, `iv/000001/${index}/1`);
      expect(blob.iv).toBe(Buffer.from(iv).toString("base64"));
    }
  });

  it("sealPackage() stores files in a container that only this thread has", async () => {
    const requests = await files(`memory-${workers}`, sizes);
    const container = new MemoryContainer();
    const sealed = sealedOf(await sealerWith({ workers }).sealPackage(request(container, { requests })));
    expect(sealed.map((blob) => blob.size)).toEqual(sizes);
    for (const [index, blob] of sealed.entries()) {
      expect((await plaintext(container, blob)).equals(Buffer.alloc(sizes[index] ?? 0, index + 1))).toBe(true);
      expect(await container.properties(blob.name)).toEqual({
        name: blob.name,
        size: blob.storedSize,
        md5: blob.md5,
        iv: blob.iv,
      });
    }
  });

  it("sealPackage() seals each package with its own key, several at once", async () => {
    const requests = await files(`keys-${workers}`, [0, 5, 3 * BLOCK]);
    const sealer = sealerWith({ workers });
    const packages = [1, 2, 3].map((byte) => {
      // As it may come: a part of memory that other things are in too.
      const own = new Secret<Uint8Array>(Buffer.alloc(64, byte).subarray(16, 48));
      return { own, container: new MemoryContainer() };
    });
    const all = await Promise.all(
      packages.map(({ own, container }) => sealer.sealPackage(request(container, { requests, key: own }))),
    );
    for (const [at, { own, container }] of packages.entries()) {
      const last = sealedOf(all[at] ?? []).at(-1) as SealedBlob;
      expect((await plaintext(container, last, own)).equals(Buffer.alloc(3 * BLOCK, 3))).toBe(true);
    }
  });

  it("sealPackage() stores unencrypted blobs without an IV", async () => {
    const requests = await files(`plain-${workers}`, [0, 5, 3 * BLOCK]);
    const container = new MemoryContainer();
    const sealer = sealerWith({ workers });
    const sealed = sealedOf(await sealer.sealPackage(request(container, { requests, key: undefined })));
    expect(sealed.map(({ size, storedSize, iv }) => [size, storedSize, iv])).toEqual([
      [0, 0, undefined],
      [5, 5, undefined],
      [3 * BLOCK, 3 * BLOCK, undefined],
    ]);
  });

  it("sealPackage() reads contents that the caller hands over, and leaves the caller's bytes alone", async () => {
    const bytes = new Uint8Array(3 * BLOCK).fill(9);
    async function* pieces(count: number, size: number) {
      for (let i = 0; i < count; i++) yield new Uint8Array(size).fill(i);
    }
    const contents: [number, SourceContent][] = [
      [bytes.length, bytes],
      [1000, { open: () => pieces(1000, 1) }],
      [40 * BLOCK, { open: async () => pieces(20, 2 * BLOCK) }],
      [3, { open: () => pieces(1, 3) }],
      [0, { open: () => pieces(0, 0) }],
      [
        6,
        {
          open: () =>
            (async function* () {
              yield Buffer.from("pooled");
            })(),
        },
      ],
    ];
    const container = new MemoryContainer();
    const results = await sealerWith({ workers }).sealPackage(localRequest(container, contents));
    const sealed = sealedOf(results);
    expect(sealed.map((blob) => blob.size)).toEqual(contents.map(([size]) => size));
    expect(bytes.every((byte) => byte === 9)).toBe(true);
    const expected = Buffer.concat(Array.from({ length: 20 }, (_, i) => Buffer.alloc(2 * BLOCK, i)));
    const [first, , third, , , last] = sealed;
    expect((await plaintext(container, first as SealedBlob)).equals(bytes)).toBe(true);
    expect((await plaintext(container, third as SealedBlob)).equals(expected)).toBe(true);
    expect((await plaintext(container, last as SealedBlob)).toString()).toBe("pooled");
  });

  it("sealPackage() makes contents that fail results, and stores the others", async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(4 * BLOCK);
      throw new PrimepackError("SOURCE_UNREADABLE", "Cannot read as the share is offline");
    }
    async function* text(): AsyncGenerator<Uint8Array> {
      yield "text" as unknown as Uint8Array;
    }
    const container = new MemoryContainer();
    const contents: [number, SourceContent][] = [
      [5 * BLOCK, { open: failing }],
      [4, { open: text }],
      [4, new Uint8Array(5)],
      [4, { path: folder("missing") }],
      [4, new Uint8Array(4)],
    ];
    const handed = localRequest(container, contents);
    const unknown = { blob: "unknown", size: 1, content: { kind: "local", handle: 99 } } as const;
    const results = await sealerWith({ workers }).sealPackage({ ...handed, requests: [...handed.requests, unknown] });
    expect(results.map((result) => (result.ok ? "ok" : result.error.code))).toEqual([
      "SOURCE_UNREADABLE",
      "SOURCE_INVALID_ITEM",
      "SOURCE_INVALID_ITEM",
      "SOURCE_GONE",
      "ok",
      "SOURCE_INVALID_ITEM",
    ]);
    const left = [];
    for await (const { name } of container.list()) left.push(name);
    expect(left).toEqual(["4"]);
  });

  it("sealPackage() reads a file that changed once more, under a new IV", async () => {
    const requests = await files(`changed-${workers}`, [20 * BLOCK, 3]);
    const container = new MemoryContainer();
    const putBlock = container.putBlock.bind(container);
    const removed: string[] = [];
    container.putBlock = async (...args) => {
      if (removed.length === 0) appendFileSync(folder(`changed-${workers}`, "0"), "x");
      return putBlock(...args);
    };
    container.remove = async (name) => {
      removed.push(name);
    };
    // One block at a time: the file can't be read to its end before the first block is stored.
    const sealer = sealerWith({ workers, uploads: 1, ahead: 0 });
    const sealed = sealedOf(await sealer.sealPackage(request(container, { requests })));
    const content = await readFile(folder(`changed-${workers}`, "0"));
    expect(removed).toEqual(["0"]);
    expect(sealed.map((blob) => blob.size)).toEqual([content.length, 3]);
    expect(sealed[0]?.iv).toBe(Buffer.from(deterministicRandom()(16, "iv/000001/0/2")).toString("base64"));
    expect((await plaintext(container, sealed[0] as SealedBlob)).equals(content)).toBe(true);
    expect(sealer.sealedBytes).toBe(content.length + 3);
  });

  it("sealPackage() fails a file that changes each time, and commits none of it", async () => {
    const requests = await files(`changing-${workers}`, [20 * BLOCK, 3]);
    const container = new MemoryContainer();
    const putBlock = container.putBlock.bind(container);
    container.putBlock = async (...args) => {
      appendFileSync(folder(`changing-${workers}`, "0"), "x");
      return putBlock(...args);
    };
    const sealer = sealerWith({ workers, uploads: 1, ahead: 0 });
    const results = await sealer.sealPackage(request(container, { requests }));
    expect(results.map((result) => (result.ok ? "ok" : result.error.code))).toEqual(["SOURCE_CHANGED", "ok"]);
    await expect(container.properties("0")).rejects.toMatchObject({ code: "BLOB_NOT_FOUND" });
    expect(sealer.sealedBytes).toBe(3);
  });

  it("sealPackage() rejects with the container's error", async () => {
    const requests = await files(`full-${workers}`, [5, 4 * BLOCK, 5]);
    const container = new MemoryContainer();
    container.putBlock = async () => {
      throw new PrimepackError("DISK_FULL", "Cannot write as the disk is full");
    };
    const sealing = sealerWith({ workers }).sealPackage(request(container, { requests }));
    await expect(sealing).rejects.toMatchObject({ code: "DISK_FULL" });
  });

  it("sealPackage() rejects with ABORTED while the container hangs, and the sealer goes on", async () => {
    const requests = await files(`hanging-${workers}`, [5, 40 * BLOCK, 5]);
    const abort = new AbortController();
    const container = new MemoryContainer();
    container.putBlock = () => {
      abort.abort();
      return new Promise(() => undefined);
    };
    const sealer = sealerWith({ workers });
    const { signal } = abort;
    await expect(sealer.sealPackage(request(container, { requests, signal }))).rejects.toMatchObject({
      code: "ABORTED",
    });
    const again = await sealer.sealPackage(request(new MemoryContainer(), { requests }));
    expect(again.every((result) => result.ok)).toBe(true);
  });

  it("sealPackage() rejects with ABORTED while the caller's content hangs, and closes it", async () => {
    const abort = new AbortController();
    let closed = false;
    const hanging = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          abort.abort();
          return new Promise<IteratorResult<Uint8Array>>(() => undefined);
        },
        return: async () => {
          closed = true;
          return { done: true, value: undefined } as const;
        },
      }),
    };
    const sealing = sealerWith({ workers }).sealPackage({
      ...localRequest(new MemoryContainer(), [[5, { open: () => hanging }]]),
      signal: abort.signal,
    });
    await expect(sealing).rejects.toMatchObject({ code: "ABORTED" });
    expect(closed).toBe(true);
  });

  it("sealPackage() rejects with the signal's own reason, and starts nothing, when it is aborted already", async () => {
    const signal = AbortSignal.abort(new PrimepackError("CONTAINER_FORBIDDEN", "Cannot write as the SAS has expired"));
    const sealing = sealerWith({ workers }).sealPackage(
      request(new MemoryContainer(), { requests: [pathRequest("0", folder("missing"), 1)], signal }),
    );
    await expect(sealing).rejects.toMatchObject({ code: "CONTAINER_FORBIDDEN" });
  });

  it("sealPackage() keeps to the memory bound with an endless source and a stuck container", async () => {
    const options = { workers, blockSize: 4 * BLOCK, uploads: 3, ahead: 2 };
    const abort = new AbortController();
    const chunkBytes = 32 * 1024;
    let pulled = 0;
    async function* endless() {
      for (;;) {
        pulled += chunkBytes;
        yield new Uint8Array(chunkBytes);
      }
    }
    let aliveInContainer = 0;
    const container = new MemoryContainer();
    container.putBlock = (_name, _index, _offset, body) => {
      aliveInContainer += body.length;
      return new Promise(() => undefined);
    };
    const contents = Array.from({ length: 4 }, (): [number, SourceContent] => [1e12, { open: endless }]);
    const sealer = sealerWith(options);
    const sealing = sealer.sealPackage({ ...localRequest(container, contents), signal: abort.signal });
    sealing.catch(() => undefined);
    while (aliveInContainer < options.uploads * options.blockSize) await turns(1);
    // Long enough for a source that is not held up to be pulled many times over the bound.
    await turns(500);
    // Not sealed yet: what is on its way to a worker, and a chunk that waits for room, for each of the contents.
    const onTheWay = contents.length * (CONTENT_WINDOW_BYTES + 2 * 64 * 1024);
    expect(aliveInContainer).toBeLessThanOrEqual(options.uploads * options.blockSize);
    expect(pulled).toBeLessThanOrEqual(memoryBound(options) + onTheWay);
    expect(sealer.sealedBytes).toBeLessThanOrEqual(memoryBound(options) + contents.length * 64 * 1024);
    abort.abort();
    await expect(sealing).rejects.toMatchObject({ code: "ABORTED" });
  });

  it("sealPackage() keeps to the uploads of the options over all packages and workers, and uses all of them", async () => {
    const requests = await files(`uploads-${workers}`, [
      ...Array.from({ length: 40 }, () => 100),
      20 * BLOCK,
      20 * BLOCK,
    ]);
    let active = 0;
    let most = 0;
    const counted =
      <Args extends unknown[]>(send: (...args: Args) => Promise<void>) =>
      async (...args: Args) => {
        most = Math.max(most, ++active);
        await turns(2);
        await send(...args).finally(() => active--);
      };
    const sealer = sealerWith({ workers, uploads: 2 });
    const packages = ["1", "2", "3", "4"].map((name) => {
      const container = new MemoryContainer();
      container.putBlob = counted(container.putBlob.bind(container));
      container.putBlock = counted(container.putBlock.bind(container));
      return sealer.sealPackage(request(container, { name, requests }));
    });
    const results = await Promise.all(packages);
    expect(results.flat().every((result) => result.ok)).toBe(true);
    expect(most).toBe(2);
  });

  it("close() ends what is in progress with ABORTED, and nothing is taken any more", async () => {
    const sealer = sealerWith({ workers });
    const container = new MemoryContainer();
    const stuck = new Promise<void>((resolve) => {
      container.putBlob = () => {
        resolve();
        return new Promise(() => undefined);
      };
    });
    const sealing = sealer.sealPackage(localRequest(container, [[1, new Uint8Array(1)]]));
    sealing.catch(() => undefined);
    await stuck;
    await sealer.close();
    await expect(sealing).rejects.toMatchObject({ code: "ABORTED" });
    await expect(sealer.sealPackage(request(container, {}))).rejects.toMatchObject({ code: "ABORTED" });
    await sealer.close();
  });

  it("sealStream() stores a blob of unknown length with its own IV", async () => {
    const sealer = sealerWith({ workers });
    const container = new MemoryContainer();
    const { signal } = new AbortController();
    const text = Buffer.alloc(10 * BLOCK + 7, "manifest ");
    const names = ["Manifest.xml", "SystemData.xml"];
    const streams = names.map((name) => sealer.sealStream(container, "000001", name, [text], { key, signal }));
    for (const blob of await Promise.all(streams)) {
      expect(blob.iv).toBe(Buffer.from(deterministicRandom()(16, `iv/000001/${blob.name}/1`)).toString("base64"));
      expect((await plaintext(container, blob)).equals(text)).toBe(true);
    }
    expect(sealer.sealedBytes).toBe(0);
  });

  it("sealStream() rejects with the error of its chunks, and with ABORTED", async () => {
    const sealer = sealerWith({ workers });
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(1);
      throw new PrimepackError("XML_CHARACTER", "Cannot write a name as it holds a character that XML lacks");
    }
    const { signal } = new AbortController();
    const container = new MemoryContainer();
    await expect(sealer.sealStream(container, "1", "a", failing(), { key, signal })).rejects.toMatchObject({
      code: "XML_CHARACTER",
    });
    const aborted = AbortSignal.abort();
    await expect(sealer.sealStream(container, "1", "a", [], { key, signal: aborted })).rejects.toMatchObject({
      code: "ABORTED",
    });
  });
});

describe("createSealer()", () => {
  it("createSealer() gives the same bytes whatever the number of workers and the order of completion", async () => {
    const requests = await files("reproducible", sizes);
    const digests = [];
    for (const workers of [0, 1, 3]) {
      const sealer = sealerWith({ workers });
      digests.push(sealedOf(await sealer.sealPackage(request(new MemoryContainer(), { requests }))));
    }
    expect(digests[1]).toEqual(digests[0]);
    expect(digests[2]).toEqual(digests[0]);
  });

  it("createSealer() hands the workers' log lines to the logger", async () => {
    const requests = await files("logged", [5]);
    await mkdir(folder("logged-out"));
    const container = new DirectoryContainer(folder("logged-out"));
    let log: (message: string) => void = () => undefined;
    const line = new Promise<string>((resolve) => {
      log = resolve;
    });
    const sealer = sealerWith({
      workers: 1,
      logger: { debug: (message) => log(message), warn: (message) => log(message) },
    });
    await sealer.sealPackage(request(container, { requests }));
    expect(await line).not.toBe("");
  });

  it.each([
    ["exits", "export default () => process.exit(3);"],
    [
      "throws outside of a task",
      'export default () => new Promise(() => setImmediate(() => { throw new Error("x"); }));',
    ],
    ["can't be loaded", 'throw new Error("broken"); export default () => undefined;'],
  ])("sealPackage() rejects with WORKER_CRASHED when the worker %s, and ever after", async (name, code) => {
    const file = folder(`${name.replaceAll(/\W/g, "-")}.mjs`);
    await writeFile(file, code);
    const sealer = sealerWith({ workers: 1, workerUrl: pathToFileURL(file) });
    const handed = localRequest(new MemoryContainer(), [[1, new Uint8Array(1)]]);
    await expect(sealer.sealPackage(handed)).rejects.toMatchObject({ code: "WORKER_CRASHED" });
    await expect(sealer.sealPackage(handed)).rejects.toMatchObject({ code: "WORKER_CRASHED" });
  });
});
