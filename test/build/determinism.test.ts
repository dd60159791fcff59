import { build, fileSystemSource, openOutputDirectory } from "@primepack/core";
import {
  deterministicRandom,
  exampleTarget,
  folderDigest,
  makeTree,
  manyFiles,
  temporaryFolder,
} from "@primepack/test-support";
import { beforeAll, describe, expect, it } from "vitest";

const path = temporaryFolder();
const source = () => path("source");

beforeAll(async () => {
  await makeTree(source(), { ...manyFiles(6, 12), "large.bin": 12_000_000, "empty.txt": "" });
});

async function buildWith(name: string, settings: { workers: number; packagesInFlight: number }) {
  const random = deterministicRandom();
  const clock = () => new Date("2026-01-01T00:00:00Z");
  const output = await openOutputDirectory(path(name), { encryption: "key", random, clock, sources: [source()] });
  const run = build({
    source: fileSystemSource(source()),
    target: exampleTarget,
    packages: output.packages,
    encryption: output.encryption,
    limits: { maxItems: 10 },
    clock: output.clock,
    random,
    blockSize: 5 * 1024 * 1024,
    ...settings,
  });
  for await (const _ of output.record(run));
  const summary = await run.result;
  const { "items.ndjson": items, "packages.ndjson": packages, ...rest } = await folderDigest(path(name));
  expect(items).toBeDefined();
  expect(packages).toBeDefined();
  return { summary, files: rest };
}

describe("build()", () => {
  it("makes the same packages byte for byte, whatever finishes first", async () => {
    const alone = await buildWith("alone", { workers: 0, packagesInFlight: 1 });
    const threads = await buildWith("threads", { workers: 2, packagesInFlight: 5 });
    expect(alone.summary.packages).toBeGreaterThan(8);
    expect(alone.summary.counts.packaged).toBe(6 * 12 + 6 * 2 + 2);
    expect(threads).toEqual(alone);
  });
});
