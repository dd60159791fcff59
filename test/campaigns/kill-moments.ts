import type { PackageStage } from "@primepack/runner";
import { seededNumbers } from "./seeded-numbers.ts";

/** When a process of a campaign is killed. Delays are in milliseconds; nothing is expected of them. */
export type KillMoment =
  /** So long after it was started. */
  | { readonly when: "start"; readonly delay: number }
  /** So long after this share of the whole work was done. */
  | { readonly when: "progress"; readonly done: number; readonly delay: number }
  /** So long after a package came to a stage, the first to do so once this share was done. */
  | { readonly when: "stage"; readonly done: number; readonly stage: PackageStage; readonly delay: number };

/** Stages that a package comes to, and the share of its work that is done then. */
export const WORK_DONE: Readonly<Record<PackageStage, number>> = {
  planned: 0.02,
  building: 0.1,
  built: 0.4,
  submitting: 0.5,
  submitted: 0.6,
  ended: 0.9,
  settled: 1,
  unknown: 0.6,
};

const STAGES: readonly PackageStage[] = ["building", "built", "submitting", "submitted", "ended", "settled"];

/** Work that is left for the last moment at least, so that it comes before the end. */
const LAST_DONE = 0.9;

/** Moments of a campaign, in the order in which they come; the same for the same seed. */
export function killMoments(count: number, seed: string): readonly KillMoment[] {
  const draw = seededNumbers(`moments ${seed}`);
  const shares = Array.from({ length: count }, () => draw() * LAST_DONE).sort((a, b) => a - b);
  return shares.map((done): KillMoment => {
    const kind = draw();
    if (kind < 0.15) return { when: "start", delay: Math.floor(draw() * 4000) };
    if (kind < 0.55) return { when: "progress", done, delay: Math.floor(draw() * 300) };
    const stage = STAGES[Math.floor(draw() * STAGES.length)] ?? "building";
    return { when: "stage", done, stage, delay: Math.floor(draw() * 8) };
  });
}

/** What a moment is, for people. */
export function momentText(moment: KillMoment): string {
  if (moment.when === "start") return `${moment.delay} ms after its start`;
  const done = `${(moment.done * 100).toFixed(1)} % of the work`;
  return moment.when === "progress"
    ? `${moment.delay} ms after ${done}`
    : `${moment.delay} ms after a package was ${moment.stage}, from ${done} on`;
}
