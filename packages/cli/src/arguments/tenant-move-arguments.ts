import { guidOf } from "@primepack/core/http";
import { checkMove, type Move, type MovedUsers, type TaskLookup } from "@primepack/cross-tenant";
import { type FlagValues, readFlags, required, usageError } from "./flags.ts";
import { httpUrl } from "./service-arguments.ts";
import {
  moveTargetFlags,
  type PollArguments,
  pollFlags,
  readGuid,
  readMoveTarget,
  readPolling,
  readTenantService,
  type TenantServiceArguments,
  tenantServiceFlags,
} from "./tenant-arguments.ts";

const movingFlags = {
  "validate-only": { type: "boolean" },
  wait: { type: "boolean" },
  json: { type: "boolean" },
} as const;

export const moveFlags: typeof movingFlags & typeof moveTargetFlags & typeof pollFlags & typeof tenantServiceFlags = {
  ...movingFlags,
  ...moveTargetFlags,
  ...pollFlags,
  ...tenantServiceFlags,
};

/** What the commands about one task have in common. */
interface TaskCommandArguments {
  /** Watch the task until it has ended. */
  readonly wait: boolean;
  readonly polling: PollArguments;
  readonly service: TenantServiceArguments;
  readonly json: boolean;
}

/** `primepack tenant move user|site|group`. */
export interface MoveArguments extends TaskCommandArguments {
  readonly move: Move;
}

/** What follows `primepack tenant move user|site|group`. Throws INVALID_OPTION at the first fault. */
export function readMoveArguments(kind: Move["kind"], argv: readonly string[]): MoveArguments {
  const { values, positionals } = readFlags(argv, moveFlags);
  const [source, target, ...others] = positionals;
  if (!source || !target || others.length > 0) {
    throw usageError(
      `Cannot move the ${kind} as SOURCE and TARGET are needed: current value is ${positionals.length} arguments`,
    );
  }
  const { target: organization, times } = readMoveTarget(values);
  if (organization === undefined) {
    throw usageError(
      `Cannot move the ${kind} as --target-host or --target-organization says where to: current value is none`,
    );
  }
  const validateOnly = values["validate-only"] ?? false;
  const wait = values.wait ?? false;
  if (validateOnly && wait) throw usageError("Cannot use --wait as --validate-only leaves no task to wait for");
  const where = { ...organization, ...times, ...(validateOnly && { validateOnly }) };
  const move = moveOf(kind, source, target, where);
  checkMove(move, `move the ${kind}`);
  return {
    move,
    wait,
    polling: readPolling(values),
    service: readTenantService(values),
    json: values.json ?? false,
  };
}

type Where = Pick<Move, "validateOnly" | "preferredStartDateTime" | "preferredLatestStartDateTime"> &
  NonNullable<ReturnType<typeof readMoveTarget>["target"]>;

function moveOf(kind: Move["kind"], source: string, target: string, where: Where): Move {
  switch (kind) {
    case "user":
      return { kind, ...usersOf(source, target), ...where };
    case "site":
      return {
        kind,
        source: { siteUrl: httpUrl("SOURCE", source) },
        target: { siteUrl: httpUrl("TARGET", target) },
        ...where,
      };
    case "group":
      return { kind, source: { mailNickname: source }, target: { mailNickname: target }, ...where };
  }
}

/** GUIDs are object ids; anything else is a UPN. */
function usersOf(source: string, target: string): MovedUsers {
  const [from, to] = [guidOf(source), guidOf(target)];
  if (from !== undefined && to !== undefined) return { source: { id: from }, target: { id: to } };
  if (from === undefined && to === undefined) {
    return { source: { userPrincipalName: source }, target: { userPrincipalName: target } };
  }
  throw usageError(
    "Cannot move the user as SOURCE and TARGET must both be UPNs, or both object ids: current value is one of each",
  );
}

/** One of them names a task. */
export const lookupFlags = {
  task: { type: "string" },
  user: { type: "string" },
  site: { type: "string" },
  group: { type: "string" },
} as const;

/** The one of {@link lookupFlags} that is given; undefined: none is. Throws INVALID_OPTION. */
function readLookup(values: FlagValues<typeof lookupFlags>): TaskLookup | undefined {
  const given = (["task", "user", "site", "group"] as const).filter((flag) => values[flag] !== undefined);
  if (given.length > 1) throw usageError(`Cannot use --${given[1]} as --${given[0]} names the task: both are given`);
  const { task, user, site, group } = values;
  if (task !== undefined) return { taskId: readGuid("--task", task) };
  if (user !== undefined) return { sourceUserPrincipalName: required("--user", user) };
  if (site !== undefined) return { sourceSiteUrl: httpUrl("--site", site) };
  if (group !== undefined) return { sourceGroupMailNickname: required("--group", group) };
  return undefined;
}

const followingFlags = { wait: { type: "boolean" }, json: { type: "boolean" } } as const;

export const moveStatusFlags: typeof followingFlags &
  typeof lookupFlags &
  typeof pollFlags &
  typeof tenantServiceFlags = { ...followingFlags, ...lookupFlags, ...pollFlags, ...tenantServiceFlags };

/** `primepack tenant move status`: of a batch, or of one task. */
export type MoveStatusArguments =
  | { readonly run: string; readonly json: boolean }
  | ({ readonly run?: never; readonly lookup: TaskLookup } & TaskCommandArguments);

/** What follows `primepack tenant move status`. Throws INVALID_OPTION at the first fault. */
export function readMoveStatusArguments(argv: readonly string[]): MoveStatusArguments {
  const { values, positionals } = readFlags(argv, moveStatusFlags);
  const json = values.json ?? false;
  const lookup = readLookup(values);
  if (lookup === undefined) {
    const { json: _, ...others } = values;
    const [flag] = Object.keys(others);
    if (flag !== undefined) throw usageError(`Cannot use --${flag} as a RUN is shown without asking: it names no task`);
    return { run: runOf("show the status", positionals, taskFlags), json };
  }
  refuseRun(positionals);
  return { lookup, wait: values.wait ?? false, polling: readPolling(values), service: readTenantService(values), json };
}

const taskFlags = ", or --task, --user, --site or --group";

/** Throws INVALID_OPTION unless there is one folder. `instead`: what may stand in its place. */
export function runOf(doing: string, positionals: readonly string[], instead = ""): string {
  const [run, ...others] = positionals;
  if (run !== undefined && run !== "" && others.length === 0) return run;
  throw usageError(
    `Cannot ${doing} as the folder of one RUN${instead} is needed: current value is ${positionals.length} arguments`,
  );
}

function refuseRun(positionals: readonly string[]): void {
  if (positionals.length === 0) return;
  throw usageError(`Cannot use a RUN as a flag names the task: current value is ${positionals[0]}`);
}

const cancellingFlags = { wait: { type: "boolean" }, json: { type: "boolean" }, quiet: { type: "boolean" } } as const;

export const moveCancelFlags: typeof cancellingFlags &
  typeof lookupFlags &
  typeof pollFlags &
  typeof tenantServiceFlags = { ...cancellingFlags, ...lookupFlags, ...pollFlags, ...tenantServiceFlags };

/** `primepack tenant move cancel`: of a batch, or of one task. */
export type MoveCancelArguments = {
  readonly polling: PollArguments;
  readonly service: TenantServiceArguments;
  readonly json: boolean;
  readonly quiet: boolean;
} & (
  | {
      readonly run: string;
      /** Watch what has started to its end. */
      readonly wait: boolean;
      readonly lookup?: never;
    }
  | { readonly run?: never; readonly lookup: TaskLookup }
);

/** What follows `primepack tenant move cancel`. Throws INVALID_OPTION at the first fault. */
export function readMoveCancelArguments(argv: readonly string[]): MoveCancelArguments {
  const { values, positionals } = readFlags(argv, moveCancelFlags);
  const lookup = readLookup(values);
  const wait = values.wait ?? false;
  if (lookup !== undefined) {
    refuseRun(positionals);
    if (wait) throw usageError("Cannot use --wait as it goes with a RUN: a flag names the task");
  }
  return {
    ...(lookup === undefined ? { run: runOf("cancel", positionals, taskFlags), wait } : { lookup }),
    polling: readPolling(values),
    service: readTenantService(values),
    json: values.json ?? false,
    quiet: values.quiet ?? false,
  };
}
