import { PrimepackError } from "../errors/index.ts";
import { ElementBinding, type OtherContent } from "../xml/index.ts";
import { type FileBytes, type ReadFileOptions, readList, writeList, writeLists } from "./document.ts";
import { type FileElement, fileBinding } from "./file.ts";
import { type FolderElement, folderBinding } from "./folder.ts";
import {
  type ContentTypeElement,
  contentTypeBinding,
  type DocumentLibraryElement,
  documentLibraryBinding,
  type ListElement,
  listBinding,
} from "./list.ts";
import { type ListItemElement, listItemBinding } from "./list-item.ts";
import { manifestFile } from "./names.ts";
import { type RoleAssignmentsElement, type RolesElement, roleAssignmentsBinding, rolesBinding } from "./roles.ts";
import {
  type GroupChangeElement,
  groupChangeBinding,
  type RoleAssignmentChangeElement,
  type RoleChangeElement,
  roleAssignmentChangeBinding,
  roleChangeBinding,
  type UserChangeElement,
  userChangeBinding,
} from "./security-changes.ts";

/** Attributes of every `SPObject` (package format, 3.1). Closed. */
export interface ObjectAttributes extends OtherContent {
  readonly Id?: string;
  readonly ParentId?: string;
  readonly ParentWebId?: string;
  /** Server-relative, with leading slash; `/` for a root web. */
  readonly ParentWebUrl?: string;
  /** Server-relative, with leading slash. */
  readonly Url?: string;
  readonly Name?: string;
  readonly ContentTypeId?: string;
  readonly IsDeleted?: boolean;
  readonly IsSiteRename?: boolean;
}

interface ObjectChildren {
  readonly Folder: FolderElement;
  readonly File: FileElement;
  readonly ListItem: ListItemElement;
  readonly List: ListElement;
  readonly DocumentLibrary: DocumentLibraryElement;
  readonly ContentType: ContentTypeElement;
  readonly Roles: RolesElement;
  readonly RoleAssignments: RoleAssignmentsElement;
  readonly UserX: UserChangeElement;
  readonly GroupX: GroupChangeElement;
  readonly RoleX: RoleChangeElement;
  readonly RoleAssignmentX: RoleAssignmentChangeElement;
}

type ObjectOf<Type extends string, Child extends keyof ObjectChildren = never> = ObjectAttributes & {
  readonly ObjectType: Type;
} & Partial<Pick<ObjectChildren, Child>>;

export type FolderObject = ObjectOf<"SPFolder", "Folder">;
export type FileObject = ObjectOf<"SPFile", "File">;
export type ListItemObject = ObjectOf<"SPListItem", "ListItem">;
export type ListObject = ObjectOf<"SPList", "List">;
export type DocumentLibraryObject = ObjectOf<"SPDocumentLibrary", "DocumentLibrary">;
export type ContentTypeObject = ObjectOf<"SPContentType", "ContentType">;
/** In the schema's list of types, which has no element for it. */
export type DocumentTemplateObject = ObjectOf<"SPDocumentTemplate">;
export type RolesObject = ObjectOf<"DeploymentRoles", "Roles">;
export type RoleAssignmentsObject = ObjectOf<"DeploymentRoleAssignments", "RoleAssignments">;
export type UserChangeObject = ObjectOf<"DeploymentUserX", "UserX">;
export type GroupChangeObject = ObjectOf<"DeploymentGroupX", "GroupX">;
export type RoleChangeObject = ObjectOf<"DeploymentRoleX", "RoleX">;
export type RoleAssignmentChangeObject = ObjectOf<"DeploymentRoleAssignmentX", "RoleAssignmentX">;

/** One `SPObject` of Manifest.xml: its type says which child it has; deletions may have none. */
export type ManifestObject =
  | FolderObject
  | FileObject
  | ListItemObject
  | ListObject
  | DocumentLibraryObject
  | ContentTypeObject
  | DocumentTemplateObject
  | RolesObject
  | RoleAssignmentsObject
  | UserChangeObject
  | GroupChangeObject
  | RoleChangeObject
  | RoleAssignmentChangeObject;

/** The element that an object of each type holds. */
const childNames: Readonly<Record<ManifestObject["ObjectType"], keyof ObjectChildren | undefined>> = {
  SPFolder: "Folder",
  SPFile: "File",
  SPListItem: "ListItem",
  SPList: "List",
  SPDocumentLibrary: "DocumentLibrary",
  SPContentType: "ContentType",
  SPDocumentTemplate: undefined,
  DeploymentRoles: "Roles",
  DeploymentRoleAssignments: "RoleAssignments",
  DeploymentUserX: "UserX",
  DeploymentGroupX: "GroupX",
  DeploymentRoleX: "RoleX",
  DeploymentRoleAssignmentX: "RoleAssignmentX",
};

/** What the table sees of any object. */
interface AnyObject extends ObjectAttributes, Partial<ObjectChildren> {
  readonly ObjectType: ManifestObject["ObjectType"];
}

const objectBinding: ElementBinding<AnyObject> = new ElementBinding<AnyObject>({
  name: "SPObject",
  attributes: {
    Id: "string?",
    ObjectType: "string",
    ParentId: "string?",
    ParentWebId: "string?",
    ParentWebUrl: "string?",
    Url: "string?",
    Name: "string?",
    ContentTypeId: "string?",
    IsDeleted: "boolean?",
    IsSiteRename: "boolean?",
  },
  children: {
    Folder: { one: () => folderBinding },
    File: { one: () => fileBinding },
    ListItem: { one: () => listItemBinding },
    List: { one: () => listBinding },
    DocumentLibrary: { one: () => documentLibraryBinding },
    ContentType: { one: () => contentTypeBinding },
    Roles: { one: () => rolesBinding },
    RoleAssignments: { one: () => roleAssignmentsBinding },
    UserX: { one: () => userChangeBinding },
    GroupX: { one: () => groupChangeBinding },
    RoleX: { one: () => roleChangeBinding },
    RoleAssignmentX: { one: () => roleAssignmentChangeBinding },
  },
});

/**
 * Manifest.xml with the objects in the order given, in chunks of about 64 KiB; objects are taken one by one as the
 * chunks are asked for. Characters that XML cannot hold become U+FFFD.
 *
 * Throws MANIFEST_INVALID where a value would make the service refuse the file.
 */
export function writeManifest(objects: Iterable<ManifestObject>): Iterable<Uint8Array> {
  return writeList<AnyObject>(manifestFile, objectBinding, objects);
}

/**
 * The same as one or more manifests, each a whole file of at most `maxBytes` unless one object is larger, which then
 * goes alone. The chunks of one are read to their end before the next is asked for; code INTERNAL otherwise.
 */
export function writeManifests(objects: Iterable<ManifestObject>, maxBytes: number): Iterable<Iterable<Uint8Array>> {
  return writeLists<AnyObject>(manifestFile, objectBinding, objects, maxBytes);
}

/**
 * Reads Manifest.xml object by object, whatever its size. Namespaces, order and links between objects are not looked
 * at, nor is what the schema enumerates; what is not known is kept, see {@link OtherContent}.
 *
 * Throws what the XML reader throws (MANIFEST_UNEXPECTED for another root or namespace), and MANIFEST_INVALID where an
 * object has no known type, a child of another type, or lacks an attribute that the schema requires.
 */
export function readManifest(
  bytes: FileBytes,
  options: ReadFileOptions = {},
): AsyncGenerator<ManifestObject, void, undefined> {
  // The check makes one of the other.
  return readList<AnyObject>(
    manifestFile,
    objectBinding,
    bytes,
    options,
    checkedObject,
  ) as AsyncGenerator<ManifestObject>;
}

const allChildNames: readonly (keyof ObjectChildren)[] = Object.values(childNames).filter((name) => name !== undefined);

function checkedObject(object: AnyObject, place: string): ManifestObject {
  const { ObjectType: type } = object;
  if (!Object.hasOwn(childNames, type)) invalid(object, place, "its ObjectType must be one of the schema's", type);
  for (const name of allChildNames) {
    if (object[name] !== undefined && childNames[type] !== name)
      invalid(object, place, `${type} holds no such element`, name);
  }
  return object as ManifestObject;
}

function invalid(object: AnyObject, place: string, constraint: string, value: string): never {
  const id = String(object.Id).slice(0, 40);
  const current = value.slice(0, 120);
  throw new PrimepackError(
    "MANIFEST_INVALID",
    `Cannot read object ${id} at ${place} as ${constraint}: current value is ${current}`,
  );
}
