import type { BuildEvent, BuildRun, BuildSummary } from "@primepack/core";
import type { BuildTally } from "./build-tally.ts";
import type { Interrupt } from "./interrupt.ts";
import type { BuildView } from "./view/build-view.ts";
import type { Work } from "./view/work-rate.ts";

export interface FollowBuildOptions {
  /** The run's events, as they are recorded. */
  readonly events: AsyncIterable<BuildEvent>;
  readonly view: BuildView;
  readonly interrupt: Interrupt;
  /** Sees each event before the view does. */
  readonly tally: Pick<BuildTally, "add">;
  /** Counts the source beside the run, for the time left. A count that fails is no matter: the run itself tells. */
  readonly count?: (signal: AbortSignal) => Promise<Work>;
}

/** Shows a run to its end; the first SIGINT drains it. Rejects with what ended it otherwise. */
export async function followBuild(run: BuildRun, options: FollowBuildOptions): Promise<BuildSummary> {
  const { events, view, interrupt, tally, count } = options;
  const counting = new AbortController();
  interrupt.drainWith(() => {
    run.drain();
    view.draining();
  });
  view.started(() => run.progress);
  try {
    count?.(counting.signal).then(
      (total) => view.counted(total),
      () => undefined,
    );
    for await (const event of events) {
      tally.add(event);
      await view.event(event);
    }
    return await run.result;
  } finally {
    counting.abort();
    view.ended();
  }
}
