import type { PrimepackError } from "../errors/index.ts";
import type {
  BlobFacts,
  ItemOutcome,
  PackagedOutcome,
  PackagePlan,
  PlannedContent,
  PlannedDeletion,
  PlannedItem,
  SealedBlob,
  TargetPath,
} from "../model/index.ts";

/** What storing a blob, or putting a member into an archive, gave; undefined in a dry run. */
export type SealedByName = (blob: string) => SealedBlob | undefined;

/**
 * One outcome for each planned item, in the plan's order, and one of kind `list` behind them if the package sets the
 * list's own permissions.
 */
export function packageOutcomes(
  plan: PackagePlan,
  sealed: SealedByName,
  failures: ReadonlyMap<PlannedItem, PrimepackError>,
): ItemOutcome[] {
  const outcomes = plan.items.map((item) => {
    const failure = failures.get(item);
    if (failure !== undefined) return failedOutcome(plan, item, failure);
    return item.kind === "deletion" ? deletionOutcome(plan, item) : packagedOutcome(plan, item, sealed);
  });
  return setsListPermissions(plan) ? [...outcomes, listOutcome(plan)] : outcomes;
}

/** Whether one of the package's scopes is the list's. */
export function setsListPermissions({ scopes = [] }: PackagePlan): boolean {
  return scopes.some(({ objectType }) => objectType === "list");
}

function packagedOutcome(
  plan: PackagePlan,
  item: Exclude<PlannedItem, PlannedDeletion>,
  sealed: SealedByName,
): PackagedOutcome {
  const versions = item.kind === "folder" ? undefined : item.versions;
  const hasOlder = versions !== undefined && versions.length > 0;
  // As in the manifest: the time of the bytes that were read counts where they are the file's only ones.
  const read = item.kind === "file" && !hasOlder ? sealed(item.blob)?.modified : undefined;
  return {
    outcome: "packaged",
    kind: item.kind,
    ...entryOf(item),
    package: plan.name,
    url: urlOf(plan, item.path),
    id: item.id,
    listItemId: item.listItemId,
    itemId: item.itemId,
    ...(item.renamed === undefined ? {} : { renamed: item.renamed }),
    ...(item.movedFrom === undefined ? {} : { movedFrom: item.movedFrom }),
    ...(hasOlder ? { version: item.version } : {}),
    ...(item.kind === "file" && item.versions?.length
      ? { versions: item.versions.map((version) => ({ version: version.version, ...blobFacts(version, sealed) })) }
      : {}),
    ...(item.kind === "item" && item.attachments?.length
      ? { attachments: item.attachments.map((file) => ({ name: file.name, ...blobFacts(file, sealed) })) }
      : {}),
    ...(item.kind === "file" ? blobFacts(item, sealed) : {}),
    modified: read ?? item.modified,
    ...(item.identity === undefined ? {} : { identity: item.identity }),
    ...(item.fingerprint === undefined ? {} : { fingerprint: item.fingerprint }),
    ...(item.generation === undefined ? {} : { generation: item.generation }),
  };
}

function blobFacts(content: PlannedContent, sealed: SealedByName): BlobFacts {
  const { blob, archive } = content;
  const facts = sealed(blob);
  return {
    blob,
    ...(archive === undefined ? {} : { archive }),
    size: facts?.size ?? content.size,
    ...(facts === undefined ? {} : { quickXorHash: facts.quickXorHash }),
    ...(facts === undefined || facts.md5 === "" ? {} : { md5: facts.md5 }),
  };
}

function deletionOutcome(plan: PackagePlan, item: PlannedDeletion): ItemOutcome {
  const { of: kind, id } = item;
  return { outcome: "deletion", kind, ...entryOf(item), package: plan.name, url: urlOf(plan, item.path), id };
}

function failedOutcome(plan: PackagePlan, item: PlannedItem, { code, message }: PrimepackError): ItemOutcome {
  const kind = item.kind === "deletion" ? item.of : item.kind;
  return { outcome: "failed", kind, ...entryOf(item), package: plan.name, code, message };
}

function listOutcome(plan: PackagePlan): ItemOutcome {
  const { listId } = plan.target;
  const entry = { source: "", sourcePath: [] };
  return { outcome: "packaged", kind: "list", ...entry, package: plan.name, url: urlOf(plan, []), id: listId };
}

function entryOf({ source }: PlannedItem): Pick<ItemOutcome, "source" | "sourcePath"> {
  return { source: source.join("/"), sourcePath: source };
}

/** Server-relative, not percent-encoded. */
function urlOf({ target: { webUrl, listUrl } }: PackagePlan, path: TargetPath): string {
  return [webUrl === "/" ? "" : webUrl, listUrl, ...path].join("/");
}
