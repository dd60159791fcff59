/**
 * Forms in which a path may be compared: without host, query, case and outer slashes, as it stands and decoded. Names of
 * SharePoint hold neither `?` nor backslashes, but may hold `%` and `#`.
 */
export function plainPaths(url: string): readonly string[] {
  const path = url.trim().replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, "");
  const [before = ""] = path.split("?");
  return [...new Set([plain(before), plain(decoded(before))])].filter((form) => form !== "");
}

/** A text in which paths are looked for. */
export function plainTexts(text: string): readonly string[] {
  return [...new Set([folded(text), folded(decoded(text))])];
}

function plain(path: string): string {
  return folded(path)
    .replace(/[\\/]+/g, "/")
    .replace(/^\/|\/$/g, "");
}

function folded(text: string): string {
  return text.normalize("NFC").toLowerCase();
}

/** Each escape for itself, so that a lone percent sign spoils nothing. */
function decoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}
