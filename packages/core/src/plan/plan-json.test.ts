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

const link = {
  name: "Link",
  attributes: { Url: "a" },
  children: [{ name: "x", attributes: {}, children: [], text: "y" }],
};
/** A plan with all that one may hold. */
const whole: PackagePlan = {
  ...plan,
  entries: 9,
  bytes: 17,
  portable: true,
  dependsOn: [],
  users: [
    { id: 1, name: "System Account", login: "SHAREPOINT\\system", systemId: "AA==" },
    {
      id: 2,
      name: "Ada",
      login: "i:0#.f|membership|ada@contoso.com",
      email: "ada@contoso.com",
      isDomainGroup: false,
      isSiteAdmin: true,
      isDeleted: false,
      systemId: "AA==",
      mobilePhone: "1",
      flags: 0,
    },
  ],
  groups: [
    {
      id: 3,
      name: "Readers",
      description: "They read",
      owner: 2,
      ownerIsUser: true,
      members: [2],
      onlyAllowMembersViewMembership: true,
      requestToJoinLeaveEmailSetting: "",
    },
    { id: 4, name: "Owned", owner: 3, ownerIsUser: false, members: [] },
  ],
  roles: [{ id: 1073741826, title: "Read", permMask: "756052856929", hidden: false, order: 128, type: 2 }],
  scopes: [
    {
      id: "44444444-0000-4000-8000-000000000001",
      objectId: exampleTarget.listId,
      objectType: "list",
      path: [],
      assignments: [{ principalId: 3, roleId: 1073741826 }],
    },
  ],
  items: [
    {
      ...entry,
      kind: "folder",
      source: ["a"],
      path: ["a"],
      movedFrom: ["old"],
      id: "22222222-0000-4000-8000-000000000001",
      itemId: 7,
      progId: "x",
      properties: [{ name: "vti_x", value: "1", type: "Integer", access: "ReadOnly" }],
      fingerprint: ":1",
      identity: "1:2",
      generation: 1,
    },
    {
      ...entry,
      kind: "file",
      source: ["a", "b"],
      path: ["a", "b"],
      id: "22222222-0000-4000-8000-000000000002",
      listItemId: "11111111-0000-4000-8000-000000000002",
      parentId: "22222222-0000-4000-8000-000000000001",
      itemId: 8,
      author: 2,
      version: "2.1",
      fields: [{ name: "Who", type: "User", value: "3;UserInfo", principals: [3] }],
      moderation: { status: "Draft", comment: "soon" },
      contentTypeId: "0x0101",
      retentionLabel: { name: "Keep", setBy: 2, setAt: "2024-01-02T03:04:05Z", flags: 1 },
      comments: [
        { id: "1", text: "Good", author: 2, created: "2024-01-02T03:04:05.678Z", uiVersion: 512 },
        { id: "2", parentId: "1", text: "Yes", author: 1, created: "2024-01-02T03:04:05.678Z" },
      ],
      sharing: [{ time: "2024-01-02T03:04:05.678Z", initiator: 1, sharedBy: 2, sharedWith: [3] }],
      links: [link],
      eventReceivers: [{ ...link, name: "EventReceiver" }],
      versions: [
        {
          author: 2,
          modifiedBy: 2,
          version: "1.0",
          modified: "2024-01-02T03:04:05Z",
          checkinComment: "first",
          properties: [],
          size: 4,
          content: { kind: "path", path: "/b.1" },
          blob: "00000001.dat",
          archive: "archive1.zip",
        },
      ],
      checkinComment: "second",
      properties: [{ name: "p" }],
      webParts: [{ ...link, name: "WebPart" }],
      versionEvents: [{ ...link, name: "VersionEvent" }],
      size: 6,
      content: { kind: "path", path: "/b" },
      blob: "00000002.dat",
    },
    {
      ...entry,
      kind: "item",
      source: ["key"],
      path: ["9_.000"],
      id: "22222222-0000-4000-8000-000000000003",
      listItemId: "11111111-0000-4000-8000-000000000003",
      itemId: 9,
      version: "3.0",
      versions: [{ author: 1, modifiedBy: 1, version: "2.0", modified: "2024-01-02T03:04:05Z" }],
      attachments: [
        {
          name: "c.txt",
          id: "55555555-0000-4000-8000-000000000001",
          author: 2,
          modifiedBy: 2,
          created: "2024-01-02T03:04:05Z",
          modified: "2024-01-02T03:04:05Z",
          size: 7,
          content: { kind: "path", path: "/c" },
          blob: "00000003.dat",
        },
      ],
    },
    {
      ...entry,
      kind: "folder",
      source: ["d"],
      path: ["d"],
      id: "22222222-0000-4000-8000-000000000004",
      listItemId: "11111111-0000-4000-8000-000000000004",
      itemId: 10,
    },
    {
      kind: "deletion",
      of: "file",
      source: ["e"],
      path: ["e"],
      id: "22222222-0000-4000-8000-000000000005",
      listItemId: "11111111-0000-4000-8000-000000000005",
      parentId: exampleTarget.rootFolderId,
    },
    {
      kind: "deletion",
      of: "item",
      source: ["f"],
      path: ["12_.000"],
      id: "22222222-0000-4000-8000-000000000006",
      listItemId: "11111111-0000-4000-8000-000000000006",
    },
  ],
};

/** A copy of the plan's JSON with one place set to a value; undefined takes the place away. */
function changed(place: string, value: unknown, of = plan): Record<string, unknown> {
  const copy = JSON.parse(JSON.stringify(of)) as Record<string, unknown>;
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
    expect(planHash(plan)).toBe("12c028d65758030ef23fcd1b86662c68da1e1e7d9c9aa6a1e5111307df98e9ee");
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

  test("gives back a plan with all that one may hold", () => {
    expect(parsePlan(JSON.stringify(whole))).toEqual(whole);
    expect(isPlan(whole), JSON.stringify(isPlan.errors)).toBe(true);
  });

  test.each<[string, unknown]>([
    ["users", undefined],
    ["users/1/systemId", undefined],
    ["users/1/id", 0],
    ["users/1/isDeleted", "no"],
    ["groups/0/ownerIsUser", undefined],
    ["groups/0/members", ["Ada"]],
    ["roles/0/permMask", 756052856929],
    ["roles/0/id", "Read"],
    ["scopes/0/objectType", "web"],
    ["scopes/0/assignments", undefined],
    ["scopes/0/assignments/0/roleId", "Read"],
    ["entries", -1],
    ["items/0/movedFrom", []],
    ["items/0/properties/0/type", "Guess"],
    ["items/0/generation", -1],
    ["items/1/author", undefined],
    ["items/1/version", "2"],
    ["items/1/fields/0/name", undefined],
    ["items/1/fields/0/principals", ["2"]],
    ["items/1/moderation/status", "Fine"],
    ["items/1/retentionLabel/name", undefined],
    ["items/1/comments/0/created", "2024-01-02T03:04:05Z"],
    ["items/1/sharing/0/sharedWith", undefined],
    ["items/1/links/0/attributes/Url", 1],
    ["items/1/links/0/children/0/name", "a b"],
    ["items/1/versions/0/blob", undefined],
    ["items/1/versions/0/archive", "../x.zip"],
    ["items/1/versions/0/modified", undefined],
    ["items/2/attachments/0/id", "1"],
    ["items/2/attachments/0/created", undefined],
    ["items/2/versions/0/author", undefined],
    ["items/4/of", "list"],
    ["items/4/listItemId", undefined],
  ])("refuses %s of a whole plan set to %j, as the JSON Schema does", (place, value) => {
    const bad = changed(place, value, whole);
    expect(() => parsePlan(bad)).toThrow(expect.objectContaining({ code: "PLAN_INVALID" }));
    expect(isPlan(bad)).toBe(false);
  });

  test.each<[string, unknown]>([
    ["users/1/id", 1],
    ["users", [whole.users[0]]],
    ["groups/0/id", 2],
    ["groups/0/owner", 4],
    ["groups/0/members", [4]],
    ["groups/1/owner", 2],
    ["scopes/0/assignments/0/principalId", 5],
    ["scopes", [whole.scopes?.[0], { ...whole.scopes?.[0], id: "44444444-0000-4000-8000-000000000002" }]],
    ["items/1/author", 5],
    ["items/1/fields/0/principals", [5]],
    ["items/1/version", "1.512"],
    ["items/1/version", "1.0"],
    ["items/1/versions/0/blob", "00000002.dat"],
    ["items/2/path", ["10_.000"]],
    ["items/2/attachments/0/name", "a/b"],
    ["items/4/id", whole.items[0]?.id],
    ["entries", 7],
    ["bytes", 13],
  ])("refuses %s of a whole plan set to %j, which the JSON Schema can't know", (place, value) => {
    expect(() => parsePlan(changed(place, value, whole))).toThrow(expect.objectContaining({ code: "PLAN_INVALID" }));
  });

  test("refuses what is no JSON", () => {
    expect(() => parsePlan("{")).toThrow(
      expect.objectContaining({ code: "PLAN_INVALID", cause: expect.any(SyntaxError) }),
    );
    expect(() => parsePlan("[]")).toThrow(expect.objectContaining({ code: "PLAN_INVALID" }));
  });
});
