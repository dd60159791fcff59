import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CrossTenantSwitches, EmulatorFaults } from "../types.ts";
import { MappingService } from "./mapping-service.ts";
import { MappingStore } from "./mapping-store.ts";
import { resolveOrganizations } from "./organizations.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "mappings-"));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const path = () => join(directory, "mappings.ndjson");

async function withService<T>(
  switches: CrossTenantSwitches,
  use: (service: MappingService) => Promise<T>,
  faults: EmulatorFaults = {},
): Promise<T> {
  const store = await MappingStore.open(path());
  const organizations = resolveOrganizations({ switches });
  const now = () => new Date(Date.UTC(2027, 0, 1));
  try {
    return await use(new MappingService({ store, organizations, faults: () => faults, now }));
  } finally {
    await store.close();
  }
}

const delta = (...value: unknown[]) => ({ "@context": "#$delta", value });
const user = (upn: string, more: object = {}) => ({ sourceUserIdentity: { userPrincipalName: upn }, ...more });
const target = (upn: string) => ({ targetUserIdentity: { userPrincipalName: upn } });
const removal = (upn: string) => ({ "@removed": { reason: "deleted" }, ...user(upn) });
const group = "6fea9b24-1a2b-4c3d-8e4f-5a6b7c8d9e0f";

async function lines(): Promise<readonly { source: string; action: string; sequence: number; mapping?: object }[]> {
  const text = await readFile(path(), "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

async function all(service: MappingService): Promise<unknown[]> {
  const mappings = [];
  for await (const mapping of service.all("users")) mappings.push(mapping);
  return mappings;
}

describe("MappingService", () => {
  it("keeps what an entry doesn't name, and takes away what it gives as null", async () => {
    await withService({}, async (service) => {
      const type = { userType: "regularUser", sourceOrganizationId: group };
      const email = { targetUserMigrationData: { email: "a@n.x" } };
      await service.update("users", delta(user("Ana@s.x", { ...type, ...email, ...target("a@n.x") })));
      const [changed] = await service.update("users", delta(user("ana@S.x", { userType: "guestUser" })));
      expect(changed).toEqual({
        id: expect.any(String),
        sourceOrganizationId: group,
        userType: "guestUser",
        sourceUserIdentity: { userPrincipalName: "ana@S.x" },
        ...target("a@n.x"),
        ...email,
      });
      await service.update(
        "users",
        delta(user("ana@s.x", { userType: null, targetUserIdentity: null, targetUserMigrationData: { email: null } })),
      );
      expect(await service.get("users", "ANA@s.x")).toEqual({
        id: changed?.id,
        sourceOrganizationId: group,
        sourceUserIdentity: { userPrincipalName: "ana@s.x" },
        targetUserMigrationData: {},
      });
    });
  });

  it("keeps what an entry doesn't name within identities", async () => {
    await withService({}, async (service) => {
      const named = { targetUserIdentity: { userPrincipalName: "a@n.x", displayName: "Ana" } };
      await service.update("users", delta(user("a@s.x", named)));
      const [changed] = await service.update("users", delta(user("a@s.x", target("b@n.x"))));
      expect(changed?.targetUserIdentity).toEqual({ userPrincipalName: "b@n.x", displayName: "Ana" });
      expect(await service.get("users", "a@s.x")).toEqual(changed);
    });
  });

  it("makes a removed mapping anew, with nothing of the old one", async () => {
    await withService({}, async (service) => {
      await service.update("users", delta(user("a@s.x", target("a@n.x"))));
      const [removed] = await service.update("users", delta(removal("A@s.x")));
      expect(removed).toMatchObject({
        sourceUserIdentity: { userPrincipalName: "A@s.x" },
        deleted: { state: "deleted" },
      });
      await expect(service.get("users", "a@s.x")).rejects.toMatchObject({ status: 404 });
      const [again] = await service.update("users", delta(user("a@s.x", { userType: "none" })));
      expect(again).toEqual({ id: removed?.id, userType: "none", ...user("a@s.x") });
    });
  });

  it("keeps users and groups apart", async () => {
    await withService({}, async (service) => {
      await service.update("groups", delta({ sourceGroupIdentity: { id: group }, groupType: "regularGroup" }));
      expect(await service.get("groups", group.toUpperCase())).toMatchObject({ groupType: "regularGroup" });
      await expect(service.get("users", group)).rejects.toMatchObject({ status: 404 });
    });
  });

  it.each<[string, "users" | "groups", unknown]>([
    ["no object", "users", "a@s.x"],
    ["null", "users", null],
    ["no source", "users", target("a@n.x")],
    ["a source of the other kind", "groups", user("a@s.x")],
    ["a source without a key", "users", { sourceUserIdentity: { id: group } }],
    ["a blank source", "users", user(" ")],
    ["no UPN", "users", user("ana")],
    ["no GUID", "groups", { sourceGroupIdentity: { id: "ops" } }],
    [
      "a type of the other kind",
      "users",
      user("a@s.x", { "@odata.type": "#microsoft.graph.sharePointGroupIdentityMapping" }),
    ],
    ["an unknown user type", "users", user("a@s.x", { userType: "m365Group" })],
    ["a user type in another case", "users", user("a@s.x", { userType: "RegularUser" })],
    ["a user type that is no text", "users", user("a@s.x", { userType: 1 })],
    ["a list of user types", "users", user("a@s.x", { userType: ["none"] })],
    ["a user type that can't be shown", "users", user("a@s.x", { userType: { toString: 1, valueOf: 1 } })],
    ["an organization that is no GUID", "users", user("a@s.x", { sourceOrganizationId: "south" })],
    ["a target that is no object", "users", user("a@s.x", { targetUserIdentity: "a@n.x" })],
    ["a mail address that is no text", "users", user("a@s.x", { targetUserMigrationData: { email: 5 } })],
    ["an unknown member", "users", user("a@s.x", { sourceUserPrincipalName: "a@s.x" })],
    ["an inherited member's name", "users", user("a@s.x", { constructor: {} })],
    ["a removal for another reason", "users", { ...removal("a@s.x"), "@removed": { reason: "changed" } }],
    ["a removal without a reason", "users", { ...removal("a@s.x"), "@removed": {} }],
    ["a removal that is null", "users", { ...removal("a@s.x"), "@removed": null }],
    ["a removal that says more", "users", { ...removal("a@s.x"), userType: "none" }],
  ])("refuses an entry that has %s, with all of its request", async (_, kind, entry) => {
    await withService({}, async (service) => {
      const good = kind === "users" ? user("b@s.x") : { sourceGroupIdentity: { id: group } };
      await expect(service.update(kind, delta(good, entry))).rejects.toMatchObject({ status: 400 });
      expect(await lines()).toEqual([]);
    });
  });

  it("takes what carries its type, an id, and identities with more in them", async () => {
    await withService({}, async (service) => {
      const entry = {
        "@odata.type": "#microsoft.graph.sharePointUserIdentityMapping",
        id: "x",
        sourceUserIdentity: { userPrincipalName: "a@s.x", displayName: "Ana", id: null },
        userType: "unknownFutureValue",
      };
      expect(await service.update("users", delta(entry))).toEqual([
        {
          id: expect.not.stringMatching(/^x$/),
          sourceUserIdentity: { userPrincipalName: "a@s.x", displayName: "Ana" },
          userType: "unknownFutureValue",
        },
      ]);
    });
  });

  it("refuses bad entries only, if it is told so, and shows each at its place", async () => {
    await withService({ badMappingEntry: "entry" }, async (service) => {
      const answers = await service.update(
        "users",
        delta(user("a@s.x"), user("b@s.x", { userType: "x" }), user("c@s.x")),
      );
      expect(answers).toEqual([
        expect.objectContaining({ id: expect.any(String), ...user("a@s.x") }),
        {
          ...user("b@s.x"),
          "@Core.DataModificationException": {
            responseCode: 400,
            info: { code: expect.any(String), message: "The member userType is not valid: x" },
          },
        },
        expect.objectContaining(user("c@s.x")),
      ]);
      expect((await lines()).map(({ source }) => source)).toEqual(["a@s.x", "c@s.x"]);
    });
  });

  it("holds every n-th entry for bad", async () => {
    const faults = { refuseMapping: { every: 3 } };
    const entries = ["a", "b", "c", "d"].map((name) => user(`${name}@s.x`));
    await withService(
      { badMappingEntry: "entry" },
      async (service) => {
        const answers = await service.update("users", delta(...entries));
        expect(answers.map((answer) => "@Core.DataModificationException" in answer)).toEqual([
          false,
          false,
          true,
          false,
        ]);
      },
      faults,
    );
    await withService({}, (service) => expect(service.update("users", delta(...entries))).rejects.toThrow(), faults);
  });

  it("takes the removal of what isn't there, or refuses it", async () => {
    await withService({}, async (service) => {
      expect(await service.update("users", delta(removal("a@s.x")))).toEqual([
        { id: expect.any(String), ...user("a@s.x"), deleted: { state: "deleted" } },
      ]);
    });
    await withService({ absentRemoval: "refuse" }, async (service) => {
      await expect(service.update("users", delta(removal("a@s.x")))).rejects.toMatchObject({ status: 400 });
      await service.update("users", delta(user("a@s.x")));
      expect(await service.update("users", delta(removal("a@s.x")))).toHaveLength(1);
      // By the entries before it in the same update.
      expect(await service.update("users", delta(user("b@s.x"), removal("B@s.x")))).toHaveLength(2);
      await service.update("users", delta(user("c@s.x")));
      const twice = service.update("users", delta(removal("c@s.x"), removal("C@s.x")));
      await expect(twice).rejects.toMatchObject({ status: 400, message: "There is no identity mapping of C@s.x." });
      expect(await service.get("users", "c@s.x")).toMatchObject(user("c@s.x"));
    });
  });

  it("lets the last of several entries of a source hold, or refuses the request", async () => {
    const entries = delta(user("a@s.x", target("1@n.x")), user("A@s.x", target("2@n.x")));
    await withService({}, async (service) => {
      const answers = await service.update("users", entries);
      expect(answers).toMatchObject([target("1@n.x"), target("2@n.x")]);
      expect(await service.get("users", "a@s.x")).toMatchObject(target("2@n.x"));
    });
    await withService({ repeatedMapping: "refuse", badMappingEntry: "entry" }, async (service) => {
      await expect(service.update("users", entries)).rejects.toMatchObject({
        status: 400,
        message: "The update names A@s.x more than once.",
      });
      expect(await lines()).toHaveLength(2);
    });
  });

  it("applies updates that come at once one after another", async () => {
    await withService({}, async (service) => {
      const updates = Array.from({ length: 20 }, (_, index) =>
        service.update("users", delta(user("a@s.x", target(`${index}@n.x`)), user(`u${index}@s.x`))),
      );
      await Promise.all(updates);
      expect((await lines()).map(({ sequence }) => sequence)).toEqual(Array.from({ length: 40 }, (_, at) => at + 1));
      expect(await service.get("users", "a@s.x")).toMatchObject(target("19@n.x"));
    });
  });

  it("drops the line that a kill cut off", async () => {
    await withService({}, (service) => service.update("users", delta(user("a@s.x"))));
    await appendFile(path(), '{"sequence":2,"kind":"users","source":"b@s.x","act');
    await withService({}, async (service) => {
      await service.update("users", delta(user("c@s.x")));
      expect(await all(service)).toMatchObject([user("a@s.x"), user("c@s.x")]);
      expect((await lines()).map(({ sequence }) => sequence)).toEqual([1, 2]);
    });
  });

  it("does with any deltas what a table of their members does, over restarts", async () => {
    const value = fc.option(fc.constantFrom("1@n.x", "2@n.x", "3@n.x"), { nil: undefined });
    const entry = fc.record({
      source: fc.constantFrom("a@s.x", "A@s.x", "b@s.x", "c@s.x"),
      isRemoval: fc.boolean(),
      target: value,
      email: fc.option(value, { nil: null }),
      userType: fc.option(fc.constantFrom("none", "adminUser", null), { nil: undefined }),
    });
    const requests = fc.array(fc.record({ entries: fc.array(entry, { maxLength: 6 }), restarts: fc.boolean() }));
    await fc.assert(
      fc.asyncProperty(requests, async (given) => {
        await rm(path(), { force: true });
        const model = new Map<string, Record<string, string>>();
        let count = 0;
        let store = await MappingStore.open(path());
        const organizations = resolveOrganizations();
        const open = () => new MappingService({ store, organizations, faults: () => ({}), now: () => new Date(0) });
        let service = open();
        try {
          for (const { entries, restarts } of given) {
            const body = entries.map(({ source, isRemoval, target: upn, email, userType }) =>
              isRemoval
                ? removal(source)
                : user(source, {
                    ...(upn === undefined ? {} : target(upn)),
                    ...(email === undefined ? {} : { targetUserMigrationData: email === null ? null : { email } }),
                    ...(userType === undefined ? {} : { userType }),
                  }),
            );
            const answers = await service.update("users", delta(...body));
            count += entries.length;
            for (const [index, { source, isRemoval, target: upn, email, userType }] of entries.entries()) {
              const key = source.toLowerCase();
              const answer = answers[index] ?? {};
              if (isRemoval) {
                expect(answer).toMatchObject({ ...user(source), deleted: { state: "deleted" } });
                model.delete(key);
                continue;
              }
              const row = { ...model.get(key), source };
              for (const [name, sent] of Object.entries({ upn, email, userType })) {
                if (sent === null) delete (row as Record<string, string>)[name];
                else if (sent !== undefined) (row as Record<string, string>)[name] = sent;
              }
              model.set(key, row);
              expect(rowOf(answer)).toEqual(row);
            }
            if (restarts) {
              await store.close();
              store = await MappingStore.open(path());
              service = open();
            }
            const found = (await all(service)).map(rowOf).sort(bySource);
            expect(found).toEqual([...model.values()].sort(bySource));
          }
          expect(await lines()).toHaveLength(count);
        } finally {
          await store.close();
        }
      }),
      { numRuns: 60 },
    );
  });
});

/** The members of a mapping in one row. */
function rowOf(mapping: unknown): Record<string, string> {
  const { sourceUserIdentity, targetUserIdentity, targetUserMigrationData, userType } = mapping as Record<
    string,
    // biome-ignore lint/suspicious/noExplicitAny: looked into as a client without types would
    any
  >;
  const members = {
    source: sourceUserIdentity?.userPrincipalName,
    upn: targetUserIdentity?.userPrincipalName,
    email: targetUserMigrationData?.email,
    userType,
  };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function bySource(one: Record<string, string>, other: Record<string, string>): number {
  const [first = "", second = ""] = [one, other].map(({ source = "" }) => source.toLowerCase());
  return first < second ? -1 : Number(first > second);
}
