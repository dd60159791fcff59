/**
 * The limits of the service, each with its public source. Microsoft changes them without notice; they stand here only.
 *
 * Names page = "Restrictions and limitations in OneDrive and SharePoint" (support.microsoft.com).
 * Limits page = "SharePoint limits" (Microsoft 365 service description).
 * Content page = "Preparing the content for Migration API" (learn.microsoft.com).
 * Permission page = "Migration permission guidance", Shared page = "Migrating shared files and folders" (learn.microsoft.com).
 */

/** Decimal megabyte, the unit of the package limit (no page says which; the smaller is safe). */
export const MEGABYTE = 1_000_000;

/** Items (files' versions, folders, list items) per package. Content page. */
export const PACKAGE_MAX_ITEMS = 250;

/** Plaintext bytes per package; a larger file goes alone. Content page. */
export const PACKAGE_MAX_BYTES: number = 250 * MEGABYTE;

/** UTF-16 units of the decoded server-relative path, without its leading slash. Names page: 400; "fewer than" elsewhere. */
export const PATH_MAX_LENGTH = 399;

/** UTF-16 units of one name. Names page. */
export const NAME_MAX_LENGTH = 255;

/** Bytes of one file. Limits page. */
export const FILE_MAX_BYTES = 250_000_000_000;

/** Largest integer id of a list item: the manifest's `IntId` is an xs:int (DeploymentManifest.xsd). */
export const ITEM_ID_MAX = 2_147_483_647;

/** First date that a SharePoint date field holds. */
export const DATE_MIN = "1900-01-01T00:00:00Z";

/** Last date that a SharePoint date field holds. */
export const DATE_MAX = "9999-12-31T23:59:59Z";

/** Bytes of the AES-256 key. API page, "Azure" section. */
export const KEY_BYTES = 32;

/** Bytes of the IV of each blob. API page, "Azure" section. */
export const IV_BYTES = 16;

/** Archives (stored zips of small files) per package. Content page. */
export const PACKAGE_MAX_ARCHIVES = 2;

/** Bytes of one archive, counted encrypted (the page doesn't say which; this is the safe one). Content page: 10 MB. */
export const ARCHIVE_MAX_BYTES: number = 10 * MEGABYTE;

/** A file in an archive has fewer bytes than this when it is encrypted. Content page: 100 KB. */
export const ARCHIVED_FILE_BYTES = 100_000;

/** Largest minor number of a version label. Limits page: 511 minor versions for each major one. */
export const VERSION_MAX_MINOR = 511;

/** Largest major number of a version label: `major x 512 + minor` is an xs:int (`UIVersion`). */
export const VERSION_MAX_MAJOR = 4_194_303;

/** Bytes of a file that is attached to a list item. Limits page: 250 MB. */
export const ATTACHMENT_MAX_BYTES: number = 250 * MEGABYTE;

/** Unique scopes that a list should stay below. Permission page. */
export const SCOPES_ADVISED = 5_000;

/** Unique scopes that a list can have. Permission page and Limits page. */
export const SCOPES_MAX = 50_000;

/** Role assignments of one scope. Permission page. */
export const SCOPE_MAX_ASSIGNMENTS = 5_000;

/** Entries below a folder or list whose inheritance can still be broken: the service answers 429 above. Permission page. */
export const UNIQUE_MAX_DESCENDANTS = 100_000;

/** Sharing events that a receiver gets in 24 hours; the service drops the rest with a warning. Shared page. */
export const SHARING_EVENTS_PER_DAY = 1_000;
