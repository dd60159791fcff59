import type { MigrationProgress, PackageStage } from "@primepack/runner";
import { formatBytes, formatCount } from "./quantities.ts";

/** What the stages of packages are for a reader, in the order of the way. */
const steps: readonly { readonly text: string; readonly stages: readonly PackageStage[] }[] = [
  { text: "planned", stages: ["planned"] },
  { text: "uploading", stages: ["building"] },
  { text: "waiting", stages: ["built", "submitting"] },
  { text: "at the service", stages: ["submitted", "ended"] },
  { text: "done", stages: ["settled"] },
  { text: "unknown", stages: ["unknown"] },
];

/** `1,234 imported, 2 failed, 1.2 GB, 12 MB/s; packages: 3 uploading, 2 waiting, 5 at the service, 20 done` */
export function migrationProgressText(progress: MigrationProgress, bytesPerSecond: number): string {
  const { stages, imported, failed, unknown, importedBytes } = progress;
  const parts = [
    `${formatCount(imported)} imported`,
    failed > 0 && `${formatCount(failed)} failed`,
    unknown > 0 && `${formatCount(unknown)} unknown`,
    formatBytes(importedBytes),
    `${formatBytes(Math.round(bytesPerSecond))}/s`,
  ].filter(Boolean);
  return `${parts.join(", ")}; packages: ${packagesText(stages)}`;
}

/** `3 uploading, 20 done` */
export function packagesText(stages: Readonly<Record<PackageStage, number>>): string {
  const shown = steps
    .map(({ text, stages: names }) => ({ text, count: names.reduce((sum, name) => sum + stages[name], 0) }))
    .filter(({ count }) => count > 0)
    .map(({ text, count }) => `${formatCount(count)} ${text}`);
  return shown.length === 0 ? "none yet" : shown.join(", ");
}
