import { createHash } from "node:crypto";
import { openSasContainer } from "@primepack/core";
import type { ServiceClient } from "@primepack/core/http";
import { type JobEvent, type LogEntry, readImportLogs } from "@primepack/event-reader";
import type { SharePointJobService } from "@primepack/submitter";
import {
  type Experiment,
  folderOf,
  type Import,
  instead,
  type Laboratory,
  runExperiment,
  someFiles,
} from "./experiment.ts";
import { ask, type Finding, type Observation, type Trial, tried } from "./findings.ts";

/** Objects of an import that has more errors than any limit that was seen. */
const MANY = 130;
/** Of a log, for the evidence. */
const SHOWN_LINES = 5;

/** Imports something, well and badly, and tells what came of it. One question after the other: each is a job. */
export async function* importChecks(laboratory: Laboratory, client: ServiceClient): AsyncGenerator<Finding> {
  const { signal, service, network } = laboratory;
  const sharePoint = service.kind === "sharepoint" ? service : undefined;
  let plain: Import | undefined;

  yield await ask(
    { id: "events of an import", question: "Which events does a plain import of three files give, in which form?" },
    signal,
    async () => {
      plain = await runExperiment(laboratory, { name: "plain", files: someFiles(3) });
      return eventsOf(plain);
    },
  );
  const imported = plain;
  if (imported === undefined) return;

  if (sharePoint !== undefined) {
    yield await ask(
      {
        id: "state after the end",
        question: "What do the status calls say of a job that has ended, and what does deleting it?",
      },
      signal,
      () => stateAfterEnd(sharePoint, imported.jobId, signal),
    );
  }
  yield await ask(
    { id: "logs", question: "Which logs lie in the manifest container, and how are their lines laid out?" },
    signal,
    async () => {
      const container = openSasContainer(imported.containers.metadataContainerUri, network ? { network } : {});
      const { encryptionKey } = imported.containers;
      return logsOf(
        readImportLogs({
          container,
          jobId: imported.jobId,
          kinds: ["log", "warning", "error"],
          signal,
          ...(encryptionKey && { key: encryptionKey }),
        }),
      );
    },
  );
  yield await ask(
    {
      id: "existing file",
      question: "A file whose GUID the library has is imported again: are versions appended, or is it replaced?",
    },
    signal,
    async () => {
      const again = new Map([...someFiles(3)].map(([name, text]) => [name, `${text}, changed`]));
      const second = await runExperiment(laboratory, {
        name: "plain",
        files: again,
        firstItemId: imported.firstItemId,
      });
      return existingFile(second, sharePoint === undefined ? undefined : await versionOf(laboratory, client));
    },
  );
  yield await troubled(
    laboratory,
    "missing snapshot",
    "Does a content blob without a snapshot fail its object, or the job?",
    {
      files: someFiles(2),
      tamper: (container) => instead(container, { snapshot: async () => undefined }),
    },
  );
  yield await troubled(laboratory, "wrong MD5", "What does a content blob say whose MD5 is not that of the manifest?", {
    files: someFiles(1),
    tamper: (container) =>
      instead(container, {
        putBlob: (name, body, options) => {
          const changed = Uint8Array.from(body);
          changed[0] = (changed[0] ?? 0) ^ 1;
          return container.putBlob(name, changed, {
            ...options,
            md5: createHash("md5").update(changed).digest("base64"),
          });
        },
      }),
  });
  yield await troubled(
    laboratory,
    "error limit",
    `After how many object errors is a job cancelled (${MANY} were made)?`,
    {
      files: someFiles(MANY),
      tamper: (container) => instead(container, { putBlob: async () => undefined, snapshot: async () => undefined }),
    },
  );
  yield await deletedJob(laboratory);
}

function troubled(
  laboratory: Laboratory,
  id: string,
  question: string,
  experiment: Omit<Experiment, "name">,
): Promise<Finding> {
  return ask({ id, question }, laboratory.signal, async () =>
    troubleOf(await runExperiment(laboratory, { ...experiment, name: id })),
  );
}

function eventsOf({ events, how }: Import): Observation {
  const names = events.map(nameOf);
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const samples = [...counts.keys()].map((name) => events.find((event) => nameOf(event) === name)?.raw);
  const untimed = events.filter(({ time }) => time === undefined).length;
  return {
    answer: `${[...counts].map(([name, count]) => `${count} ${name}`).join(", ")}; the job is ${how}${untimed > 0 ? `; ${untimed} times can't be read` : ""}`,
    evidence: { how, samples },
  };
}

async function stateAfterEnd(service: SharePointJobService, jobId: string, signal: AbortSignal): Promise<Observation> {
  const state = await tried(() => service.jobState(jobId, signal));
  const listed = await tried(async () => (await service.jobs(signal)).some((job) => job.jobId === jobId));
  const deleted = await tried(() => service.deleteJob(jobId, signal));
  return {
    answer: `GetMigrationJobStatus: ${shown(state)}; in GetMigrationStatus: ${shown(listed)}; DeleteMigrationJob: ${shown(deleted)}`,
    evidence: { state, listed, deleted },
  };
}

function shown(outcome: Trial): string {
  return outcome.ok ? JSON.stringify(outcome.reply) : "refused";
}

async function logsOf(entries: AsyncIterable<LogEntry>): Promise<Observation> {
  const files = new Map<string, { lines: number; first: string[] }>();
  for await (const { file, text } of entries) {
    const found = files.get(file) ?? { lines: 0, first: [] };
    found.lines += 1;
    if (found.first.length < SHOWN_LINES) found.first.push(text.slice(0, 500));
    files.set(file, found);
  }
  const answer = [...files].map(([file, { lines }]) => `${file} with ${lines} lines`).join(", ");
  return { answer: answer === "" ? "none could be read" : answer, evidence: Object.fromEntries(files) };
}

/** Version label and length of a file that was imported twice. */
async function versionOf({ target, folder, signal }: Laboratory, client: ServiceClient): Promise<Trial> {
  const web = target.webUrl === "/" ? "" : target.webUrl;
  const url = `${web}/${target.listUrl}/${folderOf(folder, "plain")}/file 1.txt`;
  const literal = encodeURIComponent(`'${url.replaceAll("'", "''")}'`);
  return tried(async () => {
    const { body } = await client.send({
      method: "GET",
      url: `_api/web/GetFileByServerRelativePath(DecodedUrl=@u)?@u=${literal}&$select=UIVersionLabel,Length`,
      headers: { accept: "application/json;odata=nometadata" },
      doing: "read the imported file",
      signal,
    });
    return body;
  });
}

function existingFile(second: Import, file: Trial | undefined): Observation {
  const trouble = troubleOf(second);
  const { UIVersionLabel: label } = (file?.ok ? file.reply : {}) as { readonly UIVersionLabel?: unknown };
  const how = label === undefined ? "its version was not told" : `its version is ${String(label)} now`;
  return { answer: `${trouble.answer}; ${how}`, evidence: { ...(trouble.evidence as object), file } };
}

function troubleOf({ events, how }: Import): Observation {
  const problems = events.filter(
    ({ type }) => type === "JobError" || type === "JobFatalError" || type === "JobWarning",
  );
  const last = events.filter(({ type }) => type === "JobEnd" || type === "JobProgress").at(-1);
  const totalErrors = last !== undefined && "counts" in last ? last.counts.totalErrors : undefined;
  const by = (type: JobEvent["type"]) => events.filter((event) => event.type === type).length;
  const errors = `${by("JobError")} JobError, ${by("JobFatalError")} JobFatalError, ${by("JobCancelled")} JobCancelled`;
  const [first] = problems;
  const text =
    first !== undefined && "problem" in first ? `; first: ${first.problem.message} (${first.problem.errorCode})` : "";
  return {
    answer: `${errors}, ${totalErrors ?? "no"} errors counted; the job is ${how}${text}`,
    evidence: { how, totalErrors, names: events.map(nameOf), problems: problems.slice(0, 3).map(({ raw }) => raw) },
  };
}

/** A job that is deleted as soon as it is there: queued or running, as it happens. */
function deletedJob(laboratory: Laboratory): Promise<Finding> {
  const { service, signal } = laboratory;
  const question = "A job is deleted as soon as it is there: what does the call say, and which events come?";
  return ask({ id: "deleted job", question }, signal, async () => {
    let state: unknown;
    let deleted: unknown;
    const found = await runExperiment(laboratory, {
      name: "deleted",
      files: someFiles(20),
      onJob: async (jobId) => {
        if (service.kind === "sharepoint") state = await tried(() => service.jobState(jobId, signal));
        deleted = await tried(() => service.deleteJob(jobId, signal));
      },
    });
    const names = found.events.map(nameOf);
    return {
      answer: `${names.length === 0 ? "no events" : names.join(", ")}; the job is ${found.how}`,
      evidence: { state, deleted, how: found.how, events: found.events.map(({ raw }) => raw) },
    };
  });
}

function nameOf(event: JobEvent): string {
  return event.type === "unknown" ? event.name : event.type;
}
