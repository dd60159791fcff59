import {
  confirmPackages,
  type JournalChange,
  openSasContainer,
  type PackagePlan,
  type PlannedItem,
  PrimepackError,
  type Secret,
} from "@primepack/core";
import { MIGRATION_ERROR_CODES } from "@primepack/core/wire";
import { type ImportResult, type ItemOutcomes, joinOutcomes, readImportLogs } from "@primepack/event-reader";
import { type FailureEntry, keyOf, type PackageEntry } from "../journal/entries.ts";
import { planToText } from "../journal/plan-text.ts";
import { forget, put } from "../journal/run-journal.ts";
import { beforeInChain } from "../plan/dependencies.ts";
import { type ItemFinding, itemFindings } from "../plan/item-findings.ts";
import { mintedItems } from "../plan/minted-items.ts";
import { bytesOfItem, narrowedPlan } from "../plan/narrowed-plan.ts";
import { plannedEntry } from "../plan/planned-entry.ts";
import type { LivePackage, RunContext } from "../run-context.ts";
import type { PlanQueue } from "./plan-queue.ts";
import type { JobEnding } from "./watch-stage.ts";

type JobResult = NonNullable<PackageEntry["result"]>;

/** Looks at the logs of a job that counts more errors than it names; they may come a little after its end. */
const LOG_LOOKS = 3;

/**
 * Settles packages: what their jobs say is joined to their items, the ledger is told, and what failed for a reason that
 * can pass is planned again.
 */
export class SettleStage {
  readonly #context: RunContext;
  readonly #queue: PlanQueue;

  constructor(context: RunContext, queue: PlanQueue) {
    this.#context = context;
    this.#queue = queue;
  }

  /** The job is watched no more; the journal says so before anything else is done. */
  async jobEnded(live: LivePackage, how: JobEnding): Promise<void> {
    const { result } = live;
    if (how === "silent") result?.lose(`nothing was heard of the job for ${this.#context.options.limits.silenceMs} ms`);
    if (how === "gone") result?.lose("the service doesn't know the job any more, or forgot its events");
    const ending = endingOf(live, how, result);
    const message = result?.message ?? "";
    const job = this.#context.journal.job(live.name);
    await this.#context.update(
      live,
      {
        ...live.entry,
        stage: "ended",
        endedAt: this.#context.now(),
        result: ending,
        ...(message === "" ? {} : { message }),
      },
      result === undefined ? [] : [put(keyOf.job(live.name), { token: job?.token ?? "", state: result.toState() })],
    );
  }

  /** A package whose job has ended. */
  async settle(live: LivePackage): Promise<void> {
    const { journal } = this.#context;
    const { result } = live;
    if (result === undefined) throw new PrimepackError("INTERNAL", `Cannot settle ${live.name} without its job`);
    const plan = journal.plan(live.name);
    const leftOut = this.#leftOut(live.name);
    await this.#readLogs(live, result);
    const isLeftOut = (id: string) => leftOut.has(id);
    const outcomes = joinOutcomes(result, mintedItems(plan, isLeftOut), { webUrl: plan.target.webUrl });
    await this.#conclude(live, plan, outcomes, leftOut, result);
  }

  /** A package that was built, and of which nothing was left to be sent. */
  async isEmpty(live: LivePackage): Promise<void> {
    const plan = this.#context.journal.plan(live.name);
    await this.#conclude(live, plan, new Map(), this.#leftOut(live.name), undefined);
  }

  /** A package whose dependencies will not be met. */
  async cannotBeSent(
    live: LivePackage,
    { state, by }: { readonly state: "failed" | "unknown"; readonly by: string },
  ): Promise<void> {
    const because = state === "failed" ? "was not imported" : "may not have become a job";
    const message = `Not sent, as package ${by}, which it needs, ${because}`;
    if (state === "unknown") {
      // It may go out once the other one is sent again.
      await this.#context.update(live, { ...live.entry, stage: "unknown", message });
    } else await this.unsent(live, { outcome: "failed", code: "DEPENDENCY_NOT_IMPORTED", message });
  }

  /** The service takes no job for it. */
  async isRefused(live: LivePackage, because: { readonly code: string; readonly message: string }): Promise<void> {
    await this.unsent(live, { outcome: "failed", ...because });
  }

  /** A package that doesn't go out. Its plan is kept where nothing else tells of its items. */
  async unsent(live: LivePackage, because: NonNullable<PackageEntry["unsent"]>): Promise<void> {
    const { journal } = this.#context;
    const wasBuilt = live.entry.builtAt !== undefined;
    const tally = { imported: 0, failed: 0, unknown: 0, importedBytes: 0, [because.outcome]: live.entry.items };
    await this.#context.update(
      live,
      { ...live.entry, stage: "settled", unsent: because, message: because.message, tally },
      [
        forget(keyOf.containers(live.name)),
        ...journal.forget(keyOf.storedBlobs(live.name)),
        ...(wasBuilt ? [forget(keyOf.plan(live.name))] : []),
      ],
    );
    this.#letGo(live);
  }

  /** What was to be sent again, in a run that can't go on: what its items came to before is what became of them. */
  async takeBack(live: LivePackage): Promise<void> {
    const { journal } = this.#context;
    const { name } = live;
    const before = beforeInChain(name, live.entry, journal);
    const entry = before === undefined ? undefined : journal.package(before);
    if (before === undefined || entry === undefined) {
      throw new PrimepackError("INTERNAL", `Cannot take back ${name} as the package before it has to be known`);
    }
    const plan = journal.plan(name);
    const counted = new Set([...plan.items.map(({ id }) => id), plan.target.listId]);
    const tally = { imported: 0, failed: 0, unknown: 0, importedBytes: 0, ...entry.tally };
    const changes: JournalChange[] = [];
    for (const [key, { resent, ...failure }] of journal.entries<FailureEntry>(keyOf.failures(before))) {
      if (resent !== true) continue;
      changes.push(put(key, failure));
      if (counted.has(key.slice(keyOf.failures(before).length))) tally[failure.outcome] += 1;
    }
    const { retriedBy: _, ...last } = entry;
    await this.#context.drop(live, [...changes, put(keyOf.package(before), { ...last, tally })]);
    this.#context.count(entry, -1);
    this.#context.count({ ...last, tally });
    this.#letGo(live);
  }

  /** Items that failed while the package was built, by their ids. */
  #leftOut(name: string): ReadonlyMap<string, FailureEntry> {
    const prefix = keyOf.failures(name);
    return new Map(
      [...this.#context.journal.entries<FailureEntry>(prefix)].map(([key, entry]) => [key.slice(prefix.length), entry]),
    );
  }

  /** Adds what the logs say. Where they can't be read, the outcomes say how far events alone prove anything. */
  async #readLogs(live: LivePackage, result: ImportResult): Promise<void> {
    const containers = this.#context.journal.containers(live.name);
    if (containers === undefined || live.entry.jobId === undefined) return;
    const uri = containers.upload?.metadataContainerUri ?? containers.metadataContainerUri;
    const { limits } = this.#context.options;
    // Only of a job that ended well can the log prove anything; of others it may name what failed.
    const isNeeded = result.status === "ended" && result.needsErrorLog;
    try {
      for (let look = 1; ; look += 1) {
        const isLast = !isNeeded || look >= LOG_LOOKS;
        const isThere = await this.#readLog(
          uri,
          live.entry.jobId,
          containers.encryptionKey,
          result,
          isLast && isNeeded,
        );
        if (isThere && (isLast || toldErrors(result) >= (result.totalErrors ?? 0))) return result.errorLogRead();
        if (isLast) return;
        await this.#context.wait(limits.pollRunningMs);
      }
    } catch (error) {
      if (this.#context.stopping.aborted || !(error instanceof PrimepackError)) throw error;
      await this.#context.warn(error.code, `The logs of job ${live.entry.jobId} can't be read: ${error.message}`);
    }
  }

  /** Whether there is one; where there must be, LOG_MISSING comes out. */
  async #readLog(
    uri: Secret,
    jobId: string,
    key: Secret<Uint8Array> | undefined,
    result: ImportResult,
    mustBeThere: boolean,
  ): Promise<boolean> {
    const { network, logger } = this.#context.options;
    const container = openSasContainer(uri, {
      ...(network === undefined ? {} : { network }),
      ...(logger === undefined ? {} : { logger }),
    });
    const entries = readImportLogs({
      container,
      jobId,
      kinds: ["error", "warning"],
      ...(key === undefined ? {} : { key }),
      signal: this.#context.stopping,
    });
    try {
      for await (const entry of entries) result.addLogEntry(entry);
      return true;
    } catch (error) {
      if (mustBeThere || !(error instanceof PrimepackError && error.code === "LOG_MISSING")) throw error;
      return false;
    }
  }

  async #conclude(
    live: LivePackage,
    plan: PackagePlan,
    outcomes: ItemOutcomes,
    leftOut: ReadonlyMap<string, FailureEntry>,
    result: ImportResult | undefined,
  ): Promise<void> {
    const { journal, options } = this.#context;
    const { name, entry } = live;
    const findings = itemFindings(plan, {
      outcomes,
      leftOut,
      ending: entry.result,
      cancelledByUser: entry.cancelledByUser === true,
      message: result?.message ?? "",
      mayResend: this.#context.mode === "migrate" && entry.attempt < options.limits.attempts,
      wasUnknown: (id) => this.#wasUnknown(live, id),
    });
    await this.#confirm(live, plan, findings);
    const retry = this.#retryOf(live, plan, findings);
    const failures = new Map<string, FailureEntry>();
    for (const [id, { failure }] of findings) if (failure !== undefined) failures.set(keyOf.failure(name, id), failure);
    const settled: PackageEntry = {
      ...entry,
      stage: "settled",
      tally: tallyOf(plan, findings),
      ...(retry === undefined ? {} : { retriedBy: retry.plan.name }),
    };
    const more = [
      ...journal.forget(keyOf.failures(name)).filter(({ key }) => !failures.has(key)),
      ...[...failures].map(([key, failure]) => put(key, failure)),
      ...journal.forget(keyOf.storedBlobs(name)),
      ...[keyOf.plan(name), keyOf.containers(name), keyOf.job(name), keyOf.evidence(name)].map(forget),
      ...(retry === undefined
        ? []
        : [put(keyOf.package(retry.plan.name), retry.entry), put(keyOf.plan(retry.plan.name), planToText(retry.plan))]),
    ];
    const next = retry === undefined ? undefined : this.#context.adopt(retry.plan.name, retry.entry);
    if (next !== undefined) this.#context.count(next.entry);
    await this.#context.update(live, settled, more);
    if (next === undefined) this.#letGo(live);
    else if (this.#context.hasContents(next)) this.#queue.add(next.name, "retry");
  }

  /** Whether an earlier package that had the item may have brought it to the target. */
  #wasUnknown({ name, entry }: LivePackage, id: string): boolean {
    const { journal } = this.#context;
    for (let before = entry.retryOf; before !== undefined && before !== name; ) {
      if (journal.failure(before, id)?.outcome === "unknown") return true;
      before = journal.package(before)?.retriedBy;
    }
    return false;
  }

  /** The ledger before the journal: it may be told again, and not later than the journal says that it was. */
  async #confirm({ name }: LivePackage, plan: PackagePlan, findings: ReadonlyMap<string, ItemFinding>): Promise<void> {
    const { ledger } = this.#context.options;
    if (ledger === undefined) return;
    const except = plan.items.filter(({ id }) => findings.get(id)?.isProven !== true).map(({ id }) => id);
    if (except.length === plan.items.length) return;
    await confirmPackages(ledger.store, [`${this.#context.runId}/${name}`], { except });
  }

  #retryOf(
    { name, entry }: LivePackage,
    plan: PackagePlan,
    findings: ReadonlyMap<string, ItemFinding>,
  ): { readonly plan: PackagePlan; readonly entry: PackageEntry } | undefined {
    const isResent = (id: string) => findings.get(id)?.failure?.resent === true;
    if (![...findings.keys()].some(isResent)) return undefined;
    const root = entry.retryOf ?? name;
    const attempt = entry.attempt + 1;
    const narrowed = narrowedPlan(plan, `${root}-r${attempt}`, isResent);
    return {
      plan: narrowed,
      entry: { ...plannedEntry(narrowed, this.#context.now()), attempt, retryOf: root },
    };
  }

  /** Nothing more is built of the package's contents. */
  #letGo({ name, entry }: LivePackage): void {
    this.#context.local.delete(entry.retryOf ?? name);
  }
}

function endingOf({ entry }: LivePackage, how: JobEnding, result: ImportResult | undefined): JobResult {
  if (how === "deleted") return "deleted";
  const { status, message } = result ?? { status: "lost", message: "" };
  if (status === "open") return "lost";
  // A cancelled job tells of it once more, as a fatal error.
  const isCancelled = entry.cancelledByUser === true || message.startsWith(MIGRATION_ERROR_CODES.operationCanceled);
  return status === "fatal" && isCancelled ? "cancelled" : status;
}

/** Errors that events, or else the log, tell of: mostly each tells of the same. */
function toldErrors({ problems }: ImportResult): number {
  const errors = problems.filter(({ level }) => level !== "warning");
  const ofLog = errors.filter(({ from }) => from === "log").length;
  return Math.max(ofLog, errors.length - ofLog);
}

function tallyOf(plan: PackagePlan, findings: ReadonlyMap<string, ItemFinding>): NonNullable<PackageEntry["tally"]> {
  const items = new Map<string, PlannedItem>(plan.items.map((item) => [item.id, item]));
  const tally = { imported: 0, failed: 0, unknown: 0, importedBytes: 0 };
  for (const [id, { isProven, failure }] of findings) {
    if (failure?.resent) continue;
    const item = items.get(id);
    // The list's permissions count like an item, as they have an outcome; those of folders that were there don't.
    if (item === undefined && id !== plan.target.listId) continue;
    if (isProven) {
      tally.imported += 1;
      tally.importedBytes += item === undefined ? 0 : bytesOfItem(item);
    } else tally[failure?.outcome === "failed" ? "failed" : "unknown"] += 1;
  }
  return tally;
}
