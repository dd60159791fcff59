import { execFileSync } from "node:child_process";
import { constants } from "node:fs";
import { appendFile, link, mkdtemp, readdir, rename, rm, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nameOfBytes } from "./native-path.ts";
import { type ReadFileOptions, type ReadFileResult, readStableFile } from "./read-file.ts";

const isLinux = process.platform === "linux";
let folder = "";
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "primepack-read-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(bytes: string | Uint8Array): Promise<string> {
  count += 1;
  const path = join(folder, `file-${count}`);
  await writeFile(path, bytes);
  return path;
}

async function readAll(path: string, options?: ReadFileOptions): Promise<{ bytes: Buffer; result: ReadFileResult }> {
  const chunks: Buffer[] = [];
  const reading = readStableFile(path, options);
  for (;;) {
    const step = await reading.next();
    if (step.done === true) return { bytes: Buffer.concat(chunks), result: step.value };
    chunks.push(Buffer.from(step.value));
  }
}

async function openDescriptors(): Promise<readonly string[]> {
  return readdir("/proc/self/fd");
}

describe("readStableFile", () => {
  it.each([0, 1, 15, 16, 17, 64, 1000])("gives the bytes and the facts of a file of %i bytes", async (size) => {
    const content = Buffer.from(Array.from({ length: size }, (_, index) => index % 251));
    const path = await fileOf(content);
    await utimes(path, 1_600_000_000.75, 1_600_000_000.75);
    for (const chunkSize of [1, 16, 1000, 65_536]) {
      const { bytes, result } = await readAll(path, { chunkSize });
      expect(bytes.equals(content)).toBe(true);
      expect(result).toEqual({ size, modified: "2020-09-13T12:26:40Z" });
    }
  });

  it("gives one buffer again and again, no longer than the file or chunkSize", async () => {
    const path = await fileOf(Buffer.alloc(100));
    const buffers = new Set<ArrayBufferLike>();
    for await (const chunk of readStableFile(path, { chunkSize: 30 })) buffers.add(chunk.buffer);
    expect([...buffers].map((buffer) => buffer.byteLength)).toEqual([30]);
    for await (const chunk of readStableFile(path)) expect(chunk.buffer.byteLength).toBe(100);
  });

  it("clamps the modification to the dates that SharePoint holds", async () => {
    const path = await fileOf("x");
    const early = new Date("1850-01-01T00:00:00Z");
    await utimes(path, early, early);
    // Some file systems clamp as well, so that only the bound is known.
    const { result } = await readAll(path);
    expect(result.modified >= "1900-01-01T00:00:00Z").toBe(true);
    expect(result.modified < "1970-01-01T00:00:00Z").toBe(true);
  });

  const changes: readonly (readonly [string, (path: string) => Promise<void>])[] = [
    ["grows", (path) => appendFile(path, "more")],
    ["shrinks", (path) => truncate(path, 5)],
    ["shrinks to nothing", (path) => truncate(path, 0)],
    ["is written over at the same size", (path) => writeFile(path, Buffer.alloc(40, 2), { flag: "r+" })],
    [
      "is written over with its old modification time restored",
      async (path) => {
        await writeFile(path, Buffer.alloc(40, 2), { flag: "r+" });
        await utimes(path, 1_600_000_000, 1_600_000_000);
      },
    ],
    [
      "is replaced by another",
      async (path) => {
        await writeFile(`${path}.new`, Buffer.alloc(40, 2));
        await rename(`${path}.new`, path);
      },
    ],
  ];

  it.each(changes)("ends with SOURCE_CHANGED when the file %s between chunks", async (_, change) => {
    const path = await fileOf(Buffer.alloc(40, 1));
    await utimes(path, 1_600_000_000, 1_600_000_000);
    const reading = readStableFile(path, { chunkSize: 10 });
    await reading.next();
    await change(path);
    await expect(reading.next()).rejects.toMatchObject({ code: "SOURCE_CHANGED" });
    expect(await reading.next()).toEqual({ done: true, value: undefined });
  });

  it.each(changes)("ends with SOURCE_CHANGED when the file %s after its last chunk was given", async (_, change) => {
    const path = await fileOf(Buffer.alloc(40, 1));
    await utimes(path, 1_600_000_000, 1_600_000_000);
    const reading = readStableFile(path);
    await reading.next();
    await change(path);
    await expect(reading.next()).rejects.toMatchObject({ code: "SOURCE_CHANGED" });
  });

  it("ends with SOURCE_GONE for a missing file and below a file", async () => {
    await expect(readAll(join(folder, "missing"))).rejects.toMatchObject({ code: "SOURCE_GONE" });
    const path = await fileOf("x");
    await expect(readAll(join(path, "below"))).rejects.toMatchObject({ code: "SOURCE_GONE" });
  });

  it("ends with SOURCE_SPECIAL for a folder", async () => {
    await expect(readAll(folder)).rejects.toMatchObject({ code: "SOURCE_SPECIAL" });
  });

  it("ends with a coded error for a path that no call takes", async () => {
    await expect(readAll(`${folder}/a\0b`)).rejects.toMatchObject({ code: "SOURCE_UNREADABLE" });
    await expect(readAll(`${folder}/${"a/".repeat(9000)}`)).rejects.toMatchObject({
      code: isLinux ? "SOURCE_PATH_TOO_LONG" : expect.stringMatching(/^SOURCE_/),
    });
  });

  it("ends with INVALID_OPTION for a chunk size that is no positive integer", async () => {
    const path = await fileOf("x");
    for (const chunkSize of [0, -1, 1.5, Number.NaN]) {
      await expect(readAll(path, { chunkSize })).rejects.toMatchObject({ code: "INVALID_OPTION" });
    }
  });

  it("ends with ABORTED before it opens and between chunks", async () => {
    const path = await fileOf(Buffer.alloc(40));
    const controller = new AbortController();
    const reading = readStableFile(path, { chunkSize: 10, signal: controller.signal });
    await reading.next();
    controller.abort(new Error("enough"));
    await expect(reading.next()).rejects.toMatchObject({ code: "ABORTED", cause: controller.signal.reason });
    await expect(readAll(path, { signal: controller.signal })).rejects.toMatchObject({ code: "ABORTED" });
  });

  describe.skipIf(process.platform === "win32")("on POSIX", () => {
    it("does not wait for a writer of a pipe", async () => {
      const path = join(folder, "pipe");
      execFileSync("mkfifo", [path]);
      await expect(readAll(path)).rejects.toMatchObject({ code: "SOURCE_SPECIAL" });
    });

    it("ends with SOURCE_SPECIAL for a socket and a device", async () => {
      const path = join(folder, "socket");
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(path, resolve));
      try {
        await expect(readAll(path)).rejects.toMatchObject({ code: "SOURCE_SPECIAL" });
      } finally {
        await new Promise((resolve) => server.close(resolve));
      }
      await expect(readAll("/dev/null")).rejects.toMatchObject({ code: "SOURCE_SPECIAL" });
    });

    it("does not follow a link", async () => {
      const path = await fileOf("x");
      await symlink(path, `${path}-link`);
      await expect(readAll(`${path}-link`)).rejects.toMatchObject({ code: "SOURCE_SYMLINK" });
    });

    it("takes a change of the file's links for a change", async () => {
      const path = await fileOf("x");
      const reading = readStableFile(path);
      await reading.next();
      await link(path, `${path}-other`);
      await expect(reading.next()).rejects.toMatchObject({ code: "SOURCE_CHANGED" });
    });
  });

  describe.skipIf(!isLinux)("on Linux", () => {
    it("reads a file whose name is no UTF-8", async () => {
      const name = Buffer.from([0x66, 0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80]);
      await writeFile(Buffer.concat([Buffer.from(`${folder}/`), name]), "bytes");
      const { bytes } = await readAll(`${folder}/${nameOfBytes(name)}`);
      expect(bytes.toString()).toBe("bytes");
    });

    it("ends with SOURCE_CHANGED for a file whose size the system does not tell", async () => {
      await expect(readAll("/proc/self/status")).rejects.toMatchObject({ code: "SOURCE_CHANGED" });
    });

    it("closes the file at its end, on return(), on throw(), on errors and on abort", async () => {
      const path = await fileOf(Buffer.alloc(40));
      const before = await openDescriptors();
      await readAll(path);
      for await (const _ of readStableFile(path, { chunkSize: 10 })) break;
      const thrown = readStableFile(path, { chunkSize: 10 });
      await thrown.next();
      await expect(thrown.throw(new Error("mine"))).rejects.toThrow("mine");
      await expect(readAll(folder)).rejects.toThrow();
      const controller = new AbortController();
      const aborted = readStableFile(path, { chunkSize: 10, signal: controller.signal });
      await aborted.next();
      expect((await openDescriptors()).length).toBe(before.length + 1);
      controller.abort();
      await expect(aborted.next()).rejects.toThrow();
      expect((await openDescriptors()).length).toBe(before.length);
    });

    it("holds no descriptor that a child would inherit", async () => {
      const path = await fileOf(Buffer.alloc(40));
      const reading = readStableFile(path, { chunkSize: 10 });
      await reading.next();
      const listed = execFileSync("ls", ["-l", "/proc/self/fd"], { encoding: "utf8" });
      await reading.return({ size: 0, modified: "" });
      expect(listed).not.toContain(path);
      expect(constants.O_NONBLOCK).toBeGreaterThan(0);
    });
  });
});
