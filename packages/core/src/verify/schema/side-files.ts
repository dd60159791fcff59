import { empty, type FileSchema, inOrder, listOf, type ValueType } from "./types.ts";

/** The files beside the manifests: the published schemas of two, the element pages of the others. */

const objectTypes: ValueType = ["Folder", "List", "ListItem", "File"];

const exportSettings: FileSchema = {
  root: "ExportSettings",
  namespace: "urn:deployment-exportsettings-schema",
  rootType: "ExportSettings",
  types: {
    ExportSettings: {
      attributes: {
        SiteUrl: "string",
        FileLocation: "string",
        BaseFileName: "string",
        IncludeSecurity: ["None", "WssOnly", "All"],
        IncludeVersions: ["LastMajor", "CurrentVersion", "LastMajorAndMinor", "All"],
        ExportMethod: ["ExportAll", "ExportChanges"],
        ExportChangeToken: "string",
        ExportPublicSchema: "boolean",
        ExportFrontEndFileStreams: "boolean",
        ExcludeDependencies: "boolean",
        // Documented on the Manifest page, let through by the open type.
        SourceType: [
          "AmazonS3",
          "AzureStorage",
          "Box",
          "Dropbox",
          "Egnyte",
          "FileShare",
          "GoogleCloudStorage",
          "GoogleDrive",
          "MicrosoftStream",
          "OneDrive",
          "SharePointOnline",
          "SharePointOnPremServer",
          "Other",
        ],
        IgnoreWebParts: "boolean",
      },
      required: ["SiteUrl"],
      open: true,
      content: listOf("ExportObjects", "ExportObjects"),
    },
    ExportObjects: { attributes: {}, content: listOf("DeploymentObject", "DeploymentObject") },
    DeploymentObject: {
      attributes: {
        Id: "guid",
        Type: objectTypes,
        ParentId: "guid",
        Url: "string",
        ExcludeChildren: "boolean",
        IncludeDescendants: ["None", "Content", "All"],
        ExportChangeToken: "string",
      },
      content: empty,
    },
  },
};

const systemData: FileSchema = {
  root: "SystemData",
  namespace: "urn:deployment-systemdata-schema",
  rootType: "SystemData",
  types: {
    SystemData: {
      attributes: {},
      content: {
        kind: "sequence",
        children: [
          { name: "SchemaVersion", type: "SchemaVersion", min: 1, max: 1 },
          { name: "ManifestFiles", type: "ManifestFiles", min: 1, max: 1 },
          { name: "SystemObjects", type: "SystemObjects", min: 1, max: 1 },
          { name: "RootWebOnlyLists", type: "RootWebOnlyLists", min: 0, max: 1 },
        ],
      },
      special: {
        SchemaVersion: "SCHEMA_VERSION_ATTRIBUTES",
        Version: "SCHEMA_VERSION_ATTRIBUTES",
        Build: "SCHEMA_VERSION_ATTRIBUTES",
        DatabaseVersion: "SCHEMA_VERSION_ATTRIBUTES",
        SiteVersion: "SCHEMA_VERSION_ATTRIBUTES",
      },
    },
    SchemaVersion: {
      attributes: {
        Version: "string",
        Build: "string",
        DatabaseVersion: "string",
        SiteVersion: "string",
        // On no element page, and written by SharePoint's own export.
        ObjectsProcessed: "string",
      },
      content: empty,
    },
    ManifestFiles: { attributes: {}, content: listOf("ManifestFile", "ManifestFile", 1) },
    ManifestFile: { attributes: { Name: "string" }, required: ["Name"], content: empty },
    SystemObjects: { attributes: {}, content: listOf("SystemObject", "SystemObject") },
    SystemObject: {
      attributes: { Id: "guid", Type: ["Site", "Web", "Folder", "List", "ListItem", "File"], Url: "string" },
      content: empty,
    },
    RootWebOnlyLists: { attributes: {}, content: listOf("List", "RootWebOnlyList") },
    RootWebOnlyList: { attributes: { Id: "guid" }, content: empty },
  },
};

const userGroup: FileSchema = {
  root: "UserGroupMap",
  namespace: "urn:deployment-usergroupmap-schema",
  rootType: "UserGroupMap",
  types: {
    UserGroupMap: { attributes: {}, content: inOrder(["Users", "Users"], ["Groups", "Groups"]) },
    Users: { attributes: {}, content: listOf("User", "User") },
    User: {
      attributes: {
        Id: "int",
        Name: "string",
        Login: "string",
        Email: "string",
        IsDomainGroup: "boolean",
        IsSiteAdmin: "boolean",
        SystemId: "string",
        IsDeleted: "boolean",
        MobilePhone: "string",
        Flags: "string",
      },
      // Its page calls SystemId optional; without it the job dies (seen live).
      required: ["Id", "Name", "Login", "SystemId"],
      content: empty,
      special: { SystemId: "SYSTEM_ID_MISSING" },
    },
    Groups: { attributes: {}, content: listOf("Group", "Group") },
    Group: {
      attributes: {
        Id: "int",
        Name: "string",
        Owner: "int",
        OwnerIsUser: "boolean",
        Description: "string",
        OnlyAllowMembersViewMembership: "boolean",
        AllowMembersEditMembership: "boolean",
        AllowRequestToJoinLeave: "boolean",
        AutoAcceptRequestToJoinLeave: "boolean",
        RequestToJoinLeaveEmailSetting: "string",
      },
      required: ["Id", "Name", "Owner", "OwnerIsUser"],
      content: listOf("Member", "Member"),
    },
    Member: { attributes: { UserId: "int" }, required: ["UserId"], content: empty },
  },
};

const rootObjectMap: FileSchema = {
  root: "RootObjects",
  namespace: "urn:deployment-rootobjectmap-schema",
  rootType: "RootObjects",
  types: {
    RootObjects: { attributes: {}, content: listOf("RootObject", "RootObject") },
    RootObject: {
      attributes: {
        Id: "guid",
        Type: objectTypes,
        ParentId: "guid",
        WebUrl: "string",
        Url: "string",
        IsDependency: "boolean",
      },
      content: empty,
    },
  },
};

const lookupListMap: FileSchema = {
  root: "LookupLists",
  namespace: "urn:deployment-lookuplistmap-schema",
  rootType: "LookupLists",
  types: {
    LookupLists: { attributes: {}, content: listOf("LookupList", "LookupList") },
    LookupList: {
      attributes: { Id: "guid", Url: "string", Included: "boolean" },
      content: listOf("LookupItems", "LookupItems"),
    },
    LookupItems: { attributes: {}, content: listOf("LookupItem", "LookupItem") },
    LookupItem: {
      // Id is the integer item id in practice, although typed as a GUID.
      attributes: { Id: "string", DocId: "guid", Url: "string", Included: "boolean" },
      content: empty,
    },
  },
};

const requirements: FileSchema = {
  root: "Requirements",
  namespace: "urn:deployment-requirements-schema",
  rootType: "Requirements",
  types: {
    Requirements: { attributes: {}, content: listOf("Requirement", "Requirement") },
    Requirement: {
      attributes: {
        Type: ["FeatureDefinition", "WebTemplate", "WebPart", "Language"],
        Id: "string",
        Name: "string",
        Data: "string",
      },
      content: empty,
    },
  },
};

const viewFormsList: FileSchema = {
  root: "ViewFormsList",
  // Without the second s, unlike the root.
  namespace: "urn:deployment-viewformlist-schema",
  rootType: "ViewFormsList",
  types: {
    ViewFormsList: { attributes: {}, content: listOf("ViewForm", "ViewForm") },
    ViewForm: { attributes: { Id: "string", Type: ["View", "Form", "File"] }, content: empty },
  },
};

const archivedFiles: FileSchema = {
  root: "ArchivedFiles",
  namespace: "",
  rootType: "ArchivedFiles",
  types: {
    ArchivedFiles: { attributes: {}, content: listOf("ArchivedFile", "ArchivedFile") },
    ArchivedFile: {
      attributes: { Name: "string", Checksum: "base64of20" },
      required: ["Name", "Checksum"],
      content: listOf("File", "ArchivedMember", 1),
    },
    ArchivedMember: { attributes: { FileValue: "string" }, required: ["FileValue"], content: empty },
  },
};

/** By the file's name in the manifest container. Manifests have any name; `SystemData.xml` lists them. */
export const sideFileSchemas: Readonly<Record<string, FileSchema>> = {
  "ExportSettings.xml": exportSettings,
  "SystemData.xml": systemData,
  "UserGroup.xml": userGroup,
  "RootObjectMap.xml": rootObjectMap,
  "LookupListMap.xml": lookupListMap,
  "Requirements.xml": requirements,
  "ViewFormsList.xml": viewFormsList,
  "ArchivedFiles.xml": archivedFiles,
};
