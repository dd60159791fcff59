import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openCrossTenant } from "./open-cross-tenant.ts";
import { resolveOrganizations } from "./organizations.ts";

it.skipIf(process.platform === "win32")("openCrossTenant() makes a folder that is nobody else's", async () => {
  const above = await mkdtemp(join(tmpdir(), "cross-tenant-"));
  try {
    const directory = join(above, "tenant");
    const organizations = resolveOrganizations();
    const tenant = await openCrossTenant({ directory, organizations, faults: () => ({}), now: () => new Date(0) });
    await tenant.close();
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
  } finally {
    await rm(above, { recursive: true });
  }
});
