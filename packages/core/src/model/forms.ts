import type { MappedUser, UserMap } from "./people.ts";

/**
 * Which of two forms a package is written in, where no public source settles it: each default is the form that live
 * imports were reported with, or where none were, the one that most builders write. `docs/package-format.md` gives the
 * evidence.
 */
export interface PackageForms {
  /** Whether a file with older versions names its current blob on the outer `File` too. Default: true. */
  readonly outerFileValue?: boolean;
  /** `Id` of the elements in `Versions`: that of the outer element, or one of their own. Default: `same`. */
  readonly versionIds?: "same" | "distinct";
  /** Form of `Attachment/@Url`. Default: `webRelative`. */
  readonly attachmentUrl?: "webRelative" | "serverRelative";
  /** How DateTime columns are written: `2024-12-31T23:59:59` or `12/31/2024 23:59:59`. Default: `iso`. */
  readonly dateTimeFields?: "iso" | "us";
  /** How User columns are written: `13;UserInfo` or `13;#;UserInfo`. Default: `native`, the first. */
  readonly userFields?: "native" | "hash";
  /**
   * A file with exactly two versions was reported to arrive as two entries 1.0 (sp-dev-docs issue 10695). `keep` writes
   * it as it is and warns; `repeatFirst` writes the first version a second time under a lower label, as files with three
   * versions arrive right; `currentOnly` leaves the older one out. Default: `keep`.
   */
  readonly twoVersions?: "keep" | "repeatFirst" | "currentOnly";
  /** `omit` writes assignments without `DeploymentRoles`: a live report says that system roles can't be updated. Default: `write`. */
  readonly roles?: "write" | "omit";
  /** Bytes of XML from which on a package goes on in a further manifest, 1 MB to 250 MB. Default: 25,000,000. */
  readonly manifestBytes?: number;
  /**
   * EXPERIMENTAL: small files travel in stored zips (ArchivedFiles.xml), which no public implementation is known to use.
   * Needs encryption. Default: false.
   */
  readonly archives?: boolean;
}

/** Who the people of a source are in the target. */
export interface PeopleOptions {
  /** Default: everyone keeps the login of the source. */
  readonly map?: UserMap;
  /** What becomes of those whom the map doesn't know. Default: `keep`, the login of the source. */
  readonly unmapped?: "keep" | "defaultAuthor" | MappedUser;
}
