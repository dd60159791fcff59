import type { CrossTenantSwitches, EmulatedOrganizations, EmulatorFaults, EmulatorSwitches } from "@primepack/emulator";
import { choice, readFlags, required, usageError, wholeNumber } from "./flags.ts";

export const emulatorFlags = {
  directory: { type: "string" },
  port: { type: "string" },
  site: { type: "string" },
  library: { type: "string", multiple: true },
  "graph-container": { type: "string", multiple: true },
  "concurrent-jobs": { type: "string" },
  "token-file": { type: "string" },
  "no-relationship": { type: "boolean" },
  "same-farm": { type: "boolean" },
  "no-identity-map": { type: "boolean" },
  permission: { type: "string" },
  user: { type: "string", multiple: true },
  "without-onedrive": { type: "string", multiple: true },
  "move-ms": { type: "string" },
  "start-delay-ms": { type: "string" },
  switch: { type: "string", multiple: true },
  fault: { type: "string", multiple: true },
  json: { type: "boolean" },
} as const;

/** `primepack emulator`. */
export interface EmulatorArguments {
  /** Undefined: a new folder of the system's temporary one. */
  readonly directory?: string;
  readonly port?: number;
  readonly site?: string;
  /** Title and URL below the site. */
  readonly lists: readonly { readonly title: string; readonly url: string }[];
  readonly graphContainers: readonly string[];
  readonly concurrentJobs?: number;
  /** One line, the only token that is taken. */
  readonly tokenFile?: string;
  readonly switches: EmulatorSwitches;
  readonly organizations: EmulatedOrganizations;
  readonly faults: EmulatorFaults;
  readonly json: boolean;
}

type Value = "number" | readonly (string | number)[];

/** Switches with their values; docs/emulator.md says what each decides. */
export const switchValues: Readonly<Record<keyof EmulatorSwitches, Value>> = {
  badJobStatus: [400, 500],
  missingSnapshot: ["object", "job"],
  sideFiles: ["lenient", "strict"],
  manifestOrder: ["listed", "byName"],
  existingFiles: ["append", "replace"],
  errorLimit: "number",
  md5Error: ["mismatch", "missing"],
  archiveEncryption: ["archive", "members"],
  logLines: ["fields", "message"],
  deleteRunning: ["cancel", "refuse"],
  movedItems: ["refuse", "move"],
  deletedObjects: ["delete", "ignore"],
};

/** Switches of cross-tenant migration. */
export const crossTenantSwitchValues: Readonly<Record<keyof CrossTenantSwitches, Value>> = {
  taskLookup: ["newest", "oldest"],
  failedValidation: ["status", "task"],
  cancelEnded: ["accept", "refuse"],
  taskStatusText: ["published", "capitalized", "success"],
  badMappingEntry: ["request", "entry"],
  absentMapping: ["notFound", "empty"],
  absentRemoval: ["accept", "refuse"],
  repeatedMapping: ["last", "refuse"],
  crossTenantWording: ["cannot", "can't"],
};

/** Faults by name and field, with their values. */
export const faultValues: Readonly<Record<string, Value | "text">> = {
  "throttle.every": "number",
  "throttle.retryAfterSeconds": "number",
  "throttle.status": [429, 503],
  "loseAnswer.every": "number",
  "loseAnswer.path": "text",
  "failProgress.every": "number",
  "postpone.times": "number",
  "postpone.milliseconds": "number",
  slowObjectMs: "number",
  sasLifetimeMs: "number",
  "loseMessage.every": "number",
  "repeatMessage.every": "number",
  "fatalAfter.objects": "number",
  "fatalAfter.jobs": "number",
  "alreadyExists.every": "number",
  "restartAfter.objects": "number",
  "crossTenantError.every": "number",
  "crossTenantError.row": [
    "missingParameter",
    "accessDenied",
    "noRelationship",
    "noOneDrive",
    "noIdentityMap",
    "sameFarm",
    "taskNotFound",
    "taskInProgress",
  ],
  "failMove.every": "number",
  "refuseMapping.every": "number",
};

/** Fields that a fault can't do without, with what stands in where one is not named. */
const faultDefaults: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  throttle: { every: 10, retryAfterSeconds: 1 },
  loseAnswer: { every: 10 },
  postpone: { times: 1, milliseconds: 1000 },
  fatalAfter: { objects: 10 },
  crossTenantError: { every: 1 },
};

/** The command line of `primepack emulator`, without the command. Throws INVALID_OPTION at the first fault. */
export function readEmulatorArguments(argv: readonly string[]): EmulatorArguments {
  const { values, positionals } = readFlags(argv, emulatorFlags);
  if (positionals.length > 0) {
    throw usageError(`Cannot start the emulator as it takes flags only: current value is ${positionals[0]}`);
  }
  const { directory, site, "token-file": tokenFile } = values;
  const port = wholeNumber("--port", values.port, 1, 65_535);
  const concurrentJobs = wholeNumber("--concurrent-jobs", values["concurrent-jobs"], 1, 1000);
  return {
    ...(directory === undefined ? {} : { directory: required("--directory", directory) }),
    ...(port === undefined ? {} : { port }),
    ...(site === undefined ? {} : { site: readSite(site) }),
    lists: (values.library ?? []).map(readList),
    graphContainers: (values["graph-container"] ?? []).map((id) => required("--graph-container", id)),
    ...(concurrentJobs === undefined ? {} : { concurrentJobs }),
    ...(tokenFile === undefined ? {} : { tokenFile: required("--token-file", tokenFile) }),
    switches: readSwitches(values.switch ?? [], switchValues) as EmulatorSwitches,
    organizations: readOrganizations(values),
    faults: readFaults(values.fault ?? []),
    json: values.json ?? false,
  };
}

function readSite(text: string): string {
  if (/^(?:\/[^/?#]+)+$/.test(text)) return text;
  throw usageError(
    `Cannot use --site as it is a path, as in /sites/emulated: current value is ${JSON.stringify(text)}`,
  );
}

function readList(text: string): { readonly title: string; readonly url: string } {
  const [, title = "", url = title] = /^([^=]+)(?:=([^=?#]+))?$/.exec(text) ?? [];
  if (title !== "") return { title, url };
  throw usageError(
    `Cannot use --library as it is written TITLE or TITLE=URL: current value is ${JSON.stringify(text)}`,
  );
}

/** Of one flag for both kinds, those of the table. */
function readSwitches(
  texts: readonly string[],
  table: Readonly<Record<string, Value>>,
): Readonly<Record<string, string | number>> {
  const all = { ...switchValues, ...crossTenantSwitchValues };
  const settings = texts.map((text) => readSetting("--switch", text, all));
  return Object.fromEntries(settings.filter(([name]) => Object.hasOwn(table, name)));
}

/** Moves that take longer than a timer can wait are none to wait for. */
const MOST_MILLISECONDS = 2 ** 31 - 1;

function readOrganizations(
  values: ReturnType<typeof readFlags<typeof emulatorFlags>>["values"],
): EmulatedOrganizations {
  const permission = choice("--permission", values.permission, ["manage", "read", "none"]);
  const moveMs = wholeNumber("--move-ms", values["move-ms"], 0, MOST_MILLISECONDS);
  const startDelayMs = wholeNumber("--start-delay-ms", values["start-delay-ms"], 0, MOST_MILLISECONDS);
  return {
    relationship: values["no-relationship"] !== true,
    sameFarm: values["same-farm"] === true,
    identityMapNeeded: values["no-identity-map"] !== true,
    users: (values.user ?? []).map(readUser),
    withoutOneDrive: (values["without-onedrive"] ?? []).map((upn) => required("--without-onedrive", upn)),
    ...(permission === undefined ? {} : { permission }),
    ...(moveMs === undefined ? {} : { moveMs }),
    ...(startDelayMs === undefined ? {} : { startDelayMs }),
    switches: readSwitches(values.switch ?? [], crossTenantSwitchValues) as CrossTenantSwitches,
  };
}

function readUser(text: string): { readonly id: string; readonly userPrincipalName: string } {
  const [, id, userPrincipalName] = /^([^=\s]+)=([^=\s]+)$/.exec(text) ?? [];
  if (id !== undefined && userPrincipalName !== undefined) return { id, userPrincipalName };
  throw usageError(`Cannot use --user as it is written ID=UPN: current value is ${JSON.stringify(text)}`);
}

function readFaults(texts: readonly string[]): EmulatorFaults {
  const faults: Record<string, unknown> = {};
  for (const text of texts) {
    const [name, value] = readSetting("--fault", text, faultValues);
    const [fault = "", field] = name.split(".");
    if (field === undefined) faults[fault] = value;
    else faults[fault] = { ...faultDefaults[fault], ...(faults[fault] as object | undefined), [field]: value };
  }
  const { crossTenantError } = faults as EmulatorFaults;
  if (crossTenantError !== undefined && crossTenantError.row === undefined) {
    throw usageError(
      "Cannot use --fault crossTenantError.every as it needs crossTenantError.row too: current value is none",
    );
  }
  return faults as EmulatorFaults;
}

/** `NAME=VALUE` of a table of settings. */
function readSetting(
  flag: string,
  text: string,
  settings: Readonly<Record<string, Value | "text">>,
): readonly [name: string, value: string | number] {
  const at = text.indexOf("=");
  const name = at === -1 ? text : text.slice(0, at);
  const value = at === -1 ? "" : text.slice(at + 1);
  const known = Object.hasOwn(settings, name) ? settings[name] : undefined;
  if (known === undefined) {
    throw usageError(
      `Cannot use ${flag} as its name must be one of ${Object.keys(settings).join(", ")}: current value is ${JSON.stringify(name)}`,
    );
  }
  if (known === "text") return [name, value];
  if (known === "number") {
    const number = wholeNumber(`${flag} ${name}`, value, 0, 10 ** 12);
    if (number !== undefined) return [name, number];
  } else {
    const chosen = known.find((choice) => String(choice) === value);
    if (chosen !== undefined) return [name, chosen];
  }
  throw usageError(
    `Cannot use ${flag} ${name} as it takes ${known === "number" ? "a whole number" : known.join(" or ")}: current value is ${JSON.stringify(value)}`,
  );
}
