import {
  collect,
  deterministicRandom,
  exampleTarget,
  RandomSource,
  schemaOf,
  specIsMissing,
  validateXsd,
} from "@primepack/test-support";
import fc from "fast-check";
import { unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { type MemoryContainer, type MemoryPackage, memoryPackageStore } from "../container/memory.ts";
import { Secret } from "../errors/index.ts";
import { readArchivedFiles } from "../manifest/archived-files.ts";
import type { FileElement } from "../manifest/file.ts";
import type { FieldElement, FieldRefElement, ListItemElement } from "../manifest/list-item.ts";
import { type ManifestObject, readManifest } from "../manifest/manifest.ts";
import type { PropertyElement } from "../manifest/properties.ts";
import { readSystemData } from "../manifest/system-data.ts";
import { type GroupElement, readUserGroupMap, type UserElement } from "../manifest/user-group.ts";
import type {
  FieldValue,
  FileVersion,
  ListItemVersion,
  PackageForms,
  PrincipalRef,
  PropertyValue,
  RoleGrant,
  SerializedElement,
  SourceContent,
  SourceFile,
  SourceItem,
  TermValue,
  VersionDetails,
} from "../model/index.ts";
import { openSealed } from "../seal/open-sealed.ts";
import type { XmlElement } from "../xml/index.ts";
import { build } from "./run.ts";
import type { CommonBuildOptions, EncryptionOptions } from "./types.ts";

const key = new Secret(Buffer.alloc(32, 7));
const genericList = { ...exampleTarget, listTitle: "Tasks", listUrl: "Lists/Tasks", baseTemplate: "GenericList" };
const defaultAuthor = "SHAREPOINT\\system";
const standardRoles: Readonly<Record<string, number>> = { Read: 1073741826, Contribute: 1073741827 };
const contentTypes: Readonly<Record<string, string>> = { folder: "0x0120", file: "0x0101", item: "0x01" };

/** An item as a comparable value: defaults filled in, bytes instead of contents, dates as texts. */
type Normal = Readonly<Record<string, unknown>>;

const defined = (record: Record<string, unknown>): Normal =>
  Object.fromEntries(
    Object.entries(record).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0)),
  );

const iso = (date: Date | undefined) => date?.toISOString();
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const grantText = (principal: PrincipalRef, roleId: number) => `${JSON.stringify(principal)} ${roleId}`;

// What was given.

async function bytesOf(content: SourceContent): Promise<Uint8Array> {
  if (content instanceof Uint8Array) return content;
  if ("path" in content) throw new Error("The made-up source has no files");
  return Buffer.concat(await collect(await content.open(new AbortController().signal)));
}

function normalGrants(grants: readonly RoleGrant[] | undefined): unknown {
  const roleId = (role: RoleGrant["role"]) => (typeof role === "string" ? (standardRoles[role] ?? 0) : role.id);
  return grants && [...new Set(grants.map(({ principal, role }) => grantText(principal, roleId(role))))].sort();
}

function normalField(field: FieldValue): FieldValue {
  // XML has no negative zero.
  if (field.type === "Number" || field.type === "Currency") return { ...field, value: Number(field.value) + 0 };
  return field;
}

/** A minor version is a draft, if nothing else is said of it. */
function normalDetails(given: VersionDetails, label = "1.0"): Normal {
  const author = given.author ?? defaultAuthor;
  return {
    author,
    modifiedBy: given.modifiedBy ?? author,
    fields: given.fields?.map(normalField) ?? [],
    moderation: given.moderation ?? { status: label.endsWith(".0") ? "Approved" : "Draft" },
  };
}

/** The labels of all versions, oldest first. */
function labels(given: readonly VersionDetails[]): string[] {
  let major = 0;
  return given.map(({ version = `${major + 1}.0` }) => {
    major = Number(version.split(".")[0]);
    return version;
  });
}

/** `1_.000`: the source's name of a list item is not in the target. */
const pathOf = (path: readonly string[], kind: string) => (kind === "item" ? path.slice(0, -1) : path);

async function normalContent({ content, checkinComment, properties }: FileVersion | SourceFile): Promise<Normal> {
  return { bytes: hex(await bytesOf(content)), checkinComment, properties };
}

async function normalGiven(item: SourceItem): Promise<Normal | undefined> {
  if (item.kind !== "folder" && item.kind !== "file" && item.kind !== "item") return undefined;
  const { kind, path } = item;
  const versions = item.kind === "folder" ? [] : (item.versions ?? []);
  const all = labels([...versions, item]);
  const older = versions.map(async (version: FileVersion | ListItemVersion, index) =>
    defined({
      ...normalDetails(version, all[index]),
      version: all[index],
      modified: iso(version.modified),
      ...("content" in version ? await normalContent(version) : {}),
    }),
  );
  return defined({
    kind,
    path: pathOf(path, kind),
    ...normalDetails(item, all.at(-1)),
    version: all.at(-1),
    created: iso(item.created),
    modified: iso(item.modified),
    id: item.id,
    listItemId: item.listItemId,
    contentTypeId: item.contentTypeId ?? contentTypes[kind],
    permissions: normalGrants(item.permissions),
    retentionLabel: item.retentionLabel && { ...item.retentionLabel, setAt: iso(item.retentionLabel.setAt) },
    comments: item.comments?.map((comment) => ({ ...comment, created: iso(comment.created) })),
    sharing: item.sharing?.map((event) => ({ ...event, time: iso(event.time) })),
    links: item.links,
    eventReceivers: item.eventReceivers,
    versions: await Promise.all(older),
    ...(item.kind === "folder" ? { progId: item.progId, properties: item.properties } : {}),
    ...(item.kind === "file"
      ? {
          ...(await normalContent(item)),
          webParts: item.webParts,
          versionEvents: item.versionEvents,
        }
      : {}),
    ...(item.kind === "item"
      ? {
          attachments: await Promise.all(
            (item.attachments ?? []).map(async ({ content, size, created, modified, ...attachment }) => ({
              ...attachment,
              created: iso(created),
              modified: iso(modified),
              bytes: hex(await bytesOf(content)),
            })),
          ),
        }
      : {}),
  });
}

// What is in a package.

async function* opened(container: MemoryContainer, name: string): AsyncGenerator<Uint8Array> {
  const { iv } = await container.properties(name);
  yield* openSealed(container.read(name), iv === undefined ? undefined : { key, iv: Buffer.from(iv, "base64") });
}

class ReadPackage {
  readonly objects: ManifestObject[] = [];
  users: readonly UserElement[] = [];
  groups: readonly GroupElement[] = [];
  readonly scopes = new Map<string, string[]>();
  readonly #bytes = new Map<string, string>();

  async read({ content, manifest }: MemoryPackage): Promise<this> {
    const { ManifestFiles = [] } = await readSystemData(opened(manifest, "SystemData.xml"));
    for (const { Name = "" } of ManifestFiles)
      this.objects.push(...(await collect(readManifest(opened(manifest, Name)))));
    const { Users = [], Groups = [] } = await readUserGroupMap(opened(manifest, "UserGroup.xml"));
    this.users = Users;
    this.groups = Groups;
    for await (const { name } of content.list()) {
      const bytes = Buffer.concat(await collect(opened(content, name)));
      if (!name.endsWith(".zip")) this.#bytes.set(name, hex(bytes));
      else for (const [member, inner] of Object.entries(unzipSync(bytes))) this.#bytes.set(member, hex(inner));
    }
    const files = (await collect(manifest.list())).map(({ name }) => name);
    if (files.includes("ArchivedFiles.xml")) {
      for await (const { Name, File = [] } of readArchivedFiles(opened(manifest, "ArchivedFiles.xml"))) {
        const zip = unzipSync(Buffer.concat(await collect(opened(content, Name))));
        expect(Object.keys(zip)).toEqual(File.map(({ FileValue }) => FileValue));
      }
    }
    for (const object of this.objects) {
      if (object.ObjectType !== "DeploymentRoleAssignments") continue;
      for (const { ObjectId, Assignment = [] } of object.RoleAssignments?.RoleAssignment ?? []) {
        const grants = Assignment.map(({ PrincipalId, RoleId }) =>
          grantText(this.principal(PrincipalId), Number(RoleId)),
        );
        this.scopes.set(ObjectId, grants.sort());
      }
    }
    return this;
  }

  principal(id: string | number | undefined): PrincipalRef {
    const group = this.groups.find(({ Id }) => Id === String(id));
    if (group) return { group: group.Name };
    const user = this.users.find(({ Id }) => Id === String(id));
    if (user === undefined) throw new Error(`UserGroup.xml has no ${id}`);
    return user.Login;
  }

  bytes(name: string | undefined): string | undefined {
    return this.#bytes.get(name ?? "");
  }

  /** Folders, files and list items, in the order of their item ids. */
  items(): { itemId: number; normal: Normal }[] {
    const found: { itemId: number; normal: Normal }[] = [];
    for (const object of this.objects) {
      if (object.ObjectType !== "SPListItem" || object.IsDeleted || object.ListItem === undefined) continue;
      const item = object.ListItem;
      const document = this.objects.find(({ Id }) => Id === item.DocId);
      found.push({ itemId: item.IntId ?? 0, normal: this.#item(item, document) });
    }
    return found;
  }

  #item(item: ListItemElement, document: ManifestObject | undefined): Normal {
    const file = document?.ObjectType === "SPFile" ? document.File : undefined;
    const folder = document?.ObjectType === "SPFolder" ? document.Folder : undefined;
    const kind = file ? "file" : folder ? "folder" : "item";
    const list = kind === "item" || item.FileUrl?.startsWith("Lists/") ? "Lists/Tasks/" : "Shared Documents/";
    const path = (item.FileUrl ?? "").slice(list.length).split("/");
    const labelled = item.Fields?.find(isLabelled);
    return defined({
      kind,
      path: pathOf(path, kind),
      ...this.#details(item),
      version: item.Version,
      created: time(item.TimeCreated),
      modified: time(item.TimeLastModified),
      id: item.DocId,
      listItemId: item.Id,
      contentTypeId: item.ContentTypeId,
      permissions: this.scopes.get(item.DocId ?? ""),
      retentionLabel: labelled && {
        name: labelled.ListDefaultComplianceTag,
        setBy: this.principal(labelled.ListDefaultComplianceTagUserId),
        setAt: time(labelled.ListDefaultCompliancetagWrittenTime),
        flags: labelled.ListDefaultComplianceFlags,
      },
      comments: item.Comments?.map(({ Id, ParentId, Text = "", UserId, Created, UIVersion }) =>
        defined({
          id: Id,
          parentId: ParentId === "0" ? undefined : ParentId,
          text: Buffer.from(Text, "base64").toString("utf8"),
          author: this.principal(UserId),
          created: Created,
          uiVersion: UIVersion === undefined ? undefined : Number(UIVersion),
        }),
      ),
      sharing: item.SharedWithEvents?.map(({ SharedTime, SharingInitiatorId, SharedById, SharedWithMembers = [] }) => ({
        time: SharedTime?.replace(/0000Z$/, "Z"),
        initiator: this.principal(SharingInitiatorId),
        sharedBy: this.principal(SharedById),
        sharedWith: SharedWithMembers.map(({ SharedWithId }) => this.principal(SharedWithId)),
      })),
      links: (file ?? item).Links?.map((element) => serialized("Link", element)),
      eventReceivers: (file ?? item).EventReceivers?.map((element) => serialized("EventReceiver", element)),
      versions: item.Versions?.slice(0, -1).map((version, index) =>
        defined({
          ...this.#details(version),
          version: version.Version,
          modified: time(version.TimeLastModified),
          ...(file ? this.#content(file.Versions?.[index] ?? {}) : {}),
        }),
      ),
      ...(folder ? { progId: folder.ProgId, properties: properties(folder.Properties) } : {}),
      ...(file
        ? {
            ...this.#content(file.Versions?.at(-1) ?? file),
            webParts: file.WebParts?.map(plain),
            versionEvents: file.VersionEvents?.map((element) => serialized("VersionEvent", element)),
          }
        : {}),
      attachments: item.Attachments?.map(({ Name, Author, ModifiedBy, TimeCreated, TimeLastModified, FileValue }) => ({
        name: Name,
        author: this.principal(Author),
        modifiedBy: this.principal(ModifiedBy),
        created: time(TimeCreated),
        modified: time(TimeLastModified),
        bytes: this.bytes(FileValue),
      })),
    });
  }

  #content(element: FileElement): Normal {
    return {
      bytes: this.bytes(element.FileValue),
      checkinComment: element.CheckinComment,
      properties: properties(element.Properties),
    };
  }

  #details({ Author, ModifiedBy, Fields = [], ModerationStatus, ModerationComment }: ListItemElement): Normal {
    return {
      author: this.principal(Author),
      modifiedBy: this.principal(ModifiedBy),
      fields: this.#fields(Fields),
      moderation: defined({ status: ModerationStatus, comment: ModerationComment }),
    };
  }

  #fields(elements: readonly (FieldElement | FieldRefElement)[]): unknown[] {
    const fields = elements.filter(isField).filter((field) => field.Name !== "_ComplianceTag");
    return fields.flatMap((field, index) => {
      if (field.Name?.startsWith("Note")) return [];
      const { Name, FieldId, Type } = field;
      const note = defined({ name: fields[index + 1]?.Name, fieldId: fields[index + 1]?.FieldId });
      const noteField = Type?.startsWith("Taxonomy") ? note : undefined;
      return [defined({ name: Name, fieldId: FieldId, ...this.#value(field), noteField })];
    });
  }

  #value({ Type = "", Value = "", Value2 }: FieldElement): Normal {
    const value = (parsed: unknown) => ({ type: Type, value: parsed });
    const lookupIds = [...Value.matchAll(/(\d+);# ;/g)].map(([, id]) => Number(id));
    const listId = Value.split(";").at(-1);
    switch (Type) {
      case "MultiChoice":
        return value(Value.split(";#").slice(1, -1));
      case "Number":
      case "Currency":
      case "Integer":
      case "Counter":
        return value(Number(Value));
      case "Boolean":
        return value(Value === "1");
      case "DateTime":
        return value(dateTime(Value));
      case "URL":
        return value(defined({ url: Value, description: Value2 }));
      case "User":
        return value(this.principal(/^(\d+);(?:#;)?UserInfo$/.exec(Value)?.[1]));
      case "UserMulti":
        return value(
          Value.replace(/;#;UserInfo$/, "")
            .split(";#;#")
            .flatMap((ids) => ids.split(";#"))
            .map((id) => this.principal(id)),
        );
      case "Lookup":
        return value({ itemId: lookupIds[0], listId });
      case "LookupMulti":
        return value({ itemIds: lookupIds, listId });
      case "TaxonomyFieldType":
        return value(terms(Value)[0]);
      case "TaxonomyFieldTypeMulti":
        return value(terms(Value));
      case "Computed":
        return { type: "raw", fieldType: Type, value: Value, value2: Value2 };
      default:
        return value(Value);
    }
  }
}

function isField(element: FieldElement | FieldRefElement): element is FieldElement {
  return element.element !== "FieldRef";
}

function isLabelled(element: FieldElement | FieldRefElement): element is FieldElement {
  return isField(element) && element.ListDefaultComplianceTag !== undefined;
}

function time(text: string | undefined): string | undefined {
  return text === undefined ? undefined : new Date(`${text}Z`).toISOString();
}

function dateTime(text: string): Date {
  const us = /^(\d\d)\/(\d\d)\/(\d{4}) (.*)$/.exec(text);
  return new Date(us ? `${us[3]}-${us[1]}-${us[2]}T${us[4]}Z` : `${text}Z`);
}

function terms(text: string): TermValue[] {
  return [...text.matchAll(/(-?\d+);#([^|]*)\|([^;]*)/g)].map(([, wssId, label = "", termGuid = ""]) => ({
    label,
    termGuid,
    wssId: Number(wssId),
  }));
}

function properties(elements: readonly PropertyElement[] | undefined): readonly Partial<PropertyValue>[] | undefined {
  return elements?.map(({ Name, Value, Value2, Id, Type, Access }) =>
    defined({ name: Name, value: Value, value2: Value2, id: Id, type: Type, access: Access }),
  );
}

/** A closed element of a manifest as it was handed over. */
function serialized(name: string, element: object): SerializedElement {
  const attributes = Object.entries(element).filter(([, value]) => typeof value !== "object");
  return {
    name,
    attributes: Object.fromEntries(attributes.map(([attribute, value]) => [attribute, String(value)])),
    children: [],
  };
}

function plain({ name, attributes, children, text }: XmlElement): Normal {
  return { ...defined({ name, attributes: { ...attributes }, text }), children: children.map(plain) };
}

// The two together.

interface Run {
  readonly kind: "library" | "list";
  readonly items: readonly SourceItem[];
  readonly options: EncryptionOptions & Pick<CommonBuildOptions, "limits">;
}

function makeRun(draw: fc.GeneratorValue): Run {
  const kind = draw(() => fc.constantFrom<("library" | "list")[]>("library", "list"));
  const items = new RandomSource(draw, kind).items();
  const forms: PackageForms = {
    outerFileValue: draw(fc.boolean),
    versionIds: draw(() => fc.constantFrom("same", "distinct")),
    attachmentUrl: draw(() => fc.constantFrom("webRelative", "serverRelative")),
    dateTimeFields: draw(() => fc.constantFrom("iso", "us")),
    userFields: draw(() => fc.constantFrom("native", "hash")),
    roles: draw(() => fc.constantFrom("write", "omit")),
  };
  const isEncrypted = draw(fc.boolean);
  const limits = draw(fc.boolean) ? { maxItems: 4 } : {};
  const options = isEncrypted
    ? { encryption: key, forms: { ...forms, archives: draw(fc.boolean) }, limits }
    : { encryption: "none" as const, forms: { ...forms, archives: false as const }, limits };
  return { kind, items, options };
}

async function buildRun({ kind, items, options }: Run): Promise<MemoryPackage[]> {
  async function* source(): AsyncGenerator<SourceItem> {
    yield* items;
  }
  const store = memoryPackageStore();
  const run = build({
    source: source(),
    target: kind === "list" ? genericList : exampleTarget,
    packages: store,
    workers: 0,
    random: deterministicRandom(),
    clock: () => new Date("2026-01-01T00:00:00Z"),
    ...options,
  });
  const outcomes = (await collect(run)).flatMap((event) => (event.type === "item" ? [event.outcome] : []));
  expect(outcomes.filter(({ outcome }) => outcome !== "packaged" && outcome !== "deletion")).toEqual([]);
  expect((await run.result).status).toBe("complete");
  return [...store.packages].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, made]) => made);
}

describe("build()", () => {
  it("writes packages out of which all that items carry can be read as it was given", async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (draw) => {
        const run = makeRun(draw);
        const given = (await Promise.all(run.items.map(normalGiven))).filter((item) => item !== undefined);
        const packages = await Promise.all((await buildRun(run)).map((made) => new ReadPackage().read(made)));

        const found = packages.flatMap((made) => made.items()).sort((one, other) => one.itemId - other.itemId);
        // Ids are compared where they were given.
        const comparable = found.map(({ normal: { id, listItemId, ...rest } }, index) =>
          defined({
            ...rest,
            id: given[index]?.id === undefined ? undefined : id,
            listItemId: given[index]?.listItemId === undefined ? undefined : listItemId,
          }),
        );
        expect(comparable).toEqual(given);

        const list = run.items.find((item) => item.kind === "list");
        const ofList = packages
          .map(({ scopes }) => scopes.get(exampleTarget.listId))
          .filter((scope) => scope !== undefined);
        expect(ofList).toEqual(list === undefined ? [] : [normalGrants(list.permissions)]);

        const deleted = packages.flatMap(({ objects }) => objects.filter(({ IsDeleted }) => IsDeleted));
        expect(deleted).toHaveLength(run.items.filter((item) => item.kind === "deletion").length);

        for (const made of packages) expectPeople(made, run.items);
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });

  it.skipIf(specIsMissing)("writes files that the schemas take (skipped where ../shared is missing)", async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (draw) => {
        for (const { manifest } of await buildRun(makeRun(draw))) {
          for await (const { name } of manifest.list()) {
            const xml = Buffer.concat(await collect(opened(manifest, name)));
            expect(await validateXsd(schemaOf(name.replace(/\d+\./, ".")), xml), name).toEqual([]);
          }
        }
      }),
      { numRuns: 8 },
    );
  });
});

/** Users and groups as they were defined; those that were not have their logins. */
function expectPeople(made: ReadPackage, items: readonly SourceItem[]): void {
  for (const user of made.users) {
    const given = items.find((item) => item.kind === "user" && item.login === user.Login);
    if (given?.kind !== "user") continue;
    expect(user).toMatchObject(
      defined({
        Name: given.name,
        Email: given.email,
        IsDomainGroup: given.isDomainGroup ?? false,
        IsSiteAdmin: given.isSiteAdmin ?? false,
        IsDeleted: given.isDeleted ?? false,
        SystemId: given.systemId ?? Buffer.from(given.login).toString("base64"),
        MobilePhone: given.mobilePhone,
        Flags: String(given.flags ?? 0),
      }),
    );
  }
  for (const group of made.groups) {
    const given = items.find((item) => item.kind === "group" && item.name === group.Name);
    if (given?.kind !== "group") throw new Error(`No group ${group.Name} was given`);
    expect(group.Member?.map(({ UserId }) => made.principal(UserId)) ?? []).toEqual(given.members);
    expect(given.owner === undefined ? undefined : made.principal(group.Owner)).toEqual(given.owner);
    expect(group).toMatchObject(
      defined({
        Description: given.description,
        OnlyAllowMembersViewMembership: given.onlyAllowMembersViewMembership,
        AllowMembersEditMembership: given.allowMembersEditMembership,
        AllowRequestToJoinLeave: given.allowRequestToJoinLeave,
        AutoAcceptRequestToJoinLeave: given.autoAcceptRequestToJoinLeave,
        RequestToJoinLeaveEmailSetting: given.requestToJoinLeaveEmailSetting,
      }),
    );
  }
}
