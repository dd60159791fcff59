import { deterministicRandom, exampleTarget } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { memoryPackageStore } from "../container/memory.ts";
import type { PackagePlan, SourceContent, SourceItem } from "../model/index.ts";
import { buildPlans } from "./build-plans.ts";
import { memoryLedger } from "./memory-ledger.ts";
import { notePackage } from "./note-package.ts";
import { type PlanSourceOptions, planSource } from "./plan-source.ts";
import { build } from "./run.ts";

const random = deterministicRandom();

async function* source(): AsyncGenerator<SourceItem> {
  for (const name of ["a.txt", "b.txt", "c.txt", "d.txt", "e.txt"]) {
    yield { kind: "file", path: ["folder", name], size: name.length, content: Buffer.from(name) };
  }
  yield { kind: "problem", path: ["broken"], outcome: "failed", message: "Cannot read the file" };
}

const planning = (): Omit<PlanSourceOptions, "forms"> => ({
  source: source(),
  target: exampleTarget,
  limits: { maxItems: 3 },
  clock: () => new Date("2026-01-01T00:00:00Z"),
});

describe("planSource()", () => {
  it("gives the plans that `build` makes, of which `buildPlans` makes the same packages", async () => {
    const told: PackagePlan[] = [];
    const built = memoryPackageStore();
    const common = { encryption: "none", workers: 0, random } as const;
    const planned = async (plan: PackagePlan) => {
      told.push(plan);
    };
    await build({ ...planning(), ...common, packages: built, planned }).result;

    const contents = new Map<string, ReadonlyMap<number, SourceContent>>();
    const plans: PackagePlan[] = [];
    const outcomes: string[] = [];
    let items = 0;
    const planner = planSource({ ...planning(), onItem: () => items++ });
    let step = await planner.next();
    for (; !step.done; step = await planner.next()) {
      if (step.value.type === "outcome") outcomes.push(step.value.outcome.source);
      if (step.value.type !== "package") continue;
      plans.push(step.value.plan);
      contents.set(step.value.plan.name, step.value.local);
    }
    expect(step.value).toEqual({ items: 6, bytes: 25 });
    expect(items).toBe(6);
    expect(outcomes).toEqual(["broken"]);
    expect(plans).toEqual(told);

    const packages = memoryPackageStore();
    const local = (plan: PackagePlan) => contents.get(plan.name) ?? new Map();
    await buildPlans({ ...common, packages, plans, local }).result;
    for (const [name, made] of built.packages) expect(packages.packages.get(name)?.blobs).toEqual(made.blobs);
  });

  it("begins the run in the ledger, and leaves what is built of its plans to be told by notePackage()", async () => {
    const store = memoryLedger();
    const ledger = { store, runId: "r1" };
    const planned: PackagePlan[] = [];
    const contents = new Map<string, ReadonlyMap<number, SourceContent>>();
    for await (const event of planSource({ ...planning(), ledger })) {
      if (event.type !== "package") continue;
      planned.push(event.plan);
      contents.set(event.plan.name, event.local);
    }
    expect(store.firstItemId("r1")).toBe(1);
    expect(store.size).toBe(0);
    const local = (plan: PackagePlan) => contents.get(plan.name) ?? new Map();
    const packages = memoryPackageStore();
    const run = buildPlans({ plans: planned, local, packages, encryption: "none", workers: 0 });
    for await (const event of run) {
      if (event.type === "item") await notePackage(ledger, "000001", [event.outcome]);
    }
    const of = planned.find(({ name }) => name === "000001")?.items.map(({ path }) => path.join("/"));
    expect([...store.entries()].map(({ path }) => path.join("/")).sort()).toEqual(of?.sort());
  });
});
