import { type ArchivedFile, packageFiles } from "../manifest/package-files.ts";
import type {
  BlobRecord,
  ItemOutcome,
  PackageContainers,
  PackagePlan,
  PackageRecord,
  PackageStore,
  PlannedItem,
  SealedBlob,
} from "../model/index.ts";
import { planHash } from "../plan/plan-json.ts";
import { packageOutcomes, setsListPermissions } from "./outcomes.ts";
import { type Encryption, packageKey } from "./package-key.ts";
import { readBack } from "./read-back.ts";
import { type SealContentsPorts, type SealedContents, sealContents } from "./seal-contents.ts";
import { type PackageSettings, settingsHash } from "./settings.ts";

/** What a package needs beside its plan; nothing of it is in the plan, so that plans travel. */
export interface PackagePorts extends Omit<SealContentsPorts, "key"> {
  readonly encryption: Encryption;
  readonly store: PackageStore;
  readonly settings: PackageSettings;
}

/** `record` is undefined when every item failed: there is no package then. */
export interface ExecutedPackage {
  readonly record?: PackageRecord;
  /** One for each planned item, in the plan's order; then one for the list, if its permissions are set. */
  readonly outcomes: readonly ItemOutcome[];
}

/**
 * Builds one package from its plan: content blobs, their snapshots, the manifest files with `SystemData.xml` last, the
 * read-back; only then does the store make it appear. An item of which some content fails is left out, with its
 * permissions, and has its outcome; any other failure drops the package and rejects.
 */
export async function executePackage(plan: PackagePlan, ports: PackagePorts): Promise<ExecutedPackage> {
  const { store, signal } = ports;
  const containers = await store.open(plan.name, signal);
  try {
    const key = packageKey(ports.encryption, plan.name, containers);
    const contents = await sealContents(plan, containers, { ...ports, key });
    const { sealed, archives, failures } = contents;
    const outcomes = packageOutcomes(plan, (blob) => sealed.get(blob), failures);
    const written = withoutItems(plan, failures);
    if (written.items.length === 0 && written.scopes === undefined) {
      await containers.discard();
      return { outcomes };
    }
    const manifests = await storeManifests(written, containers, contents, { ...ports, key });
    await readBack(containers.manifest, { plan: written, manifests, sealed, archives }, key, signal);
    signal.throwIfAborted();
    const blobs = [
      ...[...sealed.values()].filter(isStored).map((blob) => blobRecord("content", blob)),
      ...archives.map(({ blob }) => blobRecord("content", blob)),
      ...manifests.map((blob) => blobRecord("manifest", blob)),
    ];
    const location = await containers.complete(blobs);
    const record: PackageRecord = {
      name: plan.name,
      kind: plan.kind,
      dependsOn: plan.dependsOn,
      ...countsOf(written),
      failed: failures.size,
      renamed: outcomes.filter((outcome) => outcome.outcome === "packaged" && outcome.renamed).length,
      bytes: sum(sealed.values(), (blob) => blob.size),
      storedBytes: sum(blobs, (blob) => blob.size),
      blobs: blobs.length,
      encrypted: key !== undefined,
      ...(location === undefined ? {} : { containers: location }),
      plan: planHash(plan),
      settings: settingsHash(ports.settings),
    };
    return { record, outcomes };
  } catch (error) {
    // The first error counts; what can't be dropped now is dropped when the package is opened again.
    await containers.discard().catch(() => undefined);
    throw error;
  }
}

/** The plan of what is left when some items have failed. */
function withoutItems(plan: PackagePlan, left: ReadonlyMap<PlannedItem, unknown>): PackagePlan {
  if (left.size === 0) return plan;
  const { scopes = [], ...rest } = plan;
  const ids = new Set([...left.keys()].map(({ id }) => id));
  const kept = scopes.filter(({ objectId }) => !ids.has(objectId));
  return {
    ...rest,
    items: plan.items.filter((item) => !left.has(item)),
    ...(kept.length === 0 ? {} : { scopes: kept }),
  };
}

function countsOf(
  plan: PackagePlan,
): Pick<PackageRecord, "folders" | "files" | "items" | "lists" | "deletions" | "versions" | "attachments" | "scopes"> {
  const counts = { folders: 0, files: 0, items: 0, deletions: 0, versions: 0, attachments: 0 };
  for (const item of plan.items) {
    if (item.kind === "folder") counts.folders += 1;
    else if (item.kind === "deletion") counts.deletions += 1;
    else if (item.kind === "file") {
      counts.files += 1;
      counts.versions += item.versions?.length ?? 0;
    } else {
      counts.items += 1;
      counts.attachments += item.attachments?.length ?? 0;
    }
  }
  return { ...counts, lists: setsListPermissions(plan) ? 1 : 0, scopes: plan.scopes?.length ?? 0 };
}

async function storeManifests(
  plan: PackagePlan,
  containers: PackageContainers,
  { sealed, archives }: SealedContents,
  { key, ...ports }: PackagePorts & Pick<SealContentsPorts, "key">,
): Promise<SealedBlob[]> {
  const { sourceType, forms } = ports.settings;
  const files = packageFiles({
    plan,
    sealed: (blob) => sealed.get(blob),
    sourceType,
    forms,
    archives: archives.map(
      ({ blob, members }): ArchivedFile => ({ name: blob.name, checksum: blob.quickXorHash, files: members }),
    ),
  });
  const stored: SealedBlob[] = [];
  // One after the other: SystemData.xml names the manifests and must be the last that appears.
  for (const { name, contentType, chunks } of files) {
    const options = { key, signal: ports.signal, ...(key === undefined ? { contentType } : {}) };
    stored.push(await ports.sealer.sealStream(containers.manifest, plan.name, name, chunks, options));
  }
  return stored;
}

/** Not so the members of archives, whose bytes are in another blob. */
function isStored({ md5 }: SealedBlob): boolean {
  return md5 !== "";
}

function blobRecord(container: BlobRecord["container"], blob: SealedBlob): BlobRecord {
  return { container, name: blob.name, iv: blob.iv ?? null, md5: blob.md5, size: blob.storedSize };
}

function sum<T>(values: Iterable<T>, of: (value: T) => number): number {
  let total = 0;
  for (const value of values) total += of(value);
  return total;
}
