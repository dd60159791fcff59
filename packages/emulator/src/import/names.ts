import { demand } from "./fault.ts";

/** UTF-16 units of one name, and of a whole server-relative path without its leading slash. */
const mostNameLength = 255;
const mostPathLength = 400;

const refusedCharacters = /["*:<>?/\\|]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
const controlCharacters = /[\u0000-\u001f\u007f]/;
const reservedNames = /^(?:\.lock|con|prn|aux|nul|com\d|lpt\d|desktop\.ini|_vti_)$/i;

/** Refuses a name that SharePoint does not take. */
export function demandName(
  name: string,
  place: { readonly kind: "file" | "folder"; readonly isInRoot: boolean; readonly isLibrary: boolean },
): void {
  const because = (reason: string) => `The ${place.kind} name '${name}' is not valid: ${reason}.`;
  demand(name !== "", because("it is empty"), "argument");
  demand(name.length <= mostNameLength, because(`it is longer than ${mostNameLength} characters`), "argument");
  demand(!refusedCharacters.test(name), because('it holds one of the characters " * : < > ? / \\ |'), "argument");
  demand(!controlCharacters.test(name), because("it holds a control character"), "argument");
  demand(!/^ | $/.test(name), because("it begins or ends with a space"), "argument");
  demand(!name.endsWith("."), because("it ends with a period"), "argument");
  demand(!reservedNames.test(name), because("it is reserved"), "argument");
  demand(!name.toLowerCase().includes("_vti_"), because("it holds '_vti_'"), "argument");
  demand(!name.startsWith("~$"), because("it begins with '~$'"), "argument");
  if (place.kind === "file") return;
  demand(!name.startsWith("~"), because("it begins with '~'"), "argument");
  if (!place.isInRoot) return;
  demand(!place.isLibrary || name.toLowerCase() !== "forms", because("it is that of a system folder"), "argument");
  demand(place.isLibrary || name.toLowerCase() !== "attachments", because("it is that of a system folder"), "argument");
}

/** `url`: server-relative. */
export function demandPathLength(url: string): void {
  const length = url.replace(/^\//, "").length;
  demand(
    length <= mostPathLength,
    () =>
      `The specified file or folder name is too long: '${url}' has ${length} characters of at most ${mostPathLength}.`,
    "argument",
  );
}

export function leafOf(url: string): string {
  return url.slice(url.lastIndexOf("/") + 1);
}

/** Equal but for case, as URLs of one site are. */
export function isSameUrl(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
