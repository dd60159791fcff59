import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ItemOutcome } from "@primepack/core";
import {
  cliProgram,
  exampleTarget,
  type HostileTree,
  makeHostileTree,
  runUnprivileged,
  schemaOf,
  specIsMissing,
  temporaryFolder,
  validateXsd,
} from "@primepack/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const path = temporaryFolder();
let tree: HostileTree;

beforeAll(async () => {
  // The tree is read by a user without rights, for whom closed folders are closed.
  await chmod(path(), 0o755);
  tree = await makeHostileTree(path("tree"));
  await writeFile(path("target.json"), JSON.stringify(exampleTarget));
});

afterAll(() => tree.remove());

async function buildWith(style: "hex" | "underscore"): Promise<ItemOutcome[]> {
  await mkdir(path(style));
  await chmod(path(style), 0o777);
  const args = ["build", tree.root, "--out", path(style, "out"), "--target", path("target.json"), "--no-encryption"];
  const built = await runUnprivileged([cliProgram, ...args, "--rename-with", style, "--max-items", "25", "--quiet"]);
  expect(built.code, built.stderr).toBe(1);
  const lines = (await readFile(path(style, "out", "items.ndjson"), "utf8")).trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as ItemOutcome);
}

describe.each(["hex", "underscore"] as const)("primepack build of a hostile tree, --rename-with %s", (style) => {
  let outcomes: ItemOutcome[];
  beforeAll(async () => {
    outcomes = await buildWith(style);
  });

  it("says for every entry exactly once what became of it", () => {
    const counts = new Map<string, number>();
    for (const { sourcePath } of outcomes) {
      const key = JSON.stringify(sourcePath);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect([...counts].filter(([, count]) => count !== 1)).toEqual([]);
    const missing = tree.entries.filter(
      ({ path: names, access }) => access !== "unseen" && !counts.has(JSON.stringify(names)),
    );
    expect(missing).toEqual([]);
  });

  it("packages what can be read, and gives each other entry its reason", () => {
    const byPath = new Map(outcomes.map((outcome) => [JSON.stringify(outcome.sourcePath), outcome]));
    for (const { path: names, kind, access, what } of tree.entries) {
      const outcome = byPath.get(JSON.stringify(names));
      if (access === "unseen" || outcome === undefined) continue;
      const isContent = (kind === "file" || kind === "folder") && access === "readable";
      const allowed = isContent ? ["packaged", "skipped:PATH_TOO_LONG", "skipped:PARENT_NOT_PACKAGED"] : [];
      const found =
        outcome.outcome === "packaged" ? "packaged" : `${outcome.outcome}:${"code" in outcome ? outcome.code : ""}`;
      if (isContent) expect(allowed, `${what}: ${names.join("/")}`).toContain(found);
      else expect(found, what).toMatch(/^(skipped|failed):SOURCE_/);
    }
  });

  it("makes packages that verify, contents compared with the source", async () => {
    const args = ["verify", path(style, "out"), "--source", tree.root];
    const verified = await runUnprivileged([cliProgram, ...args]);
    expect(verified.code, verified.stdout + verified.stderr).toBe(0);
  });

  it.skipIf(specIsMissing)(
    "writes files that the service's schemas take (skipped where ../shared is missing)",
    async () => {
      const packages = (await readdir(path(style, "out"))).filter((name) => /^\d+$/.test(name));
      expect(packages.length).toBeGreaterThan(3);
      for (const name of packages) {
        const manifest = path(style, "out", name, "manifest");
        for (const file of await readdir(manifest)) {
          expect(await validateXsd(schemaOf(file), await readFile(join(manifest, file))), `${name}/${file}`).toEqual(
            [],
          );
        }
      }
    },
  );
});
