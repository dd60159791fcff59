import { collect, deterministicRandom, exampleTarget } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { type MemoryPackage, memoryPackageStore } from "../container/memory.ts";
import { Secret } from "../errors/index.ts";
import type { PackageContainers, PackageStore, SourceItem } from "../model/index.ts";
import { openSealed } from "../seal/open-sealed.ts";
import { verify } from "../verify/verify.ts";
import { checkedKey, packageKey } from "./package-key.ts";
import { build } from "./run.ts";

const key = new Secret<Uint8Array>(Buffer.alloc(32, 1));
const other = new Secret<Uint8Array>(Buffer.alloc(32, 2));

describe("packageKey()", () => {
  it("gives the run's key, the containers' key, or none", () => {
    expect(packageKey(key, "000001", { key: other })).toBe(key);
    expect(packageKey("provided", "000001", { key: other })).toBe(other);
    expect(packageKey("none", "000001", { key: other })).toBeUndefined();
  });

  it("throws INVALID_KEY for containers without a key, or with none of 32 bytes", () => {
    expect(() => packageKey("provided", "000001", {})).toThrow(
      expect.objectContaining({ code: "INVALID_KEY", message: expect.stringContaining("000001") }),
    );
    const short = new Secret<Uint8Array>(Buffer.alloc(16));
    expect(() => packageKey("provided", "000001", { key: short })).toThrow(
      expect.objectContaining({ code: "INVALID_KEY", message: expect.stringContaining("16") }),
    );
    expect(() => checkedKey("a".repeat(32))).toThrow(expect.objectContaining({ code: "INVALID_KEY" }));
  });
});

const files: readonly SourceItem[] = ["a", "b", "c", "d", "e"].map((name) => {
  const content = Buffer.alloc(100, name);
  return { kind: "file", path: [`${name}.txt`], size: content.length, content };
});

/** Gives each package a key of its own, by its number; `keys` says another one. */
function keyedStore(keys: (name: string) => Pick<PackageContainers, "key">) {
  const memory = memoryPackageStore();
  const store: PackageStore = {
    open: async (name, signal) => ({ ...(await memory.open(name, signal)), ...keys(name) }),
  };
  return { store, packages: memory.packages };
}

const keyOf = (name: string) => new Secret<Uint8Array>(Buffer.alloc(32, Number(name)));

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

function run(packages: PackageStore, workers: number, archives: boolean) {
  return build({
    source: each(files),
    target: exampleTarget,
    packages,
    encryption: "provided",
    forms: { archives },
    limits: { maxItems: 2 },
    workers,
    random: deterministicRandom(),
  });
}

async function plaintext({ content }: MemoryPackage, name: string, used: Secret<Uint8Array>): Promise<string> {
  const { iv = "" } = await content.properties(name);
  const opened = openSealed(content.read(name), { key: used, iv: Buffer.from(iv, "base64") });
  return Buffer.concat(await collect(opened)).toString();
}

describe.each([0, 2])("build() with provided keys and %i workers", (workers) => {
  it.each([false, true])("seals each package with the key of its containers (archives: %s)", async (archives) => {
    const { store, packages } = keyedStore((name) => ({ key: keyOf(name) }));
    const { counts } = await run(store, workers, archives).result;
    expect(counts).toMatchObject({ packaged: 5, failed: 0 });
    expect([...packages.keys()].sort()).toEqual(["000001", "000002", "000003"]);
    for (const [name, made] of packages) {
      const given = { name, content: made.content, manifest: made.manifest, blobs: made.blobs };
      const check = (used: Secret<Uint8Array>) =>
        verify({ packages: [given], key: used, target: exampleTarget }).result;
      expect((await check(keyOf(name))).findings.error).toBe(0);
      expect((await check(keyOf("99"))).ok).toBe(false);
    }
    if (archives) return;
    const second = packages.get("000002") as MemoryPackage;
    expect(await plaintext(second, "00000001.dat", keyOf("000002"))).toBe("c".repeat(100));
  });

  it("rejects with INVALID_KEY, and leaves no package, where containers bring no key", async () => {
    const { store, packages } = keyedStore(() => ({}));
    await expect(run(store, workers, false).result).rejects.toMatchObject({ code: "INVALID_KEY" });
    expect(packages.size).toBe(0);
  });
});
