import type { Source, SourceItem } from "@primepack/core/model";
import { folderNames } from "./folder-path.ts";

/**
 * The source as it is to be for a folder of the library: every path begins with that folder's, which is made where the
 * target does not hold it already. Permissions of the library itself become those of the folder.
 *
 * @throws INVALID_OPTION for a path with an empty name, `.` or `..`
 */
export function withTargetFolder(source: Source, folder: string | readonly string[]): Source {
  const names = folderNames(typeof folder === "string" ? folder : folder.join("/"));
  return names.length === 0 ? source : prefixed(source, names);
}

async function* prefixed(source: Source, names: readonly string[]): AsyncGenerator<SourceItem, void, undefined> {
  for await (const item of source) {
    switch (item.kind) {
      case "user":
      case "group":
      case "role":
        yield item;
        break;
      case "list":
        yield { kind: "folder", path: names, permissions: item.permissions };
        break;
      default:
        yield { ...item, path: [...names, ...item.path] };
    }
  }
}
