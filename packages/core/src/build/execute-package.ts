import type { PrimepackError, Secret } from "../errors/index.ts";
import { packageFiles } from "../manifest/package-files.ts";
import type {
  BlobRecord,
  ItemOutcome,
  PackageContainers,
  PackagePlan,
  PackageRecord,
  PackageStore,
  PlannedFile,
  PlannedItem,
  SealedBlob,
  SourceContent,
} from "../model/index.ts";
import { planHash } from "../plan/plan-json.ts";
import { grownFiles } from "./grown-files.ts";
import { readBack } from "./read-back.ts";
import type { DefaultAuthor, SourceType } from "./types.ts";
import type { Sealer } from "./worker/sealer.ts";

/** What a package needs beside its plan; nothing of it is in the plan, so that plans travel. */
export interface PackagePorts {
  readonly store: PackageStore;
  readonly sealer: Sealer;
  readonly encryption: Secret<Uint8Array> | "none";
  /** Contents that only this process has, by the handles of the plan. */
  readonly local: ReadonlyMap<number, SourceContent>;
  readonly defaultAuthor?: DefaultAuthor;
  readonly sourceType: SourceType;
  readonly signal: AbortSignal;
  /** A file's content is stored. */
  onStored?(): void;
}

/** `record` is undefined when every item failed: there is no package then. */
export interface ExecutedPackage {
  readonly record?: PackageRecord;
  /** One for each planned item, in the plan's order. */
  readonly outcomes: readonly ItemOutcome[];
}

/**
 * Builds one package from its plan: content blobs, their snapshots, the manifest files with `SystemData.xml` last, the
 * read-back; only then does the store make it appear. An item whose content fails is left out and has its outcome; any
 * other failure drops the package and rejects.
 */
export async function executePackage(plan: PackagePlan, ports: PackagePorts): Promise<ExecutedPackage> {
  const { store, signal } = ports;
  const containers = await store.open(plan.name, signal);
  try {
    const { sealed, failures } = await sealContents(plan, containers, ports);
    const outcomes = plan.items.map((item) => outcomeOf(plan, item, sealed, failures));
    if (failures.size === plan.items.length) {
      await containers.discard();
      return { outcomes };
    }
    const manifests = await storeManifests(plan, containers, sealed, ports);
    const folders = plan.items.filter((item) => item.kind === "folder").length;
    await readBack(containers.manifest, { manifests, content: sealed, folders }, ports.encryption, signal);
    signal.throwIfAborted();
    const blobs = [
      ...[...sealed.values()].map((blob) => blobRecord("content", blob)),
      ...manifests.map((blob) => blobRecord("manifest", blob)),
    ];
    const location = await containers.complete(blobs);
    const record: PackageRecord = {
      name: plan.name,
      kind: plan.kind,
      dependsOn: plan.dependsOn,
      folders,
      files: sealed.size,
      failed: failures.size,
      renamed: outcomes.filter((outcome) => outcome.outcome === "packaged" && outcome.renamed).length,
      bytes: sum(sealed.values(), (blob) => blob.size),
      storedBytes: sum(blobs, (blob) => blob.size),
      blobs: blobs.length,
      encrypted: ports.encryption !== "none",
      ...(location === undefined ? {} : { containers: location }),
      plan: planHash(plan),
    };
    return { record, outcomes };
  } catch (error) {
    // The first error counts; what can't be dropped now is dropped when the package is opened again.
    await containers.discard().catch(() => undefined);
    throw error;
  }
}

interface SealedContents {
  readonly sealed: ReadonlyMap<string, SealedBlob>;
  readonly failures: ReadonlyMap<string, PrimepackError>;
}

/** Seals and stores the content of every file; both maps go by blob name. */
async function sealContents(
  plan: PackagePlan,
  containers: PackageContainers,
  ports: PackagePorts,
): Promise<SealedContents> {
  const files = plan.items.filter((item): item is PlannedFile => item.kind === "file");
  const sealed = new Map<string, SealedBlob>();
  const failures = new Map<string, PrimepackError>();
  if (files.length === 0) return { sealed, failures };
  // What an encrypted blob holds is nobody's business.
  const contentType = ports.encryption === "none" ? await contentTypeByName() : () => ({});
  const results = await ports.sealer.sealPackage({
    name: plan.name,
    containers,
    local: ports.local,
    signal: ports.signal,
    onStored: () => ports.onStored?.(),
    requests: files.map((file) => ({
      blob: file.blob,
      size: file.size,
      content: file.content,
      ...contentType(file),
    })),
  });
  files.forEach(({ blob }, index) => {
    const result = results[index];
    if (result?.ok) sealed.set(blob, result.sealed);
    else if (result) failures.set(blob, result.error);
  });
  for (const [blob, error] of grownFiles(plan, sealed)) {
    await containers.content.remove(blob, ports.signal);
    sealed.delete(blob);
    failures.set(blob, error);
  }
  return { sealed, failures };
}

/** Loads its table of types, which most runs do without, when it is needed. */
async function contentTypeByName(): Promise<(file: PlannedFile) => { contentType?: string }> {
  const { default: mime } = await import("mime-types");
  return (file) => {
    const type = mime.lookup(file.path.at(-1) ?? "");
    return type === false ? {} : { contentType: type };
  };
}

async function storeManifests(
  plan: PackagePlan,
  containers: PackageContainers,
  sealed: ReadonlyMap<string, SealedBlob>,
  ports: PackagePorts,
): Promise<SealedBlob[]> {
  const files = packageFiles({
    plan,
    sealed: (item) => sealed.get(item.blob),
    sourceType: ports.sourceType,
    ...(ports.defaultAuthor === undefined ? {} : { author: ports.defaultAuthor }),
  });
  const stored: SealedBlob[] = [];
  // One after the other: SystemData.xml names the manifests and must be the last that appears.
  for await (const { name, contentType, chunks } of files) {
    const options = { signal: ports.signal, ...(ports.encryption === "none" ? { contentType } : {}) };
    stored.push(await ports.sealer.sealStream(containers.manifest, plan.name, name, chunks, options));
  }
  return stored;
}

function outcomeOf(
  plan: PackagePlan,
  item: PlannedItem,
  sealed: ReadonlyMap<string, SealedBlob>,
  failures: ReadonlyMap<string, PrimepackError>,
): ItemOutcome {
  const failure = item.kind === "file" ? failures.get(item.blob) : undefined;
  if (failure) {
    const { code, message } = failure;
    const { source: sourcePath, kind } = item;
    return { outcome: "failed", kind, source: sourcePath.join("/"), sourcePath, package: plan.name, code, message };
  }
  return packagedOutcome(plan, item, item.kind === "file" ? sealed.get(item.blob) : undefined);
}

/** The outcome of an item that is in its package, with the facts of its blob where there is one (not in a dry run). */
export function packagedOutcome(plan: PackagePlan, item: PlannedItem, blob?: SealedBlob): ItemOutcome {
  const { webUrl, listUrl } = plan.target;
  return {
    outcome: "packaged",
    kind: item.kind,
    source: item.source.join("/"),
    sourcePath: item.source,
    package: plan.name,
    url: [webUrl === "/" ? "" : webUrl, listUrl, ...item.path].join("/"),
    id: item.id,
    listItemId: item.listItemId,
    itemId: item.itemId,
    ...(item.renamed === undefined ? {} : { renamed: item.renamed }),
    ...(item.kind === "file" ? { blob: item.blob, size: blob?.size ?? item.size } : {}),
    ...(blob === undefined ? {} : { quickXorHash: blob.quickXorHash, md5: blob.md5 }),
    modified: blob?.modified ?? item.modified,
  };
}

function blobRecord(container: BlobRecord["container"], blob: SealedBlob): BlobRecord {
  return { container, name: blob.name, iv: blob.iv ?? null, md5: blob.md5, size: blob.storedSize };
}

function sum<T>(values: Iterable<T>, of: (value: T) => number): number {
  let total = 0;
  for (const value of values) total += of(value);
  return total;
}
