import { EventEmitter } from "node:events";
import type { BuildEvent, BuildProgress, BuildRun, BuildSummary } from "@primepack/core";
import { describe, expect, it } from "vitest";
import { BuildTally } from "./build-tally.ts";
import { followBuild } from "./follow-build.ts";
import { Interrupt } from "./interrupt.ts";
import type { BuildView } from "./view/build-view.ts";

const counts = { packaged: 1, renamed: 0, deletion: 0, unchanged: 0, existing: 0, excluded: 0, skipped: 0, failed: 0 };
const complete: BuildSummary = {
  status: "complete",
  packages: 1,
  reusedPackages: 0,
  counts,
  bytes: 1,
  storedBytes: 2,
  nextItemId: 2,
};

/** A run of the given events; one that is drained yields no more of them. */
function fakeRun(events: readonly BuildEvent[], end: () => Promise<BuildSummary> = async () => complete) {
  let drained = false;
  const progress: BuildProgress = { scannedItems: 0, scannedBytes: 0, files: 0, sealedBytes: 0, packages: 0 };
  const run: BuildRun = {
    get result() {
      return drained ? Promise.resolve<BuildSummary>({ ...complete, status: "interrupted" }) : end();
    },
    progress,
    drain: () => {
      drained = true;
    },
    async *[Symbol.asyncIterator]() {
      for (const event of events) {
        if (drained) return;
        yield event;
      }
    },
  };
  return run;
}

function recordingView() {
  const calls: string[] = [];
  const view: BuildView = {
    started: () => void calls.push("started"),
    event: async ({ type }) => void calls.push(type),
    counted: ({ files }) => void calls.push(`counted ${files}`),
    draining: () => void calls.push("draining"),
    ended: () => void calls.push("ended"),
    summary: async () => void calls.push("summary"),
  };
  return { calls, view };
}

const scanned: BuildEvent = { type: "scanned", items: 1, bytes: 1 };
const started: BuildEvent = { type: "packageStarted", name: "000001", items: 1, bytes: 1 };

describe("followBuild()", () => {
  it("shows every event, counts beside, and gives the run's summary", async () => {
    const { calls, view } = recordingView();
    const run = fakeRun([started, scanned]);
    const interrupt = new Interrupt(new EventEmitter(), () => 0);
    const count = async () => ({ files: 7, bytes: 8 });
    const seen: string[] = [];
    const tally = { add: ({ type }: BuildEvent) => void seen.push(type) };
    expect(await followBuild(run, { events: run, view, interrupt, tally, count })).toBe(complete);
    expect(seen).toEqual(["packageStarted", "scanned"]);
    expect(calls.filter((call) => call !== "counted 7")).toEqual(["started", "packageStarted", "scanned", "ended"]);
    expect(calls).toContain("counted 7");
  });

  it("drains the run at SIGINT and gives the summary of what was finished", async () => {
    const { calls, view } = recordingView();
    const run = fakeRun([started, scanned]);
    const signals = new EventEmitter();
    const interrupt = new Interrupt(signals, () => 0);
    const show = view.event;
    const interrupting: BuildView = {
      ...view,
      event: async (event) => {
        await show(event);
        signals.emit("SIGINT");
      },
    };
    const summary = await followBuild(run, { events: run, view: interrupting, interrupt, tally: new BuildTally() });
    expect(summary.status).toBe("interrupted");
    expect(calls).toEqual(["started", "packageStarted", "draining", "ended"]);
    expect(interrupt.signal.aborted).toBe(false);
  });

  it("clears the view away and stops counting when the run fails", async () => {
    const { calls, view } = recordingView();
    const run = fakeRun([], () => Promise.reject(new Error("broken")));
    let counting: AbortSignal | undefined;
    const count = (signal: AbortSignal) => {
      counting = signal;
      return new Promise<never>((_, reject) => signal.addEventListener("abort", reject));
    };
    const following = followBuild(run, {
      events: run,
      view,
      interrupt: new Interrupt(new EventEmitter(), () => 0),
      tally: new BuildTally(),
      count,
    });
    await expect(following).rejects.toThrow("broken");
    expect(calls).toEqual(["started", "ended"]);
    expect(counting?.aborted).toBe(true);
  });
});
