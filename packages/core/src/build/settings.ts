import { createHash } from "node:crypto";
import type { ResolvedManifestForms } from "../manifest/forms.ts";
import type { SourceType } from "./types.ts";

/** What decides, beside its plan, what the manifests of a package say. */
export interface PackageSettings {
  readonly sourceType: SourceType;
  readonly forms: ResolvedManifestForms;
}

/** Hexadecimal; the same for settings that write the same manifests. */
export function settingsHash({ sourceType, forms }: PackageSettings): string {
  const { outerFileValue, versionIds, attachmentUrl, manifestBytes } = forms;
  const source = typeof sourceType === "string" ? sourceType : [sourceType.other];
  const text = JSON.stringify([source, outerFileValue, versionIds, attachmentUrl, manifestBytes]);
  return createHash("sha256").update(text).digest("hex");
}
