import { copyFile, link, mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Entry } from "../site/entry.ts";
import type { ImportedItem, ImportedVersion } from "../site/types.ts";
import { discard, type ReceivedContent, receive, settle } from "./content.ts";
import {
  demandWeb,
  given,
  type ImportContext,
  type Imported,
  isSameGuid,
  keptChildren,
  neededGuid,
  type ObjectElement,
  optionalGuid,
  propertiesOf,
  stampsOf,
} from "./context.ts";
import { demand, errorCodes, Fault } from "./fault.ts";
import { demandList, demandNoConflict, itemIdOf, moveHere, type Placement, placementOf } from "./placement.ts";
import { isTrue } from "./simple-types.ts";
import { compareLabels, demandLabels, type VersionLabel, versionLabel } from "./version-label.ts";
import { childNamed, childrenNamed, type Element } from "./xml-reader.ts";

/** A version that is to be received. */
interface VersionElement {
  readonly element: Element;
  readonly label: VersionLabel;
}

interface ReceivedVersion extends VersionElement {
  readonly content: ReceivedContent;
}

/** `SPFile`: a file with all of its versions. */
export async function importFile(context: ImportContext, { element }: ObjectElement): Promise<Imported> {
  demandWeb(context, element);
  const uniqueId = neededGuid(element, "Id");
  neededGuid(element, "ParentWebId");
  const placement = placementOf(context, element, neededGuid(element, "ParentId"), "file");
  demandList(optionalGuid(element, "ListId"), placement);
  const itemId = itemIdOf(element, "ListItemIntId");
  demandNoConflict(context, placement, { uniqueId, itemId });
  failOnDemand(context, uniqueId, placement.url);
  const versions = versionsOf(context, element, placement.url);
  const received: ReceivedVersion[] = [];
  try {
    for (const version of versions) {
      received.push({ ...version, content: await receive(context, claimsOf(version.element)) });
    }
    await context.site.exclusively(() => keepFile(context, element, placement, received, { uniqueId, itemId }));
  } finally {
    await discard(received.map(({ content }) => content));
  }
  const sizes = received.map(({ content }) => content.size);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  return { url: placement.url, files: received.length, bytes, currentBytes: sizes.at(-1) ?? 0 };
}

/** Lets the first import of every n-th file meet a file of the same name. */
function failOnDemand(context: ImportContext, uniqueId: string, url: string): void {
  const fault = context.request.faults().alreadyExists;
  if (fault === undefined) return;
  const seen = context.site.conflictsOnDemand(fault);
  if (seen.has(uniqueId.toLowerCase())) return;
  seen.add(uniqueId.toLowerCase());
  if (seen.size % fault.every !== 0) return;
  throw new Fault(`A file or folder with the name ${url} already exists.`, { code: errorCodes.fileExists });
}

/** Oldest first. Without `Versions` the outer element is the only one. */
function versionsOf(context: ImportContext, element: Element, url: string): VersionElement[] {
  const outer = versionLabel(element.attributes.Version);
  const versions = childNamed(element, "Versions");
  if (versions === undefined) {
    demandContent(element, url);
    return [{ element, label: outer }];
  }
  const found = childrenNamed(versions, "File").map((version): VersionElement => {
    demand(childNamed(version, "Versions") === undefined, `A version of '${url}' holds versions itself.`);
    demandContent(version, url);
    demandWeb(context, version);
    optionalGuid(version, "Id");
    for (const name of ["ParentWebId", "ParentId", "ListId", "ListItemIntId"]) demandSame(version, element, name, url);
    return { element: version, label: versionLabel(version.attributes.Version) };
  });
  demandLabels(
    found.map(({ label }) => label),
    outer,
    url,
  );
  found.sort((one, other) => compareLabels(one.label, other.label));
  const current = found.at(-1)?.element.attributes.FileValue;
  const { FileValue } = element.attributes;
  demand(
    FileValue === undefined || FileValue === current,
    `The FileValue '${FileValue}' of '${url}' is not that of its current version, '${current}'.`,
  );
  return found;
}

function demandSame(version: Element, outer: Element, name: string, url: string): void {
  const value = version.attributes[name];
  const isSame = value === undefined || isSameGuid(value, outer.attributes[name] ?? value);
  demand(isSame, `The '${name}' of a version of '${url}' is not that of the file: '${value}'.`);
}

/** Files from server templates have no content of their own. */
function demandContent(element: Element, url: string): void {
  if (isTrue(element.attributes.IsGhosted)) {
    const hasPath = (element.attributes.SetupPath ?? "") !== "";
    demand(hasPath, `The ghosted file '${url}' has no SetupPath.`);
    return;
  }
  demand((element.attributes.FileValue ?? "") !== "", `The file '${url}' has no FileValue.`);
}

function claimsOf(element: Element): Parameters<typeof receive>[1] {
  const { FileValue = "", MD5Hash, Checksum, InitializationVector, FileSize } = element.attributes;
  return {
    ...{ fileValue: FileValue, md5Hash: MD5Hash, checksum: Checksum },
    ...{ initializationVector: InitializationVector, fileSize: FileSize },
  };
}

async function keepFile(
  context: ImportContext,
  element: Element,
  placement: Placement,
  received: readonly ReceivedVersion[],
  object: { readonly uniqueId: string; readonly itemId: number },
): Promise<void> {
  demandNoConflict(context, placement, object);
  const { site, request } = context;
  const { parent, name, url } = placement;
  const known = site.find(object.uniqueId);
  demand(known === undefined || known.kind === "file", `A folder with the name ${url} already exists.`);
  await moveHere(context, placement, known);
  const before = known && (await site.read(known));
  const older = await olderVersions(context, known, before);
  const raised = raiseAbove(older, received[0]?.label);
  const versions: ImportedVersion[] = [...older];
  for (const [index, { element: version, label, content }] of received.entries()) {
    const text = raised === 0 ? label.text : `${label.major + raised}.${label.minor}`;
    const isCurrent = index === received.length - 1;
    const path = isCurrent ? site.filePath(parent, name) : site.versionPath(object.uniqueId, text, content.sha256);
    await settle(context, content, path);
    versions.push(versionRecord(context, version, content, text, path));
  }
  await site.save(parent, {
    ...before,
    ...{ kind: "file", listId: parent.list.id, parentId: parent.uniqueId, name: known?.name ?? name, url },
    ...{ uniqueId: known?.uniqueId ?? object.uniqueId, itemId: object.itemId || (before?.itemId ?? 0) },
    ...{ jobId: request.jobId, label: versions.at(-1)?.label ?? "1.0", versions },
    ...stampsOf(context, element),
    ...given<ImportedItem>({
      properties: propertiesOf(element) ?? propertiesOf(received.at(-1)?.element ?? element),
      links: keptChildren(element, "Links"),
      eventReceivers: keptChildren(element, "EventReceivers"),
      versionEvents: keptChildren(element, "VersionEvents"),
      webParts: keptChildren(element, "WebParts"),
    }),
  });
  await removeReplaced(context, before, versions);
}

/** By how many majors labels have to rise so that they follow those that are there. */
function raiseAbove(older: readonly ImportedVersion[], first: VersionLabel | undefined): number {
  const highest = older.reduce((most, { label }) => Math.max(most, versionLabel(label).major), 0);
  return older.length > 0 && first?.major === 0 ? highest + 1 : highest;
}

/** What stays of an existing file: what other jobs brought, unless files are replaced. */
async function olderVersions(
  context: ImportContext,
  known: Entry | undefined,
  before: ImportedItem | undefined,
): Promise<ImportedVersion[]> {
  if (known === undefined || before?.versions === undefined) return [];
  if (context.request.switches.existingFiles === "replace") return [];
  const { site } = context;
  const older: ImportedVersion[] = [];
  for (const version of before.versions) {
    if (version.jobId === context.request.jobId) continue;
    const path = site.versionPath(before.uniqueId, version.label, version.sha256);
    if (version.storedAs !== path) await keepCopy(join(site.directory, version.storedAs), join(site.directory, path));
    older.push({ ...version, storedAs: slashed(path) });
  }
  return older;
}

/** What stands there already was put there by a job that was cut off, and is the same by its name. */
async function keepCopy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  try {
    await link(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return;
    await copyFile(from, to);
  }
}

async function removeReplaced(
  context: ImportContext,
  before: ImportedItem | undefined,
  versions: readonly ImportedVersion[],
): Promise<void> {
  const kept = new Set(versions.map(({ storedAs }) => storedAs));
  for (const { storedAs } of before?.versions ?? []) {
    if (!kept.has(storedAs)) await rm(join(context.site.directory, storedAs), { force: true });
  }
}

function versionRecord(
  context: ImportContext,
  element: Element,
  content: ReceivedContent,
  label: string,
  path: string,
): ImportedVersion {
  const { size, sha256, quickXorHash } = content;
  return {
    ...{ label, size, sha256, quickXorHash, storedAs: slashed(path), jobId: context.request.jobId },
    ...stampsOf(context, element),
    ...given<ImportedVersion>({
      checkinComment: element.attributes.CheckinComment,
      properties: propertiesOf(element),
    }),
  };
}

function slashed(path: string): string {
  return path.replaceAll("\\", "/");
}
