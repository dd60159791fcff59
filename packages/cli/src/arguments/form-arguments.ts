import { MEGABYTE, PACKAGE_MAX_BYTES, type PackageForms } from "@primepack/core";
import { choice, type FlagValues, meaning, present, wholeNumber } from "./flags.ts";

/** In which of its forms a package is written. */
export const formFlags = {
  "two-versions": { type: "string" },
  "version-ids": { type: "string" },
  "no-outer-file-value": { type: "boolean" },
  "attachment-url": { type: "string" },
  "date-fields": { type: "string" },
  "user-fields": { type: "string" },
  roles: { type: "string" },
  "manifest-megabytes": { type: "string" },
  archives: { type: "boolean" },
} as const;

/** The values of {@link formFlags}; what is not named is left to core. Throws INVALID_OPTION at the first fault. */
export function readForms(values: FlagValues<typeof formFlags>): PackageForms {
  const megabytes = wholeNumber("--manifest-megabytes", values["manifest-megabytes"], 1, PACKAGE_MAX_BYTES / MEGABYTE);
  return present({
    twoVersions: meaning("--two-versions", values["two-versions"], {
      keep: "keep",
      "repeat-first": "repeatFirst",
      "current-only": "currentOnly",
    } as const),
    versionIds: choice("--version-ids", values["version-ids"], ["same", "distinct"]),
    outerFileValue: values["no-outer-file-value"] ? false : undefined,
    attachmentUrl: meaning("--attachment-url", values["attachment-url"], {
      "web-relative": "webRelative",
      "server-relative": "serverRelative",
    } as const),
    dateTimeFields: choice("--date-fields", values["date-fields"], ["iso", "us"]),
    userFields: choice("--user-fields", values["user-fields"], ["native", "hash"]),
    roles: choice("--roles", values.roles, ["write", "omit"]),
    manifestBytes: megabytes && megabytes * MEGABYTE,
    archives: values.archives,
  });
}
