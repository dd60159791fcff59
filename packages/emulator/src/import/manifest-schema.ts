import { attributes, type ElementType } from "./schema.ts";
import type { SimpleType } from "./simple-types.ts";

export const manifestNamespace = "urn:deployment-manifest-schema";

const enumeration = (name: string, values: string): SimpleType => ({ name, values: values.split(" ") });

const named = {
  trueFalse: enumeration("TRUEFALSE", "TRUE FALSE true false"),
  objectType: enumeration(
    "SPObjectType",
    "SPList SPDocumentLibrary SPListItem SPFolder SPFile SPContentType SPDocumentTemplate DeploymentUserX DeploymentGroupX DeploymentRoles DeploymentRoleX DeploymentRoleAssignments DeploymentRoleAssignmentX",
  ),
  valueType: enumeration(
    "SPDictionaryEntryValueType",
    "String Integer Time StringVector Boolean FileSystemTime IntVector Double LongText Empty",
  ),
  access: enumeration("SPDictionaryEntryAccess", "ReadOnly ReadWrite"),
  moderation: enumeration("SPModerationStatusType", "Approved Denied Pending Draft Scheduled"),
  baseType: enumeration(
    "SPBaseType",
    "UnspecifiedBaseType GenericList DocumentLibrary Unused DiscussionBoard Survey Issue",
  ),
  docType: enumeration("ListItemDocType", "File Folder Unknown"),
  hostType: enumeration("SPEventHostType", "Site Web List ListItem ContentType Feature"),
  synchronization: enumeration("SPEventReceiverSynchronization", "Default Synchronous Asynchronous"),
  receiverType: enumeration(
    "SPEventReceiverType",
    "ItemAdding ItemUpdating ItemDeleting ItemCheckingIn ItemCheckingOut ItemUncheckingOut ItemAttachmentAdding ItemAttachmentDeleting ItemFileMoving ItemVersionDeleting FieldAdding FieldUpdating FieldDeleting ListAdding ListDeleting SiteDeleting WebDeleting WebMoving WebAdding GroupAdding GroupUpdating GroupDeleting GroupUserAdding GroupUserDeleting RoleDefinitionAdding RoleDefinitionUpdating RoleDefinitionDeleting RoleAssignmentAdding RoleAssignmentDeleting InheritanceBreaking InheritanceResetting ItemAdded ItemUpdated ItemDeleted ItemCheckedIn ItemCheckedOut ItemUncheckedOut ItemAttachmentAdded ItemAttachmentDeleted ItemFileMoved ItemFileConverted ItemFileTransformed ItemVersionDeleted FieldAdded FieldUpdated FieldDeleted ListAdded ListDeleted SiteDeleted WebDeleted WebMoved WebProvisioned WebRestored GroupAdded GroupUpdated GroupDeleted GroupUserAdded GroupUserDeleted RoleDefinitionAdded RoleDefinitionUpdated RoleDefinitionDeleted RoleAssignmentAdded RoleAssignmentDeleted InheritanceBroken InheritanceReset EmailReceived ContextEvent InvalidReceiver WorkflowCompleted",
  ),
  operation: enumeration(
    "SecurityModificationType",
    "Add Delete Update MemberAdd MemberDelete RoleAdd RoleDelete RoleUpdate RoleAssignmentAdd RoleAssignmentDelete ScopeAdd ScopeDelete",
  ),
} as const satisfies Record<string, SimpleType>;

const leaf = (text: string, more: Partial<ElementType> = {}): ElementType => ({
  ...attributes(text, named),
  content: { kind: "empty" },
  ...more,
});

const rows = (name: string, type: () => ElementType, needed = false): ElementType => ({
  attributes: {},
  content: { kind: "sequence", of: [[name, type]], many: true, ...(needed ? { needed: [name] } : {}) },
});

const anything: ElementType = { attributes: {}, isOpen: true, content: { kind: "any" } };

const property = leaf("Name* Value Value2 Id Type:valueType Access:access");
const properties = rows("Property", () => property);
const link = leaf(
  "TargetId* TargetUrl* IsDirty:boolean* WebPartId LinkNumber:int Type:unsignedByte Security:unsignedByte Dynamic:unsignedByte ServerRel:boolean Level:unsignedByte Search",
);
const links = rows("Link", () => link);
const eventReceiver = leaf(
  "Id* Name* WebId* HostId* HostType:hostType* Synchronization:synchronization Type:receiverType* SequenceNumber:int* Url Assembly Class SolutionId Data Filter Credential:int ItemId:int",
);
const eventReceivers = rows("EventReceiver", () => eventReceiver);
const versionEvent = leaf("Id:int UIVersion:int Type:int Time:dateTime UserId:int");

const folder: ElementType = {
  ...attributes(
    "Id Name Url ParentFolderId ParentWebId ParentWebUrl ContainingDocumentLibrary WelcomePageUrl WelcomePageParameters ListItemIntId:int Author ModifiedBy TimeCreated:dateTime TimeLastModified:dateTime ProgId SortBehavior",
  ),
  content: { kind: "sequence", of: [["Properties", () => properties]] },
};

const fileVersions = rows("File", () => file, true);
const file: ElementType = {
  ...attributes(
    "Name Id Url ListItemIntId:int InDocumentLibrary:boolean ParentWebId ParentWebUrl ParentId ListId FileValue CheckinComment Version Author ModifiedBy TimeCreated:dateTime TimeLastModified:dateTime FailureMessage IsGhosted:boolean SetupPath SetupPathUser SetupPathVersion:byte",
  ),
  isOpen: true,
  content: {
    kind: "sequence",
    of: [
      ["Properties", () => properties],
      ["Versions", () => fileVersions],
      // Documented on the web part page, outside the schema.
      ["WebParts", () => anything],
      ["Links", () => links],
      ["EventReceivers", () => eventReceivers],
      ["VersionEvents", () => rows("VersionEvent", () => versionEvent, true)],
    ],
  },
};

const field: ElementType = {
  ...attributes(
    "RowOrdinal:int RowOrdinal2:int ListDefaultCompliancetagWrittenTime:dateTime ListDefaultComplianceTagUserId:int ListDefaultComplianceFlags:int",
  ),
  isOpen: true,
  content: { kind: "any" },
};
const fieldRef: ElementType = {
  ...attributes("RowOrdinal:int RowOrdinal2:int Hidden:trueFalse Required:trueFalse", named),
  isOpen: true,
  content: { kind: "empty" },
};
const fields: ElementType = {
  attributes: {},
  content: {
    kind: "choice",
    of: { FieldRef: () => fieldRef, Field: () => field },
    most: Number.POSITIVE_INFINITY,
  },
};

const attachment: ElementType = {
  ...attributes(
    "Name DirName Url Id ParentWebId FileValue MetaInfo Author ModifiedBy TimeCreated:dateTime TimeLastModified:dateTime FailureMessage",
  ),
  content: { kind: "sequence", of: [["Properties", () => properties]] },
};

const itemVersions = rows("ListItem", () => listItem, true);
const listItem: ElementType = {
  ...attributes(
    "Name DirName FileUrl Version Id IntId:int DocId Author ModifiedBy TimeCreated:dateTime TimeLastModified:dateTime ParentWebId ParentListId ParentFolderId ModerationStatus:moderation ModerationComment ContentTypeId ProgId Order:float ThreadIndex UserSolutionActivated:boolean DocType:docType UserLoginName GroupName FailureMessage",
    named,
  ),
  isOpen: true,
  content: {
    kind: "choice",
    of: {
      Fields: () => fields,
      Versions: () => itemVersions,
      Attachments: () => rows("Attachment", () => attachment),
      Links: () => links,
      EventReceivers: () => eventReceivers,
      // Documented, outside the schema.
      SharedWithEvents: () => anything,
      Comments: () => anything,
    },
    most: 5,
    free: ["SharedWithEvents", "Comments"],
  },
};

const listAttributes =
  "Id* Title* RootFolderId RootFolderUrl* ParentWebId* ParentWebUrl BaseType:baseType BaseTemplate*";
const listContent: ElementType["content"] = {
  kind: "choice",
  of: {
    ContentTypes: () => anyElements,
    DeletedContentTypes: () => rows("DeletedContentType", () => leaf("ContentTypeId*")),
  },
  most: 11,
};
const anyElements: ElementType = { attributes: {}, content: { kind: "any" } };
const list: ElementType = { ...attributes(listAttributes, named), content: listContent };
const library: ElementType = {
  ...attributes(
    `${listAttributes} DocumentTemplateUrl IsCatalog:boolean ThumbnailSize:int WebImageHeight:int WebImageWidth:int`,
    named,
  ),
  content: listContent,
};

const contentType: ElementType = {
  ...attributes("NextChildByte:short Hidden:trueFalse ReadOnly:trueFalse PushDownChanges:boolean", named),
  isOpen: true,
  content: { kind: "any" },
};

const role = leaf("RoleId* Title* Description PermMask* Hidden:boolean* RoleOrder Type");
const assignment = leaf("RoleId* PrincipalId*");
const roleAssignment: ElementType = {
  ...attributes("ScopeId* RoleDefWebId* RoleDefWebUrl* ObjectId* ObjectType* ObjectUrl* AnonymousPermMask"),
  content: { kind: "sequence", of: [["Assignment", () => assignment]], many: true },
};

const userX = leaf(
  "Operation:operation* Id* Name* Login* Email SystemId IsDomainGroup:boolean IsSiteAdmin:boolean IsDeleted:boolean MobilePhone Flags",
);
const groupX = leaf(
  "Operation:operation* Id* Name* OwnerLogin OwnerIsUser:boolean Description UserId UserLogin OnlyAllowMembersViewMembership:boolean AllowMembersEditMembership:boolean AllowRequestToJoinLeave:boolean AutoAcceptRequestToJoinLeave:boolean RequestToJoinLeaveEmailSetting",
);
const roleX = leaf(
  "Operation:operation* OperationCode* WebId* WebUrl* RoleId Title Description PermMask Hidden:boolean RoleOrder Type UserId UserLogin",
);
const roleAssignmentX = leaf(
  "Operation:operation* OperationCode* ScopeId* RoleDefWebId* RoleDefWebUrl* ObjectId* ObjectType* ObjectUrl* AnonymousPermMask RoleName RoleId GroupTitle UserLogin",
);

/** `SPObject`; it holds at most one element. */
export const spObject: ElementType = {
  ...attributes(
    "ObjectType:objectType Id ParentId Name IsDeleted:boolean IsSiteRename:boolean ParentWebId ParentWebUrl ContentTypeId Url",
    named,
  ),
  content: {
    kind: "choice",
    of: {
      List: () => list,
      DocumentLibrary: () => library,
      ListItem: () => listItem,
      Folder: () => folder,
      File: () => file,
      ContentType: () => contentType,
      UserX: () => userX,
      GroupX: () => groupX,
      Roles: () => rows("Role", () => role),
      RoleX: () => roleX,
      RoleAssignments: () => rows("RoleAssignment", () => roleAssignment),
      RoleAssignmentX: () => roleAssignmentX,
    },
    most: 1,
  },
};

export const spObjects: ElementType = rows("SPObject", () => spObject);

/** The element that an `SPObject` of the type holds. */
export const elementOfType: Readonly<Record<string, string>> = {
  SPList: "List",
  SPDocumentLibrary: "DocumentLibrary",
  SPListItem: "ListItem",
  SPFolder: "Folder",
  SPFile: "File",
  SPContentType: "ContentType",
  DeploymentUserX: "UserX",
  DeploymentGroupX: "GroupX",
  DeploymentRoles: "Roles",
  DeploymentRoleX: "RoleX",
  DeploymentRoleAssignments: "RoleAssignments",
  DeploymentRoleAssignmentX: "RoleAssignmentX",
};
