/**
 * The one registry of codes: of errors, of what became of an item, and of findings of `verify`.
 *
 * A code, once released, keeps its meaning. Each has a remedy: what the reader of the code does next.
 * `area` groups them and says who raises the code; `verify` also finds what earlier steps of a build tell of.
 */
export interface CodeEntry {
  readonly area:
    | "usage"
    | "source"
    | "name"
    | "plan"
    | "seal"
    | "container"
    | "xml"
    | "manifest"
    | "ledger"
    | "service"
    | "event"
    | "journal"
    | "run"
    | "emulator"
    | "tenant"
    | "verify";
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
  OUTPUT_IN_USE: { area: "usage", remedy: "Wait for the other process to end, or end it, then continue the run." },
  PLAN_CHANGED: {
    area: "usage",
    remedy: "Build into a fresh folder; a run is continued with what it began with only.",
  },
  OUTPUT_CONTAINS_SOURCE: {
    area: "usage",
    remedy: "Choose an output folder that lies neither in nor around a source.",
  },
  EXPORT_UNREADABLE: {
    area: "usage",
    remedy: "Give the folder or container that holds the manifest files of an export or of packages.",
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
  CONTENT_UNRESOLVED: {
    area: "source",
    remedy: "An export holds no contents; give the content of this entry beside it.",
  },
  SOURCE_ARCHIVED: {
    area: "source",
    remedy: "The blob lies in the archive tier; rehydrate it to the hot or cool tier, then run again.",
  },
  SOURCE_UNREACHABLE: {
    area: "source",
    remedy: "Check the network, the proxy and the service that holds the content, then run again.",
  },
  INVENTORY_INVALID: {
    area: "source",
    remedy: "Write the inventory as docs/inventory.md says: UTF-8, and of CSV a first row that names the columns.",
  },
  TEMPORARY_FILE_FAILED: {
    area: "source",
    remedy: "Free space on the disk of the folder for temporary files, or name another that this user may write to.",
  },

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

  // plan: what becomes of items, people, permissions
  PLAN_VERSION: { area: "plan", remedy: "Execute the plan with the release of primepack that wrote it." },
  PLAN_INVALID: { area: "plan", remedy: "The plan was cut or changed after it was written; plan again." },
  FILE_TOO_LARGE: { area: "plan", remedy: "SharePoint does not take a file of this size." },
  MANY_DELETIONS: {
    area: "plan",
    remedy:
      "See that the source is the one of earlier runs, and is there as a whole; don't submit the deletions otherwise. What an emptied source should delete, name in an inventory.",
  },
  MANY_VERSIONS: {
    area: "plan",
    remedy: "The package holds more entries than the service advises; cut versions if the import fails.",
  },
  USER_MAP_FAILED: {
    area: "plan",
    remedy: "Correct the user map; see the cause, or the answer that the message names.",
  },
  USER_MAP_LINE: {
    area: "plan",
    remedy: "Correct the line of the user map; whom it names counts as unmapped.",
  },
  GRANTEE_UNMAPPED: {
    area: "plan",
    remedy: "Map the user if they should keep what they may do; authors and columns name the stand-in.",
  },
  USER_UNMAPPED: { area: "plan", remedy: "Add the user to the user map, or choose what becomes of unmapped ones." },
  GROUP_UNDEFINED: {
    area: "plan",
    remedy: "Let the source define the group before what names it, or add its members later.",
  },
  GROUP_MEMBER_DROPPED: {
    area: "plan",
    remedy: "Name the members of the inner group; SharePoint groups hold no others.",
  },
  SYSTEM_GROUP_DROPPED: {
    area: "plan",
    remedy: "Nothing; SharePoint makes such groups itself. Share anew what links opened.",
  },
  LIMITED_ACCESS_DROPPED: {
    area: "plan",
    remedy: "Nothing; SharePoint grants Limited Access itself where it is needed.",
  },
  ITEM_IN_LIBRARY: { area: "plan", remedy: "Choose a list as target; libraries hold folders and files only." },
  FILE_IN_LIST: { area: "plan", remedy: "Choose a library as target, or attach the file to a list item." },
  MANY_DESCENDANTS: {
    area: "plan",
    remedy: "Grant on folders with fewer entries; the service breaks no inheritance above 100,000.",
  },
  MANY_SCOPES: { area: "plan", remedy: "Grant on fewer objects; lists with more than 5,000 scopes get slow." },
  SCOPE_OVER_LIMIT: {
    area: "plan",
    remedy: "Grant to groups, on fewer objects: 5,000 assignments a scope, 50,000 scopes a list.",
  },
  SHARING_INHERITED: { area: "plan", remedy: "Leave the events out; those of the folder above count." },
  SHARING_OVER_LIMIT: {
    area: "plan",
    remedy: "Spread the events of the receiver over more days; the service drops those above 1,000 in 24 hours.",
  },
  TWO_VERSIONS: {
    area: "plan",
    remedy: "Compare the file's versions after the import, or choose the form `repeatFirst` or `currentOnly`.",
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
  MANIFEST_INVALID: {
    area: "manifest",
    remedy: "Correct the record that the message names; the service would refuse the whole package for it.",
  },
  MANIFEST_UNEXPECTED: { area: "manifest", remedy: "The file has another root or namespace than its name says." },

  // emulator: a local Migration API
  EMULATOR_START_FAILED: {
    area: "emulator",
    remedy: "See the message: another port, or another folder for the emulator, mostly helps.",
  },
  EMULATOR_IN_USE: { area: "emulator", remedy: "Stop the emulator that uses the folder, or give this one another." },

  // verify: what the second look at a finished package finds. Files and blobs
  MANIFEST_FILE_MISSING: {
    area: "verify",
    remedy: "Build the package again; the job fails or warns without this file.",
  },
  MANIFEST_FILE_UNLISTED: {
    area: "verify",
    remedy: "Name the file in SystemData.xml if it is a manifest, else leave it out; the service doesn't read it.",
  },
  MANIFEST_FILE_REPEATED: { area: "verify", remedy: "Name each manifest once in SystemData.xml." },
  BLOB_MISSING: { area: "verify", remedy: "Build the package again; a file of it has no content." },
  BLOB_UNREFERENCED: {
    area: "verify",
    remedy: "Drop the blob, or name it in the manifest; it is uploaded for nothing.",
  },
  BLOB_UNRECORDED: { area: "verify", remedy: "Build the package again; blobs.ndjson and the container disagree." },
  BLOB_UNLISTABLE: {
    area: "verify",
    remedy: "Give the records of the blobs; the container may not be listed, so blobs without reference go unseen.",
  },
  BLOB_SIZE_MISMATCH: { area: "verify", remedy: "Build the package again; the stored blob was cut or changed." },
  BLOB_MD5_MISMATCH: {
    area: "verify",
    remedy: "Build the package again; the stored blob isn't the one that was hashed.",
  },
  BLOB_MD5_MISSING: {
    area: "verify",
    remedy: "Send the MD5 in the manifest or with the blob; the import fails without.",
  },
  IV_MISSING: { area: "verify", remedy: "Store the IV in the blob's metadata; the service can't decrypt the blob." },
  IV_INVALID: { area: "verify", remedy: "An IV is 16 bytes in base64; seal the blob again." },
  IV_MISMATCH: { area: "verify", remedy: "Give one IV in metadata, records and manifest; the service refuses two." },
  IV_REUSED: { area: "verify", remedy: "Seal again with a random IV for each blob; two alike show what blobs share." },
  KEY_MISSING: { area: "verify", remedy: "Give the key of the run; encrypted blobs can't be read without it." },
  KEY_MISMATCH: { area: "verify", remedy: "Give the key of the run that made the output folder." },
  CHECKSUM_MISMATCH: { area: "verify", remedy: "Build the package again; the content isn't the one that was hashed." },
  CHECKSUM_MISSING: { area: "verify", remedy: "Send Checksum for files above 15 GB; the service requires it." },
  FILE_SIZE_MISMATCH: { area: "verify", remedy: "Build the package again; FileSize isn't the size of the content." },
  HASH_INVALID: { area: "verify", remedy: "Write the hash or IV as standard base64 with padding." },

  // verify: schema
  SCHEMA_ATTRIBUTE_UNDECLARED: { area: "verify", remedy: "Leave the attribute out; the schema is closed there." },
  SCHEMA_ATTRIBUTE_MISSING: { area: "verify", remedy: "Write the attribute; the schema requires it." },
  SCHEMA_VALUE: { area: "verify", remedy: "Write the value as its schema type asks." },
  SCHEMA_ENUMERATION: { area: "verify", remedy: "Use one of the names that the schema lists." },
  SCHEMA_DATE: { area: "verify", remedy: "Write dates as 2024-12-31T23:59:59, in UTC." },
  SCHEMA_CHILD_UNEXPECTED: { area: "verify", remedy: "Leave the element out; the schema doesn't know it there." },
  SCHEMA_CHILD_ORDER: { area: "verify", remedy: "Write the children in the order of the schema." },
  SCHEMA_CHILD_MISSING: { area: "verify", remedy: "Write the element; the schema requires it." },
  SCHEMA_CHILD_TOO_MANY: { area: "verify", remedy: "Write the element only as often as the schema allows." },
  SCHEMA_TEXT: { area: "verify", remedy: "Leave the text out; values stand in attributes." },
  SCHEMA_VERSION_ATTRIBUTES: {
    area: "verify",
    remedy: "Write SchemaVersion as a child element of SystemData; as attributes the job fails.",
  },
  SCHEMA_EXTENSION: { area: "verify", remedy: "Nothing; the element is documented, though the schema lacks it." },
  GUID_INVALID: { area: "verify", remedy: "Write GUIDs with hyphens and without braces." },
  SYSTEM_ID_MISSING: { area: "verify", remedy: "Give each user a SystemId; the job dies without the attribute." },
  ARCHIVE_OVER_LIMIT: {
    area: "verify",
    remedy: "Put at most 2 archives of 10 MB in a package, and files below 100 KB into them.",
  },
  ARCHIVE_UNOPENED: { area: "verify", remedy: "Give the key of the run; what is in the archive was not looked at." },
  ARCHIVE_INVALID: { area: "verify", remedy: "Write the archive as a zip of stored or deflated entries." },
  ARCHIVE_NOT_ENCRYPTED: { area: "verify", remedy: "Encrypt the archive; the service takes no other." },
  ARCHIVE_READING: {
    area: "verify",
    remedy: "Nothing; the documents leave open which bytes of an archive are hashed and encrypted.",
  },
  ARCHIVE_MEMBER_MISSING: { area: "verify", remedy: "Put the file into the archive, or don't list it." },
  ARCHIVE_MEMBER_UNLISTED: { area: "verify", remedy: "List the file in ArchivedFiles.xml, or leave it out." },

  // verify: objects of the manifest and how they hang together
  IMPORT_ATTRIBUTE_MISSING: {
    area: "verify",
    remedy: "Write the attribute; the schema spares it, the import doesn't.",
  },
  OBJECT_MISMATCH: { area: "verify", remedy: "Make SPObject's type and id those of the element in it." },
  OBJECT_ORDER: { area: "verify", remedy: "Write folders, files, their items, and roles and role assignments last." },
  DUPLICATE_ID: {
    area: "verify",
    remedy: "Give each object an id of its own, over all packages of a site collection.",
  },
  DUPLICATE_ITEM_ID: { area: "verify", remedy: "Count integer item ids on over all packages of the list." },
  DUPLICATE_BLOB_REFERENCE: { area: "verify", remedy: "Give each file version a blob of its own." },
  SYSTEM_OBJECT_REDEFINED: { area: "verify", remedy: "Name an object either in SystemObjects or in the manifest." },
  ITEM_ID_TAKEN: { area: "verify", remedy: "Start item ids at the target's firstItemId; lower ones may be in use." },
  ITEM_WITHOUT_FILE: { area: "verify", remedy: "Make the item's DocId the id of a file or folder of the package." },
  FILE_WITHOUT_ITEM: { area: "verify", remedy: "Add the list item, or leave ListItemIntId out." },
  FILE_WITHOUT_CONTENT: { area: "verify", remedy: "Name the content's blob in FileValue." },
  LINK_MISMATCH: { area: "verify", remedy: "Make the item and its file or folder agree; the service can't join them." },
  CONTENT_TYPE_MISMATCH: { area: "verify", remedy: "Use 0x0120... for folders and other content types for files." },
  PARENT_UNKNOWN: { area: "verify", remedy: "Package the folder above, or name it as a folder of the target." },
  PARENT_AFTER_CHILD: { area: "verify", remedy: "Write folders before what is in them." },
  PARENT_NOT_REQUIRED: { area: "verify", remedy: "Let the package depend on the one that makes the folder." },
  DEPENDENCY_UNKNOWN: { area: "verify", remedy: "Build the package that is named, or correct packages.ndjson." },
  DEPENDENCY_CYCLE: { area: "verify", remedy: "Plan again; no order exists in which the packages can be submitted." },
  URL_FORM: { area: "verify", remedy: "Write the URL in the form of its place; a wrong slash doubles the path." },
  URL_MISMATCH: { area: "verify", remedy: "Make the URLs and names of one object agree, and with its folder's." },
  TARGET_MISMATCH: { area: "verify", remedy: "Use the ids and URLs of the target in the whole package." },
  SETTINGS_MISMATCH: { area: "verify", remedy: "Make ExportSettings.xml say what the package holds." },
  COUNT_MISMATCH: { area: "verify", remedy: "Build the package again; its record counts other things than it holds." },
  PACKAGE_OVER_LIMIT: { area: "verify", remedy: "Split the package: at most 250 items or 250 MB, or one file alone." },
  DATE_OUT_OF_RANGE: { area: "verify", remedy: "Use dates from 1900-01-01 to 9999-12-31." },
  DELETION_WITH_CONTENT: { area: "verify", remedy: "Leave the content out; a deletion has none." },

  // verify: fields, attachments, comments
  FIELD_VALUE: { area: "verify", remedy: "Write the value in the form of its Type; it would be stored as junk." },
  FIELD_DUPLICATE: { area: "verify", remedy: "Give each column one value." },
  TAXONOMY_NOTE_MISSING: {
    area: "verify",
    remedy: "Write the hidden note field of the managed metadata column too; the import doesn't make it.",
  },
  ATTACHMENT_IN_LIBRARY: {
    area: "verify",
    remedy: "Leave attachments of documents and folders out; only list items have any.",
  },
  ATTACHMENT_DUPLICATE: { area: "verify", remedy: "Give the attachments of an item names that differ." },
  COMMENT_INVALID: { area: "verify", remedy: "Write a comment's text as base64 of UTF-8, under an id of its own." },
  COMMENT_PARENT_UNKNOWN: { area: "verify", remedy: "Write the comment that is answered too, or ParentId 0." },

  // verify: versions, users, permissions
  VERSION_LABEL: { area: "verify", remedy: "Write versions as major.minor, the minor below 512." },
  VERSION_NESTED: { area: "verify", remedy: "Write no Versions inside a version." },
  VERSION_DUPLICATE: { area: "verify", remedy: "Give each version of a file its own label." },
  VERSION_ORDER: { area: "verify", remedy: "Write versions with the oldest first." },
  VERSION_CURRENT: { area: "verify", remedy: "End the versions with the current one, that of the outer element." },
  VERSION_LINK: { area: "verify", remedy: "Give all versions the parents and item id of the outer element." },
  USER_UNKNOWN: { area: "verify", remedy: "Add the user to UserGroup.xml; the import would credit another." },
  USER_DUPLICATE: { area: "verify", remedy: "Name each person once, under one id and one login." },
  USER_UNREFERENCED: { area: "verify", remedy: "Nothing; leave out whom nothing names, to spare look-ups." },
  SYSTEM_GROUP_IMPORTED: { area: "verify", remedy: "Leave the group out; SharePoint makes such groups itself." },
  ROLE_MISMATCH: { area: "verify", remedy: "Use the id and the mask that the standard role has in every site." },
  ROLE_UNKNOWN: { area: "verify", remedy: "Define the role in the package, or check that the target has it." },
  SCOPE_DUPLICATE: { area: "verify", remedy: "Give each unique object one scope with an id of its own." },
  SCOPE_OBJECT_UNKNOWN: { area: "verify", remedy: "Assign roles to objects of this package or of the target." },
  LIMITED_ACCESS_ASSIGNED: { area: "verify", remedy: "Drop the assignment; SharePoint adds Limited Access itself." },

  // verify: records and source
  OUTPUT_UNREADABLE: {
    area: "verify",
    remedy: "Give the output folder of a run, or a folder of packages, that the running user may read.",
  },
  RECORDS_INVALID: { area: "verify", remedy: "Correct the line of the record file, or build again." },
  RECORD_MISMATCH: {
    area: "verify",
    remedy: "Build again; items.ndjson tells of the item otherwise than its package.",
  },
  RECORD_MISSING: {
    area: "verify",
    remedy: "Build again; the package holds an item that items.ndjson doesn't tell of.",
  },
  SOURCE_UNRECORDED: { area: "verify", remedy: "Build again; the source has an entry that no outcome tells of." },
  SOURCE_ENTRY_GONE: { area: "verify", remedy: "Nothing, if it was deleted since; the package still holds it." },
  SOURCE_CONTENT_DIFFERS: {
    area: "verify",
    remedy: "Build again if the file was changed since and should be sent anew.",
  },

  // ledger: what lists were sent and have received
  LEDGER_IN_USE: { area: "usage", remedy: "Wait for the other process to end, or end it, then run again." },
  LEDGER_INVALID: {
    area: "usage",
    remedy: "Give the path of a ledger that primepack wrote; one that was damaged is restored from a copy.",
  },
  LEDGER_VERSION: { area: "usage", remedy: "Open the ledger with the release of primepack that wrote it." },
  LEDGER_MISSING: { area: "usage", remedy: "Give the path of the ledger that the packages were built with." },
  LEDGER_PACKAGE_UNKNOWN: {
    area: "usage",
    remedy: "Name packages of the run that the output folder holds, and the ledger that it was built with.",
  },
  LEDGER_FAILED: { area: "ledger", remedy: "See the cause; the ledger is as its last whole write left it." },
  LEDGER_CLOSED: { area: "ledger", remedy: "Open the ledger again, and close it when nothing uses it any more." },

  // journal: how far a run is
  JOURNAL_IN_USE: {
    area: "usage",
    remedy: "Wait for the other process to end, or end it; how far the run is can be read meanwhile.",
  },
  JOURNAL_INVALID: {
    area: "usage",
    remedy: "Give the folder of a run that primepack began; a journal that was damaged can't be gone on with.",
  },
  JOURNAL_VERSION: { area: "usage", remedy: "Go on with the release of primepack that began the run." },
  JOURNAL_MISSING: { area: "usage", remedy: "Give the folder of a run that was begun." },
  JOURNAL_FAILED: { area: "journal", remedy: "See the cause; the journal is as its last whole write left it." },
  JOURNAL_CLOSED: { area: "journal", remedy: "Open the journal again, and close it when nothing uses it any more." },

  // service: calls of SharePoint and Graph
  SERVICE_THROTTLED: {
    area: "service",
    remedy: "The service asks for less load and retries were used up; run again later, with fewer requests at once.",
  },
  SERVICE_UNREACHABLE: { area: "service", remedy: "Check the network, the proxy and the host name, then run again." },
  SERVICE_UNAUTHORIZED: {
    area: "service",
    remedy: "The service takes no token of this credential; check tenant, cloud, and that an app uses a certificate.",
  },
  SERVICE_FORBIDDEN: {
    area: "service",
    remedy:
      "Give the app or user the rights that the call needs: site collection administrator, full control of the site.",
  },
  SERVICE_REFUSED: {
    area: "service",
    remedy: "Correct what the service's message names; sent again, it is refused again.",
  },
  SERVICE_FAILED: { area: "service", remedy: "The service failed and retries were used up; run again later." },
  SERVICE_ANSWER_LOST: {
    area: "service",
    remedy: "Look for what the call would have made before it is sent again; the service may have acted on it.",
  },
  SERVICE_REPLY_INVALID: {
    area: "service",
    remedy: "Check that no proxy or login page answers in the service's place; see the cause.",
  },
  CREDENTIAL_FAILED: { area: "service", remedy: "Correct the credential, or grant what it asks for; see the cause." },
  JOB_NOT_FOUND: { area: "service", remedy: "Check the job's id and site; the service knows no such job." },
  JOB_STATUS_EXPIRED: {
    area: "service",
    remedy: "Read the logs in the job's containers; the service keeps a job's events for about four days.",
  },
  TARGET_NOT_FOUND: {
    area: "service",
    remedy: "Name a library of this very site by title, id or URL; one of a site below it needs that site's URL.",
  },
  TARGET_INCOMPLETE: {
    area: "service",
    remedy: "The service listed less of the library than it holds; run again when it is under less load.",
  },
  JOB_CONTAINERS_REFUSED: {
    area: "service",
    remedy: "Provision containers again and upload the package into them; the SAS has expired or lacks a right.",
  },

  // event: events and logs of jobs
  LOG_MISSING: {
    area: "event",
    remedy:
      "Look again a little later, as logs come after the end of a job; errors that events don't name stay unknown.",
  },
  LOG_UNREADABLE: {
    area: "event",
    remedy: "Give the key that the job was created with; errors that only the broken parts name stay unknown.",
  },
  QUEUE_FAILED: {
    area: "event",
    remedy: "Check that the queue exists and its SAS lasts; the events can be read by GetMigrationJobProgress too.",
  },
  QUEUE_MESSAGE_INVALID: {
    area: "event",
    remedy: "Give the key of the message's job; what no key opens was damaged, or isn't of a migration job.",
  },

  // tenant: cross-tenant moves and identity mappings
  CROSS_TENANT_REQUEST_INVALID: {
    area: "tenant",
    remedy: "Give the parameter that the service's message names; sent again as it is, it is refused again.",
  },
  CROSS_TENANT_ACCESS_DENIED: {
    area: "tenant",
    remedy:
      "Grant the application SharePointCrossTenantMigration.Manage.All (to read alone: SharePointCrossTenantMigration.Read.All), with an administrator's consent.",
  },
  CROSS_TENANT_PRECONDITION: {
    area: "tenant",
    remedy:
      "See the service's message: the target needs a cross-tenant relationship and an identity mapping of the user, the source user a OneDrive.",
  },
  CROSS_TENANT_RELATIONSHIP_MISSING: {
    area: "tenant",
    remedy: "Set up the cross-tenant relationship on both organizations, then try again.",
  },
  SOURCE_ONEDRIVE_MISSING: {
    area: "tenant",
    remedy: "Check the source user's UPN, and that their OneDrive was provisioned and not yet moved.",
  },
  IDENTITY_MAP_MISSING: {
    area: "tenant",
    remedy: "Map the source user on the target organization first: primepack tenant map users.",
  },
  ORGANIZATIONS_ON_ONE_FARM: {
    area: "tenant",
    remedy: "Ask Microsoft's support to resolve it: organizations in one SharePoint location can't be moved between.",
  },
  MIGRATION_TASK_NOT_FOUND: {
    area: "tenant",
    remedy:
      "Check the task's id or its source, and that the source organization is asked; how long tasks are kept is unknown.",
  },
  MIGRATION_TASK_IN_PROGRESS: {
    area: "tenant",
    remedy: "Wait for the task to end; only what has not started can be cancelled.",
  },
  MIGRATION_TASK_EXISTS: {
    area: "tenant",
    remedy: "Follow the task that the message names; a source that is under way or moved isn't moved again.",
  },
  MIGRATION_TASK_FAILED: {
    area: "tenant",
    remedy: "Mend what the service's message names, then move it by a fresh batch.",
  },
  MIGRATION_TASK_CANCELLED: {
    area: "tenant",
    remedy: "Somebody cancelled the task, or its latest start passed; move it by a fresh batch if it is still wanted.",
  },
  MIGRATION_TASK_LOST: {
    area: "tenant",
    remedy: "Look in the target whether the content is there; the service shows the task no more.",
  },
  MOVE_INVALID: { area: "usage", remedy: "Correct the line of the file of moves." },
  MOVE_DUPLICATE: { area: "usage", remedy: "Keep one line for each source and each target." },
  MAPPING_INVALID: { area: "usage", remedy: "Correct the line of the mapping file." },
  MAPPING_DUPLICATE: { area: "usage", remedy: "Keep one line for each source user or group." },
  MAPPING_REFUSED: {
    area: "tenant",
    remedy: "Correct the entry as the service's message says; the others were applied.",
  },
  MAPPING_UNANSWERED: {
    area: "tenant",
    remedy: "Look at the mapping in the target organization; the service's answer didn't tell of it.",
  },
  TABLE_INVALID: {
    area: "usage",
    remedy: "Write the file as UTF-8: NDJSON, or CSV whose first row names the columns.",
  },

  // run
  ABORTED: { area: "run", remedy: "The caller aborted the run; continue it with the same options." },
  RUN_IN_USE: { area: "run", remedy: "Wait for the other process that works on the run to end, or end it." },
  RUN_MISMATCH: { area: "run", remedy: "Resume the run with the target, service and forms that it was begun with." },
  RUN_CANCELLED: {
    area: "run",
    remedy: "Begin a fresh run; with the ledger it sends only what was not received.",
  },
  SAS_TOO_SHORT: {
    area: "run",
    remedy: "Let the SAS of containers last longer, or ask for fewer hours to be left when a package goes out.",
  },
  DEPENDENCY_NOT_IMPORTED: {
    area: "run",
    remedy: "See what became of the package that the message names; then send again by a fresh run with the ledger.",
  },
  SUBMISSION_UNKNOWN: {
    area: "run",
    remedy:
      "Look in the target whether the items are there; if not, resume the run and let it resubmit what is unknown.",
  },
  JOB_FAILED: {
    area: "run",
    remedy: "The whole job failed; see its message, and what of it is in the target.",
  },
  JOB_CANCELLED: {
    area: "run",
    remedy:
      "The job was cancelled on its way; what is not in the target goes out again by a fresh run with the ledger.",
  },
  JOB_DELETED: {
    area: "run",
    remedy: "Somebody deleted the job before it ran; a fresh run with the ledger sends its items again.",
  },
  JOB_LOST: {
    area: "run",
    remedy: "Nothing more is heard of the job; look in the target and in its logs what it did.",
  },
  IMPORT_UNPROVEN: {
    area: "run",
    remedy: "The job reports errors that name no item; look for the item in the target.",
  },
  IMPORT_FAILED: { area: "run", remedy: "See the job's logs in its manifest container." },
  READ_BACK_FAILED: {
    area: "run",
    remedy: "The finished package did not read back as written; build it again and report this.",
  },
  RUN_INVALID: {
    area: "usage",
    remedy: "Give the folder of a run that was begun with this release of primepack.",
  },
  REPORT_FAILED: {
    area: "run",
    remedy: "Give the folder of the run the space and the rights to write the report, then ask for it again.",
  },
  INTERNAL: { area: "run", remedy: "This is a defect of primepack; please report it with the cause." },
} as const;

/** A key of the registry {@link codes}. */
export type Code = keyof typeof registry;

/** Every code with its area and its remedy. */
export const codes: Readonly<Record<Code, CodeEntry>> = registry;
