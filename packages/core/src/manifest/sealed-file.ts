import type { PlannedFile, PlannedFileVersion, SealedBlob } from "../model/index.ts";

/** A version of a file and what storing its bytes gave. */
export interface SealedVersion {
  readonly version: PlannedFileVersion | PlannedFile;
  readonly blob: SealedBlob;
  /** Of the bytes that were read where they are the file's only ones, and their sealing tells it; else the plan's. */
  readonly modified: string;
}

/** All versions of a file, oldest first, and the current one once more. */
export interface SealedFile {
  readonly current: SealedVersion;
  /** The current one included; empty where there is no other. */
  readonly versions: readonly SealedVersion[];
}

/** Undefined where some version has no blob: the file is left out, as a `FileValue` without blob fails the job. */
export function sealedFile(
  file: PlannedFile,
  sealed: (blob: string) => SealedBlob | undefined,
): SealedFile | undefined {
  const blob = sealed(file.blob);
  if (blob === undefined) return undefined;
  if (file.versions === undefined || file.versions.length === 0) {
    return { current: { version: file, blob, modified: blob.modified ?? file.modified }, versions: [] };
  }
  const versions: SealedVersion[] = [];
  for (const version of file.versions) {
    const older = sealed(version.blob);
    if (older === undefined) return undefined;
    versions.push({ version, blob: older, modified: version.modified });
  }
  const current: SealedVersion = { version: file, blob, modified: file.modified };
  return { current, versions: [...versions, current] };
}
