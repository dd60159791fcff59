import { MIGRATION_ERROR_CODES } from "@primepack/core/wire";

/** How sure a rule is: seen or documented, or guessed from the wording. */
type Evidence = "known" | "guessed";

interface Rule {
  /** The service's code, or what its message says. */
  readonly when: string | RegExp;
  /** Whether sending the same again may go well. */
  readonly passes: boolean;
  readonly evidence: Evidence;
}

/**
 * What the service reports, and whether it can pass; the first rule that fits counts. docs/migration.md shows the table.
 */
const RETRY_RULES: readonly Rule[] = [
  // What stands in the way stays there: the same again fails again, and takes the job with it (lesson 36).
  { when: MIGRATION_ERROR_CODES.fileExists, passes: false, evidence: "known" },
  { when: /already exists/i, passes: false, evidence: "known" },
  { when: MIGRATION_ERROR_CODES.accessDenied, passes: false, evidence: "known" },
  // A job that the service cancelled for the whole tenant (API page, reason codes).
  { when: /TenantBlock/i, passes: false, evidence: "known" },
  // What the service makes of too many imports at once, and of too many errors in one.
  { when: MIGRATION_ERROR_CODES.operationCanceled, passes: true, evidence: "known" },
  { when: /operation cancell?ed/i, passes: true, evidence: "known" },
  { when: MIGRATION_ERROR_CODES.objectCeasedToExist, passes: true, evidence: "known" },
  // The package: it is written the same way again.
  { when: /attribute is not declared|schema|XmlSchemaValidation/i, passes: false, evidence: "known" },
  { when: /source type is not specified/i, passes: false, evidence: "known" },
  { when: /Missing MD5 property|Missing file info/i, passes: false, evidence: "known" },
  // What was stored: it is encrypted and stored anew.
  {
    when: /encryption IV does not match|MD5.*(match|differ)|checksum.*(match|differ)/i,
    passes: true,
    evidence: "guessed",
  },
  {
    when: /AuthenticationFailed|failed to authenticate|signature.*(expired|not valid)|SAS.*expired|expired.*SAS/i,
    passes: true,
    evidence: "guessed",
  },
  {
    when: /BlobNotFound|ContainerNotFound|specified (blob|container|resource) does not exist/i,
    passes: true,
    evidence: "guessed",
  },
  // Rights and room.
  { when: /access (is )?denied|unauthorized/i, passes: false, evidence: "guessed" },
  { when: /quota|out of space|maximum size|exceeds|too long|invalid characters/i, passes: false, evidence: "guessed" },
  { when: /failed to ensure user/i, passes: false, evidence: "known" },
  // The service was busy.
  {
    when: /throttl|too many requests|server ?(is )?busy|try again|temporar|time(d)? ?out|deadlock|OperationTimedOut/i,
    passes: true,
    evidence: "guessed",
  },
];

/** What an item, or a job as a whole, failed with. */
export interface ReportedProblem {
  readonly errorCode: string;
  readonly message: string;
}

/** Whether sending the same again may go well; undefined where no rule fits. */
export function canPass({ errorCode, message }: ReportedProblem): boolean | undefined {
  return RETRY_RULES.find(({ when }) => (typeof when === "string" ? when === errorCode : when.test(message)))?.passes;
}

/** Codes of items that failed while their package was built, and that may be read well a moment later. */
const passingSourceCodes: ReadonlySet<string> = new Set(["SOURCE_CHANGED", "SOURCE_UNREACHABLE"]);

export function canPassAtSource(code: string): boolean {
  return passingSourceCodes.has(code);
}

/** Whether a name in the target was taken already, by the item itself perhaps. */
export function isNameTaken({ errorCode, message }: ReportedProblem): boolean {
  return errorCode === MIGRATION_ERROR_CODES.fileExists || /already exists/i.test(message);
}
