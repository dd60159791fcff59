import { ElementBinding, type OtherContent } from "../xml/index.ts";
import { type FileBytes, type ReadFileOptions, readList, writeList } from "./document.ts";
import { archivedFilesFile } from "./names.ts";

/** `File` of an archive: a file of the manifest whose bytes are in it. */
export interface ArchivedMemberElement extends OtherContent {
  /** The same as the `FileValue` of the manifest's `File`. */
  readonly FileValue: string;
}

/**
 * `ArchivedFile` of ArchivedFiles.xml (package format, 2.5): a zip with small files. Only the shape of one published
 * sample is known, which has no namespace.
 */
export interface ArchivedFileElement extends OtherContent {
  /** Blob name of the zip. */
  readonly Name: string;
  /** Base64 QuickXorHash of the zip. Over which of its bytes is uncertain: by the rule for files, the plaintext. */
  readonly Checksum: string;
  readonly File?: readonly ArchivedMemberElement[];
}

const archivedMemberBinding: ElementBinding<ArchivedMemberElement> = new ElementBinding<ArchivedMemberElement>({
  name: "File",
  attributes: { FileValue: "string" },
  children: {},
});

const archivedFileBinding: ElementBinding<ArchivedFileElement> = new ElementBinding<ArchivedFileElement>({
  name: "ArchivedFile",
  attributes: { Name: "string", Checksum: "string" },
  children: { File: { many: () => archivedMemberBinding } },
});

/** Throws MANIFEST_INVALID where a value would make the service refuse the file. */
export function writeArchivedFiles(archives: Iterable<ArchivedFileElement>): Iterable<Uint8Array> {
  return writeList(archivedFilesFile, archivedFileBinding, archives);
}

/** Throws what the XML reader throws, and MANIFEST_INVALID where an attribute is missing. */
export function readArchivedFiles(
  bytes: FileBytes,
  options?: ReadFileOptions,
): AsyncGenerator<ArchivedFileElement, void, undefined> {
  return readList(archivedFilesFile, archivedFileBinding, bytes, options);
}
