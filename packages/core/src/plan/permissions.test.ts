import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RoleGrant, SourceRole } from "../model/index.ts";
import { People } from "./people.ts";
import { Permissions } from "./permissions.ts";

const newPeople = () => new People({ defaultAuthor: { name: "A", login: "author@x.y" }, people: { unmapped: "keep" } });

const newPermissions = (roles: readonly Omit<SourceRole, "kind">[] = []): Permissions => {
  const permissions = new Permissions({ roles: "write" });
  for (const role of roles) expect(permissions.define({ kind: "role", ...role })).toBeUndefined();
  return permissions;
};

const plan = (grants: readonly RoleGrant[], permissions = newPermissions()) => permissions.plan(grants, newPeople());

describe("Permissions.plan()", () => {
  test.each([
    ["Full Control", 1073741829],
    ["design", 1073741828],
    ["EDIT", 1073741830],
    ["Contribute", 1073741827],
    ["Read", 1073741826],
  ])("grants the standard role %s by its id in all sites", (role, roleId) => {
    expect(plan([{ principal: "a@x.y", role }])).toEqual({
      assignments: [{ principalId: 2, roleId }],
      key: `2:${roleId}`,
      dropped: [],
    });
  });

  test("grants by the id of a role, known or not", () => {
    expect(plan([{ principal: "a@x.y", role: { id: 1073741930 } }]).assignments).toEqual([
      { principalId: 2, roleId: 1073741930 },
    ]);
  });

  test("sorts, and merges what is granted twice, whoever names it how", () => {
    const permissions = newPermissions([{ name: "Lesen", id: 1073741826 }]);
    const people = newPeople();
    const [a, b] = [people.id("a@x.y"), people.id("b@x.y")];
    const planned = permissions.plan(
      [
        { principal: "b@x.y", role: "Read" },
        { principal: "a@x.y", role: "Full Control" },
        { principal: "i:0#.f|membership|B@x.y", role: "lesen" },
        { principal: "a@x.y", role: { id: 1073741826 } },
      ],
      people,
    );
    expect(planned.assignments).toEqual([
      { principalId: a, roleId: 1073741826 },
      { principalId: a, roleId: 1073741829 },
      { principalId: b, roleId: 1073741826 },
    ]);
    expect(planned.key).toBe(`${a}:1073741826,${a}:1073741829,${b}:1073741826`);
  });

  test("gives no assignments for no grants, which opens the object to nobody", () => {
    expect(plan([])).toEqual({ assignments: [], key: "", dropped: [] });
  });

  test("drops Limited Access, by name, id and type, and tells how often", () => {
    const permissions = newPermissions([
      { name: "Beschränkter Zugriff", id: 1073741825 },
      { name: "Web-Only Limited Access", id: 1073741936, type: 9 },
    ]);
    const roles = ["limited access", { id: 1073741825 }, "BESCHRÄNKTER ZUGRIFF", "Web-Only Limited Access"];
    const planned = plan(
      [...roles.map((role) => ({ principal: "a@x.y", role })), { principal: "b@x.y", role: "Read" }],
      permissions,
    );
    expect(planned.assignments).toEqual([{ principalId: 2, roleId: 1073741826 }]);
    expect(planned.dropped).toEqual([
      {
        code: "LIMITED_ACCESS_DROPPED",
        message:
          "Cannot grant Limited Access as SharePoint grants it itself where it is needed: current value is 4 grants",
      },
    ]);
  });

  test("drops grants to groups that SharePoint makes itself, of which people tell", () => {
    const people = newPeople();
    const planned = newPermissions().plan([{ principal: { group: "SharingLinks.1" }, role: "Edit" }], people);
    expect(planned).toEqual({ assignments: [], key: "", dropped: [] });
    expect(people.takeWarnings().map(({ code }) => code)).toEqual(["SYSTEM_GROUP_DROPPED"]);
  });

  test("refuses View Only until its id is given", () => {
    const grants = [{ principal: "a@x.y", role: "view only" }];
    expect(plan(grants)).toEqual({
      assignments: [],
      key: "",
      fault:
        'its permissions name a role that has an id of its own in each site, and no definition gives it: current value is "view only"',
      dropped: [],
    });
    const permissions = newPermissions([{ name: "View Only", id: 1073741924 }]);
    expect(plan(grants, permissions).assignments).toEqual([{ principalId: 2, roleId: 1073741924 }]);
  });

  test("refuses a role that nobody knows", () => {
    expect(plan([{ principal: "a@x.y", role: "Approve" }]).fault).toBe(
      'its permissions name a role that is neither a standard one nor defined before: current value is "Approve"',
    );
  });

  test("gives one key to the same grants in any order, and only to these", () => {
    const grant = fc.record({
      principal: fc.constantFrom("a@x.y", "b@x.y", "c@x.y"),
      role: fc.constantFrom("Read", "Edit", "Design"),
    });
    const set = (grants: readonly RoleGrant[]) => new Set(grants.map((one) => JSON.stringify(one)));
    fc.assert(
      fc.property(fc.array(grant), fc.array(grant), (one, other) => {
        const people = newPeople();
        const permissions = newPermissions();
        const [first, second] = [permissions.plan(one, people), permissions.plan(other, people)];
        expect(permissions.plan([...one].reverse(), people)).toEqual(first);
        expect(first.assignments).toHaveLength(set(one).size);
        const isSame = set(one).size === set(other).size && [...set(one)].every((text) => set(other).has(text));
        expect(first.key === second.key).toBe(isSame);
      }),
    );
  });
});

describe("Permissions.roles()", () => {
  test("defines standard roles with the masks of the documents, each once", () => {
    expect(newPermissions().roles([1073741829, 1073741826, 1073741829])).toEqual([
      { id: 1073741826, title: "Read", permMask: "756052856929", hidden: false, order: 128, type: 2 },
      { id: 1073741829, title: "Full Control", permMask: "9223372036854775807", hidden: false, order: 1, type: 5 },
    ]);
  });

  test("has masks that are sums of documented permission bits", () => {
    const read = [
      0x1, 0x20, 0x40, 0x1000, 0x10000, 0x20000, 0x400000, 0x8000000, 0x1000000000, 0x2000000000, 0x8000000000,
    ]
      .map(BigInt)
      .reduce((sum, bit) => sum + bit, 0n);
    expect(newPermissions().roles([1073741826])?.[0]?.permMask).toBe(String(read));
  });

  test("defines roles of the source with all that it says", () => {
    const role = {
      id: 1073741940,
      permMask: "18446744073709551615",
      hidden: true,
      description: "d",
      order: 7,
      type: 0,
    };
    const permissions = newPermissions([{ name: "Own", ...role }]);
    expect(permissions.roles([role.id])).toEqual([{ title: "Own", ...role }]);
  });

  test("leaves out roles that the target has: without a mask, or known by their id only", () => {
    const permissions = newPermissions([
      { name: "View Only", id: 1073741924 },
      { name: "Lesen", id: 1073741826 },
    ]);
    expect(permissions.roles([1073741924, 1073741826, 1073741999])).toBeUndefined();
    expect(permissions.roles([1073741924, 1073741827])?.map(({ title }) => title)).toEqual(["Contribute"]);
  });

  test("defines none where roles are to be omitted", () => {
    expect(new Permissions({ roles: "omit" }).roles([1073741829])).toBeUndefined();
  });
});

describe("Permissions.define()", () => {
  test.each<[object, string]>([
    [{ name: "" }, "the role's name is a text that isn't empty: current value is \"\""],
    [{ id: 0 }, "the role's id is an integer from 1: current value is 0"],
    [{ id: "7" }, 'the role\'s id is an integer from 1: current value is "7"'],
    [{ permMask: "0x1" }, 'the role\'s permMask is a decimal of 64 bits: current value is "0x1"'],
    [{ permMask: 7 }, "the role's permMask is a decimal of 64 bits: current value is 7"],
    [
      { permMask: "18446744073709551616" },
      'the role\'s permMask is a decimal of 64 bits: current value is "18446744073709551616"',
    ],
    [{ description: 7 }, "the role's description is a text: current value is 7"],
    [{ hidden: "no" }, 'the role\'s hidden is true or false: current value is "no"'],
    [{ order: 1.5 }, "the role's order and type are integers: current value is 1.5"],
  ])("refuses %j", (wrong, fault) => {
    const role = { kind: "role", name: "Own", id: 7, ...wrong } as SourceRole;
    expect(new Permissions({ roles: "write" }).define(role)).toBe(fault);
  });

  test("takes the same role again and under another name, and no other of its name or id", () => {
    const permissions = newPermissions([
      { name: "Own", id: 7, permMask: "1" },
      { name: "OWN", id: 7, permMask: "1" },
      { name: "Eigene", id: 7, permMask: "1" },
    ]);
    const before = "another definition of the role came before: current value is";
    expect(permissions.define({ kind: "role", name: "own", id: 8 })).toBe(`${before} "own", 8`);
    expect(permissions.define({ kind: "role", name: "Other", id: 7, permMask: "2" })).toBe(`${before} "Other", 7`);
    expect(permissions.roles([7])?.map(({ title }) => title)).toEqual(["Own"]);
  });
});
