import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exampleTarget, type HostileTree, makeHostileTree, temporaryFolder } from "@primepack/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openOutputDirectory } from "../build/output-directory.ts";
import { build } from "../build/run.ts";
import { Secret } from "../errors/index.ts";
import { fileSystemSource } from "../source/file-system.ts";
import type { Finding } from "./finding.ts";
import { verifyDirectory } from "./verify-directory.ts";

const folder = temporaryFolder();
let tree: HostileTree;

beforeAll(async () => {
  tree = await makeHostileTree(folder("source"));
});
afterAll(() => tree.remove());

/** Builds the hostile tree into few-item packages, then looks at them. */
async function findingsOf(name: string, encryption: "key" | "none", change?: () => Promise<void>): Promise<Finding[]> {
  const out = folder(name);
  const output = await openOutputDirectory(out, { encryption });
  const source = () => fileSystemSource([tree.root]);
  const limits = { maxItems: 7 };
  const run = build({
    source: source(),
    target: exampleTarget,
    packages: output.packages,
    encryption: output.encryption,
    limits,
    workers: 0,
  });
  for await (const _ of output.record(run));
  await run.result;
  await change?.();
  const key = output.encryption === "none" ? {} : { key: new Secret(output.encryption.reveal()) };
  const verifying = verifyDirectory(out, { ...key, source: source(), target: exampleTarget });
  const findings: Finding[] = [];
  for await (const event of verifying) if (event.type === "finding") findings.push(event.finding);
  const { packages, compared } = await verifying.result;
  expect(packages).toBeGreaterThan(5);
  expect(compared).toBeGreaterThan(20);
  return findings;
}

describe("verifyDirectory() and build()", () => {
  it.each(["key", "none"] as const)("agree on packages of a hostile tree with encryption %s", async (encryption) => {
    const findings = await findingsOf(`agree-${encryption}`, encryption);
    expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(new Set(findings.map(({ code }) => code))).toEqual(new Set(findings.length > 0 ? ["NAME_UNUSUAL"] : []));
  });

  it("sees at once that the key is another", async () => {
    const out = folder("other-key");
    const output = await openOutputDirectory(out, { encryption: "key" });
    const run = build({
      source: fileSystemSource([tree.root]),
      target: exampleTarget,
      packages: output.packages,
      encryption: output.encryption,
      workers: 0,
    });
    for await (const _ of output.record(run));
    await run.result;
    const verifying = verifyDirectory(out, { key: new Secret(new Uint8Array(32)) });
    const findings: Finding[] = [];
    for await (const event of verifying) if (event.type === "finding") findings.push(event.finding);
    expect(findings).toMatchObject([{ code: "KEY_MISMATCH", severity: "error", place: "run.json" }]);
    expect(await verifying.result).toMatchObject({ packages: 0, ok: false });
  });

  it("sees what was added to the source after the build", async () => {
    const findings = await findingsOf("added", "none", () => writeFile(join(tree.root, "added.txt"), "new"));
    const errors = findings.filter(({ severity }) => severity === "error");
    expect(errors).toMatchObject([{ code: "SOURCE_UNRECORDED", place: 'source:"added.txt"' }]);
  });
});
