/** UTF-16 units of a URL; SharePoint's own bound for a whole path is 400. */
const MAX_URL_LENGTH = 8192;

/** Lower than any character of a name in a key, so that what is in a folder follows it at once. */
const SEPARATOR = "\u0001";
const ESCAPE = "\u0002";
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROLS = /[\u0000-\u001f]/g;
const LONE_SURROGATES = /\p{Surrogate}/gu;
const ABSOLUTE = /^https?:\/\/[^/?#]*/i;

/** The path of a URL that may be absolute, without slashes around it. */
export function trimUrl(url: string): string {
  const path = url.replace(ABSOLUTE, "");
  let start = 0;
  let end = path.length;
  while (start < end && path[start] === "/") start++;
  while (end > start && path[end - 1] === "/") end--;
  return path.slice(start, end);
}

/** A server-relative URL of what stands web-relative, unless it has a leading slash and so is one already. */
export function belowWeb(webUrl: string, url: string): string {
  if (url.startsWith("/") || ABSOLUTE.test(url)) return trimUrl(url);
  const web = trimUrl(webUrl);
  return web === "" ? trimUrl(url) : `${web}/${trimUrl(url)}`;
}

/** Why a URL can't be the place of an object; undefined if it can. */
export function urlFault(url: string): string | undefined {
  if (url.length > MAX_URL_LENGTH) return `its URL has more than ${MAX_URL_LENGTH} characters`;
  if (url.includes("\\") || url.includes("\0")) return "its URL holds a backslash or a null character";
  for (const name of url.split("/")) {
    if (name === "") return "its URL has an empty name";
    if (name === "." || name === "..") return "its URL leads to another place";
  }
  return undefined;
}

/**
 * A text by which objects sort depth first: each directly before what is in it. Names that SharePoint holds equal (they
 * differ in case only) give the same key. `prefix` stands before it. The text shares no memory with the URL.
 */
export function pathKey(url: string, prefix = ""): string {
  const names = url.split("/").map((name) =>
    name
      .toLowerCase()
      .replace(LONE_SURROGATES, "\ufffd")
      .replace(CONTROLS, (control) => ESCAPE + String.fromCharCode(control.charCodeAt(0) + 0x40)),
  );
  // Joining copies: names share memory with the text that they were read from.
  return [prefix, names.join(SEPARATOR)].join("");
}

/** Whether the key is that of something below `root`, or of the root itself. */
export function isAtOrBelow(key: string, root: string): boolean {
  return key.startsWith(root) && (key.length === root.length || key[root.length] === SEPARATOR);
}

/** The names that a key is made of. */
export function keyNames(key: string): readonly string[] {
  return key.split(SEPARATOR);
}
