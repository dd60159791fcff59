import type { BlobProperties } from "../model/index.ts";
import { checkArchive } from "./check-archive.ts";
import { type BlobAccess, checkFacts, checkHasMd5, openBlob, reportUnreadable } from "./check-blob.ts";
import type { ReportAt, Severity } from "./finding.ts";
import { quoted } from "./finding.ts";
import { mapInOrder } from "./in-order.ts";
import { type Inventory, type KnownBlob, readRecords, takeInventory } from "./inventory.ts";
import { checkPackageEnd, checkPackageSize } from "./package-end.ts";
import { type ContentReference, PackageFacts } from "./package-facts.ts";
import { readManifestFile } from "./read-manifest-file.ts";
import { checkObject } from "./rules/object.ts";
import { sideFileRules } from "./rules/side-files.ts";
import type { SideFileRules } from "./rules/types.ts";
import type { RunFacts } from "./run-facts.ts";
import { manifestSchema } from "./schema/manifest.ts";
import { sideFileSchemas } from "./schema/side-files.ts";
import type { BlobFacts } from "./stored-blob.ts";
import type { PackageCounts, VerifyPackage } from "./types.ts";

export interface PackageAccess {
  readonly run: RunFacts;
  readonly packageIndex: number;
  readonly key: Uint8Array | undefined;
  readonly concurrency: number;
  readonly signal: AbortSignal | undefined;
  readonly report: ReportAt;
}

/** What the package was found to be. */
export interface VerifiedPackage {
  readonly facts: PackageFacts;
  /** By blob name, of the content container. */
  readonly contents: ReadonlyMap<string, BlobFacts>;
  readonly blobs: number;
  readonly bytes: number;
}

/** Side files in the order in which they are read: what the manifests refer to comes first. */
const sideFiles: readonly { readonly name: string; readonly ifMissing: Severity | "fine" }[] = [
  { name: "SystemData.xml", ifMissing: "error" },
  { name: "UserGroup.xml", ifMissing: "error" },
  { name: "ExportSettings.xml", ifMissing: "error" },
  { name: "RootObjectMap.xml", ifMissing: "note" },
  // The service logs a warning for each of these.
  { name: "LookupListMap.xml", ifMissing: "warning" },
  { name: "Requirements.xml", ifMissing: "warning" },
  { name: "ViewFormsList.xml", ifMissing: "warning" },
  { name: "ArchivedFiles.xml", ifMissing: "fine" },
];

/** What the service itself puts beside the manifests. */
const serviceLog = /\.(?:log|err|wrn)$/i;

const manifestRules: SideFileRules = { record: checkObject };

/** Looks at one package. Yields now and then, so that what was reported can go out. */
export async function* verifyPackage(
  source: VerifyPackage,
  access: PackageAccess,
): AsyncGenerator<void, VerifiedPackage, undefined> {
  const { report, run, packageIndex, signal } = access;
  const facts = new PackageFacts(run.target);
  const records = await readRecords(source, report);
  const manifests = await takeInventory("manifest", source.manifest, records?.manifest, report, signal);
  const contents = await takeInventory("content", source.content, records?.content, report, signal);
  yield;

  let keyMissing = false;
  const onKeyMissing = () => {
    if (!keyMissing) report("KEY_MISSING", "manifest", "The package is encrypted, and no key was given");
    keyMissing = true;
  };
  const { key } = access;
  const shared = { key, run, signal, onKeyMissing };
  const manifestAccess: BlobAccess = { ...shared, container: source.manifest, containerName: "manifest" };
  const stored = { bytes: 0, blobs: 0 };
  for await (const blob of readManifests(manifestAccess, manifests, facts, access)) {
    if (blob !== undefined) {
      stored.bytes += blob.storedSize;
      stored.blobs++;
    }
    yield;
  }
  if (facts.isPartial) run.isPartial = true;
  checkPackageEnd(facts, run, packageIndex, report);
  yield;

  const contentAccess: BlobAccess = { ...shared, container: source.content, containerName: "content" };
  const found = new Map<string, BlobFacts>();
  let bytes = 0;
  for await (const { name, blob, members } of readContents(contentAccess, contents, facts, access)) {
    if (blob !== undefined) {
      found.set(name, blob);
      if (members === undefined) bytes += blob.plaintext?.size ?? blob.storedSize;
      stored.bytes += blob.storedSize;
      stored.blobs++;
    }
    for (const [member, memberFacts] of members ?? []) {
      // It has no MD5: that is of blobs.
      found.set(member, { ...memberFacts, md5: "" });
      bytes += memberFacts.plaintext?.size ?? 0;
    }
    yield;
  }
  checkPackageSize(facts, bytes, report);
  if (source.counts !== undefined) {
    const encrypted = [...manifests.blobs.values()].some(
      ({ properties, record }) => (properties?.iv ?? record?.iv) != null,
    );
    const { counts } = source;
    const actual: PackageCounts = {
      // What was not read was not counted.
      ...(facts.isPartial ? counts : countsOf(facts)),
      bytes: keyMissing ? counts.bytes : bytes,
      storedBytes: stored.bytes,
      blobs: stored.blobs,
      encrypted,
    };
    checkCounts(counts, actual, report);
  }
  return { facts, contents: found, blobs: stored.blobs, bytes };
}

/** What the manifests hold, as records count it. */
function countsOf(facts: PackageFacts): Omit<PackageCounts, "bytes" | "storedBytes" | "blobs" | "encrypted"> {
  let versions = 0;
  for (const { contents } of facts.defined.values()) versions += contents.length;
  const { folders, files, deletions, attachments } = facts;
  const isPlain = (docId: string | undefined) => docId === undefined || !facts.defined.has(docId.toLowerCase());
  return {
    folders,
    files,
    items: facts.items.filter(({ docId }) => isPlain(docId)).length,
    lists: facts.pendingScopes.filter(({ objectId }) => facts.lists.has(objectId.toLowerCase())).length,
    deletions,
    versions,
    attachments,
    scopes: facts.pendingScopes.length,
  };
}

function checkCounts(expected: PackageCounts, actual: PackageCounts, report: ReportAt): void {
  for (const name of Object.keys(actual) as (keyof PackageCounts)[]) {
    if (expected[name] === actual[name]) continue;
    report(
      "COUNT_MISMATCH",
      "packages.ndjson",
      `${name} must be what the package holds, ${actual[name]}: current value is ${expected[name]}`,
    );
  }
}

async function* readManifests(
  access: BlobAccess,
  inventory: Inventory,
  facts: PackageFacts,
  { packageIndex, report }: PackageAccess,
): AsyncGenerator<BlobFacts | undefined, void, undefined> {
  const base = { facts, run: access.run, packageIndex };
  for (const { name, ifMissing } of sideFiles) {
    const schema = sideFileSchemas[name];
    const known = await findBlob(access, inventory, name);
    if (schema === undefined) continue;
    if (known === undefined) {
      if (ifMissing !== "fine") reportMissing(name, ifMissing, report);
      if (name === "SystemData.xml") facts.isPartial = true;
      continue;
    }
    const reading = readManifestFile(access, known, schema, sideFileRules[name] ?? {}, base, report);
    yield yield* reading;
  }
  const listed = facts.manifests;
  const others = [...inventory.blobs.keys()].filter(
    (name) => !listed.has(name) && sideFileSchemas[name] === undefined && !serviceLog.test(name),
  );
  // Where SystemData.xml can't tell, what else is there is held to be a manifest.
  const isUnknown = facts.isPartial;
  for (const name of isUnknown ? [...listed, ...others] : listed) {
    const known = await findBlob(access, inventory, name);
    if (known === undefined) {
      facts.isPartial = true;
      reportMissing(name, "error", report);
    } else yield yield* readManifestFile(access, known, manifestSchema, manifestRules, base, report);
  }
  if (isUnknown) return;
  for (const name of others) {
    report("MANIFEST_FILE_UNLISTED", `manifest/${name}`, "SystemData.xml doesn't name the file", "warning");
  }
}

function reportMissing(name: string, severity: Severity, report: ReportAt): void {
  report("MANIFEST_FILE_MISSING", `manifest/${name}`, `The package must hold ${name}`, severity);
}

/** The blob as the inventory has it, or as the container itself answers where it could not be listed. */
async function findBlob(
  { container, signal }: BlobAccess,
  inventory: Inventory,
  name: string,
): Promise<KnownBlob | undefined> {
  const known = inventory.blobs.get(name);
  if (known !== undefined || inventory.complete) return known;
  let properties: BlobProperties;
  try {
    properties = await container.properties(name, signal);
  } catch (reason) {
    let missing = false;
    reportUnreadable(reason, name, () => {
      missing = true;
    });
    if (missing) return undefined;
    throw reason;
  }
  return { name, properties };
}

/** A content blob, and the files in it where it is an archive that could be opened. */
interface ReadContent {
  readonly name: string;
  readonly blob?: BlobFacts | undefined;
  readonly members?: ReadonlyMap<string, BlobFacts> | undefined;
}

async function* readContents(
  access: BlobAccess,
  inventory: Inventory,
  facts: PackageFacts,
  { concurrency, report }: PackageAccess,
): AsyncGenerator<ReadContent, void, undefined> {
  const names = new Set([...facts.contents.keys(), ...facts.archives.keys(), ...inventory.blobs.keys()]);
  const check = async (name: string) => {
    const reports: Parameters<ReportAt>[] = [];
    const content = await checkContent(access, inventory, facts, name, (...found) => reports.push(found));
    return { content, reports };
  };
  for await (const { content, reports } of mapInOrder(names, concurrency, check)) {
    for (const each of reports) report(...each);
    yield content;
  }
  if (facts.isPartial) return;
  for (const [name, place] of facts.archived) {
    if (facts.contents.has(name)) continue;
    report("BLOB_UNREFERENCED", place, `No file of the package names the file in the archive: ${quoted(name)}`);
  }
}

async function checkContent(
  access: BlobAccess,
  inventory: Inventory,
  facts: PackageFacts,
  name: string,
  report: ReportAt,
): Promise<ReadContent> {
  const archive = facts.archives.get(name);
  const references = facts.contents.get(name) ?? [];
  const known = inventory.blobs.get(name);
  if (archive === undefined && facts.archived.has(name)) {
    if (known !== undefined) {
      report("BLOB_UNREFERENCED", `content/${name}`, "The file is in an archive, and needs no blob of its own");
    }
    return { name };
  }
  if (known === undefined && inventory.complete) {
    report(
      "BLOB_MISSING",
      archive?.place ?? references[0]?.place ?? "content",
      `The container must hold the blob: current value is ${quoted(name)}`,
    );
    return { name };
  }
  if (archive !== undefined) {
    return { name, ...(await checkArchive(access, known ?? { name }, archive, facts, report)) };
  }
  if (references.length === 0 && !facts.isPartial) {
    report("BLOB_UNREFERENCED", `content/${name}`, "No file of the package names the blob");
  }
  return { name, blob: await checkBlob(access, known ?? { name }, references, report) };
}

async function checkBlob(
  access: BlobAccess,
  known: KnownBlob,
  references: readonly ContentReference[],
  report: ReportAt,
): Promise<BlobFacts | undefined> {
  const opened = await openBlob(access, known, references, report);
  if (opened === undefined) return undefined;
  try {
    const blob = await opened.reading.finish();
    checkFacts(opened, blob, report);
    if (references.length > 0) checkHasMd5(opened, report);
    return blob;
  } catch (reason) {
    reportUnreadable(reason, opened.place, report);
    return undefined;
  } finally {
    await opened.reading.close();
  }
}
