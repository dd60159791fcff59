import { describe, expect, it } from "vitest";
import { describeContainer, readAll, withMd5 } from "./container.conformance.ts";
import { MemoryContainer, memoryPackageStore } from "./memory.ts";

describeContainer("MemoryContainer", { make: () => new MemoryContainer(), snapshots: true });

describe("memoryPackageStore()", () => {
  it("has a package once it is complete, and no more after it is opened again", async () => {
    const store = memoryPackageStore();
    const opened = await store.open("000001");
    const bytes = Buffer.from("x");
    await opened.content.putBlob("a", bytes, withMd5(bytes));
    expect(store.packages.size).toBe(0);
    const record = { container: "content", name: "a", iv: null, md5: withMd5(bytes).md5, size: 1 } as const;
    expect(await opened.complete([record])).toBeUndefined();
    const kept = store.packages.get("000001");
    expect(kept?.blobs).toEqual([record]);
    expect(kept && (await readAll(kept.content, "a")).toString()).toBe("x");
    await store.open("000001");
    expect(store.packages.size).toBe(0);
  });

  it("drops a package by discard()", async () => {
    const store = memoryPackageStore();
    const opened = await store.open("000001");
    await opened.complete([]);
    await opened.discard();
    expect(store.packages.size).toBe(0);
  });
});
