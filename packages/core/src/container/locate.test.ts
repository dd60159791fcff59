import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { startFaultServer, temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { Secret } from "../errors/index.ts";
import { readAll, withMd5 } from "./container.conformance.ts";
import { openLocatedContainer } from "./locate.ts";

const at = temporaryFolder();
const bytes = Buffer.from("bytes");

/** Modules outside of the workspace that importing `file` loads, through all that it imports (types are not loaded). */
function loadedBy(file: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(file)) return new Set();
  seen.add(file);
  const loaded = new Set<string>();
  const source = readFileSync(file, "utf8");
  for (const [, clause = "", name = ""] of source.matchAll(/^(?:import|export) ([^;]*?)from "([^"]+)";/gm)) {
    if (clause.startsWith("type ")) continue;
    if (name.startsWith(".")) for (const inner of loadedBy(join(dirname(file), name), seen)) loaded.add(inner);
    else loaded.add(name);
  }
  return loaded;
}

describe("openLocatedContainer()", () => {
  it("opens a directory, with a limit and a log around it", async () => {
    const methods: unknown[] = [];
    const logger = { debug: (_: string, fields?: object) => void methods.push(fields), warn: () => {} };
    const container = openLocatedContainer({ kind: "directory", path: at() }, { concurrency: 1, logger });
    expect(container.locator).toEqual({ kind: "directory", path: at() });
    await container.putBlob("a", bytes, withMd5(bytes));
    expect(await readAll(container, "a")).toEqual(bytes);
    expect(methods).toMatchObject([{ method: "putBlob" }, { method: "read" }]);
  });

  it("shares connections among the containers of one store", async () => {
    const server = await startFaultServer();
    try {
      for (const name of ["a", "b", "c", "d", "e", "f"]) {
        const container = openLocatedContainer(
          { kind: "azure", url: `${server.url}/account/${name}` },
          { sas: new Secret("sig=x") },
        );
        expect(container.locator).toEqual({ kind: "azure", url: `${server.url}/account/${name}` });
        await container.putBlob("a", bytes, withMd5(bytes));
      }
      expect(server.requests).toHaveLength(6);
      // The pool opens a second one when a request comes while it still clears up after the last.
      expect(server.connections).toBeLessThanOrEqual(2);
    } finally {
      await server.stop();
    }
  });

  it("loads little, since each worker thread pays for it: neither the Azure SDK nor all of undici nor an XML parser", () => {
    const loaded = [...loadedBy(join(import.meta.dirname, "locate.ts"))].filter((name) => !name.startsWith("node:"));
    expect(loaded.sort()).toEqual(["p-limit", "undici/lib/dispatcher/pool.js"]);
  });
});
