import { type PackagePlan, planSource, type SourceItem } from "@primepack/core";
import type { ImportOutcome } from "@primepack/event-reader";
import { exampleTarget } from "@primepack/test-support";
import { beforeAll, describe, expect, it } from "vitest";
import { itemFindings, type PackageEnding } from "./item-findings.ts";

const bytes = new TextEncoder().encode("x");

async function* source(): AsyncGenerator<SourceItem, void, undefined> {
  yield { kind: "folder", path: ["a"] };
  yield { kind: "file", path: ["a", "1.txt"], size: 1, content: bytes };
  yield { kind: "folder", path: ["a", "b"] };
  yield { kind: "file", path: ["a", "b", "2.txt"], size: 1, content: bytes };
  yield { kind: "file", path: ["3.txt"], size: 1, content: bytes };
}

let plan: PackagePlan;
const idOf: Record<string, string> = {};

beforeAll(async () => {
  for await (const event of planSource({ source: source(), target: exampleTarget })) {
    if (event.type === "package") plan = event.plan;
  }
  for (const { source: path, id } of plan.items) idOf[path.join("/")] = id;
});

const failed = (errorCode: string, message: string): ImportOutcome => ({
  outcome: "failed",
  problems: [{ errorCode, message, from: "event" }],
});
const unknown: ImportOutcome = { outcome: "unknown", why: "the job ended in a fatal error" };

function findings(outcomes: Readonly<Record<string, ImportOutcome>>, ending: Partial<PackageEnding> = {}) {
  const all = plan.items.map(
    ({ source: path, id }) => [id, outcomes[path.join("/")] ?? outcomes["*"] ?? { outcome: "imported" }] as const,
  );
  const found = itemFindings(plan, {
    outcomes: new Map(all),
    leftOut: new Map(),
    ending: "ended",
    cancelledByUser: false,
    message: "",
    mayResend: true,
    wasUnknown: () => false,
    ...ending,
  });
  return (path: string) => found.get(idOf[path] ?? "");
}

describe("itemFindings()", () => {
  it("takes what was imported for proven, and keeps its warnings", () => {
    const of = findings({
      "3.txt": { outcome: "imported", warnings: [{ errorCode: "", message: "Failed to ensure user", from: "event" }] },
    });
    expect(of("a/1.txt")).toEqual({ isProven: true });
    expect(of("3.txt")).toEqual({
      isProven: true,
      failure: { outcome: "imported", warnings: ["Failed to ensure user"] },
    });
  });

  it("sends again what failed for a reason that passes, and nothing else", () => {
    const of = findings({
      "a/1.txt": failed("-2147286782", "The object has ceased to exist"),
      "3.txt": failed("-2146232832", "Something went wrong"),
    });
    expect(of("a/1.txt")?.failure).toMatchObject({ outcome: "failed", code: "-2147286782", resent: true });
    expect(of("3.txt")?.failure).toEqual({
      outcome: "failed",
      code: "-2146232832",
      message: "Something went wrong",
    });
    expect(of("a")).toEqual({ isProven: true });
  });

  it("sends what is in a folder again with it, whatever it failed with, but for reasons that stay", () => {
    const of = findings({
      "a/b": failed("-2147286782", "The object has ceased to exist"),
      "a/b/2.txt": { outcome: "unknown", why: "a folder above it failed" },
    });
    expect(of("a/b/2.txt")?.failure?.resent).toBe(true);
    const stays = findings({
      "a/b": failed("-2147286782", "The object has ceased to exist"),
      "a/b/2.txt": failed("-2147024891", "Access denied"),
    });
    expect(stays("a/b/2.txt")?.failure?.resent).toBeUndefined();
  });

  it("never takes for imported what a job leaves open, and sends it again only after a fatal end or a cancellation", () => {
    for (const ending of ["fatal", "cancelled", "lost", "deleted", "ended"] as const) {
      const of = findings({ "*": unknown }, { ending });
      expect(of("3.txt")?.isProven).toBe(false);
      expect(of("3.txt")?.failure?.outcome).toBe("unknown");
      expect(of("3.txt")?.failure?.resent === true).toBe(ending === "fatal" || ending === "cancelled");
    }
  });

  it("sends a package that a taken name has aborted again without the item of that name", () => {
    const message = "-2147024816 A file with the name 3.txt already exists";
    const of = findings({ "*": unknown, "3.txt": failed("-2147024816", message) }, { ending: "fatal", message });
    expect(of("3.txt")?.failure).toMatchObject({ outcome: "failed", code: "-2147024816" });
    expect(of("3.txt")?.failure?.resent).toBeUndefined();
    expect(of("a/1.txt")?.failure?.resent).toBe(true);
  });

  it("doesn't send again what a fatal error of the package itself leaves open", () => {
    const message = "-2146232832 The 'Description' attribute is not declared.";
    const of = findings({ "*": unknown }, { ending: "fatal", message });
    expect(of("3.txt")?.failure).toEqual({ outcome: "unknown", code: "JOB_FAILED", message: unknown.why });
  });

  it("sends nothing again that somebody cancelled, or that was sent often enough", () => {
    expect(findings({ "*": unknown }, { ending: "cancelled", cancelledByUser: true })("a")?.failure?.resent).toBe(
      undefined,
    );
    expect(findings({ "*": unknown }, { ending: "fatal", mayResend: false })("a")?.failure?.resent).toBe(undefined);
  });

  it("takes a name that is taken for no failure where an earlier send may have taken it", () => {
    const of = findings({ "3.txt": failed("-2147024816", "already exists") }, { wasUnknown: () => true });
    expect(of("3.txt")?.failure?.outcome).toBe("unknown");
  });

  it("sends again what changed while it was read, and reports what could not be read", () => {
    const leftOut = new Map([
      [idOf["3.txt"] ?? "", { outcome: "failed", code: "SOURCE_CHANGED", message: "changed" } as const],
      [idOf["a/1.txt"] ?? "", { outcome: "failed", code: "SOURCE_UNREADABLE", message: "unreadable" } as const],
    ]);
    const of = findings({}, { leftOut });
    expect(of("3.txt")?.failure).toMatchObject({ code: "SOURCE_CHANGED", resent: true });
    expect(of("a/1.txt")?.failure).toEqual({ outcome: "failed", code: "SOURCE_UNREADABLE", message: "unreadable" });
  });
});
