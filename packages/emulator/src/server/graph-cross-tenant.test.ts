import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openCrossTenant } from "../tenant/open-cross-tenant.ts";
import { resolveOrganizations } from "../tenant/organizations.ts";
import type { CrossTenantErrorRow, EmulatedOrganizations, EmulatorFaults } from "../types.ts";
import { graphCrossTenantRoutes } from "./graph-cross-tenant.ts";
import { graphService } from "./graph-service.ts";
import { startHttpServer } from "./http-server.ts";

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const START = Date.UTC(2027, 0, 1);
const userType = "#microsoft.graph.sharePointUserMigrationTaskParameters";
const siteType = "#microsoft.graph.sharePointSiteMigrationTaskParameters";
const groupType = "#microsoft.graph.sharePointGroupMigrationTaskParameters";
const targetOrganizationHost = "https://north-my.sharepoint.com";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "cross-tenant-"));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into as a client without types would
  readonly body: any;
}

interface Site {
  readonly root: string;
  /** Moves the clock. */
  pass(milliseconds: number): void;
  setFaults(faults: EmulatorFaults): void;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  create(parameters: object): Promise<Answer>;
  map(...users: string[]): Promise<void>;
  lines(name: "tasks" | "mappings"): Promise<readonly Record<string, unknown>[]>;
}

/** The routes over the folder, without the storage that only imports need. */
async function withSite<T>(given: EmulatedOrganizations, use: (site: Site) => Promise<T>): Promise<T> {
  let now = START;
  const organizations = resolveOrganizations(given);
  let faults: EmulatorFaults = {};
  const tenant = await openCrossTenant({ directory, organizations, faults: () => faults, now: () => new Date(now) });
  const server = await startHttpServer({
    port: undefined,
    preferredPort: undefined,
    services: [graphService(graphCrossTenantRoutes(tenant))],
    accessToken: undefined,
    faults: () => faults,
  });
  const root = `http://127.0.0.1:${server.port}/beta/solutions/sharePoint/migrations`;
  const call: Site["call"] = async (method, path, body, headers = {}) => {
    const reply = await fetch(path.startsWith("http:") ? path : `${root}${path}`, {
      method,
      headers: {
        authorization: "Bearer token",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await reply.text();
    return { status: reply.status, body: text === "" ? undefined : JSON.parse(text) };
  };
  try {
    return await use({
      root,
      pass(milliseconds) {
        now += milliseconds;
      },
      setFaults(changed) {
        faults = changed;
      },
      call,
      create: (parameters) => call("POST", "/crossOrganizationMigrationTasks", { parameters }),
      async map(...users) {
        const value = users.map((user) => ({ sourceUserIdentity: { userPrincipalName: user } }));
        const { status } = await call("PATCH", "/crossOrganizationUserMappings", { "@context": "#$delta", value });
        expect(status).toBe(200);
      },
      async lines(name) {
        const text = await readFile(join(directory, `${name}.ndjson`), "utf8");
        return text
          .split("\n")
          .filter((line) => line !== "")
          .map((line) => JSON.parse(line));
      },
    });
  } finally {
    await server.close();
    await tenant.close();
  }
}

const byUpn = (name = "ana", more: object = {}) => ({
  "@odata.type": userType,
  targetOrganizationHost,
  sourceUserIdentity: { userPrincipalName: `${name}@south.example` },
  targetUserIdentity: { userPrincipalName: `${name}@north.example` },
  ...more,
});
const bySite = (more: object = {}) => ({
  "@odata.type": siteType,
  targetOrganizationHost,
  sourceSiteUrl: "https://south.sharepoint.com/sites/plans",
  targetSiteUrl: "https://north.sharepoint.com/sites/plans",
  ...more,
});
const byGroup = (more: object = {}) => ({
  "@odata.type": groupType,
  targetOrganizationHost,
  sourceGroupIdentity: { mailNickname: "ops" },
  targetGroupIdentity: { mailNickname: "ops-new" },
  ...more,
});
const freely: EmulatedOrganizations = { identityMapNeeded: false };
const TASKS = "/crossOrganizationMigrationTasks";
const message = ({ status, body }: Answer) => [status, body.error.message];

describe("creating a task", () => {
  const sourceId = "6fea9b24-1a2b-4c3d-8e4f-5a6b7c8d9e0f";
  const targetId = "0b1f8f2a-9c3d-4e5f-8a6b-7c8d9e0f1a2b";
  const byId = {
    "@odata.type": userType,
    targetOrganizationHost,
    sourceUserIdentity: { id: sourceId },
    targetUserIdentity: { id: targetId },
  };

  it.each([
    ["V1, a user by UPN", byUpn()],
    ["V2, a user by id", byId],
    ["V4, a site", bySite()],
    ["V5, a group by alias", byGroup()],
    ["V6, a delayed start", byUpn("ana", { preferredStartDateTime: "2027-01-31T06:00:00Z" })],
  ])("takes %s, and echoes its parameters", async (_, parameters) => {
    await withSite(freely, async ({ root, create, lines }) => {
      const { status, body } = await create(parameters);
      const context = root.replace("/solutions", "/$metadata#solutions");
      expect([status, body]).toEqual([
        200,
        {
          "@odata.context": `${context}/crossOrganizationMigrationTasks/$entity`,
          id: expect.stringMatching(GUID),
          status: "notStarted",
          parameters,
        },
      ]);
      expect(await lines("tasks")).toMatchObject([
        { sequence: 1, time: "2027-01-01T00:00:00.000Z", action: "created", id: body.id, parameters },
      ]);
    });
  });

  it("takes V3, a user by id and the target by its id, and fills in geo and UPNs", async () => {
    const parameters = {
      "@odata.type": userType,
      targetOrganizationId: "11111111-2222-3333-4444-555555555555",
      targetDataLocationCode: null,
      sourceUserIdentity: { id: sourceId },
      targetUserIdentity: { id: targetId },
    };
    const users = [{ id: sourceId.toUpperCase(), userPrincipalName: "ana@south.example" }];
    await withSite({ users }, async ({ create, map, call }) => {
      expect((await create(parameters)).status).toBe(422);
      await map("ana@south.example");
      const { status, body } = await create(parameters);
      expect(status).toBe(200);
      const filledIn = {
        ...parameters,
        targetDataLocationCode: "FRA",
        sourceUserIdentity: { id: sourceId, userPrincipalName: "ana@south.example" },
        targetUserIdentity: { id: targetId, userPrincipalName: `${targetId}@target.example` },
      };
      expect(body.parameters).toEqual(filledIn);
      const found = await call("GET", `${TASKS}/getBySourceUserPrincipalName(sourcePrincipalName='ANA@south.example')`);
      expect(found.body).toMatchObject({ id: body.id, parameters: filledIn });
    });
  });

  it("fills in no more than what is missing", async () => {
    const targetOrganizationId = "11111111-2222-3333-4444-555555555555";
    const to = { targetOrganizationHost: undefined, targetOrganizationId };
    const users = [{ id: sourceId, userPrincipalName: "ana@south.example" }];
    await withSite({ ...freely, users }, async ({ create, call }) => {
      const shown = async (parameters: object) => (await create(parameters)).body.parameters;
      const located = { ...to, targetDataLocationCode: "JPN" };
      expect(await shown(byUpn("ana", located))).toEqual(byUpn("ana", located));
      expect(await shown(byGroup(to))).toEqual(byGroup({ ...to, targetDataLocationCode: "FRA" }));
      expect(await shown(bySite(to))).toEqual(bySite({ ...to, targetDataLocationCode: "FRA" }));
      const other = { id: sourceId, userPrincipalName: "other@south.example" };
      expect((await shown(byUpn("ana", { ...located, sourceUserIdentity: other }))).sourceUserIdentity).toEqual(other);
      // What has a UPN is found by it, whatever its id is.
      const path = `${TASKS}/getBySourceUserPrincipalName(sourcePrincipalName='other@south.example')`;
      expect((await call("GET", path)).status).toBe(200);
      const spaced = byUpn("ana", { sourceUserIdentity: { userPrincipalName: " cy@south.example " } });
      expect(await shown(spaced)).toEqual(spaced);
      expect((await call("GET", path.replace("other", "cy"))).status).toBe(200);
    });
  });

  it("takes no validation for one that is null", async () => {
    await withSite(freely, async ({ create }) => {
      expect((await create(byUpn("ana", { validateOnly: null }))).body.status).toBe("notStarted");
    });
  });

  it("answers V7, a validation, at once and keeps nothing", async () => {
    await withSite(freely, async ({ root, create, call, lines }) => {
      const { status, body } = await create(byUpn("ana", { validateOnly: true }));
      const context = root.replace("/solutions", "/$metadata#solutions");
      expect([status, body]).toEqual([
        200,
        {
          "@odata.context": `${context}/crossOrganizationMigrationTasks/$entity`,
          status: "completed",
          parameters: byUpn("ana", { validateOnly: true }),
        },
      ]);
      const found = await call("GET", `${TASKS}/getBySourceUserPrincipalName(sourcePrincipalName='ana@south.example')`);
      expect(found.status).toBe(404);
      expect(await lines("tasks")).toEqual([]);
    });
  });

  it("ignores all of a task but its parameters", async () => {
    await withSite(freely, async ({ call }) => {
      const body = { "@odata.type": "#x", id: sourceId, status: "failed", error: {}, parameters: byUpn() };
      const answer = await call("POST", TASKS, body);
      expect(answer.body).toMatchObject({ status: "notStarted", parameters: byUpn() });
      expect(answer.body.id).not.toBe(sourceId);
    });
  });

  it.each([
    ["parameters", undefined],
    ["@odata.type", { ...byUpn(), "@odata.type": undefined }],
    ["targetOrganizationId", { ...byUpn(), targetOrganizationHost: " " }],
    ["sourceUserIdentity", { ...byUpn(), sourceUserIdentity: null }],
    ["sourceUserIdentity.userPrincipalName", { ...byUpn(), sourceUserIdentity: { displayName: "Ana" } }],
    ["targetUserIdentity.userPrincipalName", { ...byUpn(), targetUserIdentity: {} }],
    ["sourceSiteUrl", { ...bySite(), sourceSiteUrl: "" }],
    ["targetSiteUrl", { ...bySite(), targetSiteUrl: undefined }],
    ["sourceGroupIdentity.mailNickname", { ...byGroup(), sourceGroupIdentity: { id: sourceId } }],
    ["targetGroupIdentity", { ...byGroup(), targetGroupIdentity: undefined }],
  ])("names %s if it is missing", async (name, parameters) => {
    await withSite(freely, async ({ call, lines }) => {
      expect(message(await call("POST", TASKS, { parameters }))).toEqual([
        400,
        `Cannot process the request because the required parameter ${name} is missing.`,
      ]);
      expect(await lines("tasks")).toEqual([]);
    });
  });

  it.each([
    ["parameters", [byUpn()]],
    ["@odata.type", byUpn("ana", { "@odata.type": userType.toLowerCase() })],
    ["@odata.type", byUpn("ana", { "@odata.type": "#microsoft.graph.sharePointUserMigrationParameters" })],
    ["@odata.type", byUpn("ana", { "@odata.type": "constructor" })],
    ["targetOrganizationId", byUpn("ana", { targetOrganizationId: "north" })],
    ["targetOrganizationHost", byUpn("ana", { targetOrganizationHost: "north-my.sharepoint.com" })],
    [
      "targetOrganizationHost",
      byUpn("ana", { targetOrganizationId: sourceId, targetOrganizationHost: "north-my.sharepoint.com" }),
    ],
    ["targetDataLocationCode", byUpn("ana", { targetDataLocationCode: 5 })],
    ["targetDataLocationCode", byUpn("ana", { targetDataLocationCode: " " })],
    ["preferredStartDateTime", byUpn("ana", { preferredStartDateTime: "2027-01-31" })],
    ["preferredStartDateTime", byUpn("ana", { preferredStartDateTime: "2027-13-31T06:00:00Z" })],
    ["preferredStartDateTime", byUpn("ana", { preferredStartDateTime: "2027-02-30T06:00:00Z" })],
    ["preferredStartDateTime", byUpn("ana", { preferredStartDateTime: "2027-01-31T24:00:00Z" })],
    ["preferredLatestStartDateTime", byUpn("ana", { preferredLatestStartDateTime: "2027-01-31T06:00:00" })],
    ["validateOnly", byUpn("ana", { validateOnly: "true" })],
    ["sourceSiteUrl", bySite({ sourceSiteUrl: "/sites/plans" })],
    ["targetSiteUrl", byUpn("ana", { targetSiteUrl: "/sites/plans" })],
    ["sourceUserIdentity", bySite({ sourceUserIdentity: { userPrincipalName: "ana@south.example" } })],
    ["sourceGroupIdentity", bySite({ sourceGroupIdentity: { mailNickname: "ops" } })],
    ["targetUserIdentity", byGroup({ targetUserIdentity: { userPrincipalName: "ana@north.example" } })],
    ["sourceGroupIdentity", byUpn("ana", { sourceGroupIdentity: { mailNickname: "ops" } })],
    ["sourceUserIdentity", byUpn("ana", { sourceUserIdentity: "ana@south.example" })],
    ["sourceUserIdentity.userPrincipalName", byUpn("ana", { sourceUserIdentity: { userPrincipalName: 5 } })],
    ["sourceSiteId", bySite({ sourceSiteId: sourceId })],
    [
      "__proto__",
      JSON.parse('{"__proto__":{},"@odata.type":"#microsoft.graph.sharePointSiteMigrationTaskParameters"}'),
    ],
  ])("refuses a wrong %s", async (name, parameters) => {
    await withSite(freely, async ({ call }) => {
      const answer = await call("POST", TASKS, JSON.stringify({ parameters }));
      expect(message(answer)).toEqual([400, expect.stringContaining(name)]);
    });
  });

  it("refuses a latest start that isn't later than the preferred one", async () => {
    await withSite(freely, async ({ create }) => {
      const times = (latest: string) =>
        byUpn("ana", { preferredStartDateTime: "2027-02-01T00:00:00Z", preferredLatestStartDateTime: latest });
      const refused = await create(times("2027-02-01T01:00:00+01:00"));
      expect(message(refused)).toEqual([
        400,
        "The parameter preferredLatestStartDateTime must be later than preferredStartDateTime.",
      ]);
      expect((await create(times("2027-02-01T00:00:01Z"))).status).toBe(200);
    });
  });

  it("refuses a body that is no JSON object, or doesn't say that it is JSON", async () => {
    await withSite(freely, async ({ call }) => {
      for (const body of ["", "[]", "{", "null"]) {
        const answer = await call("POST", TASKS, body, { "content-type": "application/json" });
        expect(message(answer)).toEqual([400, "The body must be a JSON object."]);
      }
      const plain = await call("POST", TASKS, { parameters: byUpn() }, { "content-type": "text/plain" });
      expect(message(plain)).toEqual([400, "Entity only allows writes with a JSON Content-Type header."]);
    });
  });

  it("makes a second task of the same source", async () => {
    await withSite(freely, async ({ create }) => {
      const [first, second] = [await create(byGroup()), await create(byGroup())];
      expect([first.status, second.status]).toEqual([200, 200]);
      expect(second.body.id).not.toBe(first.body.id);
    });
  });

  it("makes one task of each of many requests at once", async () => {
    await withSite(freely, async ({ create, lines }) => {
      const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => create(byUpn(`u${index}`))));
      const created = await lines("tasks");
      expect(created.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
      expect(new Set(created.map(({ id }) => id))).toEqual(new Set(answers.map(({ body }) => body.id)));
    });
  });
});

describe("the preconditions of a move", () => {
  const noRelationship = `There is no Cross-Tenant relationship established for partner ${targetOrganizationHost} and role target.`;
  const sameFarm =
    "It has been detected that partners reside in the same SPO location that prevents them from migrating. Please contact MS to resolve this issue. Once the issue has been resolved, please try running the migration again.";
  const noOneDrive = "Unable to get a OneDrive URL for source user UPN ana@south.example.";
  const noMap = "Identity map entry for source UPN ana@south.example does not exist on the target tenant.";

  it.each<[string, EmulatedOrganizations, number, string]>([
    ["a relationship", { relationship: false }, 422, noRelationship],
    ["two farms", { sameFarm: true }, 501, sameFarm],
    ["a OneDrive", { withoutOneDrive: ["Ana@South.example"] }, 422, noOneDrive],
    ["an identity map entry", {}, 422, noMap],
  ])("are %s, which a validation finds too", async (_, organizations, status, text) => {
    await withSite(organizations, async ({ create, lines }) => {
      expect(message(await create(byUpn()))).toEqual([status, text]);
      expect(message(await create(byUpn("ana", { validateOnly: true })))).toEqual([status, text]);
      expect(await lines("tasks")).toEqual([]);
    });
    await withSite({ ...organizations, switches: { failedValidation: "task" } }, async ({ create, lines }) => {
      expect((await create(byUpn())).status).toBe(status);
      const parameters = byUpn("ana", { validateOnly: true });
      const { body, status: answered } = await create(parameters);
      expect(answered).toBe(200);
      const target = "ana@south.example";
      expect(body.error).toEqual({ code: expect.any(String), message: text, target });
      expect(body).toMatchObject({ status: "failed", parameters });
      expect(body).not.toHaveProperty("id");
      expect(await lines("tasks")).toEqual([]);
    });
  });

  it("are fulfilled by a mapping, until it is removed", async () => {
    await withSite({}, async ({ create, map, call }) => {
      await map("ANA@south.example");
      expect((await create(byUpn())).status).toBe(200);
      const removal = {
        "@removed": { reason: "deleted" },
        sourceUserIdentity: { userPrincipalName: "ana@South.example" },
      };
      await call("PATCH", "/crossOrganizationUserMappings", { "@context": "#$delta", value: [removal] });
      expect((await create(byUpn())).status).toBe(422);
    });
  });

  it("ask no identity map and no OneDrive of sites and groups", async () => {
    await withSite({ withoutOneDrive: ["ops"] }, async ({ create }) => {
      expect([(await create(bySite())).status, (await create(byGroup())).status]).toEqual([200, 200]);
    });
  });

  it("want a relationship of look-ups and cancellations too, for the partner of the task", async () => {
    const id = await withSite(freely, async ({ create }) => (await create(byUpn())).body.id);
    await withSite({ relationship: false }, async ({ call }) => {
      expect(message(await call("GET", `${TASKS}/${id}`))).toEqual([422, noRelationship]);
      expect(message(await call("POST", `${TASKS}/${id}/cancel`))).toEqual([422, noRelationship]);
      for (const name of ["ana", "nobody"]) {
        const path = `${TASKS}/getBySourceUserPrincipalName(sourcePrincipalName='${name}@south.example')`;
        expect((await call("GET", path)).status).toBe(422);
      }
      expect((await call("GET", `${TASKS}/${randomUUID()}`)).status).toBe(422);
      expect((await call("POST", `${TASKS}/${randomUUID()}/cancel`)).status).toBe(422);
    });
  });

  it("are asked for in the order of the documentation's table", async () => {
    const given: EmulatedOrganizations = {
      relationship: false,
      sameFarm: true,
      withoutOneDrive: ["ana@south.example"],
    };
    const incomplete = { ...byUpn(), sourceUserIdentity: null };
    const answers: (readonly unknown[])[] = [];
    const ask = async (organizations: EmulatedOrganizations, ...moves: object[]) =>
      await withSite(organizations, async ({ create }) => {
        for (const move of moves) answers.push(message(await create(move)));
      });
    await ask({ ...given, permission: "read" }, incomplete);
    await ask(given, incomplete, byUpn(), byUpn("no one"));
    await ask({ ...given, relationship: true }, byUpn(), bySite(), byGroup(), byUpn("no one"));
    await ask({ ...given, relationship: true, sameFarm: false }, byUpn(), byUpn("no one"), byUpn("bo"));
    const noOneDriveOf = (name: string) => [422, noOneDrive.replace("ana", name)];
    expect(answers).toEqual([
      [403, "Access denied"],
      [400, "Cannot process the request because the required parameter sourceUserIdentity is missing."],
      ...[
        [422, noRelationship],
        [422, noRelationship],
      ],
      ...[
        [501, sameFarm],
        [501, sameFarm],
        [501, sameFarm],
        [501, sameFarm],
      ],
      ...[noOneDriveOf("ana"), noOneDriveOf("no one"), [422, noMap.replace("ana", "bo")]],
    ]);
  });

  it("are spelled in the wording that was chosen", async () => {
    const switches = { crossTenantWording: "can't" } as const;
    await withSite({ ...freely, switches }, async ({ create, call }) => {
      expect(message(await create({ ...byGroup(), sourceGroupIdentity: null }))).toEqual([
        400,
        "Can't process the request because the required parameter sourceGroupIdentity is missing.",
      ]);
      const id = randomUUID();
      expect(message(await call("GET", `${TASKS}/${id}`))).toEqual([
        404,
        `The migration task ${id} couldn't be found.`,
      ]);
    });
    await withSite({ relationship: false, switches }, async ({ create }) => {
      expect(message(await create(bySite()))).toEqual([422, noRelationship.replace("There is", "There's")]);
    });
  });

  it("let who may read read, and who may do nothing nothing", async () => {
    const id = await withSite(freely, async ({ create, map }) => {
      await map("ana@south.example");
      return (await create(byUpn())).body.id;
    });
    const mapping = "/crossOrganizationUserMappings(sourceUserPrincipalName='ana@south.example')";
    const statuses = async (permission: "read" | "none") =>
      await withSite({ ...freely, permission }, async ({ call, create }) => {
        const answers = [
          await call("GET", `${TASKS}/${id}`),
          await call("GET", mapping),
          await create(byUpn()),
          await call("POST", `${TASKS}/${id}/cancel`),
          await call("PATCH", "/crossOrganizationUserMappings", { "@context": "#$delta", value: [] }),
        ];
        for (const answer of answers.filter(({ status }) => status !== 200)) {
          expect(message(answer)).toEqual([403, "Access denied"]);
        }
        return answers.map(({ status }) => status);
      });
    expect(await statuses("read")).toEqual([200, 200, 403, 403, 403]);
    expect(await statuses("none")).toEqual([403, 403, 403, 403, 403]);
  });
});

describe("the life of a task", () => {
  it("starts after its delay, runs, and completes", async () => {
    await withSite({ ...freely, startDelayMs: 1000, moveMs: 60_000 * 5 }, async ({ create, call, pass }) => {
      const { id } = (await create(bySite())).body;
      const look = async () => {
        const { "@odata.context": _, parameters, ...rest } = (await call("GET", `${TASKS}/${id}`)).body;
        expect(parameters).toEqual(bySite());
        return rest;
      };
      pass(999);
      expect(await look()).toEqual({ id, status: "notStarted" });
      pass(1);
      const startedDateTime = "2027-01-01T00:00:01.000Z";
      expect(await look()).toEqual({ id, status: "inProgress", startedDateTime, lastUpdatedDateTime: startedDateTime });
      pass(90_000);
      expect(await look()).toMatchObject({ lastUpdatedDateTime: "2027-01-01T00:01:01.000Z" });
      pass(210_000);
      const end = "2027-01-01T00:05:01.000Z";
      expect(await look()).toEqual({
        id,
        status: "completed",
        startedDateTime,
        lastUpdatedDateTime: end,
        finishedDateTime: end,
      });
    });
  });

  it("waits for the preferred start; one in the past is none", async () => {
    await withSite({ ...freely, startDelayMs: 0 }, async ({ create, call, pass }) => {
      const delayed = (await create(byUpn("ana", { preferredStartDateTime: "2027-01-01T01:00:00+00:30" }))).body.id;
      const late = (await create(byUpn("bo", { preferredStartDateTime: "2024-08-31T16:00:00Z" }))).body.id;
      const statuses = async () => [
        (await call("GET", `${TASKS}/${delayed}`)).body.status,
        (await call("GET", `${TASKS}/${late}`)).body.startedDateTime,
      ];
      pass(30 * 60_000 - 1);
      expect(await statuses()).toEqual(["notStarted", "2027-01-01T00:00:00.000Z"]);
      pass(1);
      expect(await statuses()).toEqual(["inProgress", "2027-01-01T00:00:00.000Z"]);
    });
  });

  it("ends as cancelled when the latest start has passed before it started", async () => {
    await withSite({ ...freely, startDelayMs: 10_000 }, async ({ create, call, pass }) => {
      const { id } = (await create(byUpn("ana", { preferredLatestStartDateTime: "2027-01-01T00:00:05Z" }))).body;
      pass(4999);
      expect((await call("GET", `${TASKS}/${id}`)).body.status).toBe("notStarted");
      pass(1);
      expect((await call("GET", `${TASKS}/${id}`)).body).toMatchObject({
        status: "cancelled",
        lastUpdatedDateTime: "2027-01-01T00:00:05.000Z",
      });
    });
  });

  it("starts at its latest start, if it can by then", async () => {
    await withSite({ ...freely, startDelayMs: 5000 }, async ({ create, call, pass }) => {
      const { id } = (await create(byUpn("ana", { preferredLatestStartDateTime: "2027-01-01T00:00:05Z" }))).body;
      pass(5000);
      expect((await call("GET", `${TASKS}/${id}`)).body.status).toBe("inProgress");
    });
  });

  it("fails every n-th move, with an error", async () => {
    await withSite(freely, async ({ create, call, pass, setFaults }) => {
      setFaults({ failMove: { every: 2 } });
      const ids = [];
      for (const name of ["a", "b", "c"]) ids.push((await create(byUpn(name))).body.id);
      setFaults({});
      pass(10_000);
      const tasks = await Promise.all(ids.map(async (id) => (await call("GET", `${TASKS}/${id}`)).body));
      expect(tasks.map(({ status }) => status)).toEqual(["completed", "failed", "completed"]);
      expect(tasks[1].error).toEqual({
        code: expect.any(String),
        message: "The move of b@south.example failed.",
        target: "b@south.example",
      });
      expect(tasks[1]).toHaveProperty("finishedDateTime");
      expect(tasks[0]).not.toHaveProperty("error");
    });
  });

  it.each([
    ["published", ["notStarted", "inProgress", "completed"], "completed"],
    ["capitalized", ["NotStarted", "InProgress", "Completed"], "Completed"],
    ["success", ["notStarted", "inProgress", "success"], "success"],
  ] as const)("is written as %s", async (taskStatusText, texts, validation) => {
    await withSite({ ...freely, switches: { taskStatusText } }, async ({ create, call, pass }) => {
      const { id, status } = (await create(byUpn())).body;
      pass(500);
      const running = (await call("GET", `${TASKS}/${id}`)).body.status;
      pass(2000);
      expect([status, running, (await call("GET", `${TASKS}/${id}`)).body.status]).toEqual(texts);
      expect((await create(byUpn("ana", { validateOnly: true }))).body.status).toBe(validation);
    });
  });

  it("goes on over restarts, by the times that it was created with", async () => {
    const id = await withSite(freely, async ({ create }) => (await create(byUpn())).body.id);
    const other = await withSite({ ...freely, moveMs: 1, startDelayMs: 1 }, async ({ create, call, pass }) => {
      const { body } = await create(byUpn("bo"));
      await call("POST", `${TASKS}/${body.id}/cancel`);
      pass(500);
      expect((await call("GET", `${TASKS}/${id}`)).body.status).toBe("inProgress");
      return body.id;
    });
    await withSite(freely, async ({ call, pass, lines }) => {
      pass(2500);
      expect((await call("GET", `${TASKS}/${id}`)).body.status).toBe("completed");
      expect((await call("GET", `${TASKS}/${other}`)).body.status).toBe("cancelled");
      expect((await lines("tasks")).map(({ sequence, action, id }) => [sequence, action, id])).toEqual([
        [1, "created", id],
        [2, "created", other],
        [3, "cancelled", other],
      ]);
    });
  });
});

describe("looking tasks up", () => {
  const upn = "o'brien+x@south.example";
  const url = "https://south.sharepoint.com/sites/o'brien (plans), 50%25";
  const plain = "https://south.sharepoint.com/teams/a";

  it("finds them by every spelling of the path", async () => {
    await withSite(freely, async ({ create, call, root }) => {
      const user = (await create(byUpn("x", { sourceUserIdentity: { userPrincipalName: upn } }))).body.id;
      const odd = (await create(bySite({ sourceSiteUrl: url }))).body.id;
      const site = (await create(bySite({ sourceSiteUrl: plain }))).body.id;
      const group = (await create(byGroup())).body.id;
      const paths: [string, string][] = [
        [user, `getBySourceUserPrincipalName(sourcePrincipalName='o''brien+x@south.example')`],
        [user, `getBySourceUserPrincipalName(sourcePrincipalName=%27O%27%27brien%2Bx%40south.example%27)`],
        [user, `microsoft.graph.getBySourceUserPrincipalName(sourcePrincipalName=@v)?@v='o''brien%2Bx@south.example'`],
        [site, `getBySourceSiteUrl(sourceSiteUrl='${plain}')`],
        [site, `getBySourceSiteUrl(sourceSiteUrl='${plain}/')`],
        [site, `getBySourceSiteUrl(sourceSiteUrl='${encodeURIComponent(plain.toUpperCase())}')`],
        [site, `getBySourceSiteUrl(sourcesiteurl=${plain})`],
        [site, `getbysourcesiteurl(sourcesiteurl=${encodeURIComponent(plain)})`],
        [odd, `getBySourceSiteUrl(sourceSiteUrl='${encodeURIComponent(url.replaceAll("'", "''"))}')`],
        [odd, `getBySourceSiteUrl(sourceSiteUrl='${url.replaceAll("'", "''").replaceAll("%", "%25")}')`],
        [group, `getBySourceGroupMailNickname(sourceGroupMailNickname='OPS')`],
        [group, `getBySourceGroupMailNickname(sourcegroupmailnickname=ops)`],
        [group, group],
        [group, group.toUpperCase()],
      ];
      for (const [id, path] of paths) {
        const { status, body } = await call("GET", `${TASKS}/${path}`);
        expect([path, status, body.id]).toEqual([path, 200, id]);
      }
      expect((await call("GET", `${TASKS}('${group}')`)).body.id).toBe(group);
      const shouted = root.replace("solutions/sharePoint/migrations", "SOLUTIONS/sharepoint/Migrations");
      expect((await call("GET", `${shouted}/crossorganizationmigrationtasks/${site}`)).body.id).toBe(site);
    });
  });

  it("finds a site by its URL with escapes or without, and after a restart", async () => {
    const escaped = "https://south.sharepoint.com/sites/a%20b%C3%A9";
    const spellings = [escaped, "https://south.sharepoint.com/sites/a bé", `${escaped.toUpperCase()}/`];
    const lookUp = (text: string) => `${TASKS}/getBySourceSiteUrl(sourceSiteUrl='${encodeURIComponent(text)}')`;
    const ids = await withSite(freely, async ({ create }) => {
      return [(await create(bySite({ sourceSiteUrl: escaped }))).body.id, (await create(bySite())).body.id];
    });
    await withSite(freely, async ({ call }) => {
      for (const text of spellings) expect((await call("GET", lookUp(text))).body.id).toBe(ids[0]);
      expect((await call("GET", lookUp("https://south.sharepoint.com/sites/plans"))).body.id).toBe(ids[1]);
    });
  });

  it("keeps users, sites and groups apart", async () => {
    await withSite(freely, async ({ create, call }) => {
      await create(byGroup({ sourceGroupIdentity: { mailNickname: "ana@south.example" } }));
      const path = `${TASKS}/getBySourceUserPrincipalName(sourcePrincipalName='ana@south.example')`;
      expect((await call("GET", path)).status).toBe(404);
    });
  });

  it("says what isn't there, and which parameter is missing", async () => {
    await withSite(freely, async ({ call }) => {
      const get = async (path: string) => message(await call("GET", `${TASKS}/${path}`));
      const notFound = (id: string) => [404, `The migration task ${id} could not be found.`];
      const missing = (name: string) => [
        400,
        `Cannot process the request because the required parameter ${name} is missing.`,
      ];
      expect(await get("none")).toEqual(notFound("none"));
      expect(await get(`getBySourceSiteUrl(sourceSiteUrl='${plain}')`)).toEqual(notFound(plain));
      expect(await get("getBySourceSiteUrl")).toEqual(missing("sourceSiteUrl"));
      expect(await get("getBySourceUserPrincipalName()")).toEqual(missing("sourcePrincipalName"));
      expect(await get("getBySourceUserPrincipalName(sourcePrincipalName='')")).toEqual(missing("sourcePrincipalName"));
      expect(await get("getBySourceUserPrincipalName(sourceUserPrincipalName='a@b')")).toEqual(
        missing("sourcePrincipalName"),
      );
      expect((await get("getBySourceGroupMailNickname(sourceGroupMailNickname='o'brien')"))[0]).toBe(400);
      expect((await get("getBySourceGroupMailNickname(sourceGroupMailNickname='%E0')"))[0]).toBe(400);
    });
  });

  it("gives the newest of several, or the oldest", async () => {
    for (const taskLookup of ["newest", "oldest"] as const) {
      await rm(join(directory, "tasks.ndjson"), { force: true });
      await withSite({ ...freely, switches: { taskLookup } }, async ({ create, call }) => {
        const ids = [(await create(byGroup())).body.id, (await create(byGroup())).body.id];
        await call("POST", `${TASKS}/${ids[1]}/cancel`);
        const found = await call("GET", `${TASKS}/getBySourceGroupMailNickname(sourceGroupMailNickname='ops')`);
        expect(found.body.id).toBe(taskLookup === "newest" ? ids[1] : ids[0]);
      });
    }
  });

  it("shows what $select names, and refuses other options and names", async () => {
    await withSite(freely, async ({ create, call }) => {
      const { id } = (await create(byUpn())).body;
      const { "@odata.context": _, ...chosen } = (
        await call("GET", `${TASKS}/${id}?$select=id, Status,startedDateTime`)
      ).body;
      expect(chosen).toEqual({ id, status: "notStarted" });
      expect((await call("GET", `${TASKS}/${id}?$select=title`)).status).toBe(400);
      for (const option of ["$expand=parameters", "$top=1", "$filter=id%20eq%20'x'"]) {
        expect((await call("GET", `${TASKS}/${id}?${option}`)).status).toBe(400);
      }
      expect((await call("GET", `${TASKS}/${id}?client=x`)).status).toBe(200);
    });
  });

  it("takes each path by its verb only, below beta only, and knows no others", async () => {
    await withSite(freely, async ({ create, call, root }) => {
      const { id } = (await create(byUpn())).body;
      const status = async (method: string, path: string) => (await call(method, path)).status;
      expect(await status("GET", TASKS)).toBe(405);
      expect(await status("DELETE", `${TASKS}/${id}`)).toBe(405);
      expect(await status("GET", `${TASKS}/${id}/cancel`)).toBe(405);
      expect(await status("POST", "/crossOrganizationUserMappings")).toBe(405);
      expect(await status("GET", `${TASKS}/${id}/other`)).toBe(400);
      expect(await status("POST", `${TASKS}/${id}/cancel/now`)).toBe(400);
      expect(await status("GET", "/crossOrganizationUserMappings('AQAAAAEAAAA')")).toBe(400);
      expect(await status("GET", "/crossOrganizationUserMappings(sourceUserPrincipalName='')")).toBe(400);
      expect(await status("GET", "/crossOrganizationUserMappings(sourceUserPrincipalName='a@b')/id")).toBe(400);
      expect(await status("PATCH", "/crossOrganizationUserMappings/$delta")).toBe(400);
      expect(await status("GET", `${TASKS}/getBySourceGroupObjectId(sourceGroupObjectId='${id}')`)).toBe(400);
      expect(await status("GET", "/elsewhere")).toBe(400);
      expect(await status("GET", "/constructor")).toBe(400);
      expect(await status("GET", `${root.replace("/beta/", "/v1.0/")}${TASKS}/${id}`)).toBe(400);
    });
  });
});

describe("cancelling a task", () => {
  it("is answered by 204 before the task starts, and the task stays to be read", async () => {
    await withSite(freely, async ({ create, call, pass }) => {
      const { id } = (await create(byUpn())).body;
      pass(100);
      expect(await call("POST", `${TASKS}/${id}/microsoft.graph.cancel`)).toEqual({ status: 204, body: undefined });
      pass(10_000);
      const { "@odata.context": _, ...task } = (await call("GET", `${TASKS}/${id}`)).body;
      const lastUpdatedDateTime = "2027-01-01T00:00:00.100Z";
      expect(task).toEqual({ id, status: "cancelled", parameters: byUpn(), lastUpdatedDateTime });
    });
  });

  it("is refused by 404 without a task, and by 409 while it is in progress", async () => {
    await withSite(freely, async ({ create, call, pass }) => {
      const none = randomUUID();
      expect(message(await call("POST", `${TASKS}/${none}/cancel`))).toEqual([
        404,
        `The migration task ${none} could not be found.`,
      ]);
      const { id } = (await create(byUpn())).body;
      pass(500);
      expect(message(await call("POST", `${TASKS}/${id}/cancel`))).toEqual([
        409,
        "Can't process the canceled request because the task is in progress",
      ]);
    });
  });

  it.each([
    ["refuse", 409],
    ["accept", 204],
  ] as const)("of one that has ended is: %s", async (cancelEnded, status) => {
    await withSite({ ...freely, switches: { cancelEnded } }, async ({ create, call, pass, lines }) => {
      const [ended, cancelled] = [(await create(byUpn())).body.id, (await create(byUpn())).body.id];
      await call("POST", `${TASKS}/${cancelled}/cancel`);
      pass(10_000);
      for (const id of [ended, cancelled]) expect((await call("POST", `${TASKS}/${id}/cancel`)).status).toBe(status);
      expect((await call("GET", `${TASKS}/${ended}`)).body.status).toBe("completed");
      expect(await lines("tasks")).toHaveLength(3);
    });
  });

  it("is acted on once, however many ask at a time", async () => {
    await withSite(freely, async ({ create, call, lines }) => {
      const { id } = (await create(byUpn())).body;
      const answers = await Promise.all([1, 2, 3].map(() => call("POST", `${TASKS}/${id}/cancel`)));
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 409, 409]);
      expect(await lines("tasks")).toHaveLength(2);
    });
  });
});

describe("rows of the table of errors on demand", () => {
  const operations = ["create", "get", "getBy", "cancel"] as const;
  const good = { create: 200, get: 200, getBy: 200, cancel: 204 };

  it("have codes in the manner of Graph, and what its errors hold", async () => {
    const codes: Partial<Record<CrossTenantErrorRow, string>> = {
      missingParameter: "invalidRequest",
      accessDenied: "accessDenied",
      noRelationship: "unprocessableEntity",
      sameFarm: "notSupported",
    };
    await withSite(freely, async ({ create, setFaults }) => {
      for (const [row, code] of Object.entries(codes) as [CrossTenantErrorRow, string][]) {
        setFaults({ crossTenantError: { every: 1, row } });
        const { error } = (await create(byUpn())).body;
        expect(error).toEqual({ code, message: expect.any(String), innerError: expect.any(Object) });
      }
    });
    await withSite(freely, async ({ call, create, pass }) => {
      const { id } = (await create(byUpn())).body;
      pass(500);
      expect((await call("GET", `${TASKS}/${randomUUID()}`)).body.error.code).toBe("itemNotFound");
      expect((await call("POST", `${TASKS}/${id}/cancel`)).body.error.code).toBe("conflict");
    });
  });

  it.each<[CrossTenantErrorRow, number, string, readonly (typeof operations)[number][]]>([
    ["missingParameter", 400, "because the required parameter", operations],
    ["accessDenied", 403, "Access denied", ["create", "get", "getBy"]],
    ["noRelationship", 422, "no Cross-Tenant relationship established for partner https://", operations],
    ["noOneDrive", 422, "source user UPN ana@south.example.", ["create"]],
    ["noIdentityMap", 422, "source UPN ana@south.example does not", ["create"]],
    ["sameFarm", 501, "same SPO location", ["create"]],
    ["taskNotFound", 404, "could not be found", ["get", "getBy", "cancel"]],
    ["taskInProgress", 409, "task is in progress", ["cancel"]],
  ])("%s befalls the operations that it stands for, and nothing was done", async (row, status, text, befallen) => {
    await withSite(freely, async ({ create, call, setFaults, lines }) => {
      const { id } = (await create(byUpn())).body;
      setFaults({ crossTenantError: { every: 1, row } });
      const answers = {
        create: await create(byUpn()),
        get: await call("GET", `${TASKS}/${id}`),
        getBy: await call("GET", `${TASKS}/getBySourceUserPrincipalName(sourcePrincipalName='ana@south.example')`),
        cancel: await call("POST", `${TASKS}/${id}/cancel`),
      };
      for (const operation of operations) {
        const answer = answers[operation];
        if (befallen.includes(operation)) expect(message(answer)).toEqual([status, expect.stringContaining(text)]);
        else expect([operation, answer.status]).toEqual([operation, good[operation]]);
      }
      const created = befallen.includes("create") ? 1 : 2;
      expect(await lines("tasks")).toHaveLength(created + (befallen.includes("cancel") ? 0 : 1));
      const mapping = await call("PATCH", "/crossOrganizationUserMappings", { "@context": "#$delta", value: [] });
      expect(mapping.status).toBe(200);
    });
  });

  it("name a user by their id, and a partner that a move names no host of", async () => {
    const parameters = {
      "@odata.type": userType,
      targetOrganizationId: "11111111-2222-3333-4444-555555555555",
      sourceUserIdentity: { id: "7" },
      targetUserIdentity: { id: "8" },
    };
    await withSite(freely, async ({ create, setFaults }) => {
      setFaults({ crossTenantError: { every: 1, row: "noOneDrive" } });
      expect((await create(parameters)).body.error.message).toMatch(/ UPN 7\.$/);
      setFaults({ crossTenantError: { every: 1, row: "noRelationship" } });
      expect((await create(parameters)).body.error.message).toMatch(/ partner https:\/\/\S+ and role target\.$/);
    });
  });

  it("befall every n-th request that they stand for", async () => {
    await withSite(freely, async ({ create, call, setFaults }) => {
      setFaults({ crossTenantError: { every: 2, row: "sameFarm" } });
      const statuses = [];
      for (const _ of [1, 2, 3, 4]) {
        const { status, body } = await create(byUpn());
        statuses.push(status);
        if (status === 200) await call("GET", `${TASKS}/${body.id}`);
      }
      expect(statuses).toEqual([200, 501, 200, 501]);
    });
  });

  it("are found by a validation in the way that it tells", async () => {
    await withSite({ ...freely, switches: { failedValidation: "task" } }, async ({ create, setFaults }) => {
      setFaults({ crossTenantError: { every: 1, row: "noOneDrive" } });
      const parameters = byUpn("ana", { validateOnly: true });
      expect((await create(parameters)).body).toMatchObject({
        status: "failed",
        error: { message: expect.any(String) },
      });
      for (const [row, status] of [["accessDenied", 403] as const, ["missingParameter", 400] as const]) {
        setFaults({ crossTenantError: { every: 1, row } });
        expect((await create(parameters)).status).toBe(status);
      }
    });
  });

  it("stand beside the faults of every request", async () => {
    await withSite(freely, async ({ create, setFaults, lines, call }) => {
      setFaults({ loseAnswer: { every: 1, path: "crossOrganizationMigrationTasks" } });
      await expect(create(byUpn())).rejects.toThrow();
      expect(await lines("tasks")).toHaveLength(1);
      setFaults({ throttle: { every: 1, retryAfterSeconds: 3 } });
      expect((await create(byUpn())).status).toBe(429);
      expect(await lines("tasks")).toHaveLength(1);
      setFaults({ loseAnswer: { every: 1 } });
      const value = [{ sourceUserIdentity: { userPrincipalName: "a@b" } }];
      await expect(call("PATCH", "/crossOrganizationUserMappings", { "@context": "#$delta", value })).rejects.toThrow();
      expect(await lines("mappings")).toHaveLength(1);
    });
  });
});

describe("identity mappings", () => {
  const organization = "00000000-0000-0000-0000-00000000000a";
  const group = "6fea9b24-1a2b-4c3d-8e4f-5a6b7c8d9e0f";
  const ana = {
    sourceOrganizationId: organization,
    userType: "regularUser",
    sourceUserIdentity: { userPrincipalName: "ana@south.example" },
    targetUserIdentity: { userPrincipalName: "ana@north.example" },
    targetUserMigrationData: { email: "ana@north.example" },
  };
  const ops = {
    sourceOrganizationId: organization,
    groupType: "m365Group",
    sourceGroupIdentity: { id: group },
    targetGroupIdentity: { id: "0b1f8f2a-9c3d-4e5f-8a6b-7c8d9e0f1a2b" },
    targetGroupMigrationData: { mailNickname: "ops-new" },
  };
  const bo = { "@removed": { reason: "deleted" }, sourceUserIdentity: { userPrincipalName: "bo@south.example" } };
  const USERS = "/crossOrganizationUserMappings";
  const GROUPS = "/crossOrganizationGroupMappings";
  const delta = (...value: unknown[]) => ({ "@context": "#$delta", value });

  it("take the delta of the spec, and answer it in its order", async () => {
    await withSite({}, async ({ call, root, lines }) => {
      const context = root.replace("/solutions", "/$metadata#solutions");
      expect(await call("PATCH", USERS, delta(ana, bo))).toEqual({
        status: 200,
        body: {
          "@odata.context": `${context}/crossOrganizationUserMappings/$delta`,
          value: [
            { id: "AQAAAAEAAABhbmFAc291dGguZXhhbXBsZQ", ...ana },
            {
              id: "AQAAAAEAAABib0Bzb3V0aC5leGFtcGxl",
              sourceUserIdentity: { userPrincipalName: "bo@south.example" },
              deleted: { state: "deleted" },
            },
          ],
        },
      });
      const id = Buffer.concat([Buffer.from([1, 0, 0, 0, 2, 0, 0, 0]), Buffer.from(group)]).toString("base64");
      const groups = await call("PATCH", GROUPS, delta(ops));
      expect(groups.body).toEqual({
        "@odata.context": `${context}/crossOrganizationGroupMappings/$delta`,
        value: [{ id: id.replaceAll("=", ""), ...ops }],
      });
      const time = "2027-01-01T00:00:00.000Z";
      expect(await lines("mappings")).toEqual([
        { sequence: 1, time, kind: "users", source: "ana@south.example", action: "set", entry: ana },
        { sequence: 2, time, kind: "users", source: "bo@south.example", action: "removed", entry: bo },
        { sequence: 3, time, kind: "groups", source: group, action: "set", entry: ops },
      ]);
    });
  });

  it("are read by their keys in every spelling, with $select", async () => {
    await withSite({}, async ({ call, root }) => {
      const brien = { ...ana, sourceUserIdentity: { userPrincipalName: "o'brien@south.example" } };
      await call("PATCH", USERS, delta(ana, brien));
      await call("PATCH", GROUPS, delta(ops));
      const context = root.replace("/solutions", "/$metadata#solutions");
      expect((await call("GET", `${USERS}(sourceUserPrincipalName='ANA@south.example')`)).body).toEqual({
        "@odata.context": `${context}/crossOrganizationUserMappings/$entity`,
        id: expect.any(String),
        ...ana,
      });
      const quoted = await call("GET", `${USERS}(sourceUserPrincipalName=%27o%27%27brien%40south.example%27)`);
      expect(quoted.body).toMatchObject(brien);
      const unquoted = await call("GET", `${GROUPS}(sourcegroupobjectid=${group})`);
      expect(unquoted.body).toMatchObject(ops);
      const select = "$select=targetGroupIdentity,sourceGroupIdentity,groupType";
      const { "@odata.context": _, ...chosen } = (
        await call("GET", `${GROUPS}(sourceGroupObjectId='${group.toUpperCase()}')?${select}`)
      ).body;
      const { groupType, sourceGroupIdentity, targetGroupIdentity } = ops;
      expect(chosen).toEqual({ groupType, sourceGroupIdentity, targetGroupIdentity });
      expect((await call("GET", `${GROUPS}(sourceGroupObjectId='${group}')?$select=userType`)).status).toBe(400);
      expect((await call("GET", `${GROUPS}(sourceUserPrincipalName='${group}')`)).status).toBe(400);
    });
  });

  it.each([
    ["notFound", 404],
    ["empty", 200],
  ] as const)("that are not there are answered as told: %s", async (absentMapping, status) => {
    await withSite({ switches: { absentMapping } }, async ({ call }) => {
      const answer = await call("GET", `${USERS}(sourceUserPrincipalName='ana@south.example')`);
      expect(answer.status).toBe(status);
      if (status === 200) expect(answer.body).toBeUndefined();
    });
  });

  it("want a delta, and at most 50 entries of it", async () => {
    await withSite({}, async ({ call, lines }) => {
      const many = (count: number) =>
        Array.from({ length: count }, (_, index) => ({ sourceUserIdentity: { userPrincipalName: `u${index}@a.b` } }));
      const bodies = [
        { value: [ana] },
        { "@odata.context": "#$delta", value: [ana] },
        { "@context": "#$entity", value: [ana] },
        { "@context": "#$delta" },
        { "@context": "#$delta", value: ana },
        delta(...many(51)),
      ];
      for (const body of bodies) expect((await call("PATCH", USERS, body)).status).toBe(400);
      expect(await lines("mappings")).toEqual([]);
      const { status, body } = await call("PATCH", USERS, delta(...many(50)));
      expect([status, body.value.length]).toEqual([200, 50]);
    });
  });
});
