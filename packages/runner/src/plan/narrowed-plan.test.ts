import { type PackagePlan, parsePlan, planSource } from "@primepack/core";
import { exampleTarget, RandomSource } from "@primepack/test-support";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesOfItem, narrowedPlan } from "./narrowed-plan.ts";

async function plansOf(items: ReturnType<RandomSource["items"]>, kind: "library" | "list"): Promise<PackagePlan[]> {
  const plans: PackagePlan[] = [];
  const target = { ...exampleTarget, baseTemplate: kind === "list" ? "GenericList" : "DocumentLibrary" };
  async function* source() {
    yield* items;
  }
  for await (const event of planSource({ source: source(), target, limits: { maxItems: 6 } })) {
    if (event.type === "package") plans.push(event.plan);
  }
  return plans;
}

describe("narrowedPlan()", () => {
  it("makes of any choice of items a plan that can be executed, of these items as they were", async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), fc.constantFrom("library" as const, "list" as const), async (draw, kind) => {
        for (const plan of await plansOf(new RandomSource(draw, kind).items(), kind)) {
          const kept = new Set(plan.items.filter(() => draw(fc.boolean)).map(({ id }) => id));
          const narrowed = narrowedPlan(plan, `${plan.name}-r2`, (id) => kept.has(id));
          expect(parsePlan(JSON.stringify(narrowed))).toEqual(JSON.parse(JSON.stringify(narrowed)));
          expect(narrowed.items).toEqual(plan.items.filter(({ id }) => kept.has(id)));
          expect(narrowed.bytes).toBe(narrowed.items.reduce((sum, item) => sum + bytesOfItem(item), 0));
          expect(narrowed.scopes ?? []).toEqual((plan.scopes ?? []).filter(({ objectId }) => kept.has(objectId)));
        }
      }),
      { numRuns: 60 },
    );
  });

  it("is the plan itself under another name when all is kept", async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (draw) => {
        for (const plan of await plansOf(new RandomSource(draw, "library").items(), "library")) {
          expect(narrowedPlan(plan, "000001-r2", () => true)).toEqual({ ...plan, name: "000001-r2" });
        }
      }),
      { numRuns: 30 },
    );
  });
});
