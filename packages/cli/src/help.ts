import {
  buildExitCodeMeanings,
  exitCodeMeanings,
  migrateExitCodeMeanings,
  verifyExitCodeMeanings,
} from "./exit-code.ts";
import { credentialHelp, listed } from "./help-parts.ts";
import { tenantTexts } from "./help-tenant.ts";

const general = `primepack migrates folders, files and list items into SharePoint by the Migration API

A migration
  primepack migrate SOURCE... --site URL --library NAME --out RUN [options]
  primepack migrate SOURCE... --graph-container ID --out RUN [options]
  primepack resume RUN [options]
  primepack status RUN [--json]
  primepack report RUN [options]
  primepack cancel RUN [options]
  primepack watch JOB... --site URL [options]
  primepack emulator [options]
  primepack live-check --site URL --library NAME --out DIR [options]

From one organization to another
  primepack tenant map users|groups FILE [options]
  primepack tenant move user|site|group SOURCE TARGET --target-host URL [options]
  primepack tenant move --batch FILE --out RUN [options]
  primepack tenant move resume|status|report|cancel RUN [options]

Packages
  primepack build SOURCE... --target FILE --out DIR [options]
  primepack build --inventory FILE --target FILE --out DIR [options]
  primepack build --blob-container URL --target FILE --out DIR [options]
  primepack convert EXPORT --target FILE --out DIR [options]
  primepack inspect PATH [options]
  primepack verify DIR [options]
  primepack ledger confirm DIR [PACKAGE...] --ledger DIR
  primepack ledger show --ledger DIR

  primepack COMMAND --help   the options of a command
  primepack --version

Exit status
${listed(exitCodeMeanings)}
`;

const pollHelp = `  --poll-running SECONDS between two looks at a running job (default 60)
  --poll-queued SECONDS  between two looks at a queued job (default 300)
  --poll-requests N      looks a minute, over all jobs (default 300)`;

const limitHelp = `Bounds and patience
  --jobs N               jobs at the service that have not ended (default 5000)
  --jobs-per-site N      the same, for the site (default 5)
  --packages-ahead N     packages that are uploaded and wait for their turn (default 10)
  --attempts N           times that an item is sent, the first included (default 3)
  --sas-hours N          a container's SAS must last so long when its job is created (default 12)
${pollHelp}
  --silence-hours N      hours without a sign after which a job counts as lost (default 24)`;

const inventorySource = `  --delimiter NAME       between the cells of CSV: comma (default), semicolon or tab
  --content-root DIR     folder of the contents (default: that of the inventory)
  --absolute-paths       take contents from anywhere on this machine
  --content-origin URL   take contents by URL from https://HOST (may be repeated)
  --blob-container URL   container of the contents that the inventory names by blob
  --sort                 bring the lines into order first
  --temp DIR             temporary files of --sort (default: the system's folder)`;

const blobSource = `  --blob-sas-file FILE   one line, a SAS query that may read and list
                         (or the variable PRIMEPACK_BLOB_SAS; never an argument)
  --blob-prefix PATH     take only what is below this folder of the container`;

const shape = `  --names POLICY         names that SharePoint refuses: rename (default), skip or fail
  --rename-with STYLE    hex (default: _xHHHH_) or underscore
  --max-items N          items per package, 1 to 250 (default 250)
  --max-megabytes N      plaintext of a package in 10^6 bytes, 1 to 250 (default 250)
  --workers N            threads that read, hash, encrypt and upload, 0 to 64
                         (default: processors less one, at least 1 and at most 8)
  --block-size MIB       5 to 100 (default 8); memory: block size x (uploads + ahead + workers)
  --uploads N            blocks sent at once, 1 to 256 (default 8)
  --ahead N              blocks sealed ahead of their upload, 0 to 256 (default 4)
  --author-name NAME     author of items whose source names none, with
  --author-login LOGIN   i:0#.f|membership|user@contoso.com (default: the System Account)
  --author-email EMAIL
  --user-map FILE        CSV: who the people of the source are in the target
  --unmapped WHICH       those whom it doesn't name: keep (default) their login, or default-author
  --source-type TYPE     FileShare (default), GoogleDrive, Box and so on, or Other with
  --detailed-source TEXT what the source is`;

const sourcesAndForms = `SOURCE: a folder or file, or a pattern that is expanded
  --include GLOB         take only files that match (may be repeated)
  --exclude GLOB         leave out what matches (may be repeated)
  --owners               the owner of each file or folder is its author
  --sidecar SUFFIX       files beside others, as in a.txt.meta.json with .meta.json, hold their metadata

--inventory FILE: NDJSON or CSV with one item a line; versions, people, permissions, columns, list items
${inventorySource}

--blob-container URL: https://ACCOUNT.blob.core.windows.net/CONTAINER
${blobSource}

Forms, where it is open which one a target takes best
  --two-versions HOW     files with exactly two versions: keep (default), repeat-first or current-only
  --version-ids WHICH    of older versions: same (default) as the file's, or distinct
  --no-outer-file-value  name the content of a file with older versions among its versions only
  --attachment-url FORM  web-relative (default) or server-relative
  --date-fields FORM     DateTime columns: iso (default) or us
  --user-fields FORM     User columns: native (default, 13;UserInfo) or hash (13;#;UserInfo)
  --roles WHICH          write (default) role definitions, or omit them
  --manifest-megabytes N manifests are split here, 1 to 250 (default 25)
  --archives             EXPERIMENTAL: small files travel in zips; needs encryption`;

const build = `primepack build SOURCE... --target FILE --out DIR [options]
primepack build --inventory FILE --target FILE --out DIR [options]
primepack build --blob-container URL --target FILE --out DIR [options]

Builds packages from folders and files, from what an inventory names, or from the blobs of an Azure container.

  --target FILE          the library: JSON, see below
  --out DIR              packages, records and key; empty, or with --continue that of an earlier run
  --key-file FILE        one line, 32 bytes in base64; default: DIR/key, made if it isn't there
  --no-encryption        plain blobs, for containers of your own
  --storage-file FILE    upload to Azure: a file with a connection string or account SAS URL
                         (or the variable PRIMEPACK_STORAGE; never an argument)
  --continue             go on with the run that DIR holds
  --dry-run              say what would become of every item; build nothing
  --ledger DIR           build only what the library has not received as it is; remember what is built
  --delete-missing       with --ledger: delete what an earlier run sent and the source no longer has
${shape}
  --json                 one JSON event a line
  --quiet                only the summary

${sourcesAndForms}

Ctrl+C finishes what is in flight and says how to go on; a second one ends the run at once.

Target: a JSON object with
  siteUrl        https://contoso.sharepoint.com/sites/archive
  webId          id of the web that holds the library or list
  webUrl         /sites/archive
  listId         id of the library
  listTitle      Documents
  listUrl        root folder of the library, relative to the web: Shared Documents
  rootFolderId   unique id of that folder
  baseTemplate   DocumentLibrary, GenericList and so on, or the number
  firstItemId    highest item id of the library plus one; 1 for an empty library

Exit status
${listed(buildExitCodeMeanings)}
`;

const convert = `primepack convert EXPORT --target FILE --out DIR [options]

Builds packages for another library or list from what SharePoint exported, or from packages. EXPORT is a folder
with the manifest files (at its root, or below the name of one job), a package's folder, or the output folder of a
build.

  --target FILE          the library or list, as for build
  --out DIR              packages, records and key, as for build
  --content DIR          contents of an export: a/b.docx for a file, a/b.docx.versions/1.0 for its older versions,
                         7_.000.attachments/NAME for attachments of an item; packages bring theirs along
  --export-key-file FILE key of the export (default: EXPORT/key, if it is there)
  --list NAME            title, id or server-relative URL of the list, where the export has several
  --job ID               the job whose files are meant, where the folder has those of several
  --ids WHICH            keep the GUIDs (default), or new: for a target in the same site collection
  --item-ids WHICH       new (default), or keep: for a list that is empty
  --versions WHICH       all (default) or current
  --temp DIR             temporary files, up to twice the size of the manifests (default: the system's folder)

The options of build are known too, but those of its sources; --source-type is SharePointOnline by default.

Exit status
${listed(buildExitCodeMeanings)}
`;

const inspect = `primepack inspect PATH [options]

Shows what packages or an export hold: folders with their counts, objects, people, permissions. PATH is as EXPORT of
convert.

  --key-file FILE        default: PATH/key
  --job ID               the job whose files are meant, where the folder has those of several
  --depth N              levels of folders, from the root of the server (default 8)
  --max-folders N        folders that are shown; the others are summed up (default 10000)
  --json                 one JSON object

Exit status
${listed(exitCodeMeanings)}
`;

const verify = `primepack verify DIR [options]

Looks at finished packages a second time: decrypts, hashes, and checks what the service would refuse.

  --key-file FILE        default: DIR/key
  --target FILE          compare ids and URLs with the library
  --source SOURCE        compare content with this folder or file (may be repeated), with the --include,
                         --exclude and --sidecar that the build was given
  --inventory FILE       compare content with that of an inventory, with the flags that the build was given
  --blob-container URL   compare content with that of a container, with the flags that the build was given
  --storage-file FILE    for packages in Azure: a file with a connection string or account SAS URL
                         (or the variable PRIMEPACK_STORAGE; never an argument)
  --json                 one JSON event a line
  --quiet                only the summary

Exit status
${listed(verifyExitCodeMeanings)}
`;

const ledger = `primepack ledger confirm DIR [PACKAGE...] --ledger DIR [--except-file FILE] [--json]
primepack ledger show --ledger DIR [--list ID] [--json]

confirm: the packages of the build in DIR (default: all) were imported. Later builds with the ledger leave out what
these hold, as long as it doesn't change; what is never confirmed is sent again.
show: what the ledger holds of each list, and how far the runs came.

  --ledger DIR           the ledger that the packages were built with
  --except-file FILE     GUIDs of items that the import failed for, one a line; they are sent again
  --list ID              only this list
  --json                 one JSON object a line

Exit status
${listed(exitCodeMeanings)}
`;

const migrate = `primepack migrate SOURCE... --site URL --library NAME --out RUN [options]
primepack migrate SOURCE... --graph-container ID --out RUN [options]
primepack migrate --inventory FILE ... | --blob-container URL ...

Migrates into a library: builds packages, uploads them, creates their jobs, watches these, and says of every item what
became of it. Items whose import failed for a reason that can pass are sent again.

  --site URL             the site that holds the library: https://contoso.sharepoint.com/sites/archive
  --library NAME         title, id or URL of the library or list
  --folder PATH          folder of the library that everything goes into; made if it isn't there
  --graph-container ID   a container of SharePoint Embedded instead, by Microsoft Graph
  --graph-url URL        root of Graph (default: https://graph.microsoft.com/v1.0)
  --out RUN              folder of the run: journal, records, report; empty or not there. It holds secrets
  --storage-file FILE    containers of your own instead of the service's: a file with a connection string
                         (or the variable PRIMEPACK_STORAGE; never an argument), or
  --storage-account URL  https://ACCOUNT.blob.core.windows.net, for the same application
  --no-queue             no queue of the run's own, which shows a job whose creation was cut off
  --ledger DIR           send only what the library has not received as it is; remember what it received
  --delete-missing       with --ledger: delete what an earlier run sent and the source no longer has
${shape}
  --json                 one JSON event a line
  --quiet                only the summary

${credentialHelp}

${limitHelp}

${sourcesAndForms}

Ctrl+C submits nothing more and says how to go on; a second one ends the run at once. Jobs that were created go on at
the service either way, and a resumed run reads how they ended.

Exit status
${listed(migrateExitCodeMeanings)}
`;

const resume = `primepack resume RUN [options]

Goes on with a migration that was interrupted or killed, with all that it began with. What was uploaded is not uploaded
again, and no package becomes a second job.

  --resubmit-unknown     send packages again of which nobody can tell whether they became jobs; what of them is in the
                         target already may then be there twice or fail
  --json                 one JSON event a line
  --quiet                only the summary

${credentialHelp}

${limitHelp}

What is given of these counts instead of what the run began with.

Exit status
${listed(migrateExitCodeMeanings)}
`;

const status = `primepack status RUN [--json]

Shows how far a run is, also while another process works on it.

Exit status
${listed(exitCodeMeanings)}
`;

const report = `primepack report RUN [--out DIR] [--json]

Writes the report of a run, also of one that goes on: report.html (opens from disk), items.csv, items.ndjson, jobs.csv
and summary.json. A run writes it by itself when it ends.

  --out DIR              folder of the report (default: RUN/report)
  --json                 one JSON object

Exit status
${listed(exitCodeMeanings)}
`;

const cancel = `primepack cancel RUN [options]

Deletes the jobs of a run that have not ended, waits for how they end, and ends the run for good. What was imported
stays.

  --json                 one JSON event a line
  --quiet                only the summary

${credentialHelp}

${limitHelp}

Exit status
${listed(migrateExitCodeMeanings)}
`;

const watch = `primepack watch JOB... --site URL [options]
primepack watch JOB... --graph-container ID [options]

Shows the events of jobs, whoever created them, until all are over. JOB is the id of a job.

  --site URL             the site that the jobs are for
  --graph-container ID   the container of SharePoint Embedded that they are for
  --graph-url URL        root of Graph (default: https://graph.microsoft.com/v1.0)
${pollHelp}
  --json                 one JSON object a line

${credentialHelp}

Exit status
${listed({ ...exitCodeMeanings, 1: "a job failed, was cancelled or had errors" })}
`;

const liveCheck = `primepack live-check --site URL --library NAME --out DIR [options]
primepack live-check --graph-container ID --out DIR [options]

Asks a real service what no document says: it tries the forms of calls, and makes small imports, some of them broken on
purpose, into folders "primepack live check <time> ..." at the root of the library, which stay there. docs/live-check.md
goes through it step by step. Use a library made for it.

  --site URL             the site that holds the library
  --library NAME         title, id or URL of the library
  --graph-container ID   a container of SharePoint Embedded instead, by Microsoft Graph
  --graph-url URL        root of Graph (default: https://graph.microsoft.com/v1.0)
  --out DIR              folder of live-check.md and live-check.json; they hold no secret
  --poll-running SECONDS between two looks at a running job (default 10)
  --poll-queued SECONDS  between two looks at a queued job (default 10)
  --json                 one JSON object a line

${credentialHelp}

Exit status
${listed({ ...exitCodeMeanings, 1: "trying a question failed" })}
`;

const emulator = `primepack emulator [options]

Runs a Migration API on this machine until Ctrl+C: an HTTP server in front of a storage account, for trying things out
and for tests. It needs the package @primepack/emulator, which is installed apart. docs/emulator.md says where it
differs from SharePoint.

  --directory DIR        imported files and state (default: a new temporary folder)
  --port N               on 127.0.0.1 (default: a free one)
  --site PATH            of the site collection (default: /sites/emulated)
  --library TITLE[=URL]  a library and its URL below the site (may be repeated; default: Documents=Shared Documents)
  --graph-container ID   a container of SharePoint Embedded (may be repeated; default: b!emulated)
  --concurrent-jobs N    jobs that run at once (default 2)
  --token-file FILE      one line, the only bearer token that is taken (default: any)
  --switch NAME=VALUE    what no document settles (may be repeated): badJobStatus, missingSnapshot, sideFiles,
                         manifestOrder, existingFiles, movedItems, deletedObjects, errorLimit, md5Error,
                         archiveEncryption, logLines, deleteRunning; of cross-tenant migration: taskLookup,
                         failedValidation, cancelEnded, taskStatusText, badMappingEntry, absentMapping, absentRemoval,
                         repeatedMapping, crossTenantWording
  --fault NAME=VALUE     faults on demand (may be repeated): throttle.every, throttle.retryAfterSeconds,
                         throttle.status, loseAnswer.every, loseAnswer.path, failProgress.every, postpone.times,
                         postpone.milliseconds, slowObjectMs, sasLifetimeMs, loseMessage.every, repeatMessage.every,
                         fatalAfter.objects, fatalAfter.jobs, alreadyExists.every, restartAfter.objects,
                         crossTenantError.every, crossTenantError.row, failMove.every, refuseMapping.every
  --json                 one JSON object a line

The two organizations of cross-tenant migration
  --no-relationship      the target knows none with the source
  --same-farm            both are on one farm
  --no-identity-map      moves of users need no identity mapping
  --permission NAME      of the caller: manage (default), read or none
  --user ID=UPN          a user whom moves may name by id (may be repeated; others get a UPN made of their id)
  --without-onedrive UPN a source user without a OneDrive (may be repeated)
  --move-ms N            milliseconds that a move runs (default 2000)
  --start-delay-ms N     milliseconds before it starts (default 500)

Exit status
${listed(exitCodeMeanings)}
`;

const texts: Readonly<Record<string, string>> = {
  "live-check": liveCheck,
  ...{ build, cancel, convert, emulator, inspect, ledger, migrate, report, resume, status, verify, watch },
  ...tenantTexts,
};

/** The help that the arguments ask for, if they do. Loads nothing of core, so that it is there at once. */
export function requestedHelp(argv: readonly string[]): string | undefined {
  const end = argv.indexOf("--");
  const flags = end === -1 ? argv : argv.slice(0, end);
  if (argv.length > 0 && argv[0] !== "help" && !flags.includes("--help") && !flags.includes("-h")) return undefined;
  const at = flags.findIndex((argument) => Object.hasOwn(texts, argument));
  if (at === -1) return general;
  const [command = "", part] = flags.slice(at);
  return texts[`${command} ${part}`] ?? texts[command] ?? general;
}
