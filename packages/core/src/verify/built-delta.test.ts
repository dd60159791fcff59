import { exampleTarget, temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { confirmPackages } from "../build/confirm-packages.ts";
import { memoryLedger } from "../build/memory-ledger.ts";
import { openOutputDirectory } from "../build/output-directory.ts";
import { build } from "../build/run.ts";
import type { ItemOutcome, SourceItem } from "../model/index.ts";
import type { Finding } from "./finding.ts";
import { verifyDirectory } from "./verify-directory.ts";

const folder = temporaryFolder();
const bytes = (text: string) => ({ size: text.length, content: Buffer.from(text), modified: new Date(0) });

describe("verifyDirectory() and build() of delta runs", () => {
  it("agree on what is unchanged, changed, moved and gone", async () => {
    const store = memoryLedger();
    const run = async (runId: string, items: () => SourceItem[]) => {
      const out = folder(runId);
      const output = await openOutputDirectory(out, { encryption: "none" });
      async function* source() {
        yield* items();
      }
      const ledger = { store, runId, deletions: true };
      const { packages, encryption } = output;
      const building = build({ source: source(), target: exampleTarget, packages, encryption, ledger, workers: 0 });
      const outcomes: ItemOutcome[] = [];
      const names: string[] = [];
      for await (const event of output.record(building)) {
        if (event.type === "item") outcomes.push(event.outcome);
        if (event.type === "packageFinished") names.push(event.record.name);
      }
      await building.result;
      await confirmPackages(
        store,
        names.map((name) => `${runId}/${name}`),
      );
      const verifying = verifyDirectory(out, { source: source(), target: exampleTarget });
      const findings: Finding[] = [];
      for await (const event of verifying) if (event.type === "finding") findings.push(event.finding);
      return { findings, outcomes: outcomes.map(({ source: path, outcome }) => `${path}: ${outcome}`).sort() };
    };
    const before = (): SourceItem[] => [
      { kind: "folder", path: ["In"] },
      { kind: "file", path: ["In", "changed.txt"], ...bytes("old") },
      { kind: "file", path: ["In", "gone.txt"], ...bytes("gone") },
      { kind: "file", path: ["In", "moved.txt"], ...bytes("moved"), identity: "7" },
      { kind: "file", path: ["same.txt"], ...bytes("same") },
    ];
    const after = (): SourceItem[] => [
      { kind: "folder", path: ["In"] },
      { kind: "file", path: ["In", "changed.txt"], ...bytes("newer") },
      { kind: "file", path: ["renamed.txt"], ...bytes("moved"), identity: "7" },
      { kind: "file", path: ["same.txt"], ...bytes("same") },
    ];
    expect((await run("first", before)).findings).toEqual([]);
    const second = await run("second", after);
    expect(second.outcomes).toEqual([
      "In/changed.txt: packaged",
      "In/gone.txt: deletion",
      "In: unchanged",
      "renamed.txt: packaged",
      "same.txt: unchanged",
    ]);
    expect(second.findings).toEqual([]);
    const third = await run("third", after);
    expect(new Set(third.outcomes.map((text) => text.replace(/.*: /, "")))).toEqual(new Set(["unchanged"]));
    expect(third.findings).toEqual([]);
  });
});
