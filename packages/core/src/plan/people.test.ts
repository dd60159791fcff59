import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MappedUser, PrincipalId, PrincipalRef, SourceGroup, SourceUser, UserMap } from "../model/index.ts";
import { personKey } from "./logins.ts";
import { People } from "./people.ts";
import type { ResolvedPlanOptions } from "./types.ts";

const defaultAuthor = { name: "System Account", login: "SHAREPOINT\\system" };
const guid = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
const base64 = (text: string) => Buffer.from(text).toString("base64");

function peopleWith(people: Partial<ResolvedPlanOptions["people"]> = {}): People {
  return new People({ defaultAuthor, people: { unmapped: "keep", ...people } });
}

const mapOf =
  (entries: Readonly<Record<string, MappedUser>>): UserMap =>
  ({ login }) =>
    entries[login];

/** The user of a reference, without waiting. */
function userOf(people: People, ref: PrincipalRef) {
  expect(people.prepare([ref])).toBeUndefined();
  return people.closure([numberOf(people, ref)]).users[0];
}

function numberOf(people: People, ref: PrincipalRef): PrincipalId {
  const id = people.id(ref);
  if (id === undefined) throw new Error("no number");
  return id;
}

const user = (login: string, more: Partial<SourceUser> = {}): SourceUser => ({ kind: "user", login, ...more });
const group = (name: string, members: readonly PrincipalRef[], more: Partial<SourceGroup> = {}): SourceGroup => ({
  kind: "group",
  name,
  members,
  ...more,
});

describe("People.id()", () => {
  test("gives 1 to the default author and to a source's user of the same login", () => {
    const people = peopleWith();
    expect(people.defaultAuthorId).toBe(1);
    expect(people.id("sharepoint\\SYSTEM")).toBe(1);
    expect(people.closure([1]).users).toEqual([{ id: 1, ...defaultAuthor, systemId: base64("SHAREPOINT\\system") }]);
  });

  test("counts in the order of first use, a group's owner and members right behind it", () => {
    const people = peopleWith();
    people.define(user("defined@contoso.com"));
    people.define(group("Team", ["b@x.y", "a@x.y"], { owner: { group: "Owners" } }));
    people.define(group("Owners", ["c@x.y"]));
    expect(people.id("first@x.y")).toBe(2);
    expect(people.id({ group: "Team" })).toBe(3);
    expect(people.id("last@x.y")).toBe(8);
    const { users, groups } = people.closure([3]);
    expect(groups.map(({ id, name }) => [id, name])).toEqual([
      [3, "Team"],
      [4, "Owners"],
    ]);
    expect(users.map(({ id, login }) => [id, login.replace("i:0#.f|membership|", "")])).toEqual([
      [5, "b@x.y"],
      [6, "a@x.y"],
      [7, "c@x.y"],
    ]);
  });

  test("knows one person by all forms of a login, and by the definition", () => {
    const people = peopleWith();
    people.define(user("Ada@Contoso.com", { name: "Ada", email: "ada@mail.example", isSiteAdmin: true }));
    const id = people.id("i:0#.f|membership|ADA@contoso.com");
    expect(people.id("ada@contoso.com")).toBe(id);
    expect(people.closure([numberOf(people, "ada@contoso.com")]).users).toEqual([
      {
        id,
        name: "Ada",
        login: "i:0#.f|membership|Ada@Contoso.com",
        email: "ada@mail.example",
        isSiteAdmin: true,
        systemId: base64("i:0#.f|membership|Ada@Contoso.com"),
      },
    ]);
  });

  test("keeps what the source knows of an account that is not mapped", () => {
    const people = peopleWith();
    people.define(
      user("CONTOSO\\bob", { isDeleted: true, systemId: "AQU=", mobilePhone: "+49", flags: 144, isDomainGroup: false }),
    );
    expect(userOf(people, "contoso\\BOB")).toEqual({
      id: 2,
      name: "CONTOSO\\bob",
      login: "CONTOSO\\bob",
      isDeleted: true,
      systemId: "AQU=",
      mobilePhone: "+49",
      flags: 144,
    });
  });

  test("writes a group of the directory that is named by its GUID as a claims login", () => {
    const people = peopleWith();
    people.define(user(`{${guid.toUpperCase()}}`, { name: "Admins", isDomainGroup: true }));
    const id = people.id(guid);
    expect(people.id(`c:0t.c|tenant|${guid}`)).toBe(id);
    expect(userOf(people, guid)).toMatchObject({ login: `c:0t.c|tenant|${guid}`, name: "Admins", isDomainGroup: true });
  });

  test("takes everyone and other group claims for groups of the directory", () => {
    const people = peopleWith();
    expect(userOf(people, "c:0(.s|true")).toMatchObject({ login: "c:0(.s|true", isDomainGroup: true });
  });

  test("keeps a user and a group of one name apart", () => {
    const people = peopleWith();
    people.define(group("Admins", []));
    people.define(user("Admins", { name: "A user" }));
    expect(people.id("Admins")).not.toBe(people.id({ group: "Admins" }));
    expect(people.id({ group: "ADMINS" })).toBe(people.id({ group: "Admins" }));
  });

  test("gives no number to groups that SharePoint makes itself, and tells of each once", () => {
    const people = peopleWith();
    const links = `SharingLinks.${guid}.Flexible.${guid}`;
    people.define(group(links, ["a@x.y"]));
    people.define(group("Team", ["a@x.y", { group: links }], { owner: { group: links } }));
    expect(people.id({ group: links })).toBeUndefined();
    expect(people.id(links.toUpperCase())).toBeUndefined();
    expect(people.closure([numberOf(people, { group: "Team" })]).groups).toEqual([
      { id: 2, name: "Team", ownerIsUser: true, members: [3] },
    ]);
    expect(people.takeWarnings()).toEqual([
      {
        code: "SYSTEM_GROUP_DROPPED",
        message: `Cannot package a group as SharePoint makes it itself: current value is "${links}"`,
      },
    ]);
    expect(people.takeWarnings()).toEqual([]);
  });

  test("takes a group that nobody defined for one without members, and tells", () => {
    const people = peopleWith();
    expect(people.closure([numberOf(people, { group: "Readers" })]).groups).toEqual([
      { id: 2, name: "Readers", ownerIsUser: true, members: [] },
    ]);
    people.id({ group: "readers" });
    expect(people.takeWarnings().map(({ code }) => code)).toEqual(["GROUP_UNDEFINED"]);
  });

  test("leaves SharePoint groups out of the members of one, and tells", () => {
    const people = peopleWith();
    people.define(group("Outer", ["a@x.y", { group: "Inner" }, "A@x.y", `c:0t.c|tenant|${guid}`]));
    const { users, groups } = people.closure([numberOf(people, { group: "Outer" })]);
    expect(groups).toEqual([{ id: 2, name: "Outer", ownerIsUser: true, members: [3, 4] }]);
    expect(users.map(({ id }) => id)).toEqual([3, 4]);
    expect(people.takeWarnings()).toEqual([
      {
        code: "GROUP_MEMBER_DROPPED",
        message:
          'Cannot make "Inner" a member of a group as SharePoint groups hold no others: current value is "Outer"',
      },
    ]);
  });

  test("keeps a group's settings, and its owner by number", () => {
    const people = peopleWith();
    const settings = {
      description: "d",
      onlyAllowMembersViewMembership: true,
      allowMembersEditMembership: false,
      allowRequestToJoinLeave: true,
      autoAcceptRequestToJoinLeave: false,
      requestToJoinLeaveEmailSetting: "e",
    };
    people.define(group("Team", [], { owner: "a@x.y", ...settings }));
    expect(people.closure([numberOf(people, { group: "Team" })]).groups).toEqual([
      { id: 2, name: "Team", owner: 3, ownerIsUser: true, members: [], ...settings },
    ]);
  });

  test("bears groups that own themselves and each other, in a chain of any length", () => {
    const people = peopleWith();
    const count = 20_000;
    for (let index = 0; index < count; index += 1) {
      people.define(group(`g${index}`, [`m${index}@x.y`], { owner: { group: `g${(index + 1) % count}` } }));
    }
    people.define(group("own", [], { owner: { group: "own" } }));
    const own = numberOf(people, { group: "own" });
    expect(people.closure([own]).groups).toEqual([
      { id: own, name: "own", owner: own, ownerIsUser: false, members: [] },
    ]);
    const { users, groups } = people.closure([numberOf(people, { group: "g7" })]);
    expect(groups).toHaveLength(count);
    expect(users).toHaveLength(count);
  });

  test("bears a group of very many members", () => {
    const people = peopleWith({ map: () => undefined, unmapped: "defaultAuthor" });
    people.define(
      group(
        "All",
        Array.from({ length: 300_000 }, (_, index) => `u${index}@x.y`),
      ),
    );
    expect(people.prepare([{ group: "All" }])).toBeUndefined();
    expect(people.closure([numberOf(people, { group: "All" })]).groups[0]?.members).toEqual([]);
    // That nobody maps them, and that nobody gets their place in the group.
    expect(people.takeWarnings()).toHaveLength(600_000);
  });
});

describe("People.define()", () => {
  test.each<[string, SourceUser | SourceGroup, string]>([
    ["an empty login", user(" "), "the user's login is a text that isn't empty: current value is \" \""],
    ["a name that is no text", user("a", { name: 7 as never }), "the user's name is a text: current value is 7"],
    [
      "a flag that is none",
      user("a", { isDeleted: "yes" as never }),
      'the user\'s isDeleted is true or false: current value is "yes"',
    ],
    ["flags that are no integer", user("a", { flags: 1.5 }), "the user's flags are an integer: current value is 1.5"],
    ["another systemId", user("a", { systemId: "a b" }), 'the user\'s systemId is base64: current value is "a b"'],
    ["a group without name", group("", []), "the group's name is a text that isn't empty: current value is \"\""],
    ["members that are no list", group("g", "all" as never), 'the group\'s members are a list: current value is "all"'],
    ["an empty member", group("g", [""]), "of the group's members, a login is empty"],
    [
      "a member that is neither",
      group("g", [{ name: "x" } as never]),
      "of the group's members, a group is named by a text: current value is undefined",
    ],
    [
      "an owner that is none",
      group("g", [], { owner: 7 as never }),
      "of the group's owner, a principal is a login or { group }: current value is 7",
    ],
    [
      "a group's flag that is none",
      group("g", [], { allowRequestToJoinLeave: 1 as never }),
      "the group's allowRequestToJoinLeave is true or false: current value is 1",
    ],
    [
      "a description that is no text",
      group("g", [], { description: 1 as never }),
      "the group's description is a text: current value is 1",
    ],
  ])("refuses %s", (_, definition, fault) => {
    expect(peopleWith().define(definition)).toBe(fault);
  });

  test("takes the same definition again, and no other", () => {
    const people = peopleWith();
    expect(people.define(user("a@x.y", { name: "A" }))).toBeUndefined();
    expect(people.define(user("a@x.y", { name: "A" }))).toBeUndefined();
    expect(people.define(user("A@x.y", { name: "B" }))).toBe(
      'another definition of the user came before: current value is "A@x.y"',
    );
    expect(people.define(group("g", ["a@x.y"]))).toBeUndefined();
    expect(people.define(group("g", ["a@x.y"]))).toBeUndefined();
    expect(people.define(group("G", []))).toBe('another definition of the group came before: current value is "G"');
  });

  test("refuses who was named before", () => {
    const people = peopleWith({ map: () => undefined });
    people.define(group("g", ["member@x.y"]));
    expect(people.prepare([{ group: "g" }, { group: "h" }])).toBeUndefined();
    expect(people.define(user("member@x.y"))).toBe(
      'something named the user before its definition: current value is "member@x.y"',
    );
    expect(people.define(group("H", []))).toBe('something named the group before its definition: current value is "H"');
  });
});

describe("People with a user map", () => {
  test("makes of a user who the map says, by each kind", () => {
    const people = peopleWith({
      map: mapOf({
        a: { to: "user", login: "ada@fabrikam.com" },
        b: { to: "guest", login: "b_x#ext#@fabrikam.com", name: "B", email: "b@x" },
        c: { to: "group", login: guid },
        d: { to: "deleted" },
        e: { to: "deleted", login: "gone@fabrikam.com", name: "Gone" },
        f: { to: "user", login: "i:0e.t|adfs|f" },
        g: { to: "group", login: "c:0(.s|true", name: "Everyone" },
      }),
    });
    const more = { email: "old@mail", flags: 144, systemId: "AQU=", isDeleted: true, mobilePhone: "+1" };
    for (const login of "abcdefg") people.define(user(login, { name: `Source ${login}`, ...more }));
    const planned = [..."abcdefg"].map((login) => userOf(people, login));
    expect(planned).toEqual([
      {
        id: 2,
        name: "Source a",
        login: "i:0#.f|membership|ada@fabrikam.com",
        mobilePhone: "+1",
        systemId: base64("i:0#.f|membership|ada@fabrikam.com"),
      },
      {
        id: 3,
        name: "B",
        email: "b@x",
        login: "i:0#.f|membership|b_x#ext#@fabrikam.com",
        mobilePhone: "+1",
        systemId: base64("i:0#.f|membership|b_x#ext#@fabrikam.com"),
      },
      {
        id: 4,
        name: "Source c",
        login: `c:0t.c|tenant|${guid}`,
        isDomainGroup: true,
        mobilePhone: "+1",
        systemId: base64(`c:0t.c|tenant|${guid}`),
      },
      { id: 5, name: "Source d", login: "d", ...more },
      {
        id: 6,
        name: "Gone",
        login: "i:0#.f|membership|gone@fabrikam.com",
        ...more,
        systemId: base64("i:0#.f|membership|gone@fabrikam.com"),
      },
      { id: 7, name: "Source f", login: "i:0e.t|adfs|f", mobilePhone: "+1", systemId: base64("i:0e.t|adfs|f") },
      {
        id: 8,
        name: "Everyone",
        login: "c:0(.s|true",
        isDomainGroup: true,
        mobilePhone: "+1",
        systemId: base64("c:0(.s|true"),
      },
    ]);
    expect(people.takeWarnings()).toEqual([]);
  });

  test("gives two source users whom it maps to one login one number", () => {
    const people = peopleWith({
      map: mapOf({
        "CONTOSO\\ada": { to: "user", login: "Ada@fabrikam.com", name: "First" },
        "S-1-5-21-1": { to: "user", login: "i:0#.f|membership|ada@FABRIKAM.com", name: "Second" },
      }),
    });
    const first = userOf(people, "CONTOSO\\ada");
    expect(userOf(people, "S-1-5-21-1")).toEqual(first);
    expect(first).toMatchObject({ id: 2, name: "First" });
  });

  test.each<[ResolvedPlanOptions["people"]["unmapped"], object, string]>([
    ["keep", { id: 2, name: "A", login: "i:0#.f|membership|a@x.y" }, "the login is kept"],
    ["defaultAuthor", { id: 1, name: "System Account" }, "the default author stands for it"],
    [
      { to: "user", login: "archive@fabrikam.com" },
      { id: 2, name: "archive@fabrikam.com", login: "i:0#.f|membership|archive@fabrikam.com" },
      'it becomes "archive@fabrikam.com"',
    ],
    [{ to: "deleted" }, { id: 2, name: "A", isDeleted: true }, "it becomes a deleted account"],
  ])("makes %j of whom the map doesn't know, and tells once", (unmapped, expected, told) => {
    const people = peopleWith({ map: () => undefined, unmapped });
    people.define(user("a@x.y", { name: "A" }));
    expect(userOf(people, "a@x.y")).toMatchObject(expected);
    expect(userOf(people, "A@X.Y")).toMatchObject(expected);
    expect(people.takeWarnings()).toEqual([
      {
        code: "USER_UNMAPPED",
        message: `Cannot map a user as the user map doesn't know it (${told}): current value is "a@x.y"`,
      },
    ]);
  });

  test("does with all what `unmapped` says where there is no map, and tells nothing", () => {
    const people = peopleWith({ unmapped: "defaultAuthor" });
    expect(people.id("a@x.y")).toBe(1);
    expect(people.takeWarnings()).toEqual([]);
  });

  test("keeps the System Account, unless the map knows it", () => {
    const author = { name: "A", login: "a@x.y" };
    const kept = new People({ defaultAuthor: author, people: { map: () => undefined, unmapped: "defaultAuthor" } });
    expect(userOf(kept, "i:0#.w|sharepoint\\system")).toMatchObject({ id: 2, login: "SHAREPOINT\\system" });
    expect(kept.takeWarnings()).toEqual([]);
    const map: UserMap = () => ({ to: "user", login: "A@x.y" });
    const mapped = new People({ defaultAuthor: author, people: { map, unmapped: "keep" } });
    expect(userOf(mapped, "SHAREPOINT\\system")).toMatchObject({ id: 1 });
  });

  test("asks of members and owners before their group is numbered, and of each user once", async () => {
    const asked: string[] = [];
    const map: UserMap = async ({ login }) => {
      asked.push(login);
      return { to: "user", login: `new-${login}` };
    };
    const people = peopleWith({ map });
    people.define(group("Team", ["a@x.y", "b@x.y"], { owner: { group: "Owners" } }));
    people.define(group("Owners", ["A@x.y", "c@x.y"], { owner: { group: "Team" } }));
    const refs = [{ group: "Team" }, "b@x.y", "SharingLinks.x", { group: "SharingLinks.x" }];
    await people.prepare(refs);
    expect(people.prepare(refs)).toBeUndefined();
    expect(asked.map((login) => login.toLowerCase()).sort()).toEqual(["a@x.y", "b@x.y", "c@x.y"]);
    expect(people.closure([numberOf(people, { group: "Team" })]).users).toHaveLength(3);
  });

  test("waits for answers that another call waits for", async () => {
    const answers: ((mapped: MappedUser) => void)[] = [];
    const people = peopleWith({ map: () => new Promise<MappedUser>((resolve) => answers.push(resolve)) });
    const first = people.prepare(["a@x.y"]);
    const second = people.prepare(["A@x.y"]);
    expect(answers).toHaveLength(1);
    answers[0]?.({ to: "user", login: "b@x.y" });
    await second;
    expect(userOf(people, "A@x.y")).toMatchObject({ login: "i:0#.f|membership|b@x.y" });
    await first;
  });

  test("tells of a use that was not prepared as of a defect", () => {
    const people = peopleWith({ map: () => undefined });
    expect(() => people.id("a@x.y")).toThrow(expect.objectContaining({ code: "INTERNAL" }));
    expect(() => people.closure([77])).toThrow(expect.objectContaining({ code: "INTERNAL" }));
  });
});

describe("People.closure()", () => {
  const login = fc.constantFrom("a@x.y", "A@x.y", "i:0#.f|membership|a@x.y", "b@x.y", "D\\c", "i:0#.w|d\\C", "e", "f");
  const groupName = fc.constantFrom("g1", "G1", "g2", "g3", "e", "SharingLinks.1");
  const ref = fc.oneof(
    login,
    groupName.map((name) => ({ group: name })),
  );
  const groups = fc.array(
    fc.record(
      { name: groupName, members: fc.array(ref, { maxLength: 4 }), owner: ref },
      { requiredKeys: ["name", "members"] },
    ),
    { maxLength: 4 },
  );
  const answers = fc.dictionary(login, fc.constantFrom("a@x.y", "z@x.y", "i:0#.f|membership|B@x.y"));

  test("holds all whom the numbers name and nobody else, each person once", () => {
    fc.assert(
      fc.property(groups, fc.array(ref), fc.array(ref), answers, (defined, used, others, mapped) => {
        const people = peopleWith({
          map: (asked) => {
            const target = mapped[asked.login];
            return target === undefined ? undefined : { to: "user", login: target };
          },
        });
        for (const definition of defined) people.define({ kind: "group", ...definition });
        const numbers = (refs: readonly PrincipalRef[]) => {
          expect(people.prepare(refs)).toBeUndefined();
          return refs.map((one) => people.id(one)).filter((id) => id !== undefined);
        };
        numbers(others);
        const ids = numbers(used);
        const closure = people.closure(ids);

        const logins = closure.users.map((one) => personKey(one.login));
        expect(new Set(logins).size).toBe(logins.length);
        const present = [...closure.users, ...closure.groups].map(({ id }) => id);
        expect(new Set(present).size).toBe(present.length);
        const named = closure.groups.flatMap(({ owner, members }) => [owner ?? [], members].flat());
        expect(new Set([...ids, ...named])).toEqual(new Set(present));
        expect(closure.users).toEqual([...closure.users].sort((one, other) => one.id - other.id));
        expect(closure.groups).toEqual([...closure.groups].sort((one, other) => one.id - other.id));
        const users = new Set(closure.users.map(({ id }) => id));
        for (const { owner, ownerIsUser, members } of closure.groups) {
          expect(members.every((member) => users.has(member))).toBe(true);
          if (owner !== undefined) expect(users.has(owner)).toBe(ownerIsUser);
        }
      }),
    );
  });

  test("is the same in each run of the same source", () => {
    fc.assert(
      fc.property(groups, fc.array(ref), (defined, used) => {
        const run = () => {
          const people = peopleWith();
          for (const definition of defined) people.define({ kind: "group", ...definition });
          const ids = used.map((one) => people.id(one)).filter((id) => id !== undefined);
          return [ids, people.closure(ids), people.takeWarnings()];
        };
        expect(run()).toEqual(run());
      }),
    );
  });
});

describe("People.grantee()", () => {
  test.each<ResolvedPlanOptions["people"]["unmapped"]>(["defaultAuthor", { to: "user", login: "archive@contoso.com" }])(
    "gives nobody's rights to whom %j makes stand for the unmapped, and tells once",
    (unmapped) => {
      const people = peopleWith({ unmapped });
      people.define(group("Team", ["gone@x.y"], { owner: "gone@x.y" }));
      expect(people.id("gone@x.y")).toBeDefined();
      expect(people.grantee("gone@x.y")).toBeUndefined();
      expect(people.closure([people.grantee({ group: "Team" }) as PrincipalId]).groups).toMatchObject([
        { name: "Team", members: [], ownerIsUser: true },
      ]);
      expect(people.takeWarnings().map(({ code }) => code)).toEqual(["GRANTEE_UNMAPPED"]);
    },
  );

  test("gives the number of everybody else", () => {
    const map = mapOf({ "known@x.y": { to: "user", login: "known@contoso.com" } });
    const people = peopleWith({ map, unmapped: "defaultAuthor" });
    expect(people.prepare(["known@x.y", "SHAREPOINT\\system"])).toBeUndefined();
    expect(people.grantee("known@x.y")).toBe(people.id("known@x.y"));
    expect(people.grantee("SHAREPOINT\\system")).toBe(people.defaultAuthorId);
    const keeping = peopleWith({ map: () => undefined, unmapped: { to: "deleted" } });
    expect(keeping.prepare(["gone@x.y"])).toBeUndefined();
    expect(keeping.grantee("gone@x.y")).toBe(keeping.id("gone@x.y"));
  });
});
