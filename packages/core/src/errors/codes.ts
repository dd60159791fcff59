/**
 * The one registry of codes: of errors, of what became of an item, and of findings of `verify`.
 *
 * A code, once released, keeps its meaning. Each has a remedy: what the reader of the code does next.
 * `area` groups them for the documentation and says who raises the code.
 */
export interface CodeEntry {
  readonly area: "usage" | "source" | "name" | "plan" | "seal" | "container" | "xml" | "manifest" | "run" | "verify";
  readonly remedy: string;
}

const registry = {
  // usage: the caller's input
  INVALID_OPTION: { area: "usage", remedy: "Correct the option that the message names." },
  INVALID_TARGET: {
    area: "usage",
    remedy: "Correct the target description; its JSON Schema is published with @primepack/core.",
  },
  INVALID_KEY: { area: "usage", remedy: "Give a key file with one line: 32 bytes in base64." },
  KEY_UNREADABLE: { area: "usage", remedy: "Check that the key file exists and that this user may read it." },
  OUTPUT_NOT_EMPTY: { area: "usage", remedy: "Choose an empty folder, or continue the run that it holds." },
  PLAN_CHANGED: {
    area: "usage",
    remedy: "Build into a fresh folder; a run is continued with what it began with only.",
  },
  OUTPUT_CONTAINS_SOURCE: {
    area: "usage",
    remedy: "Choose an output folder that lies neither in nor around a source.",
  },

  // source: what a source could not hand over
  SOURCE_UNREADABLE: { area: "source", remedy: "Give the running user the right to read the entry, then run again." },
  SOURCE_GONE: { area: "source", remedy: "The entry vanished after it was listed; run again if it should be there." },
  SOURCE_CHANGED: {
    area: "source",
    remedy: "The file was being written to while it was read, twice; run again when it rests.",
  },
  SOURCE_SYMLINK: {
    area: "source",
    remedy: "Links are not followed; add the link's target as a source of its own if it is wanted.",
  },
  SOURCE_SPECIAL: { area: "source", remedy: "Devices, pipes and sockets have no content that a library could hold." },
  SOURCE_PATH_TOO_LONG: {
    area: "source",
    remedy:
      "The operating system opens no path of this length; shorten folder names, or move the tree nearer the root.",
  },
  SOURCE_LOOP: {
    area: "source",
    remedy: "The folder is one of those above it (a mount inside itself); what it holds is packaged there.",
  },
  SOURCE_ORDER: {
    area: "source",
    remedy: "A source yields a folder before what is in it and does not come back to a folder it has left.",
  },
  SOURCE_DUPLICATE: { area: "source", remedy: "The source yields the same path twice; keep one." },
  SOURCE_INVALID_ITEM: { area: "source", remedy: "Correct the item that the source yields." },
  SOURCE_FAILED: { area: "source", remedy: "The source ended with an error; see the cause." },

  // name: names and paths that SharePoint does not take
  NAME_NOT_ALLOWED: { area: "name", remedy: "Rename the entry at the source, or let the policy `rename` do it." },
  NAME_CLASH: { area: "name", remedy: "Two entries of one folder have names that SharePoint holds equal; rename one." },
  PATH_TOO_LONG: {
    area: "name",
    remedy: "Shorten folder names above the entry, or choose a target with a shorter URL.",
  },
  NAME_UNUSUAL: {
    area: "name",
    remedy: "Look for the folder after the import; SharePoint may hide it as part of a saved web page.",
  },
  PARENT_NOT_PACKAGED: { area: "name", remedy: "See what became of the folder above, and mend that." },

  // plan
  PLAN_VERSION: { area: "plan", remedy: "Execute the plan with the release of primepack that wrote it." },
  PLAN_INVALID: { area: "plan", remedy: "The plan was cut or changed after it was written; plan again." },
  FILE_TOO_LARGE: { area: "plan", remedy: "SharePoint does not take a file of this size." },
  MANY_VERSIONS: {
    area: "plan",
    remedy: "The package holds more entries than the service advises; cut versions if the import fails.",
  },

  // seal
  SEAL_FAILED: { area: "seal", remedy: "See the cause." },
  UNSEAL_FAILED: { area: "seal", remedy: "The key or the IV does not fit, or the blob was cut or changed." },
  WORKER_CRASHED: {
    area: "seal",
    remedy: "A worker thread ended; see the cause, and lower `workers` or `blockSize` if memory ran out.",
  },

  // container
  BLOB_NOT_FOUND: { area: "container", remedy: "The blob was never written, or its container is gone." },
  BLOB_EXISTS: { area: "container", remedy: "Use a fresh container." },
  BLOB_NAME_INVALID: { area: "container", remedy: "Use a relative blob name without empty, `.` or `..` segments." },
  BLOB_CORRUPT: { area: "container", remedy: "The stored bytes differ from what was sent; build the package again." },
  CONTAINER_NOT_FOUND: { area: "container", remedy: "Create the container, or correct its URL." },
  CONTAINER_FORBIDDEN: {
    area: "container",
    remedy: "The credential or SAS lacks a right or has expired; make a new one.",
  },
  CONTAINER_BUSY: {
    area: "container",
    remedy: "The storage asks for less load and retries were used up; lower the concurrency.",
  },
  CONTAINER_UNREACHABLE: { area: "container", remedy: "Check the network, the proxy and the storage account's name." },
  CONTAINER_REFUSED: { area: "container", remedy: "The storage refused the request; see the cause." },
  DISK_FULL: { area: "container", remedy: "Free space on the output's disk, then continue the run." },
  OUTPUT_UNWRITABLE: { area: "container", remedy: "Give the running user the right to write to the output folder." },

  // xml and manifest
  XML_MALFORMED: { area: "xml", remedy: "The file is not well-formed XML; see line and column." },
  XML_ENCODING: { area: "xml", remedy: "Package files are UTF-8; convert the file." },
  XML_DOCTYPE: { area: "xml", remedy: "Package files hold no DOCTYPE and no entities of their own." },
  XML_TOO_DEEP: { area: "xml", remedy: "The file nests deeper than any package file; it is not one." },
  XML_TOO_LARGE: {
    area: "xml",
    remedy: "One record of the file is larger than the reader's bound; raise the bound if the file is trusted.",
  },
  XML_CHARACTER: { area: "xml", remedy: "Strip characters that XML 1.0 cannot hold." },
  MANIFEST_UNEXPECTED: { area: "manifest", remedy: "The file has another root or namespace than its name says." },

  // run
  ABORTED: { area: "run", remedy: "The caller aborted the run; continue it with the same options." },
  READ_BACK_FAILED: {
    area: "run",
    remedy: "The finished package did not read back as written; build it again and report this.",
  },
  INTERNAL: { area: "run", remedy: "This is a defect of primepack; please report it with the cause." },
} as const;

/** A key of the registry {@link codes}. */
export type Code = keyof typeof registry;

export const codes: Readonly<Record<Code, CodeEntry>> = registry;
