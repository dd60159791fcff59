import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The specification, beside the repository; not every machine has it. */
export const specFolder: string = fileURLToPath(new URL("../../../../shared/spec", import.meta.url));

/** For `describe.skipIf`; say in the title that `../shared is missing`. */
export const specIsMissing: boolean = !existsSync(specFolder);

const schemas: Readonly<Record<string, string>> = {
  "ArchivedFiles.xml": "derived/ArchivedFiles.xsd",
  "ExportSettings.xml": "DeploymentExportSettings.xsd",
  "LookupListMap.xml": "derived/DeploymentLookupListMap.xsd",
  "Manifest.xml": "derived/DeploymentManifest.compilable.xsd",
  "Requirements.xml": "derived/DeploymentRequirements.xsd",
  "RootObjectMap.xml": "DeploymentRootObjectMap.xsd",
  "SystemData.xml": "derived/DeploymentSystemData.xsd",
  "UserGroup.xml": "derived/DeploymentUserGroupMap.xsd",
  "ViewFormsList.xml": "derived/DeploymentViewFormsList.xsd",
};

/** Elements that the service's pages document and its published schema lacks. */
const documentedExtensions = "//m:File/m:WebParts | //m:ListItem/m:SharedWithEvents | //m:Comments";
const manifestNamespace = { m: "urn:deployment-manifest-schema" };

const bytesOf = (xml: string | Uint8Array): Uint8Array => (typeof xml === "string" ? Buffer.from(xml) : xml);

/** The schema of a package file by its name (what stands before the first dot, for `Manifest.bad-date.xml`). */
export function schemaOf(file: string): string {
  const schema = schemas[`${file.split(".")[0]}.xml`];
  if (schema === undefined) throw new Error(`There is no schema for ${file}`);
  return join(specFolder, "xsd", schema);
}

/**
 * What libxml2 finds against the schema: one line a fault, none if the file is valid.
 *
 * Elements that are documented but not in the schema are taken out first, unless `strict` is set.
 */
export async function validateXsd(
  schemaPath: string,
  xml: string | Uint8Array,
  options: { readonly strict?: boolean } = {},
): Promise<string[]> {
  const { XmlDocument, XmlLibError, XsdValidator } = await import("libxml2-wasm");
  const opened: { dispose(): void }[] = [];
  const open = <T extends { dispose(): void }>(resource: T): T => {
    opened.unshift(resource);
    return resource;
  };
  try {
    const validator = open(XsdValidator.fromDoc(open(XmlDocument.fromBuffer(readFileSync(schemaPath)))));
    const document = open(XmlDocument.fromBuffer(bytesOf(xml)));
    if (!options.strict) {
      const next = () => document.get(documentedExtensions, manifestNamespace);
      for (let node = next(); node !== null; node = next()) node.remove();
    }
    validator.validate(document);
    return [];
  } catch (error) {
    if (!(error instanceof XmlLibError)) throw error;
    return error.details.map(({ line, message }) => `${line}: ${message.trim()}`);
  } finally {
    for (const resource of opened) resource.dispose();
  }
}

/** The canonical form (C14N) without white space between elements: equal for files that are equal as XML. */
export async function canonicalXml(xml: string | Uint8Array): Promise<string> {
  const { ParseOption, XmlDocument } = await import("libxml2-wasm");
  const document = XmlDocument.fromBuffer(bytesOf(xml), { option: ParseOption.XML_PARSE_NOBLANKS });
  try {
    return document.canonicalizeToString();
  } finally {
    document.dispose();
  }
}
