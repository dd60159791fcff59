import { describe, expect, it } from "vitest";
import type { Code } from "../errors/index.ts";
import { RunFacts } from "./run-facts.ts";

const folder = "11111111-2222-4333-8444-555555555555";

describe("RunFacts", () => {
  it("finds what another package defines by way of a package with any number of dependencies", () => {
    const codes: Code[] = [];
    const report = (code: Code) => void codes.push(code);
    const run = new RunFacts(undefined);
    const many = Array.from({ length: 200_000 }, (_, index) => `other-${index}`);
    const first = run.addPackage("first", [], report);
    run.addPackage("second", [...many, "first"], report);
    const third = run.addPackage("third", ["second"], report);
    run.define(folder, "folder", first);
    run.resolve(third, { id: folder, place: "manifest", by: "File a", role: "parent" });
    expect(codes).toEqual([]);
  });
});
