import { type PackagePlan, planSource, type SourceItem } from "@primepack/core";
import { exampleTarget } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { mintedItems } from "./minted-items.ts";

const bytes = new TextEncoder().encode("x");

async function* source(): AsyncGenerator<SourceItem, void, undefined> {
  yield { kind: "folder", path: ["a"] };
  yield {
    kind: "file",
    path: ["a", "1.txt"],
    size: 1,
    content: bytes,
    versions: [{ size: 1, content: bytes }],
  };
  yield { kind: "file", path: ["2.txt"], size: 1, content: bytes };
}

async function planned(): Promise<PackagePlan> {
  for await (const event of planSource({ source: source(), target: exampleTarget })) {
    if (event.type === "package") return event.plan;
  }
  throw new Error("Cannot plan: no package came");
}

describe("mintedItems()", () => {
  it("gives each item with every id and blob that the plan minted for it, and its server-relative URL", async () => {
    const plan = await planned();
    const minted = [...mintedItems(plan, () => false)];
    expect(minted.map(({ key }) => key)).toEqual(plan.items.map(({ id }) => id));
    for (const item of plan.items) {
      const one = minted.find(({ key }) => key === item.id);
      expect(one?.ids).toEqual(expect.arrayContaining([item.id, item.listItemId]));
      const blobs = item.kind === "file" ? [...(item.versions ?? []), item].map(({ blob }) => blob) : [];
      expect(one?.blobs).toEqual(blobs);
      expect(one?.url.endsWith(`/${item.path.join("/")}`)).toBe(true);
    }
    expect(minted.flatMap(({ blobs = [] }) => blobs)).toHaveLength(3);
  });

  it("leaves out what failed while the package was built", async () => {
    const plan = await planned();
    const [first] = plan.items;
    const minted = [...mintedItems(plan, (id) => id === first?.id)];
    expect(minted.map(({ key }) => key)).toEqual(plan.items.slice(1).map(({ id }) => id));
  });
});
