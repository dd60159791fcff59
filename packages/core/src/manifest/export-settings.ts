import { ElementBinding, type OtherContent } from "../xml/index.ts";
import { type FileBytes, type ReadFileOptions, readDocument, writeDocument } from "./document.ts";
import { exportSettingsFile } from "./names.ts";

/** `DeploymentObject` of `ExportObjects`: what the package is for. Closed. */
export interface DeploymentObjectElement extends OtherContent {
  readonly Id?: string;
  readonly Type?: "Folder" | "List" | "ListItem" | "File";
  readonly ParentId?: string;
  /** Server-relative, with leading slash. */
  readonly Url?: string;
  readonly ExcludeChildren?: boolean;
  readonly IncludeDescendants?: "None" | "Content" | "All";
  readonly ExportChangeToken?: string;
}

/** ExportSettings.xml (package format, 2.1). Open to other attributes. */
export interface ExportSettings extends OtherContent {
  /** URL of the source; agrees with the URLs of the rest of the package. */
  readonly SiteUrl: string;
  /** Any path; the import does not use it. */
  readonly FileLocation?: string;
  readonly BaseFileName?: string;
  /** `All` when the package carries permissions. */
  readonly IncludeSecurity?: "None" | "WssOnly" | "All";
  /** `All` when it carries versions. */
  readonly IncludeVersions?: "LastMajor" | "CurrentVersion" | "LastMajorAndMinor" | "All";
  readonly ExportMethod?: "ExportAll" | "ExportChanges";
  readonly ExportChangeToken?: string;
  readonly ExportPublicSchema?: boolean;
  readonly ExportFrontEndFileStreams?: boolean;
  readonly ExcludeDependencies?: boolean;
  /** Where the content came from. This and the next two are documented, but outside of the schema, which is open. */
  readonly SourceType?: string;
  /** With the source type `Other`. */
  readonly DetailedSource?: string;
  /** Skips the checks of web parts; for sources other than SharePoint. */
  readonly IgnoreWebParts?: boolean;
  /** The schema allows several such elements; they are read as one. */
  readonly ExportObjects?: readonly DeploymentObjectElement[];
}

const deploymentObjectBinding: ElementBinding<DeploymentObjectElement> = new ElementBinding<DeploymentObjectElement>({
  name: "DeploymentObject",
  attributes: {
    Id: "string?",
    Type: "string?",
    ParentId: "string?",
    Url: "string?",
    ExcludeChildren: "boolean?",
    IncludeDescendants: "string?",
    ExportChangeToken: "string?",
  },
  children: {},
});

const exportSettingsBinding: ElementBinding<ExportSettings> = new ElementBinding<ExportSettings>({
  name: "ExportSettings",
  open: true,
  attributes: {
    SiteUrl: "string",
    FileLocation: "string?",
    BaseFileName: "string?",
    IncludeSecurity: "string?",
    IncludeVersions: "string?",
    ExportMethod: "string?",
    ExportChangeToken: "string?",
    ExportPublicSchema: "boolean?",
    ExportFrontEndFileStreams: "boolean?",
    ExcludeDependencies: "boolean?",
    SourceType: "string?",
    DetailedSource: "string?",
    IgnoreWebParts: "boolean?",
  },
  children: { ExportObjects: { list: () => deploymentObjectBinding } },
});

/** Throws MANIFEST_INVALID where a value would make the service refuse the file. */
export function writeExportSettings(settings: ExportSettings): Iterable<Uint8Array> {
  return writeDocument(exportSettingsFile, exportSettingsBinding, settings);
}

/** Throws what the XML reader throws, and MANIFEST_INVALID without `SiteUrl`. */
export function readExportSettings(bytes: FileBytes, options?: ReadFileOptions): Promise<ExportSettings> {
  return readDocument(exportSettingsFile, exportSettingsBinding, bytes, options);
}
