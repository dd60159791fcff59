export type { Finding, Severity } from "./finding.ts";
export type {
  Comparison,
  PackageCounts,
  VerifyEvent,
  VerifyOptions,
  VerifyPackage,
  VerifyRun,
  VerifySummary,
} from "./types.ts";
export { verify } from "./verify.ts";
export { type VerifyDirectoryOptions, verifyDirectory } from "./verify-directory.ts";
