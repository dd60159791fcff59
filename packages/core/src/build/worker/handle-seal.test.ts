import { appendFile, writeFile } from "node:fs/promises";
import { temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { MemoryContainer } from "../../container/memory.ts";
import { PrimepackError } from "../../errors/index.ts";
import { Budget } from "../../seal/budget.ts";
import { createAbort } from "./create-abort.ts";
import { type SealJob, sealFiles } from "./handle-seal.ts";
import type { SealTaskFile } from "./protocol.ts";
import { SpareBlock } from "./spare-block.ts";
import type { WriteResources } from "./write-blob.ts";

const BLOCK = 64 * 1024;
const folder = temporaryFolder();

function resources(): WriteResources {
  const blockBytes = new Budget(BLOCK);
  return { blockSize: BLOCK, blockBytes, spare: new SpareBlock(BLOCK), uploads: new Budget(1) };
}

function job(files: readonly SealTaskFile[], changes: Partial<SealJob> = {}) {
  const container = new MemoryContainer();
  const stored: number[] = [];
  let sealed = 0;
  const made: SealJob = {
    container,
    files,
    key: undefined,
    openRemote: () => {
      throw new Error("no remote content here");
    },
    abort: createAbort(),
    onStored: (file) => stored.push(file),
    onSealed: (bytes) => {
      sealed += bytes;
    },
    ...changes,
  };
  return { made, container, stored, sealed: () => sealed };
}

const pathFile = (blob: string, path: string, size: number): SealTaskFile => ({
  blob,
  size,
  content: { kind: "path", path },
});
const remoteFile = (blob: string, size: number): SealTaskFile => ({ blob, size, content: { kind: "remote" } });

describe("sealFiles()", () => {
  it("sealFiles() replies in the order of the files, with size, hashes and modification of what was read", async () => {
    await writeFile(folder("a"), "hello world");
    await writeFile(folder("b"), "");
    const { made, stored, sealed } = job([pathFile("1", folder("a"), 11), pathFile("2", folder("b"), 0)]);
    const replies = await sealFiles(made, resources(), 4);
    expect(replies).toMatchObject([
      { sealed: { name: "1", size: 11, storedSize: 11, quickXorHash: "aCgDG9jwBhDc4Q1yawMZAAAAAAA=" } },
      { sealed: { name: "2", size: 0, md5: "1B2M2Y8AsgTpgAmY7PhCfg==" } },
    ]);
    expect(replies[0]).toHaveProperty("sealed.modified", expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/));
    expect([stored.toSorted(), sealed()]).toEqual([[0, 1], 11]);
  });

  it("sealFiles() goes on with the other files when one can't be read", async () => {
    await writeFile(folder("c"), "text");
    const { made, stored } = job([pathFile("1", folder("missing"), 4), pathFile("2", folder("c"), 4)]);
    const replies = await sealFiles(made, resources(), 1);
    expect(replies).toMatchObject([{ error: { code: "SOURCE_GONE" } }, { sealed: { size: 4 } }]);
    expect(stored).toEqual([1]);
  });

  it("sealFiles() commits no file that changed while it was read, and takes its bytes off the count", async () => {
    await writeFile(folder("growing"), Buffer.alloc(20 * BLOCK));
    const container = new MemoryContainer();
    const putBlock = container.putBlock.bind(container);
    container.putBlock = async (...args) => {
      await appendFile(folder("growing"), "more");
      return putBlock(...args);
    };
    const { made, sealed } = job([pathFile("1", folder("growing"), 20 * BLOCK)], { container });
    expect(await sealFiles(made, resources(), 1)).toMatchObject([{ error: { code: "SOURCE_CHANGED" } }]);
    await expect(container.properties("1")).rejects.toMatchObject({ code: "BLOB_NOT_FOUND" });
    expect(sealed()).toBe(0);
  });

  it("sealFiles() stores a file that grew since it was listed, with its real size", async () => {
    await writeFile(folder("grown"), Buffer.alloc(3 * BLOCK, 5));
    const { made, container } = job([pathFile("1", folder("grown"), 10)]);
    expect(await sealFiles(made, resources(), 1)).toMatchObject([{ sealed: { size: 3 * BLOCK } }]);
    expect(await container.properties("1")).toMatchObject({ size: 3 * BLOCK });
  });

  it.each([
    ["fewer", 5],
    ["more", 15],
  ])("sealFiles() fails a handed over content of %s bytes than its item says", async (_name, real) => {
    async function* bytes() {
      yield new Uint8Array(real);
    }
    const { made, stored } = job([remoteFile("1", 10)], { openRemote: bytes });
    expect(await sealFiles(made, resources(), 1)).toMatchObject([{ error: { code: "SOURCE_INVALID_ITEM" } }]);
    expect(stored).toEqual([]);
  });

  it("sealFiles() gives a foreign error of a content the code SOURCE_FAILED", async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(1);
      throw new TypeError("connector broken");
    }
    const { made } = job([remoteFile("1", 10)], { openRemote: failing });
    expect(await sealFiles(made, resources(), 1)).toMatchObject([
      { error: { code: "SOURCE_FAILED", message: expect.stringContaining("connector broken") } },
    ]);
  });

  it("sealFiles() rejects with the container's error and starts no further file", async () => {
    await writeFile(folder("d"), "text");
    const container = new MemoryContainer();
    let puts = 0;
    container.putBlob = async () => {
      puts++;
      throw new PrimepackError("CONTAINER_FORBIDDEN", "Cannot write as the SAS has expired");
    };
    const files = Array.from({ length: 20 }, (_, i) => pathFile(`${i}`, folder("d"), 4));
    const { made } = job(files, { container });
    await expect(sealFiles(made, resources(), 2)).rejects.toMatchObject({ code: "CONTAINER_FORBIDDEN" });
    expect(puts).toBe(1);
  });

  it("sealFiles() rejects with the signal's reason when it is aborted", async () => {
    await writeFile(folder("e"), "text");
    const abort = createAbort();
    const container = new MemoryContainer();
    container.putBlob = () => {
      abort.abort(new PrimepackError("ABORTED", "Cannot go on as the test says so"));
      return new Promise(() => undefined);
    };
    const { made } = job([pathFile("1", folder("e"), 4)], { container, abort });
    await expect(sealFiles(made, resources(), 1)).rejects.toMatchObject({ code: "ABORTED" });
  });
});
