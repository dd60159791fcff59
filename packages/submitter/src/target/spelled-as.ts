/** The folder's names as an existing folder writes them, since packages have to agree with it. */
export function spelledAs(names: readonly string[], folders: ReadonlyMap<string, string>): readonly string[] {
  const byLowerCase = new Map([...folders.keys()].map((path) => [path.toLowerCase(), path]));
  return names.map((name, index) => {
    const path = names
      .slice(0, index + 1)
      .join("/")
      .toLowerCase();
    return byLowerCase.get(path)?.split("/")[index] ?? name;
  });
}
