import { ElementBinding, type OtherContent } from "../xml/index.ts";
import { type FileBytes, type ReadFileOptions, readList, writeList } from "./document.ts";
import { requirementsFile } from "./names.ts";

/** `Requirement` of Requirements.xml (package format, 2.4): what the target must have. Closed. */
export interface RequirementElement extends OtherContent {
  readonly Type?: "FeatureDefinition" | "WebTemplate" | "WebPart" | "Language";
  readonly Id?: string;
  readonly Name?: string;
  readonly Data?: string;
}

const requirementBinding: ElementBinding<RequirementElement> = new ElementBinding<RequirementElement>({
  name: "Requirement",
  attributes: { Type: "string?", Id: "string?", Name: "string?", Data: "string?" },
  children: {},
});

/** Throws MANIFEST_INVALID where a value would make the service refuse the file. */
export function writeRequirements(requirements: Iterable<RequirementElement>): Iterable<Uint8Array> {
  return writeList(requirementsFile, requirementBinding, requirements);
}

/** Throws what the XML reader throws. */
export function readRequirements(
  bytes: FileBytes,
  options?: ReadFileOptions,
): AsyncGenerator<RequirementElement, void, undefined> {
  return readList(requirementsFile, requirementBinding, bytes, options);
}
