import { buildExitCodeMeanings } from "../exit-code.ts";
import type { BuildEnd } from "./build-view.ts";
import { formatBytes, formatCount, formatCountOf } from "./quantities.ts";
import { safeText } from "./safe-text.ts";

const itemCounts: readonly ItemCount[] = [
  { outcome: "packaged", always: true },
  { outcome: "renamed", always: true },
  { outcome: "deletion", always: false, text: "to be deleted" },
  { outcome: "unchanged", always: false },
  { outcome: "existing", always: true },
  { outcome: "excluded", always: true },
  { outcome: "skipped", always: true },
  { outcome: "failed", always: true },
];

interface ItemCount {
  readonly outcome: keyof BuildEnd["summary"]["counts"];
  readonly always: boolean;
  readonly text?: string;
}

/** The lines that end a build. */
export function buildSummaryLines(end: BuildEnd): string[] {
  const { summary, exitCode, directory, keyFile, inContainers, dryRun } = end;
  const { counts } = summary;
  const made = `${formatCountOf(summary.packages, "package")}`;
  const reused = summary.reusedPackages > 0 ? ` and kept ${formatCount(summary.reusedPackages)}` : "";
  const where = inContainers
    ? `Azure Blob Storage; ${safeText(directory)}/packages.ndjson names the containers`
    : safeText(directory);
  const lines = dryRun
    ? [`Planned ${made}, ${formatBytes(summary.bytes)}; nothing was built`]
    : [
        `Built ${made}${reused}, ${formatBytes(summary.bytes)} (${formatBytes(summary.storedBytes)} stored)`,
        `Packages: ${where}`,
      ];
  lines.push(
    `Items: ${itemCounts
      // What only runs with a ledger, or with deletions, have.
      .filter(({ outcome, always }) => always || counts[outcome] > 0)
      .map(({ outcome, text }) => `${formatCount(counts[outcome])} ${text ?? outcome}`)
      .join(", ")}`,
  );
  lines.push(`Records: ${safeText(directory)}/${dryRun ? "dry-run-items.ndjson" : "items.ndjson"}`);
  if (keyFile !== undefined) lines.push(`Key: ${safeText(keyFile)}`);
  // The rest of an interrupted run takes the ids from there on.
  if (summary.status === "complete") lines.push(`Next free item id: ${summary.nextItemId}`);
  lines.push(`Exit status ${exitCode}: ${buildExitCodeMeanings[exitCode]}`);
  return lines;
}
