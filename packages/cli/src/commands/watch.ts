import { type JobEvent, type JobUpdate, watchJobs } from "@primepack/event-reader";
import { readWatchArguments } from "../arguments/watch-arguments.ts";
import type { CommandContext } from "../command-context.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { openService } from "../migration/open-service.ts";
import { jsonLine } from "../view/json-line.ts";
import { eventText, overText } from "../view/watch-text.ts";

const failures: ReadonlySet<JobEvent["type"]> = new Set(["JobError", "JobFatalError", "JobCancelled", "JobDeleted"]);

/** `primepack watch`: shows the events of jobs, whoever created them, until all are over. */
export async function watchCommand(context: CommandContext): Promise<ExitCode> {
  const { argv, stdout, interrupt } = context;
  const { jobs, service: place, credential, limits, json } = readWatchArguments(argv);
  const { events, close } = await openService(place, credential, context);
  const { pollRunningMs, pollQueuedMs, pollRequestsPerMinute } = limits;
  let failed = 0;
  let over = 0;
  try {
    const watcher = watchJobs({
      events,
      jobs: jobs.map((jobId) => ({ jobId })),
      signal: interrupt.signal,
      ...(pollRunningMs !== undefined && { pollRunningMs }),
      ...(pollQueuedMs !== undefined && { pollQueuedMs }),
      ...(pollRequestsPerMinute !== undefined && { requestsPerMinute: pollRequestsPerMinute }),
    });
    for await (const update of watcher) {
      if (update.type === "events") failed += update.events.filter(({ type }) => failures.has(type)).length;
      else if (update.type === "over") {
        over += 1;
        if (update.how !== "ended") failed += 1;
      }
      for (const line of linesOf(update, json)) await stdout.write(line);
      if (over === jobs.length) watcher.close();
    }
  } finally {
    await close();
  }
  const exitCode = failed > 0 ? exitCodes.itemsMissing : exitCodes.complete;
  if (json) await stdout.write(jsonLine({ type: "summary", jobs: jobs.length, failures: failed, exitCode }));
  return exitCode;
}

function linesOf(update: JobUpdate, json: boolean): readonly string[] {
  const { jobId } = update;
  switch (update.type) {
    case "events":
      return update.events.map((event) =>
        json ? jsonLine({ ...jsonOf(event), jobId }) : `${eventText(jobId, event)}\n`,
      );
    case "silent":
      return [
        json
          ? jsonLine({ type: "silent", jobId, silentMs: update.silentMs })
          : `${jobId}: silent for ${Math.round(update.silentMs / 60_000)} minutes\n`,
      ];
    case "over": {
      const message = update.how === "failed" ? { message: update.error.message } : {};
      return [json ? jsonLine({ type: "over", jobId, how: update.how, ...message }) : `${overText(update)}\n`];
    }
  }
}

/** Without the event as it came, whose form is the service's. */
function jsonOf({ raw: _, type, ...event }: JobEvent): object {
  return { type: "event", event: type, ...event };
}
