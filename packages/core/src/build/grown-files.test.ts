import { exampleTarget } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import type { PackagePlan, SealedBlob } from "../model/index.ts";
import { grownFiles } from "./grown-files.ts";

const MB = 1_000_000;

/** A package of files as [megabytes listed, megabytes sealed] and of some folders; gives the blobs that must leave. */
function leaving(files: readonly (readonly [number, number])[], folders = 0): string[] {
  const blobs = files.map(([listed, size], index) => ({ blob: `${index}`, listed: listed * MB, size: size * MB }));
  const items = [
    ...Array.from({ length: folders }, () => ({ kind: "folder" })),
    ...blobs.map(({ blob, listed }) => ({ kind: "file", blob, size: listed })),
  ];
  const plan = { items, target: exampleTarget } as unknown as PackagePlan;
  const sealed = new Map(blobs.map(({ blob, size }) => [blob, { name: blob, size } as SealedBlob]));
  return [...grownFiles(plan, sealed).keys()];
}

describe("grownFiles()", () => {
  it("lets files grow up to the limit of a package", () => {
    expect(
      leaving([
        [1, 150],
        [1, 100],
      ]),
    ).toEqual([]);
  });

  it("gives as many as must leave, those first that grew most", () => {
    expect(
      leaving([
        [1, 120],
        [100, 120],
        [1, 130],
      ]),
    ).toEqual(["2"]);
    expect(
      leaving([
        [1, 120],
        [1, 120],
        [1, 120],
      ]),
    ).toEqual(["2"]);
  });

  it("keeps the last one, which is alone then, whatever its size", () => {
    expect(leaving([[1, 300]])).toEqual([]);
    expect(
      leaving([
        [1, 300],
        [1, 400],
      ]),
    ).toEqual(["1"]);
    expect(leaving([[1, 300]], 1)).toEqual(["0"]);
  });
});
