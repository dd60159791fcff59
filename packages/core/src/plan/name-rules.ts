/**
 * What SharePoint refuses in a name, each rule with its public source. Microsoft changes them without notice; the
 * planner reads them here only.
 *
 * Names page = "Restrictions and limitations in OneDrive and SharePoint" (support.microsoft.com).
 * Addressing page = "Addressing resources in a drive on OneDrive" (OneDrive API documentation).
 */
import { NAME_MAX_LENGTH, type RenameReason } from "../model/index.ts";

/** Visible characters that no name may hold. Names page. */
const INVALID_CHARACTERS = '"*:<>?/\\|';

/**
 * What no name may hold, one UTF-16 unit a match: {@link INVALID_CHARACTERS} (Names page); U+0000 to U+001F (refused by
 * file systems, and XML 1.0 can't hold most of them); U+007F (not listed by Microsoft; rclone replaces it for this
 * service); U+FFFE, U+FFFF and lone surrogates (XML 1.0, production `Char`).
 */
export const INVALID_UNITS: RegExp = new RegExp(
  `[${INVALID_CHARACTERS.replace("\\", "\\\\")}\\u0000-\\u001f\\u007f\\ufffe\\uffff]|\\p{Surrogate}`,
  "gu",
);

/** No name begins or ends with it. Names page. */
const EDGE_SPACE = " ";

/** No folder ends with it (Addressing page); no file either, as rclone encodes it for every name. */
const TRAILING_PERIOD = ".";

/** No folder begins with it. Names page and Addressing page. */
const FOLDER_LEADING_TILDE = "~";

/** No name begins with it: owner files of Office. Names page. */
const OWNER_FILE_PREFIX = "~$";

/** Names that are refused whole, in any case. Names page. */
const RESERVED_NAMES: ReadonlySet<string> = new Set([
  ".lock",
  "con",
  "prn",
  "aux",
  "nul",
  ...Array.from({ length: 10 }, (_, digit) => `com${digit}`),
  ...Array.from({ length: 10 }, (_, digit) => `lpt${digit}`),
  "desktop.ini",
]);

/** Refused anywhere in a name, in any case. Names page. */
export const RESERVED_PART = "_vti_";

/** No folder of a library's root has this name, in any case: the library's own `Forms` is there. Names page. */
const RESERVED_ROOT_FOLDER = "forms";

/**
 * Ends of folder names by which Office knows the folder of a saved web page. SharePoint 2013 refused or hid such folders;
 * whether SharePoint Online does is not documented, so they are warned of and packaged as they are.
 */
const SAVED_PAGE_SUFFIXES: readonly string[] = ["_files", "_file", "-Dateien", "_fichiers"];

/** Where a name stands, as far as rules depend on it. */
export interface NamePlace {
  readonly kind: "folder" | "file";
  /** Directly in the library's root folder. */
  readonly inRoot: boolean;
}

/** Whether the whole name is refused, whatever its characters. */
export function isReservedName(name: string, place: NamePlace): boolean {
  // Longest first: most names are longer than any reserved one.
  if (name.length > "desktop.ini".length) return false;
  const lower = name.toLowerCase();
  return RESERVED_NAMES.has(lower) || (place.inRoot && place.kind === "folder" && lower === RESERVED_ROOT_FOLDER);
}

/** Whether the name begins with what its kind may not begin with. */
export function hasBadStart(name: string, kind: NamePlace["kind"]): boolean {
  if (name.startsWith(EDGE_SPACE)) return true;
  return name.startsWith(FOLDER_LEADING_TILDE) && (kind === "folder" || name.startsWith(OWNER_FILE_PREFIX));
}

/** Whether the name ends with what no name may end with. */
export function hasBadEnd(name: string): boolean {
  return name.endsWith(EDGE_SPACE) || name.endsWith(TRAILING_PERIOD);
}

/** Whether Office and old SharePoint take the folder for a part of a saved web page. */
export function looksLikeSavedPage(folderName: string): boolean {
  const lower = folderName.toLowerCase();
  return SAVED_PAGE_SUFFIXES.some((suffix) => lower.endsWith(suffix.toLowerCase()));
}

const reservedPart = new RegExp(RESERVED_PART, "i");

/** The rules that a name breaks, in the order in which {@link legalName} mends them; empty for a name that is taken. */
export function nameFaults(name: string, place: NamePlace): RenameReason[] {
  const faults: RenameReason[] = [];
  if (name === "") return ["empty-name"];
  if (name.search(INVALID_UNITS) !== -1) faults.push("invalid-character");
  if (hasBadStart(name, place.kind) || hasBadEnd(name)) faults.push("leading-or-trailing");
  if (isReservedName(name, place) || reservedPart.test(name)) faults.push("reserved-name");
  if (name.length > NAME_MAX_LENGTH) faults.push("name-too-long");
  return faults;
}
