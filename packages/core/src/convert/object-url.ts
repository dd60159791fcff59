import type { XmlElement } from "../xml/index.ts";
import { belowWeb, trimUrl } from "./object-path.ts";

/**
 * The server-relative URL of an `SPObject`, without slashes around it; empty if nothing tells it.
 *
 * That of its element comes first: list items have the URL of their form on the object, not that of their file.
 * `webUrl` stands in where neither names its web.
 */
export function objectUrl(object: XmlElement, child: XmlElement | undefined, webUrl: string | undefined): string {
  const { ParentWebUrl: objectWeb, Url: url } = object.attributes;
  const {
    ParentWebUrl: childWeb,
    Url: childUrl,
    FileUrl: fileUrl,
    DirName: folder,
    Name: name,
  } = child?.attributes ?? {};
  const web = objectWeb ?? childWeb ?? webUrl;
  const webRelative = fileUrl || childUrl;
  if (webRelative && (web !== undefined || webRelative.startsWith("/"))) return belowWeb(web ?? "", webRelative);
  if (folder && name) return `${trimUrl(folder)}/${name}`;
  return trimUrl(url || webRelative || "");
}
