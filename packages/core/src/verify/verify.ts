import { PrimepackError, throwIfAborted } from "../errors/index.ts";
import { KEY_BYTES } from "../model/index.ts";
import { compareSource } from "./compare-source.ts";
import { Findings } from "./findings.ts";
import { OutcomeRecords } from "./outcome-records.ts";
import { PacedRun } from "./run.ts";
import { RunFacts } from "./run-facts.ts";
import type { VerifyEvent, VerifyOptions, VerifyRun, VerifySummary } from "./types.ts";
import { verifyPackage } from "./verify-package.ts";

const DEFAULT_CONCURRENCY = 8;

/**
 * A second look at finished packages, by rules of its own: what the service would refuse, lose or change, and what does
 * not agree with the records or the source.
 *
 * Findings come as events, and are counted; they are no errors of the run. It rejects with INVALID_KEY, INVALID_OPTION,
 * ABORTED, or what kept it from reading on (a store that can't be reached, a source that failed).
 *
 * Memory: one package's manifest, and about 150 bytes an item over all packages (300 with `compare`).
 */
export function verify(options: VerifyOptions): VerifyRun {
  return new PacedRun(verifyEvents(options, new Findings()));
}

/** The work of {@link verify}. @param findings May hold what was found before. */
export async function* verifyEvents(
  options: VerifyOptions,
  findings: Findings,
): AsyncGenerator<VerifyEvent, VerifySummary, undefined> {
  const { signal, compare } = options;
  const key = options.key?.reveal();
  const concurrency = options.concurrency ?? DEFAULT_CONCURRENCY;
  if (key !== undefined && key.length !== KEY_BYTES) {
    throw new PrimepackError(
      "INVALID_KEY",
      `Cannot verify as the key must have ${KEY_BYTES} bytes: current value is ${key.length}`,
    );
  }
  if (!Number.isSafeInteger(concurrency) || concurrency < 1) {
    throw new PrimepackError(
      "INVALID_OPTION",
      `Cannot verify as concurrency must be a positive integer: current value is ${concurrency}`,
    );
  }
  const run = new RunFacts(options.target);
  const records = compare === undefined ? undefined : new OutcomeRecords(compare.items);
  const reportRun = findings.reportFor();
  await records?.load(run, reportRun);
  yield* events(findings);

  const totals = { packages: 0, blobs: 0, bytes: 0 };
  for await (const source of options.packages) {
    throwIfAborted(signal, "verify on");
    yield { type: "packageStarted", name: source.name };
    const report = findings.reportFor(source.name);
    const packageIndex = run.addPackage(source.name, source.dependsOn, report);
    const steps = verifyPackage(source, { run, packageIndex, key, concurrency, signal, report });
    const verified = yield* passing(steps, findings, signal);
    records?.match(source.name, verified, report);
    yield* events(findings);
    totals.packages++;
    totals.blobs += verified.blobs;
    totals.bytes += verified.bytes;
    yield { type: "packageFinished", name: source.name, blobs: verified.blobs, bytes: verified.bytes };
  }
  run.end();
  yield* events(findings);

  let compared = 0;
  if (records !== undefined) {
    yield { type: "comparing" };
    if (compare?.source !== undefined) {
      compared = yield* passing(compareSource(compare.source, records, reportRun, signal), findings, signal);
    }
    yield* passing(records.reportUnmatched(compare?.source !== undefined, reportRun), findings, signal);
  }
  return {
    ...totals,
    compared,
    findings: { ...findings.counts },
    codes: { ...findings.codes },
    ok: findings.counts.error === 0,
  };
}

/** Runs the steps to their end, with their findings as events in between. */
async function* passing<T>(
  steps: AsyncGenerator<unknown, T, undefined>,
  findings: Findings,
  signal: AbortSignal | undefined,
): AsyncGenerator<VerifyEvent, T, undefined> {
  let ended = false;
  try {
    for (;;) {
      throwIfAborted(signal, "verify on");
      const step = await steps.next();
      yield* events(findings);
      if (step.done === true) {
        ended = true;
        return step.value;
      }
    }
  } finally {
    // Also when it is given up in between, so that no file stays open.
    if (!ended) await steps.return(undefined as never);
  }
}

function* events(findings: Findings): Generator<VerifyEvent, void, undefined> {
  for (const finding of findings.take()) yield { type: "finding", finding };
}
