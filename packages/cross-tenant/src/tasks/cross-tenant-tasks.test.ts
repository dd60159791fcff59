import { createServiceClient, ServiceError } from "@primepack/core/http";
import { type Fault, startFaultServer } from "@primepack/test-support";
import { afterEach, describe, expect, it } from "vitest";
import { crossTenantTasks } from "./cross-tenant-tasks.ts";
import type { CrossTenantTasks, Move, TaskLookup } from "./task-types.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const taskId = "4f02f9a2-8d17-4f02-8d5b-0f6f4a3b5c6d";
const path = "/beta/solutions/sharePoint/migrations/crossOrganizationMigrationTasks";
const credential = { getToken: async () => ({ token: "token", expiresOnTimestamp: Date.UTC(2100, 0) }) };
const parameters = {
  "@odata.type": "#microsoft.graph.sharePointUserMigrationTaskParameters",
  targetOrganizationHost: "https://north-my.sharepoint.com",
  sourceUserIdentity: { userPrincipalName: "ana@south.example" },
  targetUserIdentity: { userPrincipalName: "ana@north.example" },
};
const move: Move = {
  kind: "user",
  source: { userPrincipalName: "ana@south.example" },
  target: { userPrincipalName: "ana@north.example" },
  targetOrganizationHost: "https://north-my.sharepoint.com",
};

const reply = (body: unknown, headers: Readonly<Record<string, string>> = {}, status = 200): Fault => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
});

const refusal = (status: number, message: string): Fault =>
  reply({ error: { code: "someCode", message, innerError: {} } }, { "request-id": "r-1" }, status);

const task = (status: string, more: object = {}) => ({ id: taskId, status, parameters, ...more });

async function started(replies: readonly Fault[], root = "/beta") {
  const server = await startFaultServer(replies);
  const tasks = crossTenantTasks({
    graphUrl: server.url + root,
    credential,
    retry: { timer: async () => {}, attempts: 3 },
  });
  stops.push(
    server.stop,
    () => tasks.close(),
    async () => expect(server.unmet).toEqual([]),
  );
  return { server, tasks };
}

async function errorOf(promise: Promise<unknown>): Promise<ServiceError> {
  const error: unknown = await promise.then(
    () => "no error",
    (reason: unknown) => reason,
  );
  if (error instanceof ServiceError) return error;
  throw new Error(`no ServiceError: ${String(error)}`);
}

describe("crossTenantTasks()", () => {
  it("creates a task of the parameters alone, and gives it as the service shows it", async () => {
    const { server, tasks } = await started([reply(task("notStarted"))]);
    const created = await tasks.create(move);
    expect(created).toMatchObject({ id: taskId, status: "notStarted", move, parameters });
    expect(created.retryAfterMs).toBeUndefined();
    const [request] = server.requests;
    expect([request?.method, request?.url]).toEqual(["POST", path]);
    expect(request?.headers).toMatchObject({
      authorization: "Bearer token",
      "content-type": "application/json",
      "user-agent": expect.stringMatching(/^NONISV\|Primepack\|/),
    });
    expect(JSON.parse(request?.body.toString() ?? "")).toEqual({ parameters });
  });

  it("gives the verdict of a validation, which has no id", async () => {
    const body = { status: "Completed", parameters: { ...parameters, validateOnly: true } };
    const { server, tasks } = await started([{ status: 500 }, reply(body)]);
    const verdict = await tasks.create({ ...move, validateOnly: true });
    expect(verdict).toMatchObject({ id: undefined, status: "completed", move: { ...move, validateOnly: true } });
    expect(server.requests).toHaveLength(2);
  });

  it.each<readonly [string, Fault]>([
    ["the connection breaks", "reset"],
    ["the service fails", { status: 500 }],
    ["a gateway does", { status: 504, body: "<html>" }],
    ["the answer is no JSON", { status: 200, body: "<html>" }],
    ["the answer names no task", reply({ status: "notStarted" })],
    ["the answer is a list", reply([task("notStarted")])],
  ])("doesn't create a task again when %s, as the service may have acted", async (_what, fault) => {
    const { server, tasks } = await started([fault]);
    expect((await errorOf(tasks.create(move))).code).toBe("SERVICE_ANSWER_LOST");
    expect(server.requests).toHaveLength(1);
  });

  it("tells by which status no task was named", async () => {
    const { tasks } = await started([reply({ status: "notStarted" }, {}, 202)]);
    expect(await errorOf(tasks.create(move))).toMatchObject({ code: "SERVICE_ANSWER_LOST", status: 202 });
  });

  it("sends nothing once it was closed", async () => {
    const { server, tasks } = await started([]);
    await tasks.close();
    await expect(tasks.get({ taskId })).rejects.toBeInstanceOf(ServiceError);
    expect(server.requests).toEqual([]);
  });

  it("never takes a created task for none, though its answer lacks the status", async () => {
    const { tasks } = await started([reply({ id: taskId })]);
    expect(await tasks.create(move)).toMatchObject({ id: taskId, status: "" });
  });

  it("passes on for how long the answer to a creation asks to wait", async () => {
    const { tasks } = await started([reply(task("notStarted"), { "retry-after": "120" })]);
    expect((await tasks.create(move)).retryAfterMs).toBe(120_000);
  });

  it("creates a task again where it was surely not acted on", async () => {
    const { server, tasks } = await started([
      { status: 429, headers: { "retry-after": "0" } },
      reply(task("notStarted")),
    ]);
    expect((await tasks.create(move)).id).toBe(taskId);
    expect(server.requests).toHaveLength(2);
  });

  it("sends nothing for a move that the documentation rules out", async () => {
    const { server, tasks } = await started([]);
    await expect(tasks.create({ ...move, kind: "team" } as unknown as Move)).rejects.toMatchObject({
      code: "INVALID_OPTION",
      message: expect.stringMatching(/^Cannot create the migration task as kind must be/),
    });
    await expect(tasks.create(null as unknown as Move)).rejects.toMatchObject({ code: "INVALID_OPTION" });
    expect(server.requests).toEqual([]);
  });

  it.each<readonly [TaskLookup, string]>([
    [{ taskId: `{${taskId.toUpperCase()}}` }, `/${taskId}`],
    [
      { sourceUserPrincipalName: "o'neil#EXT#@south.example" },
      "/getBySourceUserPrincipalName(sourcePrincipalName=%27o%27%27neil%23EXT%23%40south.example%27)",
    ],
    [
      { sourceSiteUrl: "https://south.sharepoint.com/sites/r&d" },
      "/getBySourceSiteUrl(sourceSiteUrl=%27https%3A%2F%2Fsouth.sharepoint.com%2Fsites%2Fr%26d%27)",
    ],
    [{ sourceGroupMailNickname: "ops" }, "/getBySourceGroupMailNickname(sourceGroupMailNickname=%27ops%27)"],
  ])("looks up a task by %j", async (lookup, route) => {
    const { server, tasks } = await started([reply(task("InProgress"), { "retry-after": "90" })]);
    expect(await tasks.get(lookup)).toMatchObject({ id: taskId, status: "inProgress", retryAfterMs: 90_000 });
    expect([server.requests[0]?.method, server.requests[0]?.url]).toEqual(["GET", path + route]);
  });

  it.each([
    [{ taskId: "" }, /taskId must be a GUID/],
    [{ taskId: ".." }, /taskId must be a GUID/],
    [{ taskId: `${taskId}/cancel` }, /taskId must be a GUID/],
    [{ taskId, sourceSiteUrl: "https://south.example" }, /exactly one of .*taskId and sourceSiteUrl$/],
    [{}, /exactly one of .* none$/],
    [null, /exactly one of .* none$/],
    [{ toString: "x" }, /exactly one of .* toString$/],
    [{ sourceGroupObjectId: taskId }, /exactly one of .* sourceGroupObjectId$/],
    [{ sourceUserPrincipalName: "ana" }, /sourceUserPrincipalName must be/],
    [{ sourceUserPrincipalName: "ana\ud800@south.example" }, /sourceUserPrincipalName must be/],
    [{ sourceSiteUrl: "/sites/a" }, /sourceSiteUrl must be/],
    [
      { sourceSiteUrl: `${"a ".repeat(95)}${"k".repeat(43)}=` },
      /sourceSiteUrl must be .* "(?:a ){95}\[redacted…?\]?"?$/,
    ],
    [{ sourceSiteUrl: [] }, /sourceSiteUrl must be .* an object$/],
    [{ sourceGroupMailNickname: "ops (old)" }, /sourceGroupMailNickname must be .* "ops \(old\)"$/],
    [{ sourceGroupMailNickname: 7 }, /sourceGroupMailNickname must be .* 7$/],
  ])("sends nothing for the look-up %j", async (lookup, message) => {
    const { server, tasks } = await started([]);
    const failed = { code: "INVALID_OPTION", message: expect.stringMatching(message) };
    await expect(tasks.get(lookup as unknown as TaskLookup)).rejects.toMatchObject(failed);
    expect(server.requests).toEqual([]);
  });

  it("finds no task where the service says so, or shows nothing", async () => {
    const gone = refusal(404, `The migration task ${taskId} could not be found.`);
    const { tasks } = await started([gone, { status: 204 }, reply(null), gone, { status: 204 }]);
    for (let look = 0; look < 3; look++) expect(await tasks.find({ taskId })).toBeUndefined();
    expect((await errorOf(tasks.get({ taskId }))).code).toBe("MIGRATION_TASK_NOT_FOUND");
    expect((await errorOf(tasks.get({ taskId }))).code).toBe("MIGRATION_TASK_NOT_FOUND");
  });

  it("refuses answers that show no task", async () => {
    const { tasks } = await started([
      reply([]),
      reply({ id: taskId }),
      reply({ status: "failed" }),
      reply({ status: "failed" }),
    ]);
    expect((await errorOf(tasks.get({ taskId }))).code).toBe("SERVICE_REPLY_INVALID");
    expect((await errorOf(tasks.get({ taskId }))).code).toBe("SERVICE_REPLY_INVALID");
    expect((await errorOf(tasks.get({ sourceGroupMailNickname: "ops" }))).code).toBe("SERVICE_REPLY_INVALID");
    expect((await tasks.get({ taskId })).id).toBe(taskId);
  });

  it("cancels a task, without a body", async () => {
    const { server, tasks } = await started([{ status: 204 }]);
    await tasks.cancel(taskId.toUpperCase());
    expect(server.requests[0]).toMatchObject({ method: "POST", url: `${path}/${taskId}/cancel` });
    expect(server.requests[0]?.body).toHaveLength(0);
  });

  it("looks whether a task was cancelled when the answer is lost, and doesn't send it twice", async () => {
    const { server, tasks } = await started([
      "reset",
      reply(task("cancelled")),
      { status: 502 },
      reply(task("notStarted")),
      "reset",
      refusal(403, "Access denied"),
    ]);
    await tasks.cancel(taskId);
    expect((await errorOf(tasks.cancel(taskId))).code).toBe("SERVICE_ANSWER_LOST");
    expect((await errorOf(tasks.cancel(taskId))).code).toBe("SERVICE_ANSWER_LOST");
    expect(server.requests.map(({ method }) => method)).toEqual(["POST", "GET", "POST", "GET", "POST", "GET"]);
  });

  it("takes beta of a root without version, and the root of a client that is shared", async () => {
    const { server, tasks } = await started([reply(task("failed")), reply(task("failed"))], "/");
    await tasks.get({ taskId });
    expect(server.requests[0]?.url).toBe(`${path}/${taskId}`);
    const client = createServiceClient({ baseUrl: `${server.url}/v9`, credential, scopes: ["x/.default"] });
    stops.push(() => client.close());
    const shared = crossTenantTasks({ client });
    await shared.get({ taskId });
    await shared.close();
    expect(server.requests[1]?.url).toBe(`${path.replace("/beta", "/v9")}/${taskId}`);
  });

  it("refuses a root that is none, or would send tokens in the clear", () => {
    for (const graphUrl of ["graph", "http://graph.microsoft.com/beta"]) {
      expect(() => crossTenantTasks({ graphUrl, credential })).toThrow(
        expect.objectContaining({ code: "INVALID_OPTION" }),
      );
    }
  });

  it("ends with ABORTED when the signal aborts", async () => {
    const { server, tasks } = await started([]);
    const signal = AbortSignal.abort();
    await expect(tasks.create(move, signal)).rejects.toMatchObject({ code: "ABORTED" });
    await expect(tasks.find({ taskId }, signal)).rejects.toMatchObject({ code: "ABORTED" });
    await expect(tasks.cancel(taskId, signal)).rejects.toMatchObject({ code: "ABORTED" });
    expect(server.requests).toEqual([]);
  });
});

type Call = (tasks: CrossTenantTasks) => Promise<unknown>;
const create: Call = (tasks) => tasks.create(move);
const get: Call = (tasks) => tasks.get({ taskId });
const getBy: Call = (tasks) => tasks.get({ sourceUserPrincipalName: "ana@south.example" });
const cancel: Call = (tasks) => tasks.cancel(taskId);

const missing = "Cannot process the request because the required parameter sourceUserIdentity is missing.";
const noTrust = "Cross-Tenant relationship established for partner https://north.sharepoint.com/ and role target.";
const sameFarm =
  "It has been detected that partners reside in the same SPO location that prevents them from migrating.";

/** The tables of the drafts: operation, status, message, code; both wordings. */
const rows: readonly (readonly [string, Call, number, string, string])[] = [
  ...(["create", "get", "getBy", "cancel"] as const).flatMap((name) => {
    const call = { create, get, getBy, cancel }[name];
    return [
      [name, call, 400, missing, "CROSS_TENANT_REQUEST_INVALID"],
      [name, call, 400, missing.replace("Cannot", "Can't"), "CROSS_TENANT_REQUEST_INVALID"],
      [name, call, 403, "Access denied", "CROSS_TENANT_ACCESS_DENIED"],
      [name, call, 422, `There is no ${noTrust}`, "CROSS_TENANT_RELATIONSHIP_MISSING"],
      [name, call, 422, `There's no ${noTrust}`, "CROSS_TENANT_RELATIONSHIP_MISSING"],
      [name, call, 422, "Something else", "CROSS_TENANT_PRECONDITION"],
    ] as const;
  }),
  [
    "create",
    create,
    422,
    "Unable to get a OneDrive URL for source user UPN ana@south.example.",
    "SOURCE_ONEDRIVE_MISSING",
  ],
  [
    "create",
    create,
    422,
    "Identity map entry for source UPN onedrive.url@south.example does not exist on the target tenant.",
    "IDENTITY_MAP_MISSING",
  ],
  [
    "create",
    create,
    422,
    "Identity map entry for source UPN ana@south.example doesn't exist on the target tenant.",
    "IDENTITY_MAP_MISSING",
  ],
  ["get", get, 422, "Unable to get a OneDrive URL for source user UPN ana@south.example.", "CROSS_TENANT_PRECONDITION"],
  ["create", create, 501, sameFarm, "ORGANIZATIONS_ON_ONE_FARM"],
  ["get", get, 404, `The migration task ${taskId} could not be found.`, "MIGRATION_TASK_NOT_FOUND"],
  ["getBy", getBy, 404, `The migration task ${taskId} couldn't be found.`, "MIGRATION_TASK_NOT_FOUND"],
  ["cancel", cancel, 404, `The migration task ${taskId} could not be found.`, "MIGRATION_TASK_NOT_FOUND"],
  [
    "cancel",
    cancel,
    409,
    "Can't process the canceled request because the task is in progress",
    "MIGRATION_TASK_IN_PROGRESS",
  ],
  // Not in the tables.
  ["create", create, 404, "Resource not found", "SERVICE_REFUSED"],
  ["create", create, 409, "Conflict", "SERVICE_REFUSED"],
  ["get", get, 409, "the task is in progress", "SERVICE_REFUSED"],
  ["get", get, 501, sameFarm, "SERVICE_FAILED"],
  ["create", create, 401, "Access denied", "SERVICE_UNAUTHORIZED"],
];

describe("errors of crossTenantTasks()", () => {
  it.each(rows)("of %s: %s %i, %s: %s", async (_name, call, status, message, code) => {
    const { server, tasks } = await started([refusal(status, message)]);
    const error = await errorOf(call(tasks));
    expect(error).toMatchObject({ code, status, serviceCode: "someCode", serviceMessage: message, requestId: "r-1" });
    expect(error.message).toContain(message);
    expect(error.retryable).toBe(false);
    if (!code.startsWith("SERVICE_")) expect(error.cause).toBeInstanceOf(ServiceError);
    expect(server.requests).toHaveLength(1);
  });

  it.each<readonly [string, Call, string]>([
    ["creating", create, "Manage"],
    ["looking up", get, "Read"],
    ["cancelling", cancel, "Manage"],
  ])("say which permission %s needs", async (_name, call, right) => {
    const { tasks } = await started([refusal(403, "Access denied")]);
    expect((await errorOf(call(tasks))).hint).toContain(`SharePointCrossTenantMigration.${right}.All`);
  });

  it("leave throttling, tokens and connections as they are with any service", async () => {
    const throttled = { status: 429, headers: { "retry-after": "1" } };
    const { tasks } = await started([
      throttled,
      throttled,
      throttled,
      { status: 500 },
      { status: 500 },
      { status: 500 },
    ]);
    expect(await errorOf(tasks.get({ taskId }))).toMatchObject({ code: "SERVICE_THROTTLED", retryAfterMs: 1000 });
    expect(await errorOf(tasks.get({ taskId }))).toMatchObject({ code: "SERVICE_FAILED", retryable: true });
    const failing = crossTenantTasks({
      credential: { getToken: () => Promise.reject(new Error("no login")) },
      graphUrl: "http://127.0.0.1:9",
      retry: { timer: async () => {} },
    });
    stops.push(() => failing.close());
    expect((await errorOf(failing.get({ taskId }))).code).toBe("CREDENTIAL_FAILED");
  });

  it("leave throttling as it is whatever its status", async () => {
    const throttled = reply(
      { error: { code: "x", message: "Slow", innerError: { code: "activityLimitReached" } } },
      {},
      403,
    );
    const { tasks } = await started([throttled, throttled, throttled]);
    expect(await errorOf(tasks.create(move))).toMatchObject({
      code: "SERVICE_THROTTLED",
      status: 403,
      throttled: true,
    });
  });

  it("keep their code when the service's message tells of what another status would", async () => {
    const { tasks } = await started([refusal(400, `There is no ${noTrust}`), refusal(500, sameFarm)]);
    expect((await errorOf(tasks.create(move))).code).toBe("CROSS_TENANT_REQUEST_INVALID");
    expect((await errorOf(tasks.create(move))).code).toBe("SERVICE_ANSWER_LOST");
  });
});
