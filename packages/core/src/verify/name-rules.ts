import { NAME_MAX_LENGTH } from "../model/index.ts";

/** Not allowed in names of files and folders. Names page; control characters also by XML 1.0. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
const refusedCharacter = /["*:<>?/\\|\u0000-\u001f\u007f\ufffe\uffff]|\p{Surrogate}/u;

/** Whole names that are kept for devices and for the server's own use, in any case. Names page. */
const reservedNames: ReadonlySet<string> = new Set([
  ".lock",
  "con",
  "prn",
  "aux",
  "nul",
  "desktop.ini",
  ...Array.from({ length: 10 }, (_, digit) => [`com${digit}`, `lpt${digit}`]).flat(),
]);

const ascii = /^[\x20-\x7e]*$/;

/** Folders of web pages that Office saved; older servers refused or hid them. */
const thicketSuffix = /(?:_files|_file|-Dateien|_fichiers)$/i;

export interface NamePlace {
  readonly kind: "file" | "folder";
  /** Directly in the library's root folder. */
  readonly inRoot: boolean;
}

/** Why SharePoint refuses the name, in words that follow "must"; undefined if it takes it. */
export function refusedName(name: string, place: NamePlace): string | undefined {
  const lower = name.toLowerCase();
  if (name === "") return "not be empty";
  if (refusedCharacter.test(name)) return 'not hold " * : < > ? / \\ | or characters that XML lacks';
  if (name.startsWith(" ") || name.endsWith(" ")) return "not begin or end with a space";
  if (name.endsWith(".")) return "not end with a period";
  if (name.startsWith("~$")) return "not begin with ~$";
  if (place.kind === "folder" && name.startsWith("~")) return "not begin with ~ for a folder";
  if (reservedNames.has(lower)) return "not be one that is kept for the system";
  if (lower.includes("_vti_")) return "not hold _vti_";
  if (place.kind === "folder" && place.inRoot && lower === "forms") return "not be Forms in the root of a library";
  if (name.length > NAME_MAX_LENGTH) return `have at most ${NAME_MAX_LENGTH} characters`;
  return undefined;
}

/** Whether older servers hid a folder of this name; nobody says what the present one does. */
export function isThicket(name: string): boolean {
  return thicketSuffix.test(name);
}

/** Whether SharePoint holds both equal. */
export function isEqualFolded(first: string, second: string): boolean {
  return first === second || folded(first) === folded(second);
}

/** One form for names and URLs that SharePoint holds equal: composed, and without case. */
export function folded(text: string): string {
  if (ascii.test(text)) return text.toLowerCase();
  return text.normalize("NFC").toUpperCase().toLowerCase();
}
