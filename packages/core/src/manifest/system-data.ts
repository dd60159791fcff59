import { ElementBinding, type OtherContent } from "../xml/index.ts";
import { type FileBytes, type ReadFileOptions, readDocument, writeDocument } from "./document.ts";
import { systemDataFile } from "./names.ts";

/** `SchemaVersion`: versions of the writing server. It must be an element; as attributes of the root the job fails. */
export interface SchemaVersionElement extends OtherContent {
  readonly Version?: string;
  readonly Build?: string;
  readonly DatabaseVersion?: string;
  readonly SiteVersion?: string;
  /** How many objects the manifests hold. */
  readonly ObjectsProcessed?: string;
}

/** `ManifestFile`: how the service finds a manifest. */
export interface ManifestFileElement extends OtherContent {
  readonly Name?: string;
}

/** `SystemObject`: an object that exists in the target and is left as it is. */
export interface SystemObjectElement extends OtherContent {
  readonly Id?: string;
  readonly Type?: "Site" | "Web" | "Folder" | "List" | "ListItem" | "File";
  /** Server-relative, with leading slash. */
  readonly Url?: string;
}

/** `List` of `RootWebOnlyLists`, which is normally empty. */
export interface RootWebOnlyListElement extends OtherContent {
  readonly Id?: string;
}

/** SystemData.xml (package format, 2.2). */
export interface SystemData extends OtherContent {
  readonly SchemaVersion?: SchemaVersionElement;
  readonly ManifestFiles?: readonly ManifestFileElement[];
  readonly SystemObjects?: readonly SystemObjectElement[];
  readonly RootWebOnlyLists?: readonly RootWebOnlyListElement[];
}

const schemaVersionBinding: ElementBinding<SchemaVersionElement> = new ElementBinding<SchemaVersionElement>({
  name: "SchemaVersion",
  attributes: {
    Version: "string?",
    Build: "string?",
    DatabaseVersion: "string?",
    SiteVersion: "string?",
    ObjectsProcessed: "string?",
  },
  children: {},
});

const manifestFileBinding: ElementBinding<ManifestFileElement> = new ElementBinding<ManifestFileElement>({
  name: "ManifestFile",
  attributes: { Name: "string?" },
  children: {},
});

const systemObjectBinding: ElementBinding<SystemObjectElement> = new ElementBinding<SystemObjectElement>({
  name: "SystemObject",
  attributes: { Id: "string?", Type: "string?", Url: "string?" },
  children: {},
});

const rootWebOnlyListBinding: ElementBinding<RootWebOnlyListElement> = new ElementBinding<RootWebOnlyListElement>({
  name: "List",
  attributes: { Id: "string?" },
  children: {},
});

const systemDataBinding: ElementBinding<SystemData> = new ElementBinding<SystemData>({
  name: "SystemData",
  attributes: {},
  children: {
    SchemaVersion: { one: () => schemaVersionBinding },
    ManifestFiles: { list: () => manifestFileBinding },
    SystemObjects: { list: () => systemObjectBinding },
    RootWebOnlyLists: { list: () => rootWebOnlyListBinding },
  },
});

/** Throws MANIFEST_INVALID where a value would make the service refuse the file. */
export function writeSystemData(data: SystemData): Iterable<Uint8Array> {
  return writeDocument(systemDataFile, systemDataBinding, data);
}

/** Throws what the XML reader throws. */
export function readSystemData(bytes: FileBytes, options?: ReadFileOptions): Promise<SystemData> {
  return readDocument(systemDataFile, systemDataBinding, bytes, options);
}
