import { collect, deterministicRandom, exampleTarget, RandomSource, temporaryFolder } from "@primepack/test-support";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SourceItem } from "../model/index.ts";
import { verifyDirectory } from "../verify/verify-directory.ts";
import { openOutputDirectory } from "./output-directory.ts";
import { build } from "./run.ts";

const path = temporaryFolder();
const genericList = { ...exampleTarget, listTitle: "Tasks", listUrl: "Lists/Tasks", baseTemplate: "GenericList" };

async function* each(items: readonly SourceItem[]): AsyncGenerator<SourceItem> {
  yield* items;
}

let runs = 0;

/** Builds a made-up source into a folder, and gives the errors that a second look at it finds. */
async function errorsOf(draw: fc.GeneratorValue): Promise<unknown[]> {
  runs += 1;
  const folder = path(`${runs}`);
  const isList = draw(fc.boolean);
  const isEncrypted = draw(fc.boolean);
  const items = new RandomSource(draw, isList ? "list" : "library").items();
  const target = isList ? genericList : exampleTarget;
  const random = deterministicRandom();
  const output = await openOutputDirectory(folder, { encryption: isEncrypted ? "key" : "none", random });
  const { packages, encryption, finished, clock } = output;
  const versionIds = draw(fc.boolean) ? "same" : "distinct";
  const common = {
    source: each(items),
    target,
    packages,
    finished,
    clock,
    random,
    workers: 0,
    limits: { maxItems: 5 },
  };
  const run = build(
    encryption === "none"
      ? { ...common, encryption, forms: { versionIds } }
      : { ...common, encryption, forms: { versionIds, archives: draw(fc.boolean) } },
  );
  await collect(output.record(run));
  const { counts } = await run.result;
  expect(counts).toMatchObject({ failed: 0, skipped: 0 });

  const key = encryption === "none" ? {} : { key: encryption };
  const verified = verifyDirectory(folder, { ...key, target, source: each(items) });
  const findings = (await collect(verified)).flatMap((event) => (event.type === "finding" ? [event.finding] : []));
  return findings.filter(({ severity }) => severity === "error");
}

describe("build() and verifyDirectory()", () => {
  it("agree on packages of everything that items may carry", async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (draw) => {
        expect(await errorsOf(draw)).toEqual([]);
      }),
      { numRuns: 15, endOnFailure: true },
    );
  });
});
