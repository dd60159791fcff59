import type { ImportRequest } from "../ports.ts";
import { Fault, fatal } from "./fault.ts";
import { manifestNamespace, spObject, spObjects } from "./manifest-schema.ts";
import { validate, validateAttributes } from "./schema.ts";
import {
  archivedFiles,
  exportSettings,
  lookupListMap,
  requirements,
  rootObjectMap,
  type SideFile,
  systemData,
  viewFormsList,
} from "./side-schemas.ts";
import { findBlob, packageFile } from "./stored-bytes.ts";
import { childNamed, childrenNamed, type Element, readWhole, readXml } from "./xml-reader.ts";

/** What the files beside the manifests say. */
export interface PackageFacts {
  readonly manifests: readonly string[];
  /** GUIDs of the system objects, folded. */
  readonly systemObjects: ReadonlySet<string>;
  readonly includeSecurity: string | undefined;
  readonly includeVersions: string | undefined;
  readonly archives: Element | undefined;
}

const sourceTypes = new Set(
  "AmazonS3 AzureStorage Box Dropbox Egnyte FileShare GoogleCloudStorage GoogleDrive MicrosoftStream OneDrive SharePointOnline SharePointOnPremServer Other".split(
    " ",
  ),
);

/** Reads the files of a package from the root of its manifest container. */
export class PackageReader {
  readonly #request: ImportRequest;
  readonly #warn: (message: string) => void;

  constructor(request: ImportRequest, warn: (message: string) => void) {
    this.#request = request;
    this.#warn = warn;
  }

  async readFacts(): Promise<PackageFacts> {
    const settings = await this.#required(exportSettings);
    this.#checkSettings(settings);
    const system = await this.#required(systemData);
    checkSystemData(system);
    const listed = childrenNamed(childNamed(system, "ManifestFiles") ?? system, "ManifestFile");
    const names = listed.map(({ attributes }) => attributes.Name ?? "");
    if (names.length === 0) throw fatal("SystemData.xml lists no manifest.");
    const systemObjects = childrenNamed(childNamed(system, "SystemObjects") ?? system, "SystemObject");
    for (const file of [lookupListMap, requirements, viewFormsList]) await this.#optional(file, true);
    await this.#optional(rootObjectMap, false);
    const byName = this.#request.switches.manifestOrder === "byName";
    return {
      manifests: byName ? [...names].sort() : names,
      systemObjects: new Set(systemObjects.map(({ attributes }) => (attributes.Id ?? "").toLowerCase())),
      includeSecurity: settings.attributes.IncludeSecurity,
      includeVersions: settings.attributes.IncludeVersions,
      archives: await this.#archives(),
    };
  }

  /** The objects of a manifest, each valid by the schema. */
  async *objects(name: string): AsyncGenerator<Element, void, undefined> {
    for await (const part of readXml(await this.open(name), 2, name)) {
      if (part.type === "open") checkRoot(part.element);
      else {
        if (part.element.name !== "SPObject" || part.element.namespace !== manifestNamespace) {
          throw fatal(
            `The element 'SPObjects' in namespace '${manifestNamespace}' has invalid child element '${part.element.name}' in namespace '${part.element.namespace}'.`,
            "schema",
          );
        }
        validate(part.element, spObject, manifestNamespace);
        yield part.element;
      }
    }
  }

  /** The plaintext of a file that has to be there. */
  async open(name: string): Promise<AsyncIterable<Uint8Array>> {
    const bytes = await this.#find(name);
    if (bytes === undefined) throw fatal(`The file '${name}' does not exist in the manifest container.`);
    return bytes;
  }

  async #find(name: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const { manifest, key, signal } = this.#request;
    try {
      const blob = await findBlob(manifest, name, { missingSnapshot: "job" });
      return blob && packageFile(blob, key, signal);
    } catch (error) {
      if (error instanceof Fault) throw fatal(error.message, "sharePoint", error);
      throw error;
    }
  }

  async #required(file: SideFile): Promise<Element> {
    const element = await readWhole(await this.open(file.file), file.file);
    if (this.#request.switches.sideFiles === "strict" || file === exportSettings) this.#checkSchema(element, file);
    else if (element.name !== file.root) throw fatal(`The '${element.name}' element is not declared.`, "schema");
    return element;
  }

  async #optional(file: SideFile, warnsIfMissing: boolean): Promise<void> {
    const bytes = await this.#find(file.file);
    if (bytes === undefined) {
      if (warnsIfMissing) this.#warn(`The file '${file.file}' does not exist in the manifest container.`);
      return;
    }
    const isStrict = this.#request.switches.sideFiles === "strict";
    try {
      const element = await readWhole(bytes, file.file);
      if (isStrict) this.#checkSchema(element, file);
      // A wrong root passes without a namespace only.
      const isWrongRoot = element.name !== file.root && element.namespace === file.namespace;
      if (file === lookupListMap && isWrongRoot) this.#checkSchema(element, file);
    } catch (error) {
      const isSeenToPass = error instanceof Fault && error.errorType.endsWith("XmlException");
      if (isStrict || !isSeenToPass) throw error;
    }
  }

  async #archives(): Promise<Element | undefined> {
    const bytes = await this.#find(archivedFiles.file);
    if (bytes === undefined) return undefined;
    const element = await readWhole(bytes, archivedFiles.file);
    this.#checkSchema(element, archivedFiles);
    return element;
  }

  #checkSchema(element: Element, file: SideFile): void {
    if (element.name !== file.root || element.namespace !== file.namespace) {
      throw fatal(`The '${element.namespace}:${element.name}' element is not declared.`, "schema");
    }
    validate(element, file.type, file.namespace);
  }

  #checkSettings(settings: Element): void {
    const { SourceType } = settings.attributes;
    if (SourceType !== undefined && sourceTypes.has(SourceType)) return;
    const message =
      SourceType === undefined ? "The source type is not specified" : `The source type '${SourceType}' is not known`;
    if (this.#request.switches.sideFiles === "strict") throw fatal(message);
    this.#warn(message);
  }
}

function checkRoot(element: Element): void {
  if (element.name === "SPObjects" && element.namespace === manifestNamespace) {
    validateAttributes(element, spObjects, manifestNamespace);
    return;
  }
  throw fatal(`The '${element.namespace}:${element.name}' element is not declared.`, "schema");
}

function checkSystemData(system: Element): void {
  const version = childNamed(system, "SchemaVersion");
  if (version?.attributes.Version === undefined) throw fatal("Invalid schema version XML");
  if (childNamed(system, "SystemObjects") === undefined) throw fatal("SystemData.xml has no SystemObjects.");
}
