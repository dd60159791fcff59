import { readFileSync } from "node:fs";
import { exampleTarget } from "@primepack/test-support";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import type { PackagePlan } from "../model/index.ts";
import { parsePlan, planHash } from "./plan-json.ts";

const schema: unknown = JSON.parse(readFileSync(new URL("../../schemas/plan.schema.json", import.meta.url), "utf8"));
const isPlan = new Ajv2020({ allErrors: true }).compile(schema as object);

const entry = {
  listItemId: "11111111-0000-4000-8000-000000000001",
  parentId: exampleTarget.rootFolderId,
  created: "2024-01-02T03:04:05Z",
  modified: "2024-01-02T03:04:05Z",
  author: 1,
  modifiedBy: 1,
  version: "1.0",
};
const plan: PackagePlan = {
  schemaVersion: 2,
  name: "000002",
  kind: "content",
  dependsOn: ["000001"],
  portable: false,
  target: exampleTarget,
  users: [{ id: 1, name: "System Account", login: "SHAREPOINT\\system", systemId: "AA==" }],
  groups: [],
  entries: 3,
  bytes: 5,
  items: [
    {
      ...entry,
      kind: "folder",
      source: ["a?"],
      path: ["a_x003F_"],
      renamed: { from: "a?", to: "a_x003F_", why: ["invalid-character"] },
      id: "22222222-0000-4000-8000-000000000001",
      itemId: 7,
    },
    {
      ...entry,
      kind: "file",
      source: ["a?", "\udcff"],
      path: ["a_x003F_", "_xDCFF_"],
      id: "22222222-0000-4000-8000-000000000002",
      listItemId: "11111111-0000-4000-8000-000000000002",
      parentId: "22222222-0000-4000-8000-000000000001",
      itemId: 8,
      size: 2,
      content: { kind: "path", path: "/data/a?/\udcff" },
      blob: "00000001.dat",
    },
    {
      ...entry,
      kind: "file",
      source: ["b"],
      path: ["b"],
      id: "22222222-0000-4000-8000-000000000003",
      listItemId: "11111111-0000-4000-8000-000000000003",
      itemId: 9,
      size: 3,
      content: { kind: "local", handle: 2 },
      blob: "00000002.dat",
    },
  ],
};

/** A copy of the plan's JSON with one place set to a value; undefined takes the place away. */
function changed(place: string, value: unknown): Record<string, unknown> {
  const copy = JSON.parse(JSON.stringify(plan)) as Record<string, unknown>;
  const keys = place.split("/");
  const last = keys.pop() as string;
  let at = copy;
  for (const key of keys) at = at[key] as Record<string, unknown>;
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy;
}

describe("planHash()", () => {
  test("depends on what the plan says and not on the order of its keys", () => {
    const reverse = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reverse);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, field]) => [key, reverse(field)]),
      );
    };
    expect(planHash(reverse(plan) as PackagePlan)).toBe(planHash(plan));
    expect(planHash(changed("items/1/size", 3) as unknown as PackagePlan)).not.toBe(planHash(plan));
    expect(planHash(parsePlan(JSON.stringify(plan)))).toBe(planHash(plan));
  });

  test("is the SHA-256 of the canonical JSON", () => {
    // By Python: json.dumps(plan, sort_keys=True, separators=(",", ":")), lone surrogates escaped.
    expect(planHash(plan)).toBe("d40fbede305c0c389b6c179ccaa53987cdbfb6c2cd241253d64f6d99e28efdb0");
  });
});

describe("parsePlan()", () => {
  test("gives back a plan from its JSON text and from the parsed value", () => {
    expect(parsePlan(JSON.stringify(plan))).toEqual(plan);
    expect(parsePlan(structuredClone(plan))).toEqual(plan);
    expect(isPlan(plan), JSON.stringify(isPlan.errors)).toBe(true);
  });

  test.each([1, "2", undefined])("refuses the schemaVersion %j with PLAN_VERSION", (version) => {
    expect(() => parsePlan(changed("schemaVersion", version))).toThrow(
      expect.objectContaining({ code: "PLAN_VERSION" }),
    );
    expect(isPlan(changed("schemaVersion", version))).toBe(false);
  });

  test.each<[string, unknown]>([
    ["name", "../x"],
    ["name", "000001\n"],
    ["kind", "mixed"],
    ["dependsOn", ["a/b"]],
    ["portable", "no"],
    ["target", null],
    ["target/listId", "{b2222222-0000-4000-8000-000000000002}"],
    ["target/firstItemId", 0],
    ["items", {}],
    ["items/0/kind", "link"],
    ["items/0/source", []],
    ["items/0/path", "a"],
    ["items/0/renamed/why", ["mood"]],
    ["items/0/id", undefined],
    ["items/0/itemId", 2 ** 31],
    ["items/0/created", "2024-01-02"],
    ["items/1/size", -1],
    ["items/1/size", 0.5],
    ["items/1/blob", "../key"],
    ["items/1/content", { kind: "url", url: "https://contoso.example" }],
    ["items/1/content/path", undefined],
    ["items/2/content/handle", "2"],
    ["bytes", -5],
  ])("refuses %s set to %j, as the JSON Schema does", (place, value) => {
    const bad = changed(place, value);
    expect(() => parsePlan(bad)).toThrow(
      expect.objectContaining({
        code: "PLAN_INVALID",
        message: expect.stringContaining(`/${place.split("/").slice(0, 3).join("/")}`),
      }),
    );
    expect(isPlan(bad)).toBe(false);
  });

  test.each<[string, unknown]>([
    ["items/1/path", ["a_x003F_", "a/b"]],
    ["items/1/path", ["a_x003F_", "_xDCFF_ "]],
    ["items/1/id", plan.items[0]?.id],
    ["items/1/listItemId", plan.items[0]?.listItemId],
    ["items/1/itemId", 7],
    ["items/2/blob", "00000001.dat"],
    ["items", [plan.items[1], plan.items[0], plan.items[2]]],
    ["kind", "structure"],
    ["bytes", 6],
    ["portable", true],
  ])("refuses %s set to %j, which the JSON Schema can't know", (place, value) => {
    expect(() => parsePlan(changed(place, value))).toThrow(expect.objectContaining({ code: "PLAN_INVALID" }));
  });

  test("refuses what is no JSON", () => {
    expect(() => parsePlan("{")).toThrow(
      expect.objectContaining({ code: "PLAN_INVALID", cause: expect.any(SyntaxError) }),
    );
    expect(() => parsePlan("[]")).toThrow(expect.objectContaining({ code: "PLAN_INVALID" }));
  });
});
