import { join } from "node:path";
import { type PackagePlan, PrimepackError, planHash, planSource, type SourceContent } from "@primepack/core";
import type { PackageEntry, RunEntry } from "../journal/entries.ts";
import { keyOf } from "../journal/entries.ts";
import { planToText } from "../journal/plan-text.ts";
import { forget, put } from "../journal/run-journal.ts";
import { lastOfChain } from "../plan/dependencies.ts";
import { plannedEntry } from "../plan/planned-entry.ts";
import type { RunContext } from "../run-context.ts";
import { LineWriter, SCAN_ITEMS_FILE } from "../run-folder.ts";
import type { MigrateOptions } from "../types.ts";
import { untilStopped } from "../until-stopped.ts";
import type { PlanQueue, Urgency } from "./plan-queue.ts";

/** Plans that are kept in the journal and not yet built: 1,000 full ones tell of 250,000 items. */
const PORTABLE_PLANS_AHEAD = 1000;

/** The same for plans whose contents this process keeps in memory. */
const LOCAL_PLANS_AHEAD = 16;

type Sources = Pick<MigrateOptions, "source" | "target" | "packaging" | "ledger">;

/**
 * Plans what the source yields, into the journal; plans wait there to be built.
 *
 * A run that is resumed reads its source again, unless it was read to its end and all that is left can be opened without
 * it. What the journal holds then has to be planned alike: of packages that were built this is demanded (PLAN_CHANGED),
 * as later ids would not fit; new or changed plans wait until all built ones were seen.
 */
export class ScanStage {
  items = 0;
  bytes = 0;
  readonly #context: RunContext;
  readonly #queue: PlanQueue;
  readonly #sources: Sources;
  /** Packages that were planned before and not built; those that are planned no more go. */
  readonly #awaited = new Set<string>();
  /** Packages that were built and that the scan has not come to yet. */
  #unverified = 0;
  readonly #held: string[] = [];
  #isDone = false;

  constructor(context: RunContext, queue: PlanQueue, sources: Sources) {
    this.#context = context;
    this.#queue = queue;
    this.#sources = sources;
  }

  /** All that there is to plan is planned. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** `scanned` is told of the source's end, and of nothing when it is read again. */
  async run(run: RunEntry, scanned: (end: RunEntry["scanned"]) => Promise<void>): Promise<void> {
    const { live } = this.#context;
    const pending = [...live.values()].filter(({ entry: { stage } }) => stage === "planned" || stage === "building");
    const canDoWithout = run.scanned !== undefined && [...live.values()].every(({ entry }) => entry.portable);
    for (const { name, entry } of pending) {
      // Whatever the source is like now: these items were sent before.
      if (canDoWithout || (entry.retryOf !== undefined && entry.portable)) this.#queue.add(name, urgencyOf(entry));
      else if (entry.retryOf === undefined) this.#awaited.add(name);
    }
    if (!canDoWithout) await this.#scan(run, scanned);
    else {
      this.items = run.scanned?.items ?? 0;
      this.bytes = run.scanned?.bytes ?? 0;
      this.#isDone = true;
    }
    this.#context.changed();
  }

  async #scan(run: RunEntry, scanned: (end: RunEntry["scanned"]) => Promise<void>): Promise<void> {
    const { directory, signal } = { ...this.#context.options, signal: this.#context.stopping };
    for (const [, entry] of this.#context.journal.packages()) if (isVerified(entry)) this.#unverified += 1;
    // Until the records are whole again, whoever resumes the run has to read on.
    if (run.scanned !== undefined) await scanned(undefined);
    const records = await LineWriter.open(join(directory, SCAN_ITEMS_FILE));
    try {
      const planner = this.#planner(run);
      const waiting = untilStopped(signal);
      for (;;) {
        const step = await waiting(planner.next());
        if (step === undefined) {
          // The source may be stuck in its own `next()`; nobody waits for it.
          planner.return({ items: 0, bytes: 0 }).catch(() => undefined);
          return;
        }
        if (step.done) break;
        const event = step.value;
        if (event.type === "outcome") await records.write(event.outcome);
        else if (event.type === "warning") await this.#context.warn(event.code, event.message, event.source);
        else await this.#planned(event.plan, event.local);
        if (this.#context.halted !== undefined) return;
      }
    } finally {
      await records.close();
    }
    await this.#ended(scanned);
  }

  #planner(run: RunEntry) {
    const { source, target, packaging = {}, ledger } = this.#sources;
    const { names, limits, defaultAuthor, people, forms } = packaging;
    const startedAt = new Date(run.startedAt);
    return planSource({
      source,
      target,
      ...(names === undefined ? {} : { names }),
      ...(limits === undefined ? {} : { limits }),
      ...(defaultAuthor === undefined ? {} : { defaultAuthor }),
      ...(people === undefined ? {} : { people }),
      ...(forms === undefined ? {} : { forms }),
      ...(ledger === undefined ? {} : { ledger: { ...ledger, runId: run.runId } }),
      // Dates that the source doesn't give: the same when the run is resumed.
      clock: () => startedAt,
      onItem: (bytes) => {
        this.items += 1;
        this.bytes += bytes;
      },
    });
  }

  async #planned(plan: PackagePlan, local: ReadonlyMap<number, SourceContent>): Promise<void> {
    const { journal, live } = this.#context;
    const { name } = plan;
    const hash = planHash(plan);
    const known = journal.package(name);
    if (known === undefined || (known.hash !== hash && !isVerified(known))) {
      await this.#accept(plan, local);
    } else if (known.hash !== hash) {
      throw planChanged(`package ${name} was planned otherwise`);
    } else {
      this.#awaited.delete(name);
      const last = lastOfChain(name, journal);
      const left = live.get(last);
      if (left !== undefined && !known.portable) this.#context.local.set(name, local);
      if (left !== undefined && isUnbuilt(left.entry) && (last === name || !left.entry.portable)) {
        this.#queue.add(last, urgencyOf(left.entry));
      }
      if (isVerified(known)) this.#verified();
    }
    const ahead = plan.portable ? PORTABLE_PLANS_AHEAD : LOCAL_PLANS_AHEAD;
    await this.#queue.until(() => this.#queue.size < ahead || this.#isStalled());
  }

  /** A plan that is new, or that changed before its package was built. */
  async #accept(plan: PackagePlan, local: ReadonlyMap<number, SourceContent>): Promise<void> {
    const { journal, live } = this.#context;
    const { name } = plan;
    this.#awaited.delete(name);
    if (!plan.portable) this.#context.local.set(name, local);
    const entry = plannedEntry(plan, this.#context.now());
    await this.#context.update(live.get(name) ?? { name, entry }, entry, [
      put(keyOf.plan(name), planToText(plan)),
      forget(keyOf.containers(name)),
      ...journal.forget(keyOf.storedBlobs(name)),
    ]);
    if (this.#unverified > 0) this.#held.push(name);
    else this.#queue.add(name, urgencyOf(entry));
  }

  #verified(): void {
    this.#unverified -= 1;
    if (this.#unverified > 0) return;
    for (const name of this.#held.splice(0)) {
      const entry = this.#context.journal.package(name);
      if (entry !== undefined) this.#queue.add(name, urgencyOf(entry));
    }
  }

  async #ended(scanned: (end: RunEntry["scanned"]) => Promise<void>): Promise<void> {
    if (this.#unverified > 0) throw planChanged(`${this.#unverified} packages that were built are planned no more`);
    for (const name of this.#awaited) {
      const left = this.#context.live.get(name);
      if (left !== undefined) await this.#context.drop(left);
    }
    await scanned({ items: this.items, bytes: this.bytes });
    this.#isDone = true;
  }

  /** Nothing else goes on: what waits may wait for a package that is still to be planned. */
  #isStalled(): boolean {
    const { stages, spawned } = this.#context;
    return stages.building + stages.submitting + stages.submitted + stages.ended + spawned === 0;
  }
}

/** How a package is queued. */
function urgencyOf({ retryOf, kind }: Pick<PackageEntry, "retryOf" | "kind">): Urgency {
  if (retryOf !== undefined) return "retry";
  return kind === "structure" ? "structure" : "content";
}

function isUnbuilt({ stage }: PackageEntry): boolean {
  return stage === "planned" || stage === "building";
}

/** Whether the scan has to come to the package's plan again, as it was. */
function isVerified(entry: PackageEntry): boolean {
  return entry.retryOf === undefined && !isUnbuilt(entry);
}

function planChanged(found: string): PrimepackError {
  return new PrimepackError(
    "PLAN_CHANGED",
    `Cannot read on in the source as it must be as it was when the run began: ${found}`,
    { hint: "Begin a fresh run with the ledger: it sends only what was not received." },
  );
}
