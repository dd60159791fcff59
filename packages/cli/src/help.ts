import { buildExitCodeMeanings, exitCodeMeanings, verifyExitCodeMeanings } from "./exit-code.ts";

const listed = (meanings: typeof exitCodeMeanings): string =>
  Object.entries(meanings)
    .map(([code, meaning]) => `  ${code.padEnd(5)}${meaning}`)
    .join("\n");

const general = `primepack builds, converts, inspects and verifies SharePoint Migration API packages

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
  --names POLICY         names that SharePoint refuses: rename (default), skip or fail
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
  --detailed-source TEXT what the source is
  --json                 one JSON event a line
  --quiet                only the summary

SOURCE: a folder or file, or a pattern that is expanded
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
  --archives             EXPERIMENTAL: small files travel in zips; needs encryption

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

const texts: Readonly<Record<string, string>> = { build, convert, inspect, ledger, verify };

/** The help that the arguments ask for, if they do. Loads nothing of core, so that it is there at once. */
export function requestedHelp(argv: readonly string[]): string | undefined {
  const end = argv.indexOf("--");
  const flags = end === -1 ? argv : argv.slice(0, end);
  if (argv.length > 0 && argv[0] !== "help" && !flags.includes("--help") && !flags.includes("-h")) return undefined;
  const command = flags.find((argument) => Object.hasOwn(texts, argument));
  return (command === undefined ? undefined : texts[command]) ?? general;
}
