import { collect, deterministicRandom, exampleTarget } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { MemoryContainer } from "../container/memory.ts";
import { PrimepackError, Secret } from "../errors/index.ts";
import type { BlobRecord, PackageContainers, PackageStore, SealedBlob, SourceItem } from "../model/index.ts";
import { verify } from "../verify/verify.ts";
import { build } from "./run.ts";

const key = new Secret<Uint8Array>(Buffer.alloc(32, 7));
const names = ["a", "b", "c", "d", "e", "f"];
const blobOf = (name: string) => `0000000${names.indexOf(name) + 1}.dat`;

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

/** One package in containers that outlive the attempts at it. */
function lastingStore() {
  const containers = { content: new MemoryContainer(), manifest: new MemoryContainer() };
  const stored = new Map<string, SealedBlob>();
  let blobs: readonly BlobRecord[] = [];
  let onStored: () => unknown = () => undefined;
  const puts: string[] = [];
  const snapshots: string[] = [];
  const put = containers.content.putBlob.bind(containers.content);
  const snapshot = containers.content.snapshot.bind(containers.content);
  containers.content.putBlob = async (name, body, options) => {
    puts.push(name);
    await put(name, body, options);
  };
  containers.content.snapshot = async (name, signal) => {
    await snapshot(name, signal);
    snapshots.push(name);
  };
  const store: PackageStore = {
    async open(): Promise<PackageContainers> {
      return {
        ...containers,
        stored: new Map(stored),
        onStored(blob) {
          expect(snapshots).toContain(blob.name);
          stored.set(blob.name, blob);
          onStored();
        },
        async complete(all) {
          blobs = all;
          return undefined;
        },
        discard: async () => undefined,
      };
    },
  };
  return {
    store,
    stored,
    puts,
    ...containers,
    blobs: () => blobs,
    onStored: (call: () => unknown) => {
      onStored = call;
    },
  };
}

/** Files of 50 bytes, each of the letter that it is named by; `read` may throw. */
function source(read: (name: string) => void = () => undefined): SourceItem[] {
  return names.map((name) => ({
    kind: "file",
    path: [`${name}.txt`],
    size: 50,
    modified: new Date("2026-01-01T00:00:00Z"),
    content: {
      async *open() {
        read(name);
        yield Buffer.alloc(50, name);
      },
    },
  }));
}

function run(packages: PackageStore, items: readonly SourceItem[], workers = 0, signal?: AbortSignal) {
  return build({
    source: each(items),
    target: exampleTarget,
    packages,
    encryption: key,
    workers,
    random: deterministicRandom(),
    clock: () => new Date("2026-01-01T00:00:00Z"),
    ...(signal === undefined ? {} : { signal }),
  });
}

describe.each([0, 1])("sealContents() with %i workers", (workers) => {
  it("reads and stores only what an earlier attempt has not, and the package reads back right", async () => {
    const made = lastingStore();
    const { putBlob } = made.content;
    const abort = new AbortController();
    made.onStored(() => made.stored.size === 3 && abort.abort());
    let puts = 0;
    made.content.putBlob = (...args) => (++puts > 3 ? new Promise(() => undefined) : putBlob(...args));
    await expect(run(made.store, source(), workers, abort.signal).result).rejects.toMatchObject({ code: "ABORTED" });
    made.content.putBlob = putBlob;
    const left = names.filter((name) => !made.stored.has(blobOf(name)));
    expect(left).toHaveLength(3);
    made.puts.length = 0;

    const read: string[] = [];
    const second = run(
      made.store,
      source((name) => read.push(name)),
      workers,
    );
    const outcomes = (await collect(second)).flatMap((event) => (event.type === "item" ? [event.outcome] : []));
    expect((await second.result).counts).toMatchObject({ packaged: 6, failed: 0 });
    expect(second.progress.files).toBe(6);
    expect(read.sort()).toEqual(left);
    expect(made.puts.sort()).toEqual(left.map(blobOf));
    expect(made.stored.size).toBe(6);
    const given = { name: "000001", content: made.content, manifest: made.manifest, blobs: made.blobs() };
    const compare = { items: () => each(outcomes), source: each(source()) };
    const verified = verify({ packages: [given], key, target: exampleTarget, compare });
    expect((await collect(verified)).filter(({ type }) => type === "finding")).toEqual([]);
    expect(await verified.result).toMatchObject({ ok: true, compared: 6 });
  });
});

describe("sealContents()", () => {
  it("takes the facts of stored blobs as they are", async () => {
    const made = lastingStore();
    await run(made.store, source()).result;
    made.puts.length = 0;
    const outcomes = (
      await collect(
        run(
          made.store,
          source(() => {
            throw new Error("nothing is read");
          }),
        ),
      )
    ).flatMap((event) => (event.type === "item" ? [event.outcome] : []));
    expect(made.puts).toEqual([]);
    expect(outcomes).toMatchObject(
      names.map((name) => ({
        outcome: "packaged",
        source: `${name}.txt`,
        md5: made.stored.get(blobOf(name))?.md5,
      })),
    );
  });

  it("leaves blobs that were told of where they are when their item fails, since it need not the next time", async () => {
    const made = lastingStore();
    let broken = true;
    const withVersions = (): SourceItem[] => [
      {
        kind: "file",
        path: ["a.txt"],
        size: 1,
        content: {
          async *open() {
            if (broken) throw new PrimepackError("SOURCE_UNREADABLE", "Cannot read the file");
            yield Buffer.from("b");
          },
        },
        versions: [{ size: 1, content: Buffer.from("a") }],
      },
      { kind: "file", path: ["z.txt"], size: 1, content: Buffer.from("z") },
    ];
    expect((await run(made.store, withVersions()).result).counts).toMatchObject({ packaged: 1, failed: 1 });
    broken = false;
    made.puts.length = 0;
    expect((await run(made.store, withVersions()).result).counts).toMatchObject({ packaged: 2, failed: 0 });
    expect(made.puts).toEqual(["00000002.dat"]);
    const given = { name: "000001", content: made.content, manifest: made.manifest, blobs: made.blobs() };
    expect((await verify({ packages: [given], key, target: exampleTarget }).result).findings.error).toBe(0);
  });
});
