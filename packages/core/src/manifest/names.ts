/** Name at the root of the manifest container, root element and namespace of each package file (package format, 2). */
export interface PackageFileName {
  readonly file: string;
  readonly root: string;
  /** The empty string for none. */
  readonly namespace: string;
}

export const exportSettingsFile: PackageFileName = {
  file: "ExportSettings.xml",
  root: "ExportSettings",
  namespace: "urn:deployment-exportsettings-schema",
};
export const systemDataFile: PackageFileName = {
  file: "SystemData.xml",
  root: "SystemData",
  namespace: "urn:deployment-systemdata-schema",
};
/** The usual name of the manifest; a package may have several, of any names, which SystemData.xml lists. */
export const manifestFile: PackageFileName = {
  file: "Manifest.xml",
  root: "SPObjects",
  namespace: "urn:deployment-manifest-schema",
};
/** Documentation also says UserGroupMap.xml and UserGroups.xml; working packages and SharePoint's own say this. */
export const userGroupFile: PackageFileName = {
  file: "UserGroup.xml",
  root: "UserGroupMap",
  namespace: "urn:deployment-usergroupmap-schema",
};
export const rootObjectMapFile: PackageFileName = {
  file: "RootObjectMap.xml",
  root: "RootObjects",
  namespace: "urn:deployment-rootobjectmap-schema",
};
export const lookupListMapFile: PackageFileName = {
  file: "LookupListMap.xml",
  root: "LookupLists",
  namespace: "urn:deployment-lookuplistmap-schema",
};
export const requirementsFile: PackageFileName = {
  file: "Requirements.xml",
  root: "Requirements",
  namespace: "urn:deployment-requirements-schema",
};
/** The namespace is written without the second `s`, unlike the file. */
export const viewFormsListFile: PackageFileName = {
  file: "ViewFormsList.xml",
  root: "ViewFormsList",
  namespace: "urn:deployment-viewformlist-schema",
};
/** Has no namespace. The Content page once says ArchiveFiles.xml, a slip. */
export const archivedFilesFile: PackageFileName = {
  file: "ArchivedFiles.xml",
  root: "ArchivedFiles",
  namespace: "",
};
