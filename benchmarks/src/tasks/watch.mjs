// Watches so many jobs against a server of this process that answers GetMigrationJobProgress, in virtual time: a fifth of
// them runs at once, each for 8 minutes, and the others wait. What a job says is kept until it is over.
import { createServer } from "node:http";
import { importResult, progressEvents, watchJobs } from "@primepack/event-reader";
import { memoryPeaks } from "../harness/memory.mjs";
import { VirtualTime } from "./virtual-time.mjs";
import { reportWork } from "./work-usage.mjs";

const [countText, requestsPerMinuteText] = process.argv.slice(2);
const count = Number(countText);
const requestsPerMinute = Number(requestsPerMinuteText);

const MINUTE = 60_000;
const RUNNING_AT_ONCE = count / 5;
const RUN_MINUTES = 8;
const PROGRESS_MINUTES = 2;

const time = new VirtualTime();
const began = time.now;
const memory = memoryPeaks();
const requestsByMinute = new Map();
const tally = { requests: 0, runningLooks: 0, queuedLooks: 0, runningMinutes: 0, queuedMinutes: 0, lateMinutes: 0 };

const jobIdOf = (number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
const numberOf = (jobId) => Number(jobId.slice(-12));
const startOf = (number) => began + Math.floor(number / RUNNING_AT_ONCE) * RUN_MINUTES * MINUTE;
const endOf = (number) => startOf(number) + RUN_MINUTES * MINUTE;

const stats = JSON.stringify({ "0-1K": { Count: 10, TotalSize: 9000, TotalDownloadTime: 5, TotalCreationTime: 9 } });

function event(number, Event, at, more = {}) {
  const Time = new Date(at).toISOString().replace(/^(\d+)-(\d+)-(\d+)T(.*)Z$/, "$2/$3/$1 $4");
  const JobId = jobIdOf(number);
  return {
    at,
    text: JSON.stringify({
      Event,
      JobId,
      Time,
      TotalRetryCount: "0",
      MigrationType: "None",
      ...more,
      CorrelationId: JobId,
    }),
  };
}

const counts = (files, TotalErrors) => ({
  FilesCreated: String(files),
  BytesProcessed: String(files * 90_000),
  ObjectsProcessed: String(files * 2),
  TotalExpectedSPObjects: "500",
  TotalErrors: String(TotalErrors),
  TotalWarnings: "0",
  TotalDurationInMs: "372294.0861",
  CreatedOrUpdatedFileStatsBySize: stats,
  ObjectsStatsByType: stats,
});

/** One job in ten has ten errors. */
function eventsOf(number) {
  const [start, end] = [startOf(number), endOf(number)];
  const errors = number % 10 === 0 ? 10 : 0;
  const events = [event(number, "JobQueued", began), event(number, "JobStart", start)];
  for (let minute = PROGRESS_MINUTES; minute < RUN_MINUTES; minute += PROGRESS_MINUTES) {
    events.push(event(number, "JobProgress", start + minute * MINUTE, counts(minute * 20, 0)));
  }
  for (let error = 0; error < errors; error += 1) {
    const Id = `${jobIdOf(number).slice(0, 8)}-1111-4000-8000-${String(error).padStart(12, "0")}`;
    const Message = `A file or folder with the name file-${error}.txt already exists.`;
    events.push(event(number, "JobError", end, { ObjectType: "File", Id, Url: "", ErrorCode: "-2147024816", Message }));
  }
  events.push(event(number, "JobEnd", end, counts(250 - errors, errors)));
  return events;
}

const server = createServer((request, reply) => {
  const [, jobId, token] = /jobId=guid'(.*?)',nextToken=(\d+)/.exec(request.url);
  const number = numberOf(jobId);
  const minute = Math.floor((time.now - began) / MINUTE);
  tally.requests += 1;
  requestsByMinute.set(minute, (requestsByMinute.get(minute) ?? 0) + 1);
  const past = eventsOf(number).filter(({ at }) => at <= time.now);
  reply.setHeader("content-type", "application/json");
  reply.end(
    JSON.stringify({ Logs: past.slice(Number(token)).map(({ text }) => text), NextToken: String(past.length) }),
  );
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

const progress = progressEvents({
  siteUrl: `http://127.0.0.1:${server.address().port}/sites/a`,
  credential: { getToken: async () => ({ token: "none", expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) },
});
const events = {
  async read(jobId, token, signal) {
    const isRunning = startOf(numberOf(jobId)) <= time.now;
    tally[isRunning ? "runningLooks" : "queuedLooks"] += 1;
    time.busy += 1;
    try {
      return await progress.read(jobId, token, signal);
    } finally {
      time.busy -= 1;
    }
  },
};

async function watchAll() {
  const results = new Map(
    Array.from({ length: count }, (_, number) => [jobIdOf(number), importResult(jobIdOf(number))]),
  );
  const jobs = [...results.keys()].map((jobId) => ({ jobId }));
  const watcher = watchJobs({ events, jobs, requestsPerMinute, clock: time.clock, timer: time.timer });
  let over = 0;
  for await (const update of watcher) {
    if (update.type === "events") results.get(update.jobId).addEvents(update.events);
    if (update.type !== "over") continue;
    const number = numberOf(update.jobId);
    tally.queuedMinutes += (startOf(number) - began) / MINUTE;
    tally.runningMinutes += (time.now - startOf(number)) / MINUTE;
    tally.lateMinutes += (time.now - endOf(number)) / MINUTE;
    over += 1;
    if (over % 100 === 0) memory.sample();
    if (watcher.size === 0) watcher.close();
  }
  if ([...results.values()].some(({ status }) => status !== "ended")) throw new Error("Cannot end as a job did not");
}

await reportWork(async () => {
  await time.run(watchAll());
  memory.sample();
  await progress.close();
  server.close();
  return {
    ...tally,
    ...memory.peaks,
    minutes: (time.now - began) / MINUTE,
    busiestMinute: Math.max(...requestsByMinute.values()),
  };
});
