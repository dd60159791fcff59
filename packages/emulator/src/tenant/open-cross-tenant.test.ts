import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MappingStore } from "./mapping-store.ts";
import { openCrossTenant } from "./open-cross-tenant.ts";
import { resolveOrganizations } from "./organizations.ts";

let above: string;
beforeEach(async () => {
  above = await mkdtemp(join(tmpdir(), "cross-tenant-"));
});
afterEach(async () => {
  await rm(above, { recursive: true });
});

const open = () =>
  openCrossTenant({
    directory: join(above, "tenant"),
    organizations: resolveOrganizations(),
    faults: () => ({}),
    now: () => new Date(0),
  });

describe("openCrossTenant()", () => {
  it.skipIf(process.platform === "win32")("makes a folder that is nobody else's", async () => {
    await (await open()).close();
    expect((await stat(join(above, "tenant"))).mode & 0o777).toBe(0o700);
  });

  it("leaves no file open where one of them can't be read", async () => {
    await mkdir(join(above, "tenant"));
    await writeFile(join(above, "tenant", "tasks.ndjson"), "no JSON\n");
    const close = vi.spyOn(MappingStore.prototype, "close");
    try {
      await expect(open()).rejects.toThrow();
      expect(close).toHaveBeenCalledTimes(1);
    } finally {
      close.mockRestore();
    }
  });
});
