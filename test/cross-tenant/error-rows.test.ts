import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Code, codes } from "@primepack/core/errors";
import { ServiceError } from "@primepack/core/http";
import type { Move, TaskLookup } from "@primepack/cross-tenant";
import type { CrossTenantErrorRow, CrossTenantSwitches, EmulatedOrganizations } from "@primepack/emulator";
import { specFolder, specIsMissing, temporaryFolder } from "@primepack/test-support";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { type EmulatedPair, startEmulatedPair } from "./emulated-organizations.ts";
import { ANA } from "./variants.ts";

type Wording = NonNullable<CrossTenantSwitches["crossTenantWording"]>;
type Operation = "create" | "get" | "getBy" | "cancel";

interface Row {
  readonly row: CrossTenantErrorRow;
  readonly status: number;
  readonly operations: readonly Operation[];
  readonly code: Code;
  /** As the specification prints it, and as the other revision does. */
  readonly template: string;
  readonly otherTemplate?: string;
}

const ALL: readonly Operation[] = ["create", "get", "getBy", "cancel"];

const ROWS: readonly Row[] = [
  {
    row: "missingParameter",
    status: 400,
    operations: ALL,
    code: "CROSS_TENANT_REQUEST_INVALID",
    template: "Cannot process the request because the required parameter {paramName} is missing.",
    otherTemplate: "Can't process the request because the required parameter {paramName} is missing.",
  },
  {
    row: "accessDenied",
    status: 403,
    operations: ["create", "get", "getBy"],
    code: "CROSS_TENANT_ACCESS_DENIED",
    template: "Access denied",
  },
  {
    row: "noRelationship",
    status: 422,
    operations: ALL,
    code: "CROSS_TENANT_RELATIONSHIP_MISSING",
    template: "There is no Cross-Tenant relationship established for partner {siteUrl} and role {soure/target}.",
    otherTemplate: "There's no Cross-Tenant relationship established for partner {siteUrl} and role {soure/target}.",
  },
  {
    row: "noOneDrive",
    status: 422,
    operations: ["create"],
    code: "SOURCE_ONEDRIVE_MISSING",
    template: "Unable to get a OneDrive URL for source user UPN {sourceUserUpn}.",
  },
  {
    row: "noIdentityMap",
    status: 422,
    operations: ["create"],
    code: "IDENTITY_MAP_MISSING",
    template: "Identity map entry for source UPN {sourceUserUpn} does not exist on the target tenant.",
  },
  {
    row: "sameFarm",
    status: 501,
    operations: ["create"],
    code: "ORGANIZATIONS_ON_ONE_FARM",
    template:
      "It has been detected that partners reside in the same SPO location that prevents them from migrating. Please contact MS to resolve this issue. Once the issue has been resolved, please try running the migration again.",
  },
  {
    row: "taskNotFound",
    status: 404,
    operations: ["get", "getBy", "cancel"],
    code: "MIGRATION_TASK_NOT_FOUND",
    template: "The migration task {id} could not be found.",
    otherTemplate: "The migration task {id} couldn't be found.",
  },
  {
    row: "taskInProgress",
    status: 409,
    operations: ["cancel"],
    code: "MIGRATION_TASK_IN_PROGRESS",
    template: "Can't process the canceled request because the task is in progress",
  },
];

const HOST = "https://north-my.sharepoint.com";
const NO_TASK = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
const WITHOUT_ONEDRIVE = "no.onedrive@south.example";

function userMove(userPrincipalName: string, more: Partial<Pick<Move, "validateOnly">> = {}): Move {
  const target = { userPrincipalName: "somebody@north.example" };
  return { kind: "user", targetOrganizationHost: HOST, source: { userPrincipalName }, target, ...more };
}

const SITE: Move = {
  kind: "site",
  targetOrganizationHost: HOST,
  source: { siteUrl: "https://south.sharepoint.com/sites/a" },
  target: { siteUrl: "https://north.sharepoint.com/sites/a" },
};
const GROUP: Move = {
  kind: "group",
  targetOrganizationHost: HOST,
  source: { mailNickname: "ops" },
  target: { mailNickname: "ops-new" },
};

/** The calls of a client that stand for an operation. */
function callsOf({ tasks }: EmulatedPair, operation: Operation): Readonly<Record<string, () => Promise<unknown>>> {
  const get = (lookup: TaskLookup) => () => tasks.get(lookup);
  switch (operation) {
    case "create":
      return {
        "create of a user": () => tasks.create(userMove(ANA.userPrincipalName)),
        "create of a site": () => tasks.create(SITE),
        "create of a group": () => tasks.create(GROUP),
        validation: () => tasks.create(userMove(ANA.userPrincipalName, { validateOnly: true })),
      };
    case "get":
      return { "get by id": get({ taskId: NO_TASK }) };
    case "getBy":
      return {
        "get by UPN": get({ sourceUserPrincipalName: "nobody@south.example" }),
        "get by site URL": get({ sourceSiteUrl: "https://south.sharepoint.com/sites/none" }),
        "get by mail nickname": get({ sourceGroupMailNickname: "none" }),
      };
    case "cancel":
      return { cancel: () => tasks.cancel(NO_TASK) };
  }
}

const folder = temporaryFolder();
const pairs = new Map<string, EmulatedPair>();
let ahead = 0;
afterAll(async () => {
  for (const pair of pairs.values()) await pair.stop();
});
afterEach(() => {
  for (const { emulator } of pairs.values()) emulator.setFaults({});
});

/** Organizations of one kind and one wording; once for all tests. */
async function pairOf(kind: keyof typeof KINDS, wording: Wording): Promise<EmulatedPair> {
  const name = `${kind} ${wording}`;
  const known = pairs.get(name);
  if (known !== undefined) return known;
  const organizations = { ...KINDS[kind], switches: { crossTenantWording: wording } };
  const pair = await startEmulatedPair(folder(`${kind} ${pairs.size}`), {
    organizations,
    now: () => new Date(Date.UTC(2026, 10, 21) + ahead),
  });
  pairs.set(name, pair);
  await pair.map(ANA.userPrincipalName, WITHOUT_ONEDRIVE).catch((error: unknown) => {
    if (kind !== "nobody's") throw error;
  });
  return pair;
}

const KINDS = {
  usual: { withoutOneDrive: [WITHOUT_ONEDRIVE] },
  strangers: { relationship: false },
  "nobody's": { permission: "none" },
  neighbours: { sameFarm: true },
} as const satisfies Readonly<Record<string, EmulatedOrganizations>>;

/** What the message of a row is, with patterns in place of its placeholders. */
function messageOf({ template, otherTemplate = template }: Row, wording: Wording): RegExp {
  const text = wording === "cannot" ? template : otherTemplate;
  const quoted = text.replace(/[.*+?^$()|[\]\\]/g, "\\$&");
  return new RegExp(`^${quoted.replace("\\{soure/target\\}", "{role}").replace(/\{[^}]+\}/g, "\\S+")}$`);
}

function of(name: CrossTenantErrorRow): Row {
  return ROWS.find(({ row }) => row === name) as Row;
}

/** Holds what a client rejects with against the row. */
async function expectRow(call: () => Promise<unknown>, row: Row, operation: Operation, wording: Wording) {
  const error = await call().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ServiceError);
  const { code, status, serviceMessage = "", message, hint } = error as ServiceError;
  expect([code, status]).toEqual([row.code, row.status]);
  expect(serviceMessage).toMatch(messageOf(row, wording));
  expect(message).toMatch(/^Cannot (?:create|validate|look up|cancel) the (?:migration task|move) as /);
  expect(message).toContain(serviceMessage);
  if (row.code === "CROSS_TENANT_ACCESS_DENIED") {
    const permission = operation === "create" || operation === "cancel" ? "Manage" : "Read";
    expect(hint).toContain(`SharePointCrossTenantMigration.${permission}.All`);
  } else {
    expect(hint).toBe(codes[row.code].remedy);
  }
}

describe.each<Wording>(["cannot", "can't"])("the table of errors, in the wording with %s", (wording) => {
  for (const row of ROWS) {
    for (const operation of row.operations) {
      it(`${row.status} ${row.row} of ${operation} comes on demand and is understood`, async () => {
        const pair = await pairOf("usual", wording);
        for (const [name, call] of Object.entries(callsOf(pair, operation))) {
          // Rows about a user, of which there is none.
          if (row.template.includes("{sourceUserUpn}") && /site|group/.test(name)) continue;
          pair.emulator.setFaults({ crossTenantError: { every: 1, row: row.row } });
          await expectRow(call, row, operation, wording);
          expect(pair.last().status).toBe(row.status);
          expect(JSON.parse(pair.last().reply)).toEqual({
            error: { code: expect.any(String), message: expect.any(String), innerError: expect.any(Object) },
          });
        }
      });
    }
    it(`${row.status} ${row.row} befalls no operation that it doesn't stand for`, async () => {
      const pair = await pairOf("usual", wording);
      for (const operation of ALL.filter((one) => !row.operations.includes(one))) {
        for (const call of Object.values(callsOf(pair, operation))) {
          pair.emulator.setFaults({ crossTenantError: { every: 1, row: row.row } });
          const error = await call().then(
            () => undefined,
            (reason: ServiceError) => reason,
          );
          if (operation === "create") expect(error).toBeUndefined();
          else expect(error?.code).toBe("MIGRATION_TASK_NOT_FOUND");
        }
      }
    });
  }

  it("a user without OneDrive, and one without identity mapping, are not moved", async () => {
    const pair = await pairOf("usual", wording);
    for (const more of [{}, { validateOnly: true }]) {
      const without = () => pair.tasks.create(userMove(WITHOUT_ONEDRIVE, more));
      await expectRow(without, of("noOneDrive"), "create", wording);
      expect(pair.last().reply).toContain(WITHOUT_ONEDRIVE);
      const unmapped = () => pair.tasks.create(userMove("unmapped@south.example", more));
      await expectRow(unmapped, of("noIdentityMap"), "create", wording);
      expect(pair.last().reply).toContain("unmapped@south.example");
    }
  });

  it("a task that isn't there is not found, by whatever it is looked up", async () => {
    const pair = await pairOf("usual", wording);
    for (const operation of ["get", "getBy", "cancel"] as const) {
      for (const call of Object.values(callsOf(pair, operation))) {
        await expectRow(call, of("taskNotFound"), operation, wording);
      }
    }
    expect(await pair.tasks.find({ taskId: NO_TASK })).toBeUndefined();
  });

  it("a task in progress is not cancelled", async () => {
    const pair = await pairOf("usual", wording);
    const { id: taskId = "" } = await pair.tasks.create(userMove(ANA.userPrincipalName));
    ahead += 1000;
    await expectRow(() => pair.tasks.cancel(taskId), of("taskInProgress"), "cancel", wording);
    expect((await pair.tasks.get({ taskId })).status).toBe("inProgress");
  });

  it("a parameter that is missing is named; the client doesn't send a request without it", async () => {
    const pair = await pairOf("usual", wording);
    const parameters = {
      "@odata.type": "#microsoft.graph.sharePointUserMigrationTaskParameters",
      targetOrganizationHost: HOST,
      sourceUserIdentity: { userPrincipalName: ANA.userPrincipalName },
      targetUserIdentity: { userPrincipalName: "ana@north.example" },
    };
    const path = "crossOrganizationMigrationTasks";
    const bodies: Readonly<Record<string, object>> = {
      parameters: {},
      "@odata.type": { parameters: { ...parameters, "@odata.type": null } },
      sourceUserIdentity: { parameters: { ...parameters, sourceUserIdentity: undefined } },
      targetUserIdentity: { parameters: { ...parameters, targetUserIdentity: null } },
    };
    const replies = [];
    for (const [name, body] of Object.entries(bodies))
      replies.push([name, await pair.raw("POST", path, body)] as const);
    for (const [name, call] of Object.entries({
      sourcePrincipalName: "getBySourceUserPrincipalName(sourcePrincipalName='')",
      sourceSiteUrl: "getBySourceSiteUrl(sourceSiteUrl='')",
      sourceGroupMailNickname: "getBySourceGroupMailNickname()",
    })) {
      replies.push([name, await pair.raw("GET", `${path}/${call}`)] as const);
    }
    for (const [name, { status, body }] of replies) {
      const { message } = (body as { readonly error: { readonly message: string } }).error;
      expect([name, status]).toEqual([name, 400]);
      expect(message).toMatch(messageOf(of("missingParameter"), wording));
      expect(message).toContain(name);
    }
    const before = pair.relay.exchanges.length;
    const untyped = pair.tasks as unknown as Record<"create" | "get" | "cancel", (given?: unknown) => Promise<unknown>>;
    for (const given of [
      undefined,
      {},
      { ...userMove(ANA.userPrincipalName), source: {} },
      { ...SITE, target: null },
    ]) {
      await expect(untyped.create(given)).rejects.toMatchObject({ code: "INVALID_OPTION" });
    }
    for (const given of [undefined, {}, { taskId: "" }, { sourceUserPrincipalName: "" }, { sourceSiteUrl: null }]) {
      await expect(untyped.get(given)).rejects.toMatchObject({ code: "INVALID_OPTION" });
    }
    await expect(untyped.cancel("")).rejects.toMatchObject({ code: "INVALID_OPTION" });
    expect(pair.relay.exchanges).toHaveLength(before);
  });
});

describe("organizations between which nothing can be moved", () => {
  it("no relationship: every call says so", async () => {
    const pair = await pairOf("strangers", "can't");
    for (const operation of ALL) {
      for (const call of Object.values(callsOf(pair, operation))) {
        await expectRow(call, of("noRelationship"), operation, "can't");
      }
    }
    expect(pair.emulator.crossTenant.tasks()).toEqual([]);
  });

  it("no permission: every call says which one it needs", async () => {
    const pair = await pairOf("nobody's", "cannot");
    for (const operation of ALL) {
      for (const call of Object.values(callsOf(pair, operation))) {
        await expectRow(call, of("accessDenied"), operation, "cannot");
      }
    }
  });

  it("one farm: nothing is created", async () => {
    const pair = await pairOf("neighbours", "cannot");
    for (const call of Object.values(callsOf(pair, "create"))) {
      await expectRow(call, of("sameFarm"), "create", "cannot");
    }
    expect(pair.emulator.crossTenant.tasks()).toEqual([]);
  });
});

describe.skipIf(specIsMissing)("the table of errors of the specification (skipped where ../shared is missing)", () => {
  it("has these rows for these operations, and no others", () => {
    const text = readFileSync(join(specFolder, "graph-cross-tenant.md"), "utf8");
    const [, section = ""] = /^## 7\. (.*?)^## 8\. /ms.exec(text) ?? [];
    const rows = [...section.matchAll(/^\| ([^|]+) \| [^|]+ \| (\d+) \| `([^`]+)` \|$/gm)].map(
      ([, operations = "", status, template]) => [Number(status), template, operations.split(", ")],
    );
    expect(rows).toEqual(ROWS.map(({ status, template, operations }) => [status, template, operations]));
  });
});
