import { ElementBinding, type OtherContent } from "../xml/index.ts";
import { type FileBytes, type ReadFileOptions, readList, writeList } from "./document.ts";
import { rootObjectMapFile } from "./names.ts";

/** `RootObject` of RootObjectMap.xml (package format, 2.3): usually the one list that the package is for. Closed. */
export interface RootObjectElement extends OtherContent {
  readonly Id?: string;
  readonly Type?: "Folder" | "List" | "ListItem" | "File";
  readonly ParentId?: string;
  /** Server-relative, with leading slash. */
  readonly WebUrl?: string;
  /** Server-relative, with leading slash. */
  readonly Url?: string;
  readonly IsDependency?: boolean;
}

const rootObjectBinding: ElementBinding<RootObjectElement> = new ElementBinding<RootObjectElement>({
  name: "RootObject",
  attributes: {
    Id: "string?",
    Type: "string?",
    ParentId: "string?",
    WebUrl: "string?",
    Url: "string?",
    IsDependency: "boolean?",
  },
  children: {},
});

/** Throws MANIFEST_INVALID where a value would make the service refuse the file. */
export function writeRootObjectMap(objects: Iterable<RootObjectElement>): Iterable<Uint8Array> {
  return writeList(rootObjectMapFile, rootObjectBinding, objects);
}

/** Throws what the XML reader throws. */
export function readRootObjectMap(
  bytes: FileBytes,
  options?: ReadFileOptions,
): AsyncGenerator<RootObjectElement, void, undefined> {
  return readList(rootObjectMapFile, rootObjectBinding, bytes, options);
}
