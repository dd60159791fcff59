import { PrimepackError, type Secret } from "../errors/index.ts";
import { readArchivedFiles } from "../manifest/archived-files.ts";
import { LABEL_FIELD } from "../manifest/field-elements.ts";
import type { FileElement } from "../manifest/file.ts";
import type { ListItemElement } from "../manifest/list-item.ts";
import { type ManifestObject, readManifest } from "../manifest/manifest.ts";
import { archivedFilesFile, systemDataFile, userGroupFile } from "../manifest/names.ts";
import type { RoleAssignmentElement } from "../manifest/roles.ts";
import { readSystemData } from "../manifest/system-data.ts";
import { readUserGroupMap } from "../manifest/user-group.ts";
import type {
  BlobContainer,
  PackagePlan,
  PlannedContent,
  PlannedDeletion,
  PlannedDetails,
  PlannedFile,
  PlannedFolder,
  PlannedItem,
  PlannedListItem,
  PlannedRole,
  PlannedScope,
  SealedBlob,
} from "../model/index.ts";
import { openSealed } from "../seal/open-sealed.ts";
import type { SealedArchive } from "./seal-contents.ts";

/** What a package is expected to hold, from the side that wrote it. */
export interface ReadBackExpectation {
  /** Without what failed. */
  readonly plan: PackagePlan;
  readonly manifests: readonly SealedBlob[];
  /** Content blobs, and members of archives, by name. */
  readonly sealed: ReadonlyMap<string, SealedBlob>;
  readonly archives: readonly SealedArchive[];
}

/**
 * Reads the stored manifest files through our own reader, as the service would, before the package is said to be
 * finished: each item of the plan has its objects and nothing else has, each content of each version and attachment is
 * named with its hashes, each scope has its assignments, each archive its members; and UserGroup.xml holds those whom
 * all this names, and nobody else.
 *
 * Throws READ_BACK_FAILED.
 */
export async function readBack(
  container: BlobContainer,
  expected: ReadBackExpectation,
  key: Secret<Uint8Array> | undefined,
  signal: AbortSignal,
): Promise<void> {
  const stored = (name: string): AsyncIterable<Uint8Array> => {
    const sealed = expected.manifests.find((manifest) => manifest.name === name);
    if (sealed === undefined) throw failure("every file of it was written", name);
    const chunks = container.read(name, signal);
    if (key === undefined || sealed.iv === undefined) return chunks;
    return openSealed(chunks, { key, iv: Buffer.from(sealed.iv, "base64") });
  };

  const reading = new Reading(expected);
  const systemData = await readSystemData(stored(systemDataFile.file), { signal });
  for (const { Name = "" } of systemData.ManifestFiles ?? []) {
    for await (const object of readManifest(stored(Name), { signal })) reading.object(object);
  }
  reading.end();
  await readArchives(expected, () => readArchivedFiles(stored(archivedFilesFile.file), { signal }));
  const { Users = [], Groups = [] } = await readUserGroupMap(stored(userGroupFile.file), { signal });
  const present = new Set([...Users, ...Groups].map(({ Id }) => Id));
  const wanted = new Set(reading.principals);
  for (const id of wanted) {
    const group = Groups.find(({ Id }) => Id === id);
    for (const { UserId } of group?.Member ?? []) wanted.add(UserId);
    if (group !== undefined && group.Owner !== SYSTEM_ACCOUNT) wanted.add(group.Owner);
  }
  const missing = [...wanted].find((id) => !present.has(id));
  if (missing !== undefined) throw failure("all who are named are in UserGroup.xml", missing);
  const unnamed = [...present].find((id) => !wanted.has(id));
  if (unnamed !== undefined) throw failure("nobody else is in UserGroup.xml", unnamed);
  if (present.size !== Users.length + Groups.length) throw failure("an id stands once in UserGroup.xml", present.size);
}

/** It owns groups without an entry of its own. */
const SYSTEM_ACCOUNT = "1073741823";

type DocumentItem = PlannedFolder | PlannedFile | PlannedListItem;

/** Compares objects as they are read with what is still to come. */
class Reading {
  /** Ids of UserGroup.xml that were met. */
  readonly principals = new Set<string>();
  readonly #expected: ReadBackExpectation;
  readonly #folders = new Map<string, PlannedFolder>();
  readonly #files = new Map<string, PlannedFile>();
  readonly #listItems = new Map<string, DocumentItem>();
  readonly #deletions = new Map<string, PlannedDeletion>();
  readonly #scopes: Map<string, PlannedScope>;
  readonly #roles: Map<string, PlannedRole>;
  readonly #contents = new Set<string>();

  constructor(expected: ReadBackExpectation) {
    this.#expected = expected;
    const { items, scopes = [], roles = [] } = expected.plan;
    for (const item of items) this.#expect(item);
    this.#scopes = new Map(scopes.map((scope) => [scope.id, scope]));
    const assigned = new Set(scopes.flatMap(({ assignments }) => assignments.map(({ roleId }) => roleId)));
    this.#roles = new Map(roles.flatMap((role) => (assigned.has(role.id) ? [[String(role.id), role]] : [])));
  }

  object(object: ManifestObject): void {
    const { Id = "", ObjectType: type } = object;
    if (object.IsDeleted) take(this.#deletions, type, Id);
    else if (object.ObjectType === "SPFolder") take(this.#folders, type, Id);
    else if (object.ObjectType === "SPFile") this.#file(take(this.#files, type, Id), object.File);
    else if (object.ObjectType === "SPListItem") this.#listItem(take(this.#listItems, type, Id), object.ListItem);
    else if (object.ObjectType === "DeploymentRoles") {
      for (const { RoleId } of object.Roles?.Role ?? []) take(this.#roles, "Role", RoleId);
    } else if (object.ObjectType === "DeploymentRoleAssignments") {
      for (const element of object.RoleAssignments?.RoleAssignment ?? []) {
        this.#scope(take(this.#scopes, "RoleAssignment", element.ScopeId), element);
      }
    } else throw failure("its manifests hold no such object", type);
  }

  /** After the last object. */
  end(): void {
    const left = [this.#folders, this.#files, this.#listItems, this.#deletions, this.#scopes, this.#roles];
    for (const map of left) {
      for (const id of map.keys()) throw failure("its manifests name every object of its plan", id);
    }
    const unnamed = [...this.#expected.sealed.keys()].find((blob) => !this.#contents.has(blob));
    if (unnamed !== undefined) throw failure("each stored content is named", unnamed);
  }

  #expect(item: PlannedItem): void {
    if (item.kind === "deletion") {
      this.#deletions.set(item.of === "item" ? item.listItemId : item.id, item);
      return;
    }
    if (item.kind === "folder") this.#folders.set(item.id, item);
    else if (item.kind === "file") this.#files.set(item.id, item);
    this.#listItems.set(item.listItemId, item);
  }

  #file(file: PlannedFile, element: FileElement = {}): void {
    const { versions = [] } = file;
    const elements = element.Versions ?? [];
    if (versions.length === 0) {
      if (elements.length > 0) throw failure(`file ${file.id} has one version`, elements.length);
      this.#version(file, file, element);
      return;
    }
    const all = [...versions, file];
    if (elements.length !== all.length) throw failure(`file ${file.id} has ${all.length} versions`, elements.length);
    all.forEach((version, index) => {
      this.#version(file, version, elements[index] ?? {});
    });
    if (element.FileValue === undefined) this.#details(file, file, element);
    else this.#version(file, file, element);
  }

  #version(file: PlannedFile, version: PlannedDetails & PlannedContent, element: FileElement): void {
    this.#details(file, version, element);
    const { blob } = version;
    const facts = this.#content(version, element.FileValue);
    const checks = {
      FileSize: facts.size,
      MD5Hash: facts.md5 === "" ? undefined : facts.md5,
      Checksum: facts.quickXorHash,
    };
    for (const [name, value] of Object.entries(checks)) {
      const found = element[name as keyof typeof checks];
      if (found !== value) throw failure(`${name} of ${blob} is ${value}`, found);
    }
  }

  #content({ blob }: PlannedContent, named: string | undefined): SealedBlob {
    const facts = this.#expected.sealed.get(blob);
    if (named !== blob || facts === undefined) throw failure(`FileValue names the stored content ${blob}`, named);
    this.#contents.add(blob);
    return facts;
  }

  #listItem(item: DocumentItem, element: ListItemElement = {}): void {
    this.#details(item, item, element);
    this.#columns(item, item, element);
    if (element.DocId !== item.id) throw failure(`DocId of ${item.listItemId} is ${item.id}`, element.DocId);
    if (element.IntId !== item.itemId) throw failure(`IntId of ${item.listItemId} is ${item.itemId}`, element.IntId);
    const versions = item.kind === "folder" || !item.versions?.length ? [] : [...item.versions, item];
    const elements = element.Versions ?? [];
    if (elements.length !== versions.length) {
      throw failure(`list item ${item.listItemId} has ${versions.length} elements of versions`, elements.length);
    }
    versions.forEach((version, index) => {
      this.#details(item, version, elements[index] ?? {});
      this.#columns(item, version, elements[index] ?? {});
    });
    const attachments = item.kind === "item" ? (item.attachments ?? []) : [];
    const attached = element.Attachments ?? [];
    if (attached.length !== attachments.length) {
      throw failure(`list item ${item.listItemId} has ${attachments.length} attachments`, attached.length);
    }
    attachments.forEach((attachment, index) => {
      this.#content(attachment, attached[index]?.FileValue);
      this.#name(attached[index]?.Author, attached[index]?.ModifiedBy);
    });
    for (const event of element.SharedWithEvents ?? []) {
      this.#name(event.SharingInitiatorId, event.SharedById);
      for (const { SharedWithId } of event.SharedWithMembers ?? []) this.#name(SharedWithId);
    }
    for (const { UserId } of element.Comments ?? []) this.#name(UserId);
    if (item.retentionLabel?.setBy !== undefined) this.#name(String(item.retentionLabel.setBy));
  }

  /** The label and people of one version. */
  #details(item: DocumentItem, planned: PlannedDetails, element: FileElement | ListItemElement): void {
    if (element.Version !== planned.version) {
      throw failure(`a version of ${item.id} is ${planned.version}`, element.Version);
    }
    const people = { Author: planned.author, ModifiedBy: planned.modifiedBy };
    for (const [name, id] of Object.entries(people)) {
      const found = element[name as keyof typeof people];
      if (found !== String(id)) throw failure(`${name} of version ${planned.version} of ${item.id} is ${id}`, found);
      this.#name(found);
    }
  }

  #columns(item: DocumentItem, version: PlannedDetails, element: ListItemElement): void {
    const { fields = [] } = version;
    const isLabelled = version === item && item.retentionLabel !== undefined;
    // The label stands at a column's value, which is added where there is none.
    const added = isLabelled && !fields.some(({ name }) => name === LABEL_FIELD) ? 1 : 0;
    const found = element.Fields?.length ?? 0;
    const planned = fields.length + added;
    if (found !== planned) throw failure(`${item.listItemId} has ${planned} values of columns`, found);
    for (const { principals = [] } of fields) this.#name(...principals.map(String));
  }

  #scope(scope: PlannedScope, { ObjectId, Assignment = [] }: RoleAssignmentElement): void {
    if (ObjectId !== scope.objectId) throw failure(`scope ${scope.id} is of ${scope.objectId}`, ObjectId);
    const found = Assignment.map(({ PrincipalId, RoleId }) => `${PrincipalId} ${RoleId}`);
    const planned = scope.assignments.map(({ principalId, roleId }) => `${principalId} ${roleId}`);
    if (found.join() !== planned.join()) throw failure(`the assignments of scope ${scope.id} are ${planned}`, found);
    this.#name(...Assignment.map(({ PrincipalId }) => PrincipalId));
  }

  #name(...ids: (string | undefined)[]): void {
    for (const id of ids) if (id !== undefined) this.principals.add(id);
  }
}

/** What was expected under the id, now no more. */
function take<T>(waiting: Map<string, T>, what: string, id: string): T {
  const planned = waiting.get(id);
  if (planned === undefined) throw failure(`each ${what} is one of its plan, and there once`, id);
  waiting.delete(id);
  return planned;
}

async function readArchives(
  { archives }: ReadBackExpectation,
  read: () => ReturnType<typeof readArchivedFiles>,
): Promise<void> {
  if (archives.length === 0) return;
  const waiting = new Map(archives.map((archive) => [archive.blob.name, archive]));
  for await (const { Name, Checksum, File = [] } of read()) {
    const archive = waiting.get(Name);
    if (archive === undefined) throw failure("each archive is a stored one", Name);
    waiting.delete(Name);
    const { blob, members } = archive;
    if (Checksum !== blob.quickXorHash) throw failure(`Checksum of ${Name} is ${blob.quickXorHash}`, Checksum);
    const files = File.map(({ FileValue }) => FileValue);
    if (files.join() !== members.join()) throw failure(`the members of ${Name} are ${members}`, files);
  }
  for (const name of waiting.keys()) throw failure("ArchivedFiles.xml names every archive", name);
}

function failure(constraint: string, value: unknown): PrimepackError {
  return new PrimepackError(
    "READ_BACK_FAILED",
    `Cannot finish the package as ${constraint}: current value is ${value}`,
  );
}
