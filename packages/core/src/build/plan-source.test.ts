import { collect, exampleTarget } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { memoryPackageStore } from "../container/memory.ts";
import type { PackagePlan, SourceItem } from "../model/index.ts";
import { planHash } from "../plan/plan-json.ts";
import { memoryLedger } from "./memory-ledger.ts";
import { notePackage } from "./note-package.ts";
import { planSource } from "./plan-source.ts";
import { build } from "./run.ts";

const names = { policy: "skip" } as const;
const clock = () => new Date("2024-03-01T00:00:00Z");

async function* source(): AsyncGenerator<SourceItem, void, undefined> {
  yield { kind: "folder", path: ["a"] };
  for (const name of ["1", "2", "3"]) {
    yield { kind: "file", path: ["a", name], size: 1, content: new Uint8Array(1) };
  }
  yield { kind: "file", path: ["x|y"], size: 1, content: new Uint8Array(1) };
}

describe("planSource()", () => {
  it("makes the plans that build() executes, and tells of what is in none", async () => {
    const options = { source: source(), target: exampleTarget, limits: { maxItems: 2 }, names, clock };
    const events = await collect(planSource(options));
    const built: PackagePlan[] = [];
    const run = build({
      ...options,
      source: source(),
      encryption: "none",
      packages: memoryPackageStore(),
      workers: 0,
      planned: async (plan) => {
        built.push(plan);
      },
    });
    await run.result;
    const plans = events.flatMap((event) => (event.type === "package" ? [event.plan] : []));
    expect(plans.map(planHash)).toEqual(built.map(planHash));
    expect(plans.length).toBeGreaterThan(1);
    expect(events.flatMap((event) => (event.type === "outcome" ? [event.outcome.source] : []))).toEqual(["x|y"]);
  });

  it("says how much it read, at the end and on the way", async () => {
    let items = 0;
    const onItem = () => {
      items += 1;
    };
    const planner = planSource({ source: source(), target: exampleTarget, clock, onItem });
    let step = await planner.next();
    while (!step.done) step = await planner.next();
    expect(step.value).toEqual({ items: 5, bytes: 4 });
    expect(items).toBe(5);
  });

  it("begins the run in the ledger, whose word of what was built is the caller's", async () => {
    const store = memoryLedger();
    const ledger = { store, runId: "run-1" };
    const options = { target: exampleTarget, names, clock };
    await collect(planSource({ ...options, source: source(), ledger }));
    expect(store.firstItemId("run-1")).toBe(1);
    expect([...store.entries()]).toEqual([]);
    const packages = memoryPackageStore();
    const outcomes = [];
    const run = build({ ...options, source: source(), encryption: "none", packages, workers: 0 });
    for await (const told of run) if (told.type === "item") outcomes.push(told.outcome);
    await notePackage(ledger, "000001", outcomes);
    await notePackage(ledger, "000001", outcomes);
    expect([...store.entries()].map(({ built }) => built.package)).toEqual(Array(4).fill("run-1/000001"));
  });

  it("throws for options that can't be used before anything is read", async () => {
    const planner = planSource({ source: source(), target: exampleTarget, limits: { maxItems: 0 } });
    await expect(planner.next()).rejects.toMatchObject({ code: "INVALID_OPTION" });
  });
});
