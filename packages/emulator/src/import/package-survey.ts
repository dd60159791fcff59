import { fatal } from "./fault.ts";
import type { PackageReader } from "./package-reader.ts";
import { isTrue } from "./simple-types.ts";
import { childNamed, childrenNamed, type Element } from "./xml-reader.ts";

/** Files and versions, and bytes, that a package may have; one larger file may be alone in its package. */
const mostItems = 250;
const mostBytes = 250 * 1024 * 1024;

/** What a first reading of all manifests tells, before anything is imported. */
export interface PackageSurvey {
  readonly objects: number;
  /** As far as the manifest says it. */
  readonly bytes: number;
  readonly hasVersions: boolean;
  /** What to warn of. */
  readonly warnings: readonly string[];
}

/** Reads all manifests once: what isn't valid by the schema fails the whole job, before its first object. */
export async function surveyPackage(reader: PackageReader, manifests: readonly string[]): Promise<PackageSurvey> {
  let [objects, bytes, versions, files] = [0, 0, 0, 0];
  let hasVersions = false;
  for (const name of manifests) {
    for await (const object of reader.objects(name)) {
      objects += 1;
      const [child] = object.children;
      if (child === undefined || isTrue(object.attributes.IsDeleted)) continue;
      if (child.name !== "File" && child.name !== "ListItem" && child.name !== "Folder") continue;
      const contents = contentsOf(child);
      hasVersions ||= childNamed(child, "Versions") !== undefined;
      if (child.name !== "ListItem") versions += contents.length;
      if (child.name === "File") files += 1;
      for (const { attributes } of contents) bytes += sizeOf(attributes.FileSize);
    }
  }
  if (!Number.isSafeInteger(bytes)) throw fatal("The sizes of the files are too large.");
  const warnings: string[] = [];
  if (versions > mostItems) warnings.push(`The package has ${versions} items of at most ${mostItems}.`);
  if (bytes > mostBytes && files > 1) warnings.push(`The package has ${bytes} bytes of at most ${mostBytes}.`);
  return { objects, bytes, hasVersions, warnings };
}

/** The elements that stand for contents: the versions, or the element itself. */
function contentsOf(element: Element): readonly Element[] {
  const versions = childNamed(element, "Versions");
  return versions ? childrenNamed(versions, element.name) : [element];
}

function sizeOf(text: string | undefined): number {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : 0;
}
