import { describe, expect, it } from "vitest";
import type { PlannedItem } from "../model/index.ts";
import { type GrowthLimit, grownItems, packageGrowthLimit } from "./grown-items.ts";

const MB = 1_000_000;

/** Contents as [megabytes listed, megabytes read]; a file is a list of them, its current version last. */
type Sizes = readonly (readonly [number, number])[];

/** Names of the files that must leave a package of them and of some folders. */
function leaving(files: readonly Sizes[], folders = 0, limit: GrowthLimit = packageGrowthLimit): string[] {
  const sizes = new Map<string, number>();
  const items = files.map((contents, file) => {
    const planned = contents.map(([listed, size], index) => {
      const blob = `${file}/${index}`;
      sizes.set(blob, size * MB);
      return { blob, size: listed * MB, version: `${index}.0`, ...(index === 0 ? { archive: "a.zip" } : {}) };
    });
    return { kind: "file", path: [`${file}`], ...planned.at(-1), versions: planned.slice(0, -1) };
  });
  const all = [...Array.from({ length: folders }, () => ({ kind: "folder" })), ...items] as unknown as PlannedItem[];
  const grown = grownItems(all, (blob) => sizes.get(blob) ?? 0, limit);
  return [...grown].map(([item, { code }]) => {
    expect(code).toBe("SOURCE_CHANGED");
    return item.path.join();
  });
}

describe("grownItems()", () => {
  it("lets files grow up to the limit of a package", () => {
    expect(leaving([[[1, 150]], [[1, 100]]])).toEqual([]);
  });

  it("gives as many as must leave, those first that grew most", () => {
    expect(leaving([[[1, 120]], [[100, 120]], [[1, 130]]])).toEqual(["2"]);
    expect(leaving([[[1, 120]], [[1, 120]], [[1, 120]]])).toEqual(["2"]);
  });

  it("keeps the last one, which is alone then, whatever its size", () => {
    expect(leaving([[[1, 300]]])).toEqual([]);
    expect(leaving([[[1, 300]], [[1, 400]]])).toEqual(["1"]);
    expect(leaving([[[1, 300]]], 1)).toEqual(["0"]);
  });

  it("counts all versions of a file together", () => {
    const versions: Sizes = [
      [1, 100],
      [1, 100],
    ];
    expect(leaving([versions, [[1, 100]]])).toEqual(["0"]);
    expect(leaving([versions.map(([, size]) => [size, size] as const), [[1, 100]]])).toEqual(["1"]);
  });

  it("looks only at what counts, and spares none for being alone, where the limit says so", () => {
    const limit: GrowthLimit = {
      of: "archive",
      bytes: 10 * MB,
      exceptAlone: false,
      counts: ({ archive }) => archive !== undefined,
    };
    const outside: Sizes = [
      [1, 1],
      [1, 400],
    ];
    expect(leaving([outside, [[5, 6]]], 0, limit)).toEqual([]);
    expect(leaving([outside, [[5, 10]]], 0, limit)).toEqual(["1"]);
    expect(leaving([[[5, 11]]], 0, limit)).toEqual(["0"]);
  });
});
