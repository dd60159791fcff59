import { collect, deterministicRandom, exampleTarget } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { memoryPackageStore } from "../container/memory.ts";
import { PrimepackError, Secret } from "../errors/index.ts";
import type { PackagePlan, SourceContent, SourceItem } from "../model/index.ts";
import { buildPlans } from "./build-plans.ts";
import { build } from "./run.ts";
import type { BuildPlansOptions } from "./types.ts";

const random = deterministicRandom();
const key = new Secret<Uint8Array>(random(32, "key"));
const codeOf = (error: unknown) => (error instanceof PrimepackError ? error.code : error);

function file(name: string): SourceItem {
  return { kind: "file", path: [name], size: name.length, content: Buffer.from(name) };
}

async function* source() {
  yield* ["a.txt", "b.txt", "c.txt", "d.txt", "e.txt"].map(file);
}
const common = { encryption: key, workers: 0, random };

/** Plans of three packages, as JSON would bring them, their contents, and what `build` made of them. */
async function planned() {
  const plans: PackagePlan[] = [];
  const contents = new Map<string, ReadonlyMap<number, SourceContent>>();
  const packages = memoryPackageStore();
  await build({
    ...common,
    source: source(),
    target: exampleTarget,
    packages,
    limits: { maxItems: 2 },
    clock: () => new Date("2026-01-01T00:00:00Z"),
    planned: async (plan, local) => {
      plans.push(JSON.parse(JSON.stringify(plan)));
      contents.set(plan.name, local);
    },
  }).result;
  const local = (plan: PackagePlan) => contents.get(plan.name) ?? new Map();
  return { plans, local, packages: packages.packages };
}

const options = (changes: Partial<BuildPlansOptions> & Pick<BuildPlansOptions, "plans">): BuildPlansOptions =>
  ({ ...common, packages: memoryPackageStore(), ...changes }) as BuildPlansOptions;

describe("buildPlans()", () => {
  it("makes the same packages of plans as the run that made them, byte for byte", async () => {
    const { plans, local, packages } = await planned();
    const again = memoryPackageStore();
    const run = buildPlans(options({ plans, local, packages: again }));
    const events = await collect(run);
    expect(await run.result).toMatchObject({ status: "complete", packages: 3, bytes: 25, nextItemId: 6 });
    expect((await run.result).counts).toMatchObject({ packaged: 5, failed: 0 });
    expect(run.progress).toMatchObject({ scannedItems: 5, scannedBytes: 25, files: 5, packages: 3 });
    expect(events.filter(({ type }) => type === "scanned")).toEqual([{ type: "scanned", items: 5, bytes: 25 }]);
    for (const [name, made] of packages) expect(again.packages.get(name)?.blobs).toEqual(made.blobs);
  });

  it("takes some of a run's plans, from a generator too", async () => {
    const { plans, local } = await planned();
    async function* some() {
      yield* plans.slice(1, 2);
    }
    const packages = memoryPackageStore();
    expect(await buildPlans(options({ plans: some(), local, packages })).result).toMatchObject({
      packages: 1,
      nextItemId: 5,
    });
    expect([...packages.packages.keys()]).toEqual(["000002"]);
  });

  it("fails items whose contents are not there", async () => {
    const { plans } = await planned();
    const { counts, packages } = await buildPlans(options({ plans })).result;
    expect(counts).toMatchObject({ packaged: 0, failed: 5 });
    expect(packages).toBe(0);
  });

  it("executes no package that is finished", async () => {
    const { plans, local } = await planned();
    const records = (await collect(buildPlans(options({ plans, local })))).flatMap((event) =>
      event.type === "packageFinished" ? [event.record] : [],
    );
    const finished = ({ name }: PackagePlan) => records.find((record) => record.name === name && name !== "000002");
    expect(await buildPlans(options({ plans, local, finished })).result).toMatchObject({
      packages: 1,
      reusedPackages: 2,
      counts: { packaged: 5 },
    });
  });

  it("ends with PLAN_INVALID at a damaged plan, and at a name that comes twice, and closes where plans come from", async () => {
    const { plans, local } = await planned();
    const [first] = plans as [PackagePlan];
    const damaged = { ...first, name: "../000001" };
    let closed = 0;
    for (const wrong of [[damaged], [first, first]]) {
      async function* given() {
        try {
          yield* wrong;
          throw new Error("it is read on");
        } finally {
          closed += 1;
        }
      }
      const { result } = buildPlans(options({ plans: given(), local }));
      expect(await result.catch(codeOf)).toBe("PLAN_INVALID");
    }
    expect(closed).toBe(2);
  });

  it("ends at once on an abort, and after what is in flight when it is drained", async () => {
    const { plans, local } = await planned();
    const never = (): AsyncGenerator<PackagePlan> =>
      (async function* () {
        yield* plans.slice(0, 1);
        await new Promise(() => undefined);
      })();
    const abort = new AbortController();
    const aborted = buildPlans(options({ plans: never(), local, signal: abort.signal }));
    for await (const event of aborted) {
      if (event.type === "packageFinished") break;
    }
    abort.abort();
    expect(await aborted.result.catch(codeOf)).toBe("ABORTED");
    const drained = buildPlans(options({ plans: never(), local }));
    for await (const event of drained) if (event.type === "packageStarted") drained.drain();
    expect(await drained.result).toMatchObject({ status: "interrupted", packages: 1 });
  });

  it.each([
    ["INVALID_OPTION", { plans: 1 as never }, "plans"],
    ["INVALID_OPTION", { plans: [], local: {} as never }, "local"],
    ["INVALID_OPTION", { plans: [], packages: {} as never }, "packages"],
    ["INVALID_OPTION", { plans: [], workers: -1 }, "workers"],
    ["INVALID_KEY", { plans: [], encryption: new Secret(new Uint8Array(3)) }, "3"],
  ] as const)("throws %s at once for %j", (code, changes, part) => {
    expect(() => buildPlans(options(changes))).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(part) }),
    );
  });
});
