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
  const { summary, tally, exitCode, directory, keyFile, inContainers, dryRun } = end;
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
  lines.push(...tallyLines(tally));
  lines.push(`Records: ${safeText(directory)}/${dryRun ? "dry-run-items.ndjson" : "items.ndjson"}`);
  if (keyFile !== undefined) lines.push(`Key: ${safeText(keyFile)}`);
  // The rest of an interrupted run takes the ids from there on.
  if (summary.status === "complete") lines.push(`Next free item id: ${summary.nextItemId}`);
  lines.push(`Exit status ${exitCode}: ${buildExitCodeMeanings[exitCode]}`);
  return lines;
}

/** What only runs have that carry more than folders and files, each with one version. */
function tallyLines({ kinds, versions, attachments, warnings }: BuildEnd["tally"]): string[] {
  const lines: string[] = [];
  if (versions + attachments + kinds.items + kinds.lists > 0) {
    const parts = [
      kinds.folders > 0 && formatCountOf(kinds.folders, "folder"),
      kinds.files > 0 && formatCountOf(kinds.files, "file"),
      versions > 0 && formatCountOf(versions, "older version"),
      kinds.items > 0 && formatCountOf(kinds.items, "list item"),
      attachments > 0 && formatCountOf(attachments, "attachment"),
      kinds.lists > 0 && "permissions of the list",
    ];
    lines.push(`Packaged: ${parts.filter(Boolean).join(", ")}`);
  }
  const warned = Object.entries(warnings);
  if (warned.length > 0) {
    lines.push(`Warnings: ${warned.map(([code, count]) => `${formatCount(count)} ${code}`).join(", ")}`);
  }
  return lines;
}
