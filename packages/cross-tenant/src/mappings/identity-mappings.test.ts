import { type Fault, startFaultServer } from "@primepack/test-support";
import { afterEach, describe, expect, it } from "vitest";
import { groupMappings, userMappings } from "./identity-mappings.ts";
import type { MappingChange, UserMapping } from "./mapping-types.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const root = "/beta/solutions/sharePoint/migrations";
const credential = { getToken: async () => ({ token: "token", expiresOnTimestamp: Date.UTC(2100, 0) }) };
const organization = "00000000-0000-0000-0000-00000000000a";
const ana: UserMapping = {
  sourceOrganizationId: organization,
  userType: "regularUser",
  sourceUserPrincipalName: "ana@south.example",
  targetUserPrincipalName: "ana@north.example",
  targetEmail: "ana@north.example",
};
const wireAna = {
  sourceOrganizationId: organization,
  userType: "regularUser",
  sourceUserIdentity: { userPrincipalName: "ana@south.example" },
  targetUserIdentity: { userPrincipalName: "ana@north.example" },
  targetUserMigrationData: { email: "ana@north.example" },
};
const set = (mapping: UserMapping): MappingChange<UserMapping> => ({ type: "set", mapping });
const user = (name: string): UserMapping => ({ sourceUserPrincipalName: `${name}@south.example` });

const reply = (body: unknown, status = 200): Fault => ({
  status,
  headers: { "content-type": "application/json" },
  body: body === undefined ? "" : JSON.stringify(body),
});

async function serviceOf(replies: readonly Fault[]) {
  const server = await startFaultServer(replies);
  const options = { graphUrl: server.url, credential, retry: { timer: async () => {}, attempts: 3 } };
  const [users, groups] = [userMappings(options), groupMappings(options)];
  stops.push(
    server.stop,
    () => users.close(),
    () => groups.close(),
    async () => expect(server.unmet).toEqual([]),
  );
  return { server, users, groups };
}

describe("userMappings()", () => {
  it("looks a mapping up by its UPN, quoted and encoded", async () => {
    const { server, users } = await serviceOf([
      reply({ id: "AQAAAAEAAAB", ...wireAna, userType: "RegularUser", sourceOrganizationId: `{${organization}}` }),
      reply({ ...wireAna, sourceUserIdentity: null, targetUserMigrationData: null, userType: "robotUser" }),
    ]);
    expect(await users.find("ana@south.example")).toEqual({ ...ana, id: "AQAAAAEAAAB", isDeleted: false });
    expect(await users.find("o'neil@south.example")).toEqual({
      ...{ sourceOrganizationId: organization, userType: "robotUser", targetUserPrincipalName: "ana@north.example" },
      ...{ sourceUserPrincipalName: "o'neil@south.example", id: undefined, isDeleted: false },
    });
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `GET ${root}/crossOrganizationUserMappings(sourceUserPrincipalName=%27ana%40south.example%27)`,
      `GET ${root}/crossOrganizationUserMappings(sourceUserPrincipalName=%27o%27%27neil%40south.example%27)`,
    ]);
  });

  it.each([
    ["404", reply({ error: { code: "itemNotFound", message: "no" } }, 404)],
    ["200 without content", reply(undefined)],
    ["204", reply(undefined, 204)],
    ["annotations alone", reply({ "@odata.context": "x", value: null })],
  ])("finds none where the service answers by %s", async (_name, fault) => {
    const { users } = await serviceOf([fault]);
    expect(await users.find("ana@south.example")).toBeUndefined();
  });

  it("says of a mapping that it was deleted", async () => {
    const { users } = await serviceOf([reply({ id: "1", ...wireAna, deleted: { state: "deleted" } })]);
    expect(await users.find("ANA@south.example")).toMatchObject({ id: "1", isDeleted: true });
  });

  it("takes no mapping of another source", async () => {
    const other = `\npassword=hunter2 ${"x".repeat(1000)}@south.example`;
    const { users } = await serviceOf([reply({ ...wireAna, sourceUserIdentity: { userPrincipalName: other } })]);
    const error = await users.find("bo@south.example").then(
      () => new Error("found"),
      (reason: Error) => reason,
    );
    expect(error).toMatchObject({ code: "SERVICE_REPLY_INVALID" });
    expect(error.message).toMatch(
      /^Cannot look up .* about "bo@south.example": current value is "\\npassword=\[redacted\] x+…"$/,
    );
    expect(error.message.length).toBeLessThan(300);
  });

  it("sends a delta as documented, and matches its answers by source", async () => {
    const { server, users } = await serviceOf([
      reply({
        "@odata.context": "https://graph.microsoft.com/beta/$metadata#crossOrganizationUserMappings/$delta",
        value: [
          { id: "2", sourceUserIdentity: { userPrincipalName: "BO@south.example" }, deleted: { state: "deleted" } },
          { "@odata.type": "#microsoft.graph.sharePointUserIdentityMapping", id: "1", ...wireAna },
        ],
      }),
    ]);
    const changes = [set(ana), { type: "remove", mapping: { ...user("bo"), userType: "guestUser" } }] as const;
    expect(await users.update(changes)).toEqual([
      { type: "set", mapping: { ...ana, id: "1", isDeleted: false } },
      { type: "removed", mapping: { sourceUserPrincipalName: "BO@south.example", id: "2", isDeleted: true } },
    ]);
    expect(server.requests[0]).toMatchObject({ method: "PATCH", url: `${root}/crossOrganizationUserMappings` });
    expect(JSON.parse(String(server.requests[0]?.body))).toEqual({
      "@context": "#$delta",
      value: [
        wireAna,
        { "@removed": { reason: "deleted" }, sourceUserIdentity: { userPrincipalName: "bo@south.example" } },
      ],
    });
  });

  it("goes by order only where an answer names no source, and if there are as many answers as entries", async () => {
    const { users } = await serviceOf([
      reply({ value: [{ id: "1" }, { id: "2" }] }),
      reply({ value: [{ id: "1" }] }),
      reply({ value: [{ id: "2", sourceUserIdentity: { userPrincipalName: "bo@south.example" } }, { id: "1" }] }),
      reply({ id: "1", ...wireAna }),
      reply(undefined),
    ]);
    const changes = [set(user("ana")), set(user("bo"))];
    const shown = async () =>
      (await users.update(changes)).map((answer) => ("mapping" in answer ? answer.mapping.id : answer.type));
    expect(await shown()).toEqual(["1", "2"]);
    expect(await shown()).toEqual(["unanswered", "unanswered"]);
    // The second answer isn't at ana's place.
    expect(await shown()).toEqual(["unanswered", "2"]);
    expect(await shown()).toEqual(["1", "unanswered"]);
    expect(await shown()).toEqual(["unanswered", "unanswered"]);
  });

  it("takes nothing for done that an empty entry of an answer stands for", async () => {
    const { users } = await serviceOf([
      reply({ value: [null, {}, { "@odata.etag": "x", id: null }, { "@removed": { reason: "deleted" } }] }),
    ]);
    const changes = ["ana", "bo", "cy"].map((name) => set(user(name)));
    const answers = await users.update([...changes, { type: "remove", mapping: user("di") }]);
    expect(answers.map(({ type }) => type)).toEqual(["unanswered", "unanswered", "unanswered", "removed"]);
  });

  it.each([
    [{ error: { code: "invalidTarget", message: "No such\r\nuser" } }, "invalidTarget", "No such user"],
    [{ "@Core.DataModificationException": { responseCode: 404, info: { code: "x", message: "No" } } }, "x", "No"],
    [{ "@Org.OData.Core.V1.DataModificationException": { responseCode: 409 } }, "409", "no reason given but code 409"],
    [{ "@odata.error": { error: { message: { lang: "en", value: "Bad" } } } }, undefined, "Bad"],
    [{ error: "Bad password=hunter2" }, undefined, "Bad password=[redacted]"],
    [{ error: {} }, undefined, "no reason given"],
  ])("takes an entry with %j for refused", async (fault, code, message) => {
    const { users } = await serviceOf([reply({ value: [{ ...wireAna, ...fault }] })]);
    expect(await users.update([set(ana)])).toEqual([{ type: "refused", code, message }]);
  });

  it("passes over an error that is null", async () => {
    const { users } = await serviceOf([reply({ value: [{ ...wireAna, error: null, deleted: null }] })]);
    expect(await users.update([set(ana)])).toMatchObject([{ type: "set" }]);
  });

  it("sends no update again that the service may have acted on", async () => {
    const { server, users } = await serviceOf(["reset", reply({}, 500), reply({}, 429), reply({ value: [wireAna] })]);
    await expect(users.update([set(ana)])).rejects.toMatchObject({ code: "SERVICE_ANSWER_LOST" });
    await expect(users.update([set(ana)])).rejects.toMatchObject({ code: "SERVICE_ANSWER_LOST" });
    expect(await users.update([set(ana)])).toHaveLength(1);
    expect(server.requests).toHaveLength(4);
  });

  it("tells what is missing by codes", async () => {
    const said = (message: string) => ({ error: { code: "c", message } });
    const { users } = await serviceOf([
      reply(said("Access denied"), 403),
      reply(said("Access denied"), 403),
      reply(said("There's no Cross-Tenant relationship established for partner x and role Source."), 422),
      reply(said("Other"), 422),
      reply(said("Required"), 400),
      reply(said("Gone"), 410),
    ]);
    await expect(users.find("ana@south.example")).rejects.toMatchObject({
      code: "CROSS_TENANT_ACCESS_DENIED",
      hint: expect.stringContaining("Read.All in the target organization"),
    });
    const update = () => users.update([set(ana)]);
    await expect(update()).rejects.toMatchObject({
      code: "CROSS_TENANT_ACCESS_DENIED",
      hint: expect.stringContaining("Manage.All in the target organization"),
    });
    await expect(update()).rejects.toMatchObject({ code: "CROSS_TENANT_RELATIONSHIP_MISSING", status: 422 });
    await expect(update()).rejects.toMatchObject({ code: "CROSS_TENANT_PRECONDITION", serviceMessage: "Other" });
    await expect(update()).rejects.toMatchObject({ code: "CROSS_TENANT_REQUEST_INVALID", status: 400 });
    await expect(update()).rejects.toMatchObject({ code: "SERVICE_REFUSED", status: 410 });
  });

  it("refuses what is no request of 1 to 50 entries with a source each, once", async () => {
    const { users } = await serviceOf([]);
    const many = Array.from({ length: 51 }, (_, index) => set(user(`u${index}`)));
    for (const changes of [[], many, [set({ sourceUserPrincipalName: "" })], [set(user("a")), set(user("A"))]]) {
      await expect(users.update(changes)).rejects.toMatchObject({ code: "INVALID_OPTION" });
    }
    await expect(users.find("")).rejects.toMatchObject({ code: "INVALID_OPTION" });
  });
});

describe("groupMappings()", () => {
  it("asks and sends by object ids", async () => {
    const [source, target] = ["10000000-0000-4000-8000-00000000000a", "20000000-0000-4000-8000-00000000000b"];
    const wire = {
      sourceOrganizationId: organization,
      groupType: "m365Group",
      sourceGroupIdentity: { id: source },
      targetGroupIdentity: { id: target },
      targetGroupMigrationData: { mailNickname: "ops-new" },
    };
    const mapping = {
      ...{ sourceGroupObjectId: source, sourceOrganizationId: organization, groupType: "m365Group" },
      ...{ targetGroupObjectId: target, targetMailNickname: "ops-new" },
    };
    const upper = { ...wire, groupType: "M365GROUP", sourceGroupIdentity: { id: source.toUpperCase() } };
    const { server, groups } = await serviceOf([
      reply({ id: "g", ...wire }),
      reply({
        value: [
          { id: "g", ...upper },
          { sourceGroupIdentity: { id: target }, deleted: { state: "deleted" } },
        ],
      }),
    ]);
    expect(groups.kind).toBe("groups");
    expect(await groups.find(source)).toEqual({ ...mapping, id: "g", isDeleted: false });
    const answers = await groups.update([
      { type: "set", mapping },
      { type: "remove", mapping: { sourceGroupObjectId: target } },
    ]);
    expect(answers).toMatchObject([{ type: "set", mapping: { id: "g", groupType: "m365Group" } }, { type: "removed" }]);
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `GET ${root}/crossOrganizationGroupMappings(sourceGroupObjectId=%27${source}%27)`,
      `PATCH ${root}/crossOrganizationGroupMappings`,
    ]);
    expect(JSON.parse(String(server.requests[1]?.body)).value).toEqual([
      wire,
      { "@removed": { reason: "deleted" }, sourceGroupIdentity: { id: target } },
    ]);
  });
});
