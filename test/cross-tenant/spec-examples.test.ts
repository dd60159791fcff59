import { readFileSync } from "node:fs";
import { join } from "node:path";
import type {
  SharePointIdentityMapping,
  SharePointIdentityMappingDelta,
  SharePointMigrationTaskParameters,
} from "@primepack/core/wire";
import type { MappingChange, UserMapping } from "@primepack/cross-tenant";
import { specFolder, specIsMissing, temporaryFolder } from "@primepack/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EmulatedPair, ROOT, startEmulatedPair } from "./emulated-organizations.ts";
import { jsonExamples, meaning } from "./meaning.ts";
import { ANA, ANA_IN_TARGET, GROUP_ENTRIES, USER_ENTRIES, VARIANTS } from "./variants.ts";

const folder = temporaryFolder();
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TASKS = "crossOrganizationMigrationTasks";

let pair: EmulatedPair;
let ahead = 0;
const clock = () => new Date(Date.UTC(2026, 10, 21, 12) + ahead);

beforeAll(async () => {
  pair = await startEmulatedPair(folder("emulator"), { now: clock, organizations: { users: [ANA, ANA_IN_TARGET] } });
  await pair.map(ANA.userPrincipalName);
});
afterAll(() => pair?.stop());

/** What the client sent last, in meaning. */
function sent(): unknown {
  return meaning(JSON.parse(pair.last().body));
}

/** The request line of what was sent last, without escapes. */
function sentTo(): string {
  const { method, url } = pair.last();
  return `${method} ${decodeURIComponent(url)}`;
}

const examples: readonly Readonly<Record<string, unknown>>[] = specIsMissing
  ? []
  : jsonExamples(readFileSync(join(specFolder, "graph-cross-tenant.md"), "utf8"));
const taskExamples = numbered<{ readonly parameters: SharePointMigrationTaskParameters }>(({ parameters }) => {
  return parameters !== undefined;
});
const deltaExamples = numbered<SharePointIdentityMappingDelta>((example) => "@context" in example);
const mappingExamples = numbered<SharePointIdentityMapping>(({ id, userType }) => Boolean(id && userType));

function numbered<Body>(isOne: (example: Readonly<Record<string, unknown>>) => boolean) {
  return examples.filter(isOne).map((example, index) => ({ name: `example ${index + 1}`, example: example as Body }));
}

function userMapping({
  sourceOrganizationId,
  userType,
  sourceUserIdentity,
  targetUserIdentity,
  targetUserMigrationData,
}: SharePointIdentityMapping): UserMapping {
  return {
    sourceUserPrincipalName: sourceUserIdentity?.userPrincipalName ?? "",
    ...(typeof sourceOrganizationId === "string" && { sourceOrganizationId }),
    ...(typeof userType === "string" && { userType }),
    ...(targetUserIdentity && { targetUserPrincipalName: targetUserIdentity.userPrincipalName ?? "" }),
    ...(targetUserMigrationData && { targetEmail: targetUserMigrationData.email ?? "" }),
  };
}

describe.skipIf(specIsMissing)("the examples of the specification (skipped where ../shared is missing)", () => {
  it("are all known to these tests", () => {
    expect(taskExamples.length).toBeGreaterThanOrEqual(2);
    expect(deltaExamples.length).toBeGreaterThanOrEqual(1);
    expect(mappingExamples.length).toBeGreaterThanOrEqual(1);
    expect(taskExamples.length + deltaExamples.length + mappingExamples.length).toBe(examples.length);
  });

  it.each(taskExamples)(
    "task $name is answered as the specification says, and sent again by the client as it was",
    async ({ example }) => {
      const { status, body } = await pair.raw("POST", TASKS, example);
      expect(status).toBe(200);
      expect(body).toMatchObject({ id: expect.stringMatching(GUID), status: "notStarted", ...example });
      const { move } = await pair.tasks.get({ taskId: String(body?.id) });
      if (move === undefined) throw new Error("The client made no move of the task");
      const again = await pair.tasks.create(move);
      expect(sentTo()).toBe(`POST ${ROOT}/${TASKS}`);
      expect(sent()).toEqual(meaning(example));
      expect(again.move).toEqual(move);
      expect(again.id).not.toBe(body?.id);
    },
  );

  it.each(deltaExamples)(
    "delta $name is answered as the specification says, and sent by the client as it is",
    async ({ example }) => {
      const { status, body } = await pair.raw("PATCH", "crossOrganizationUserMappings", example);
      expect(status).toBe(200);
      expect(body?.["@odata.context"]).toMatch(/\/crossOrganizationUserMappings\/\$delta$/);
      expect(body?.value).toEqual(
        example.value.map(({ "@removed": removed, ...entry }) => ({
          id: expect.any(String),
          ...entry,
          ...(removed && { deleted: { state: "deleted" } }),
        })),
      );
      const changes = example.value.map((entry): MappingChange<UserMapping> => {
        return { type: "@removed" in entry ? "remove" : "set", mapping: userMapping(entry) };
      });
      const answers = await pair.users.update(changes);
      expect(sentTo()).toBe(`PATCH ${ROOT}/crossOrganizationUserMappings`);
      expect(sent()).toEqual(meaning(example));
      expect(answers).toEqual(
        changes.map(({ type, mapping }) => ({
          type: type === "set" ? "set" : "removed",
          mapping: { ...mapping, id: expect.any(String), isDeleted: type === "remove" },
        })),
      );
    },
  );

  it.each(mappingExamples)(
    "mapping $name is shown by the emulator as it stands, and read by the client",
    async ({ example: { id, ...entry } }) => {
      await pair.raw("PATCH", "crossOrganizationUserMappings", { "@context": "#$delta", value: [entry] });
      const mapping = userMapping(entry);
      const found = await pair.users.find(mapping.sourceUserPrincipalName.toUpperCase());
      const { "@odata.context": _, id: shownId, ...shown } = JSON.parse(pair.last().reply);
      expect(meaning(shown)).toEqual(meaning(entry));
      // The example cuts its id off.
      expect(shownId).toMatch(new RegExp(`^${String(id).replace(/\.+$/, "")}`));
      expect(found).toEqual({ ...mapping, id: shownId, isDeleted: false });
    },
  );
});

describe("the documented body variants", () => {
  it.each(VARIANTS)(
    "$name goes out, is taken and is read back as the same move",
    async ({ name, move, parameters }) => {
      const task = await pair.tasks.create(move);
      const { method, headers, status, reply } = pair.last();
      expect(sentTo()).toBe(`POST ${ROOT}/${TASKS}`);
      expect([method, headers.authorization, headers["content-type"]]).toEqual([
        ...["POST", "Bearer emulated", expect.stringMatching(/^application\/json/)],
      ]);
      expect(sent()).toEqual({ parameters: meaning(parameters) });
      expect(status).toBe(200);
      const answer = JSON.parse(reply);
      const isById = name.startsWith("V3");
      expect(meaning(answer.parameters)).toEqual(
        meaning(
          isById
            ? {
                ...parameters,
                targetDataLocationCode: "FRA",
                sourceUserIdentity: ANA,
                targetUserIdentity: ANA_IN_TARGET,
              }
            : parameters,
        ),
      );
      if (move.validateOnly === true) {
        expect(answer).not.toHaveProperty("id");
        expect(task).toMatchObject({ id: undefined, status: "completed" });
      } else {
        expect(task).toMatchObject({ id: expect.stringMatching(GUID), status: "notStarted" });
      }
      // Filled in by the service, a user's UPN names the same one.
      const source = { userPrincipalName: ANA.userPrincipalName };
      expect(task.move).toMatchObject(
        isById
          ? {
              ...move,
              source,
              target: { userPrincipalName: ANA_IN_TARGET.userPrincipalName },
              targetDataLocationCode: "FRA",
            }
          : move,
      );
      expect((await pair.raw("POST", TASKS, { parameters })).status).toBe(200);
    },
  );

  it("V6 waits for its start", async () => {
    const before = clock().getTime();
    const at = (minutes: number) => new Date(before + minutes * 60_000).toISOString();
    const [{ move }] = VARIANTS as readonly [(typeof VARIANTS)[number]];
    const { id: taskId = "" } = await pair.tasks.create({
      ...move,
      preferredStartDateTime: at(10),
      preferredLatestStartDateTime: at(20),
    });
    expect(sent()).toMatchObject({
      parameters: { preferredStartDateTime: at(10), preferredLatestStartDateTime: at(20) },
    });
    const statuses: string[] = [];
    for (const minutes of [9, 10.02, 11]) {
      ahead += before + minutes * 60_000 - clock().getTime();
      statuses.push((await pair.tasks.get({ taskId })).status);
    }
    expect(statuses).toEqual(["notStarted", "inProgress", "completed"]);
  });

  it("V6 is cancelled by the service where it hasn't started by its latest start", async () => {
    const before = clock().getTime();
    const at = (milliseconds: number) => new Date(before + milliseconds).toISOString();
    const [{ move }] = VARIANTS as readonly [(typeof VARIANTS)[number]];
    const times = { preferredStartDateTime: at(1000), preferredLatestStartDateTime: at(1001) };
    const { id: taskId = "" } = await pair.tasks.create({ ...move, ...times });
    expect((await pair.tasks.get({ taskId })).status).toBe("notStarted");
    ahead += 1001;
    const task = await pair.tasks.get({ taskId });
    expect(task).toMatchObject({ status: "cancelled", startedDateTime: undefined, move: { ...move, ...times } });
  });

  it("V7 leaves no task to fetch", async () => {
    const lookup = { sourceUserPrincipalName: "only.validated@south.example" };
    await pair.map(lookup.sourceUserPrincipalName);
    await pair.tasks.create({
      kind: "user",
      targetOrganizationHost: "https://north-my.sharepoint.com",
      source: { userPrincipalName: lookup.sourceUserPrincipalName },
      target: { userPrincipalName: "only.validated@north.example" },
      validateOnly: true,
    });
    expect(await pair.tasks.find(lookup)).toBeUndefined();
  });
});

describe("the look-ups of tasks, and cancel", () => {
  const [byName, , , site, group] = VARIANTS;
  const lookups = [
    {
      route: "T3",
      variant: byName,
      lookup: { sourceUserPrincipalName: ANA.userPrincipalName },
      path: `getBySourceUserPrincipalName(sourcePrincipalName='${ANA.userPrincipalName}')`,
    },
    {
      route: "T4",
      variant: site,
      lookup: { sourceSiteUrl: "https://south.sharepoint.com/sites/O'Neil&Sons" },
      path: "getBySourceSiteUrl(sourceSiteUrl='https://south.sharepoint.com/sites/O''Neil&Sons')",
    },
    {
      route: "T5",
      variant: group,
      lookup: { sourceGroupMailNickname: "ops" },
      path: "getBySourceGroupMailNickname(sourceGroupMailNickname='ops')",
    },
  ];

  it.each(lookups)("$route finds the task, and T6 cancels it", async ({ variant, lookup, path }) => {
    if (variant === undefined) throw new Error("There is no such variant");
    const created = await pair.tasks.create(variant.move);
    const taskId = created.id ?? "";
    expect(await pair.tasks.get(lookup)).toEqual(created);
    expect(sentTo()).toBe(`GET ${ROOT}/${TASKS}/${path}`);
    expect(pair.last()).toMatchObject({ status: 200, body: "" });
    const selected = await pair.raw("GET", `${TASKS}/${path}?$select=id,status`);
    expect(selected.body).toMatchObject({ id: created.id, status: "notStarted" });
    expect(selected.body).not.toHaveProperty("parameters");
    expect(await pair.tasks.get({ taskId })).toEqual(created);
    expect(sentTo()).toBe(`GET ${ROOT}/${TASKS}/${taskId}`);
    await pair.tasks.cancel(taskId);
    expect(sentTo()).toBe(`POST ${ROOT}/${TASKS}/${taskId}/cancel`);
    expect(pair.last()).toMatchObject({ status: 204, body: "", reply: "" });
    expect(await pair.tasks.get({ taskId })).toMatchObject({ id: taskId, status: "cancelled" });
  });

  it.each([
    "getBySourceUserPrincipalName(sourceprincipalname=ana@south.example)",
    "getBySourceUserPrincipalName(sourcePrincipalName='ANA@South.Example')",
    "getBySourceUserPrincipalName(sourcePrincipalName='ana%40south.example')",
    "getBySourceSiteUrl(sourceSiteUrl='https://south.sharepoint.com/sites/O''Neil&Sons')",
  ])("%s is answered by the emulator too, as pages have it", async (path) => {
    await Promise.all([byName, site].map(async (variant) => variant && pair.tasks.create(variant.move)));
    expect(await pair.raw("GET", `${TASKS}/${path}`)).toMatchObject({ status: 200, body: { status: "notStarted" } });
  });
});

describe("the forms of identity mappings in delta updates", () => {
  it.each(USER_ENTRIES)("users, $name: goes out, is applied and is read back", async ({ change, entry }) => {
    const [answer] = await pair.users.update([change]);
    expect(sentTo()).toBe(`PATCH ${ROOT}/crossOrganizationUserMappings`);
    expect(sent()).toEqual({ "@context": "#$delta", value: [entry] });
    const found = await pair.users.find(change.mapping.sourceUserPrincipalName);
    expect(sentTo()).toBe(
      `GET ${ROOT}/crossOrganizationUserMappings(sourceUserPrincipalName='bo.o''neil@south.example')`,
    );
    if (change.type === "remove") {
      expect(answer).toMatchObject({ type: "removed", mapping: { ...change.mapping, isDeleted: true } });
      expect(found).toBeUndefined();
    } else {
      expect(answer).toMatchObject({ type: "set", mapping: change.mapping });
      // What wasn't sent kept its value.
      expect(found).toMatchObject({ ...USER_ENTRIES[0]?.change.mapping, ...change.mapping, isDeleted: false });
    }
  });

  it.each(GROUP_ENTRIES)("groups, $name: goes out, is applied and is read back", async ({ change, entry }) => {
    const { sourceGroupObjectId } = change.mapping;
    const [answer] = await pair.groups.update([change]);
    expect(sentTo()).toBe(`PATCH ${ROOT}/crossOrganizationGroupMappings`);
    expect(sent()).toEqual({ "@context": "#$delta", value: [entry] });
    const found = await pair.groups.find(sourceGroupObjectId.toUpperCase());
    expect(sentTo().toLowerCase()).toBe(
      `GET ${ROOT}/crossOrganizationGroupMappings(sourceGroupObjectId='${sourceGroupObjectId}')`.toLowerCase(),
    );
    if (change.type === "remove") {
      expect(answer).toMatchObject({ type: "removed", mapping: { ...change.mapping, isDeleted: true } });
      expect(found).toBeUndefined();
    } else {
      expect(answer).toMatchObject({ type: "set", mapping: change.mapping });
      expect(found).toMatchObject({ ...GROUP_ENTRIES[0]?.change.mapping, ...change.mapping, isDeleted: false });
    }
  });

  it("all go together in one update, answered in their order", async () => {
    const changes: MappingChange<UserMapping>[] = ["c", "d", "e"].flatMap((name) => [
      { type: "set", mapping: { sourceUserPrincipalName: `${name}@south.example`, targetEmail: `${name}@n.example` } },
      { type: "remove", mapping: { sourceUserPrincipalName: `no.${name}@south.example` } },
    ]);
    const answers = await pair.users.update(changes);
    expect(answers.map(({ type }) => type)).toEqual(["set", "removed", "set", "removed", "set", "removed"]);
    expect(JSON.parse(pair.last().reply).value).toHaveLength(6);
    expect(await pair.raw("GET", "crossOrganizationUserMappings(sourceUserPrincipalName='d@south.example')")).toEqual({
      status: 200,
      body: {
        "@odata.context": expect.any(String),
        id: expect.any(String),
        sourceUserIdentity: { userPrincipalName: "d@south.example" },
        targetUserMigrationData: { email: "d@n.example" },
      },
    });
  });
});
