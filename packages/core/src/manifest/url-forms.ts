import type { Target, TargetPath } from "../model/index.ts";

/**
 * The three forms of a URL that the format mixes (package format, 3.2), for one library. None is percent-encoded. A
 * server-relative URL where a web-relative one belongs doubles the path in the target.
 */
export interface UrlForms {
  /** `Shared Documents/a.txt`: `Url` of File and Folder, `FileUrl` of ListItem. */
  webRelative(path: TargetPath): string;
  /** `/sites/archive/Shared Documents/a.txt`: `Url` of SPObject, SystemObject, RootObject. */
  serverRelative(path: TargetPath): string;
  /** `sites/archive/Shared Documents`: `DirName` of what is in the folder, `ObjectUrl` of a role assignment. */
  dirName(folder: TargetPath): string;
  /** `sites/archive`, empty for a root web: `RoleDefWebUrl`. */
  readonly webDirName: string;
}

export function urlForms(target: Target): UrlForms {
  const { webUrl, listUrl } = target;
  const web = webUrl === "/" ? "" : webUrl.slice(1);
  const list = web === "" ? listUrl : `${web}/${listUrl}`;
  const below = (start: string, path: TargetPath): string => (path.length === 0 ? start : `${start}/${path.join("/")}`);
  return {
    webRelative: (path) => below(listUrl, path),
    serverRelative: (path) => below(`/${list}`, path),
    dirName: (folder) => below(list, folder),
    webDirName: web,
  };
}
