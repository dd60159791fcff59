import { PrimepackError } from "../errors/index.ts";
import { fileBinding, versionEventBinding } from "../manifest/file.ts";
import { folderBinding } from "../manifest/folder.ts";
import { eventReceiverBinding, linkBinding } from "../manifest/links.ts";
import { listItemBinding } from "../manifest/list-item.ts";
import { manifestFile } from "../manifest/names.ts";
import type { SerializedElement } from "../model/index.ts";
import { type ElementBinding, type OtherContent, readXmlBatches, type XmlElement } from "../xml/index.ts";
import type { Dropped } from "./dropped.ts";
import { decodeAttributes } from "./encoded-attributes.ts";
import type { ExportFiles } from "./export-location.ts";
import { exportXmlLimits } from "./export-records.ts";
import type { Lists } from "./lists.ts";
import { pathKey, trimUrl, urlFault } from "./object-path.ts";
import { objectUrl } from "./object-url.ts";
import { type OpenBlobOptions, openedBlob } from "./opened-blob.ts";
import { DELETIONS, FAULTS, ITEMS, idUse, type KeyedPart, keyedPart, type Part, type PassedElements } from "./parts.ts";
import type { Roles } from "./roles.ts";

/** Where the objects of an export go beside its items. */
export interface ObjectSinks {
  readonly lists: Lists;
  readonly roles: Roles;
  readonly dropped: Dropped;
}

export interface ReadObjectsOptions extends OpenBlobOptions {
  /** Number of the package among those of the export. */
  readonly place: number;
  /** Path of the web, for objects that don't tell it. */
  readonly webUrl: string | undefined;
}

/** UTF-16 units of a GUID in braces; anything longer is none, and the planner refuses it. */
const MAX_ID_LENGTH = 38;
/** UTF-16 units of a URL that are shown where it can't be used. */
const SHOWN_LENGTH = 200;

/**
 * Reads the manifests of an export object by object, and gives what is of items as parts; lists and roles go into the
 * sinks, and everything else is counted as dropped. An object that can't be read is a fault; a file that can't is an error.
 */
export async function* readObjects(
  files: ExportFiles,
  sinks: ObjectSinks,
  options: ReadObjectsOptions,
): AsyncGenerator<KeyedPart, void, undefined> {
  const reader = new ObjectReader(sinks, options);
  const { signal } = options;
  for (const name of files.manifests) {
    const blob = await openedBlob(files.manifest, files.prefix + name, options);
    if (blob === undefined) {
      throw new PrimepackError(
        "EXPORT_UNREADABLE",
        `Cannot read the export as it must hold the manifests that it names: current value is no ${files.prefix}${name}`,
      );
    }
    const reading = { root: manifestFile.root, file: blob.name, limits: exportXmlLimits, ...(signal && { signal }) };
    for await (const batch of readXmlBatches(blob.read(), reading)) {
      for (const element of batch) yield* reader.read(element);
    }
  }
}

class ObjectReader {
  readonly #sinks: ObjectSinks;
  readonly #place: number;
  readonly #webUrl: string | undefined;

  constructor(sinks: ObjectSinks, { place, webUrl }: ReadObjectsOptions) {
    this.#sinks = sinks;
    this.#place = place;
    this.#webUrl = webUrl;
  }

  *read(object: XmlElement): Generator<KeyedPart, void, undefined> {
    const { dropped } = this.#sinks;
    decodeAttributes(object);
    const { ObjectType: type = "" } = object.attributes;
    if (object.name !== "SPObject") return dropped.add(`element ${object.name}`);
    this.#countAttributes("SPObject", object.attributes, objectAttributes);
    const childName = childNames[type];
    const child = object.children.find(({ name }) => name === childName);
    for (const other of object.children) if (other !== child) dropped.add(`element ${type}/${other.name}`);
    if (isDeletion(type, object)) {
      yield this.#deletion(type, object, child);
      return;
    }
    if (child === undefined) return dropped.add(`object ${type}`);
    try {
      yield* this.#readChild(type, object, child);
    } catch (reason) {
      if (!(reason instanceof PrimepackError && reason.code === "MANIFEST_INVALID")) throw reason;
      yield this.#fault(objectUrl(object, child, this.#webUrl), reason.message);
    }
  }

  *#readChild(type: string, object: XmlElement, child: XmlElement): Generator<KeyedPart, void, undefined> {
    const { lists, roles } = this.#sinks;
    const place = this.#place;
    switch (type) {
      case "SPFolder": {
        const url = objectUrl(object, child, this.#webUrl);
        const folder = this.#cleaned("Folder", folderBinding.read(child));
        yield* this.#uses(url, folder.Id);
        return yield this.#item(url, { kind: "folder", url, place, folder });
      }
      case "SPFile": {
        const url = objectUrl(object, child, this.#webUrl);
        const passed = this.#takePassed(child);
        const file = this.#cleaned("File", fileBinding.read(child));
        yield* this.#uses(url, file.Id);
        return yield this.#item(url, { kind: "file", url, place, file, ...passed });
      }
      case "SPListItem": {
        const url = objectUrl(object, child, this.#webUrl);
        const passed = this.#takePassed(child);
        const item = this.#cleaned("ListItem", listItemBinding.read(child));
        yield* this.#uses(url, item.Id, item.DocId);
        return yield this.#item(url, { kind: "item", url, place, item, ...passed });
      }
      case "SPList":
      case "SPDocumentLibrary":
        lists.add(child.attributes, type === "SPDocumentLibrary");
        return this.#countList(child);
      case "DeploymentRoles":
        return roles.read(child);
      default:
        return yield* this.#scopes(child);
    }
  }

  *#scopes({ children }: XmlElement): Generator<KeyedPart, void, undefined> {
    for (const { name, attributes, children: assignments } of children) {
      const url = trimUrl(attributes.ObjectUrl ?? "");
      if (name !== "RoleAssignment" || url === "") this.#sinks.dropped.add("role assignment without ObjectUrl");
      else {
        this.#countScope(attributes, assignments);
        const given = assignments
          .filter((assignment) => assignment.name === "Assignment")
          .map(({ attributes: { RoleId = "", PrincipalId = "" } }) => ({ RoleId, PrincipalId }));
        yield this.#item(url, { kind: "scope", url, place: this.#place, assignments: given });
      }
    }
  }

  #deletion(type: string, object: XmlElement, child: XmlElement | undefined): KeyedPart {
    const url = objectUrl(object, child, this.#webUrl);
    const of = type === "SPFolder" || child?.attributes.DocType === "Folder" ? "folder" : deletedKinds[type];
    const id = type === "SPListItem" ? child?.attributes.DocId : object.attributes.Id;
    const part: Part = {
      kind: "deletion",
      url,
      place: this.#place,
      of: of ?? "item",
      ...(id === undefined ? {} : { id }),
    };
    return this.#keyed(DELETIONS, url, part);
  }

  *#uses(url: string, ...ids: readonly (string | undefined)[]): Generator<KeyedPart, void, undefined> {
    if (urlFault(url) !== undefined) return;
    for (const id of ids) if (id && id.length <= MAX_ID_LENGTH) yield idUse(id, pathKey(url, ITEMS));
  }

  #item(url: string, part: Part): KeyedPart {
    return this.#keyed(ITEMS, url, part);
  }

  #keyed(kind: string, url: string, part: Part): KeyedPart {
    const fault = urlFault(url);
    return fault === undefined ? keyedPart(pathKey(url, kind), part) : this.#fault(url, fault);
  }

  #fault(url: string, because: string): KeyedPart {
    const shown = url.length > SHOWN_LENGTH ? `${url.slice(0, SHOWN_LENGTH)}...` : url;
    const message = because.startsWith("Cannot ")
      ? because
      : `Cannot convert the object as ${because}: current value is ${JSON.stringify(shown)}`;
    return keyedPart(FAULTS, { kind: "fault", url: shown, place: this.#place, message });
  }

  /** Takes out the elements that go on as they are, before the rest is bound to its table. */
  #takePassed(element: XmlElement): PassedElements {
    const passed: Record<string, SerializedElement[]> = {};
    const kept: XmlElement[] = [];
    for (const child of element.children) {
      const name = passedNames[child.name];
      if (name === undefined) kept.push(child);
      else {
        passed[name] ??= [];
        for (const one of this.#passable(child)) passed[name].push(one);
      }
    }
    (element as { children: readonly XmlElement[] }).children = kept;
    return passed;
  }

  /**
   * The elements of a list that is called as they are, in the plural. Of those whose types are closed only what their
   * tables know, as the planner would refuse the whole item for the rest.
   */
  #passable({ name, children }: XmlElement): SerializedElement[] {
    return children.flatMap((child) => {
      const element = `${child.name}s` === name ? this.#closed(serialized(child)) : undefined;
      if (element !== undefined) return [element];
      this.#sinks.dropped.add(`element ${name}/${child.name}`);
      return [];
    });
  }

  /** Undefined if nothing usable is left. */
  #closed(element: SerializedElement): SerializedElement | undefined {
    const binding = closedBindings[element.name];
    if (binding === undefined) return element;
    const told = Object.entries(element.attributes).filter(([name, value]) => value !== "" || requiredTexts.has(name));
    const attributes: Record<string, string> = Object.fromEntries(told);
    try {
      const read = binding.read({ ...element, attributes: { ...attributes }, children: [], line: 0, column: 0 });
      for (const name of Object.keys(read.otherAttributes ?? {})) {
        this.#sinks.dropped.add(`attribute ${element.name}/@${name}`);
        delete attributes[name];
      }
    } catch (reason) {
      if (reason instanceof PrimepackError && reason.code === "MANIFEST_INVALID") return undefined;
      throw reason;
    }
    for (const { name } of element.children) this.#sinks.dropped.add(`element ${element.name}/${name}`);
    return { name: element.name, attributes, children: [] };
  }

  /** The record without what its table doesn't know, which is counted. */
  #cleaned<T extends OtherContent>(place: string, record: T): T {
    const { dropped } = this.#sinks;
    const values = record as unknown as Record<string, unknown>;
    for (const name of unreadAttributes[place] ?? []) {
      const value = values[name];
      if (value !== undefined && value !== "" && value !== false) dropped.add(`attribute ${place}/@${name}`);
    }
    for (const name of unreadElements[place] ?? []) {
      const value = values[name];
      if (Array.isArray(value) && value.length > 0) dropped.add(`element ${place}/${name}`);
    }
    for (const key of Object.keys(values)) {
      const value = values[key];
      if (key === "otherAttributes" && keptOtherAttributes[place] !== undefined) {
        this.#countOthers(place, value as Readonly<Record<string, string>>);
      } else if (key === "otherAttributes") {
        for (const name of Object.keys(value as object)) this.#sinks.dropped.add(`attribute ${place}/@${name}`);
        delete values[key];
      } else if (key === "otherElements" || key === "content") {
        for (const { name } of value as readonly XmlElement[]) this.#sinks.dropped.add(`element ${place}/${name}`);
        delete values[key];
      } else if (Array.isArray(value)) {
        for (const child of value) this.#cleaned(childPlaces[key] ?? key, child as OtherContent);
      }
    }
    return record;
  }

  #countOthers(place: string, attributes: Readonly<Record<string, string>>): void {
    const kept = keptOtherAttributes[place];
    for (const name of Object.keys(attributes)) {
      if (kept?.has(name)) continue;
      this.#sinks.dropped.add(`attribute ${place}/@${name}`);
      delete (attributes as Record<string, string>)[name];
    }
  }

  #countScope({ AnonymousPermMask: mask }: Readonly<Record<string, string>>, children: readonly XmlElement[]): void {
    if (mask !== undefined && mask !== "" && mask !== "0") {
      this.#sinks.dropped.add("attribute RoleAssignment/@AnonymousPermMask");
    }
    for (const { name } of children) {
      if (name !== "Assignment") this.#sinks.dropped.add(`element RoleAssignment/${name}`);
    }
  }

  #countList({ attributes, children }: XmlElement): void {
    this.#countAttributes("List", attributes, listAttributes);
    for (const { name } of children) this.#sinks.dropped.add(`element List/${name}`);
  }

  #countAttributes(place: string, attributes: Readonly<Record<string, string>>, known: ReadonlySet<string>): void {
    for (const name of Object.keys(attributes)) {
      if (!known.has(name)) this.#sinks.dropped.add(`attribute ${place}/@${name}`);
    }
  }
}

function isDeletion(type: string, { attributes }: XmlElement): boolean {
  return Object.hasOwn(deletedKinds, type) && attributes.IsDeleted?.toLowerCase() === "true";
}

function serialized({ name, attributes, children, text }: XmlElement): SerializedElement {
  return {
    name,
    attributes: { ...attributes },
    children: children.map(serialized),
    ...(text === undefined ? {} : { text }),
  };
}

type Names = Readonly<Record<string, string | undefined>>;

/** A table whose look-ups find nothing but what stands in it, whatever the name. */
function table<T>(entries: Readonly<Record<string, T>>): Readonly<Record<string, T | undefined>> {
  return Object.assign(Object.create(null) as Record<string, T>, entries);
}

/** The element of an object by the object's type; objects of other types are dropped. */
const childNames: Names = table({
  SPFolder: "Folder",
  SPFile: "File",
  SPListItem: "ListItem",
  SPList: "List",
  SPDocumentLibrary: "DocumentLibrary",
  DeploymentRoles: "Roles",
  DeploymentRoleAssignments: "RoleAssignments",
});

const deletedKinds = { SPFolder: "folder", SPFile: "file", SPListItem: "item" } as Readonly<
  Record<string, "folder" | "file" | "item" | undefined>
>;

const passedNames: Names = table({
  Links: "links",
  EventReceivers: "eventReceivers",
  WebParts: "webParts",
  VersionEvents: "versionEvents",
});

/** Elements that go on, and whose types are closed. */
const closedBindings: Readonly<Record<string, ElementBinding<OtherContent> | undefined>> = table<
  ElementBinding<OtherContent>
>({
  Link: linkBinding as ElementBinding<OtherContent>,
  EventReceiver: eventReceiverBinding as ElementBinding<OtherContent>,
  VersionEvent: versionEventBinding as ElementBinding<OtherContent>,
});

/** Attributes that may be empty; empty ones of other names say nothing, and are no values of their types. */
const requiredTexts: ReadonlySet<string> = new Set(["TargetId", "TargetUrl", "Id", "Name", "WebId", "HostId"]);

/** How the elements of a list are counted. */
const childPlaces: Names = table({
  Versions: "Version",
  Properties: "Property",
  Fields: "Field",
  Attachments: "Attachment",
  SharedWithEvents: "SharedWithEvent",
  SharedWithMembers: "SharedWithMember",
  Comments: "Comment",
});

const labelAttributes: ReadonlySet<string> = new Set([
  "ListDefaultComplianceTag",
  "ListDefaultComplianceTagUserId",
  "ListDefaultCompliancetagWrittenTime",
  "ListDefaultComplianceFlags",
]);

/** What the tables know and converting has no use for, as the import makes it itself or no target has it. */
const unreadAttributes: Readonly<Record<string, readonly string[] | undefined>> = table({
  Folder: ["WelcomePageUrl", "WelcomePageParameters"],
  File: ["IsGhosted", "SetupPath", "SetupPathUser", "FailureMessage"],
  ListItem: ["ThreadIndex", "UserSolutionActivated", "UserLoginName", "GroupName", "FailureMessage"],
  Attachment: ["MetaInfo", "FailureMessage"],
});
const unreadElements: Readonly<Record<string, readonly string[] | undefined>> = table({
  Version: [
    "Versions",
    "WebParts",
    "Links",
    "EventReceivers",
    "VersionEvents",
    "Attachments",
    "SharedWithEvents",
    "Comments",
  ],
  Attachment: ["Properties"],
});

/** Attributes beyond the tables that converting reads. */
const keptOtherAttributes: Readonly<Record<string, ReadonlySet<string> | undefined>> = table({
  ListItem: labelAttributes,
});

const objectAttributes: ReadonlySet<string> = new Set([
  "Id",
  "ObjectType",
  "ParentId",
  "ParentWebId",
  "ParentWebUrl",
  "Url",
  "Name",
  "ContentTypeId",
  "IsDeleted",
  "ScopeId",
]);

const listAttributes: ReadonlySet<string> = new Set([
  "Id",
  "Title",
  "BaseTemplate",
  "BaseType",
  "RootFolderId",
  "RootFolderUrl",
  "ParentWebId",
  "ParentWebUrl",
]);
