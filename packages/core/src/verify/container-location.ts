/**
 * Whether a record's `containers` can be followed: undefined, or a pair of locators whose folders lie in the output. A
 * record may come from elsewhere, and nothing outside of the output is read because a record says so.
 */
export function isContainerLocation(value: unknown): boolean {
  if (value === undefined) return true;
  return isObject(value) && isLocator(value.content) && isLocator(value.manifest);
}

function isLocator(value: unknown): boolean {
  if (!isObject(value)) return false;
  if (value.kind === "azure") return typeof value.url === "string" && URL.canParse(value.url);
  return value.kind === "directory" && typeof value.path === "string" && isInside(value.path);
}

/** Names with `/` between them, as `PackageLocation` has them on every system. */
function isInside(path: string): boolean {
  return path.split("/").every((name) => name !== "" && name !== "." && name !== ".." && !/[\\:\0]/.test(name));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
