import type { PackageStatus } from "@primepack/runner";
import { containerOf, type EmulatedStorage, type StoredContainer } from "./emulated-storage.ts";
import type { Findings } from "./findings.ts";
import type { KilledPackage } from "./killed-run.ts";

/** What kills left at the service, each bit of it explained by where a kill fell. */
export interface KillTraces {
  /** Jobs that were created for the run. */
  readonly jobs: number;
  /** Content blobs of all jobs. */
  readonly blobs: number;
  /** Blobs that a killed process had stored of packages that weren't built, and that nobody stored again. */
  readonly kept: number;
  /** Blobs that were stored again, as a kill fell between the service's answer and the journal's record of it. */
  readonly storedAgain: number;
  /** Containers that nothing was put into: a kill fell before the journal knew of them. */
  readonly emptyContainers: number;
  /** Packages that were sent again in other containers, as nothing could show what became of them. */
  readonly givenUp: number;
}

export interface RunAtService {
  readonly storage: EmulatedStorage;
  /** Containers that were provided while the run went on. */
  readonly containers: readonly StoredContainer[];
  /** As the run's status ends. */
  readonly packages: readonly PackageStatus[];
  /** What the journal said after each kill. */
  readonly killed: readonly (readonly KilledPackage[])[];
  /** Containers that packages had before they were sent again as `unknown`. */
  readonly givenUp: ReadonlySet<string>;
  /** Packages whose containers may be asked for at once. */
  readonly packagesInFlight: number;
  /** Times that the service was killed, and with it the answers that were on their way. */
  readonly emulatorKills: number;
}

/** Holds what is at the service against the journal: one job a package, and no upload that the journal knew of repeated. */
export async function checkKills(run: RunAtService, findings: Findings): Promise<KillTraces> {
  const { storage, containers, packages, givenUp } = run;
  const byJob = new Map<string, string[]>();
  for (const { name, jobId } of containers)
    if (jobId !== undefined) byJob.set(jobId, [...(byJob.get(jobId) ?? []), name]);
  const packageOfJob = new Map<string, string>();
  let blobs = 0;
  let storedAgain = 0;
  let kept = 0;
  for (const { name, jobId, record } of packages) {
    if (jobId === undefined || record?.containers === undefined) {
      findings.add("package without a job", name);
      continue;
    }
    if (packageOfJob.has(jobId)) findings.add("job of two packages", jobId);
    packageOfJob.set(jobId, name);
    const { content, manifest } = record.containers;
    const own = [content, manifest].map((one) => (one.kind === "azure" ? containerOf(one.url) : ""));
    findings.compare("containers of a job", name, [...(byJob.get(jobId) ?? [])].sort(), [...own].sort());
    const snapshots = await storage.snapshots(own[0] ?? "");
    blobs += snapshots.size;
    for (const [blob, count] of snapshots) {
      const excused = run.emulatorKills + run.killed.filter((left) => isUnrecorded(left, own[0], blob)).length;
      if (count < 1 || count > 1 + excused) {
        findings.add("upload repeated", `${name}/${blob} has ${count} snapshots, ${excused} kills before its record`);
      }
      storedAgain += count - 1;
      if (count === 1 && run.killed.some((left) => isRecorded(left, own[0], blob))) kept += 1;
    }
  }
  for (const jobId of byJob.keys()) if (!packageOfJob.has(jobId)) findings.add("job of no package", jobId);
  let emptyContainers = 0;
  for (const { name, jobId } of containers) {
    if (jobId !== undefined || givenUp.has(name)) continue;
    if ((await storage.snapshots(name)).size === 0) emptyContainers += 1;
    else findings.add("abandoned upload", `container ${name} holds blobs, and no job has it`);
  }
  const most = 2 * run.packagesInFlight * (run.killed.length + run.emulatorKills);
  if (emptyContainers > most) findings.add("abandoned containers", `${emptyContainers} are empty, ${most} at most`);
  return { jobs: byJob.size, blobs, kept, storedAgain, emptyContainers, givenUp: givenUp.size / 2 };
}

/** Whether the journal knew that the blob of an unfinished package was stored. */
function isRecorded(left: readonly KilledPackage[], container: string | undefined, blob: string): boolean {
  return builderOf(left, container)?.stored.has(blob) === true;
}

/** Whether the killed process may have stored the blob without a word in the journal. */
function isUnrecorded(left: readonly KilledPackage[], container: string | undefined, blob: string): boolean {
  return builderOf(left, container)?.stored.has(blob) === false;
}

function builderOf(left: readonly KilledPackage[], container: string | undefined): KilledPackage | undefined {
  return left.find((one) => one.containers[0] === container && one.stage === "building");
}
