import { attributes, type ElementType } from "./schema.ts";
import type { SimpleType } from "./simple-types.ts";

const enumeration = (name: string, values: string): SimpleType => ({ name, values: values.split(" ") });
const objectType = enumeration("SPDeploymentObjectType", "Folder List ListItem File");
const leaf = (text: string, named: Readonly<Record<string, SimpleType>> = {}): ElementType => ({
  ...attributes(text, named),
  content: { kind: "empty" },
});
const rows = (name: string, type: ElementType, needed = false): ElementType => ({
  attributes: {},
  content: { kind: "sequence", of: [[name, () => type]], many: true, ...(needed ? { needed: [name] } : {}) },
});

/** A file of the package beside the manifests. */
export interface SideFile {
  readonly file: string;
  readonly namespace: string;
  readonly root: string;
  readonly type: ElementType;
}

const settings = {
  objectType,
  include: enumeration("SPIncludeDescendants", "None Content All"),
  security: enumeration("SPIncludeSecurity", "None WssOnly All"),
  versions: enumeration("SPIncludeVersions", "LastMajor CurrentVersion LastMajorAndMinor All"),
  method: enumeration("SPExportMethodType", "ExportAll ExportChanges"),
};

export const exportSettings: SideFile = {
  file: "ExportSettings.xml",
  namespace: "urn:deployment-exportsettings-schema",
  root: "ExportSettings",
  type: {
    ...attributes(
      "SiteUrl* FileLocation BaseFileName IncludeSecurity:security IncludeVersions:versions ExportMethod:method ExportChangeToken ExportPublicSchema:boolean ExportFrontEndFileStreams:boolean ExcludeDependencies:boolean",
      settings,
    ),
    isOpen: true,
    content: {
      kind: "sequence",
      many: true,
      of: [
        [
          "ExportObjects",
          () =>
            rows(
              "DeploymentObject",
              leaf(
                "Id Type:objectType ParentId Url ExcludeChildren:boolean IncludeDescendants:include ExportChangeToken",
                settings,
              ),
            ),
        ],
      ],
    },
  },
};

export const systemData: SideFile = {
  file: "SystemData.xml",
  namespace: "urn:deployment-systemdata-schema",
  root: "SystemData",
  type: {
    attributes: {},
    content: {
      kind: "sequence",
      of: [
        ["SchemaVersion", () => leaf("Version Build DatabaseVersion SiteVersion ObjectsProcessed")],
        ["ManifestFiles", () => rows("ManifestFile", leaf("Name"), true)],
        [
          "SystemObjects",
          () =>
            rows(
              "SystemObject",
              leaf("Id Type:systemType Url", {
                systemType: enumeration("SPDeploymentObjectType", "Site Web Folder List ListItem File"),
              }),
            ),
        ],
        ["RootWebOnlyLists", () => rows("List", leaf("Id"))],
      ],
      needed: ["SchemaVersion", "ManifestFiles", "SystemObjects"],
    },
  },
};

export const rootObjectMap: SideFile = {
  file: "RootObjectMap.xml",
  namespace: "urn:deployment-rootobjectmap-schema",
  root: "RootObjects",
  type: rows("RootObject", leaf("Id Type:objectType ParentId WebUrl Url IsDependency:boolean", { objectType })),
};

export const lookupListMap: SideFile = {
  file: "LookupListMap.xml",
  namespace: "urn:deployment-lookuplistmap-schema",
  root: "LookupLists",
  type: rows("LookupList", {
    ...attributes("Id Url Included:boolean"),
    content: {
      kind: "sequence",
      many: true,
      of: [["LookupItems", () => rows("LookupItem", leaf("Id DocId Url Included:boolean"))]],
    },
  }),
};

export const requirements: SideFile = {
  file: "Requirements.xml",
  namespace: "urn:deployment-requirements-schema",
  root: "Requirements",
  type: rows(
    "Requirement",
    leaf("Type:type Id Name Data", {
      type: enumeration("SPRequirementObjectType", "FeatureDefinition WebTemplate WebPart Language"),
    }),
  ),
};

export const viewFormsList: SideFile = {
  file: "ViewFormsList.xml",
  namespace: "urn:deployment-viewformlist-schema",
  root: "ViewFormsList",
  type: rows("ViewForm", leaf("Id Type:type", { type: enumeration("SPViewFormType", "View Form File") })),
};

export const archivedFiles: SideFile = {
  file: "ArchivedFiles.xml",
  namespace: "",
  root: "ArchivedFiles",
  type: rows("ArchivedFile", {
    ...attributes("Name* Checksum*"),
    content: {
      kind: "sequence",
      many: true,
      of: [["File", () => leaf("FileValue*")]],
      needed: ["File"],
    },
  }),
};

export const userGroupNamespace = "urn:deployment-usergroupmap-schema";

/** `SystemId` is asked for by itself: its lack ends the job elsewhere than in the schema. */
export const user: ElementType = leaf(
  "Id* Name* Login* Email IsDomainGroup:boolean IsSiteAdmin:boolean SystemId IsDeleted:boolean MobilePhone Flags",
);

export const group: ElementType = {
  ...attributes(
    "Id* Name* Owner* OwnerIsUser:boolean* Description OnlyAllowMembersViewMembership:boolean AllowMembersEditMembership:boolean AllowRequestToJoinLeave:boolean AutoAcceptRequestToJoinLeave:boolean RequestToJoinLeaveEmailSetting",
  ),
  content: { kind: "sequence", of: [["Member", () => leaf("UserId*")]], many: true },
};
