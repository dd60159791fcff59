import type { FileVersion, PackageForms } from "../model/index.ts";
import { labelBelow } from "./version-label.ts";

/** An older version that has its label. */
export interface LabelledVersion {
  readonly version: FileVersion;
  readonly label: string;
}

/** The older versions to be written of a file with exactly two, and whether the file still has two. */
export interface TwoVersions {
  readonly older: readonly LabelledVersion[];
  readonly isTwo: boolean;
}

/**
 * Writes the one older version of a file as the form asks. `repeatFirst` keeps what has no label below it: 0.1.
 *
 * The bytes of content that is in memory are copied for the second time, as sealing may take their buffer over.
 */
export function writtenVersions(first: LabelledVersion, form: Required<PackageForms>["twoVersions"]): TwoVersions {
  if (form === "currentOnly") return { older: [], isTwo: false };
  const label = form === "repeatFirst" ? labelBelow(first.label) : undefined;
  if (label === undefined) return { older: [first], isTwo: true };
  const { content } = first.version;
  const version = content instanceof Uint8Array ? { ...first.version, content: content.slice() } : first.version;
  return { older: [{ version, label }, first], isTwo: false };
}
