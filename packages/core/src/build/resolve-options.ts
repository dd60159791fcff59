import { PrimepackError } from "../errors/index.ts";
import { type MappedUser, PACKAGE_MAX_BYTES, PACKAGE_MAX_ITEMS, type PeopleOptions } from "../model/index.ts";
import { checkBoolean, checkInteger, checkOneOf, invalid } from "./option-checks.ts";
import { type ResolvedExecution, resolveExecution } from "./resolve-execution.ts";
import { systemClock } from "./system-clock.ts";
import { checkTarget } from "./target.ts";
import type { BuildOptions, DefaultAuthor, LedgerOptions, NameOptions, PackageLimits } from "./types.ts";

type Resolved = Required<Pick<BuildOptions, "source" | "target" | "defaultAuthor" | "dryRun" | "clock">>;

/** {@link BuildOptions} with every default filled in and every bound checked. */
export type ResolvedBuildOptions = ResolvedExecution &
  Resolved &
  Pick<BuildOptions, "planned"> & {
    readonly names: Required<NameOptions>;
    readonly limits: Required<PackageLimits>;
    readonly people: Required<Pick<PeopleOptions, "unmapped">> & Pick<PeopleOptions, "map">;
    readonly ledger?: Required<LedgerOptions>;
  };

/** By this login public builders with live runs write it. */
const systemAccount: DefaultAuthor = { name: "System Account", login: "SHAREPOINT\\system" };

/** Fills a copy; throws INVALID_OPTION, INVALID_KEY or INVALID_TARGET at the first fault. */
export function resolveOptions(options: BuildOptions): ResolvedBuildOptions {
  checkPorts(options);
  const { names = {}, limits = {}, defaultAuthor = systemAccount, dryRun = false, clock = systemClock } = options;
  const { policy = "rename", renameWith = "hex" } = names;
  const { maxItems = PACKAGE_MAX_ITEMS, maxBytes = PACKAGE_MAX_BYTES } = limits;

  checkInteger("limits.maxItems", maxItems, 1, PACKAGE_MAX_ITEMS);
  checkInteger("limits.maxBytes", maxBytes, 1, PACKAGE_MAX_BYTES);
  checkOneOf("names.policy", policy, ["rename", "skip", "fail"]);
  checkOneOf("names.renameWith", renameWith, ["hex", "underscore"]);
  checkAuthor(defaultAuthor);
  const people = resolvePeople(options.people);
  const ledger = options.ledger === undefined ? undefined : resolveLedger(options.ledger);
  const execution = resolveExecution(options);
  checkTarget(options.target);

  const { ledger: _, ...rest } = options;
  return {
    ...rest,
    ...execution,
    names: { policy, renameWith },
    limits: { maxItems, maxBytes },
    defaultAuthor,
    people,
    ...(ledger === undefined ? {} : { ledger }),
    dryRun,
    clock,
  };
}

/** What a caller without types may leave out, told now instead of where it is used first. */
function checkPorts(options: BuildOptions): void {
  if (typeof options !== "object" || options === null) throw invalid("options", "an object", options);
  const { source, planned } = options;
  if (!isIterable(source)) throw invalid("source", "an AsyncIterable of items", source);
  if (planned !== undefined && typeof planned !== "function") throw invalid("planned", "a function", planned);
}

/** Whether `for await` takes it; a text is no list of anything. */
export function isIterable(source: unknown): boolean {
  return typeof source === "object" && source !== null && (Symbol.asyncIterator in source || Symbol.iterator in source);
}

function resolvePeople(people: PeopleOptions = {}): ResolvedBuildOptions["people"] {
  const { map, unmapped = "keep" } = people;
  if (map !== undefined && typeof map !== "function") throw invalid("people.map", "a function", map);
  if (typeof unmapped === "string") checkOneOf("people.unmapped", unmapped, ["keep", "defaultAuthor"]);
  else checkMappedUser(unmapped);
  return { unmapped, ...(map === undefined ? {} : { map }) };
}

/** The one who stands for all whom the map doesn't know. */
function checkMappedUser(user: MappedUser): void {
  if (typeof user !== "object" || user === null) throw invalid("people.unmapped", "a text or an object", user);
  const { to, login } = user;
  checkOneOf("people.unmapped.to", to, ["user", "guest", "group", "deleted"]);
  if (to === "deleted" && login === undefined) return;
  if (typeof login !== "string" || login === "") throw invalid("people.unmapped.login", "a text", login);
}

function resolveLedger({ store, runId, deletions = false }: LedgerOptions): Required<LedgerOptions> {
  if (typeof store?.get !== "function") throw invalid("ledger.store", "a Ledger", store);
  if (typeof runId !== "string") throw invalid("ledger.runId", "a text", runId);
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(runId)) {
    throw new PrimepackError(
      "INVALID_OPTION",
      `Cannot use option ledger.runId as it takes 1 to 64 of A-Z a-z 0-9 _ -: current value has ${runId.length} characters`,
    );
  }
  checkBoolean("ledger.deletions", deletions);
  return { store, runId, deletions };
}

function checkAuthor(author: DefaultAuthor): void {
  const { name, login, email = "" } = author;
  const texts = { name, login, email };
  for (const [field, value] of Object.entries(texts)) {
    if (typeof value !== "string" || (value === "" && field !== "email")) {
      throw invalid(`defaultAuthor.${field}`, "a text", value);
    }
  }
}
