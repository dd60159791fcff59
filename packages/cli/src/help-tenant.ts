import { batchExitCodeMeanings, exitCodeMeanings, mapExitCodeMeanings } from "./exit-code.ts";
import { credentialHelp, listed } from "./help-parts.ts";

const tenant = `primepack tenant map users|groups FILE [options]
primepack tenant map show user UPN | group ID [options]
primepack tenant move user SOURCE TARGET --target-host URL [options]
primepack tenant move site URL URL --target-host URL [options]
primepack tenant move group ALIAS ALIAS --target-host URL [options]
primepack tenant move --batch FILE --out RUN [options]
primepack tenant move resume RUN [options]
primepack tenant move status RUN | --task ID | --user UPN | --site URL | --group ALIAS
primepack tenant move report RUN [options]
primepack tenant move cancel RUN | --task ID | --user UPN | --site URL | --group ALIAS

Moves a user's OneDrive, a site or a group's site to another organization by Microsoft Graph (beta): tasks, and the
identity mappings that they need. Moves are asked of the source organization. Mappings go to the target organization, as
far as can be told from the documents, which don't say; so the two commands take credentials of different organizations.

  primepack tenant map --help
  primepack tenant move --help

Exit status
${listed(exitCodeMeanings)}
`;

const graphHelp = "  --graph-url URL        root of Graph (default: https://graph.microsoft.com/beta)";

const tableHelp = `  --format NAME          csv or ndjson (default: csv for a name in .csv)
  --delimiter NAME       between the cells of CSV: comma (default), semicolon or tab`;

const map = `primepack tenant map users|groups FILE [options]
primepack tenant map show user UPN | group ID [--json]

Makes the identity mappings of an organization those of a file, with an outcome for each line. What was applied before
and didn't change isn't sent again. docs/cross-tenant.md names the columns.

users: a line for each user with sourceUserPrincipalName, and what is to be set of sourceOrganizationId, userType,
  targetUserPrincipalName, targetEmail
groups: a line for each group with sourceGroupObjectId, and what is to be set of sourceOrganizationId, groupType,
  targetGroupObjectId, targetMailNickname
Both: removed, with true in lines that take the mapping away
show: one mapping as the service has it

${tableHelp}
  --source-organization ID  Entra id of the source organization, for lines that name none
  --dry-run              say what would be sent; ask nobody and change nothing
  --remove-missing       remove mappings that were applied by this state and that the file lacks
  --resend               send all lines, also what was applied before as it is
  --skip-invalid         send the lines that can be used though others can't (default: nothing is sent then)
  --requests N           requests at once, each of at most 50 mappings, 1 to 64 (default 4)
  --state DIR            what was applied last, and how far it is (default: FILE.state); of one organization and kind
  --report DIR           folder of the report (default: report in the state's folder; none in a dry run)
${graphHelp}
  --json                 one JSON object a line
  --quiet                only the summary

${credentialHelp}

Whoever asks needs SharePointCrossTenantMigration.Manage.All; for show SharePointCrossTenantMigration.Read.All.

Ctrl+C sends nothing more and ends when all requests are answered; the same command goes on. A second one ends at once.

Exit status
${listed(mapExitCodeMeanings)}
`;

const lookupHelp = `  --task ID              one task, by its id, or by its source:
  --user UPN             a user's
  --site URL             a site's
  --group ALIAS          a group's (mail nickname); which of several tasks of one source the service shows is unknown`;

const move = `primepack tenant move user SOURCE TARGET --target-host URL [options]
primepack tenant move site URL URL --target-host URL [options]
primepack tenant move group ALIAS ALIAS --target-host URL [options]
primepack tenant move --batch FILE --out RUN [options]
primepack tenant move resume RUN [options]
primepack tenant move status RUN | --task ID | --user UPN | --site URL | --group ALIAS
primepack tenant move report RUN [--out DIR]
primepack tenant move cancel RUN | --task ID | --user UPN | --site URL | --group ALIAS

Moves one user's OneDrive (by UPNs, or by object ids), one site or one group's site, or all that a file names. All of it
is asked of the source organization.

Where to and when; for a batch: of lines that name none
  --target-host URL      a host of the target, as in https://contoso-my.sharepoint.com, or
  --target-organization ID  Entra id of the target, with
  --data-location CODE   the geo (default: the default geo)
  --start TIME           not before, as in 2027-01-31T06:00:00Z (default: as soon as possible)
  --latest-start TIME    the service cancels what hasn't started by then
  --validate-only        let the service check, and create nothing

One move
  --wait                 watch the task until it has ended (also with status)

A batch: each move is validated, then created once, and watched until all have ended
  --batch FILE           a line for each move with kind (user, site, group), source, target, and where to and when;
                         docs/cross-tenant.md names the columns
${tableHelp}
  --out RUN              folder of the run: journal and report; empty or not there, or that of a batch that has created
                         nothing (with report: folder of the report, default RUN/report)
  --skip-invalid         create the moves that are valid though others aren't (default: none is created then)
  --no-validation        let the service check no move before it is created
  --create               with resume: create what was begun with --validate-only
  --resubmit-unknown     create moves again of which nobody can tell whether they became tasks
  --tasks N              tasks that haven't ended, at once (default 4000)
  --requests N           validations and creations at once, 1 to 64 (default 4)
  --search-looks N       looks for a task whose creation was not answered, until it is unknown (default 3)
  --search-seconds N     between two of these (default 30)

Looking and ending
${lookupHelp}
  --wait                 with cancel RUN: watch tasks that have started, which nothing stops, to their end
  --poll-running SECONDS between two looks at a task under way (default 60)
  --poll-queued SECONDS  between two looks at a task that hasn't started (default 300)
  --poll-requests N      looks a minute, over all tasks (default 300)

${graphHelp}
  --json                 one JSON object a line
  --quiet                only the summary; of batches

${credentialHelp}

Whoever asks needs SharePointCrossTenantMigration.Manage.All; to look at tasks SharePointCrossTenantMigration.Read.All.

Ctrl+C creates nothing more and says how to go on; tasks go on at the service. A second one ends at once.

Exit status
${listed(batchExitCodeMeanings)}
`;

/** By the words of the command. */
export const tenantTexts: Readonly<Record<string, string>> = { tenant, "tenant map": map, "tenant move": move };
