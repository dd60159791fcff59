import type { PackageForms } from "../model/index.ts";

/** The forms that concern the XML files, every default filled in. */
export type ResolvedManifestForms = Required<
  Pick<PackageForms, "outerFileValue" | "versionIds" | "attachmentUrl" | "manifestBytes">
>;
