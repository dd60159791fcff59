import { type Code, errnoOf, PrimepackError, type PrimepackErrorOptions } from "../errors/index.ts";

/** The code that a failed file call is reported under, where it means the same for reading and writing. */
const codeByErrno: Readonly<Record<string, Code>> = {
  ENOSPC: "DISK_FULL",
  EDQUOT: "DISK_FULL",
  EMFILE: "CONTAINER_BUSY",
  ENFILE: "CONTAINER_BUSY",
  ENOTDIR: "BLOB_NAME_INVALID",
  EISDIR: "BLOB_NAME_INVALID",
  ENAMETOOLONG: "BLOB_NAME_INVALID",
};

const noRight = new Set(["EACCES", "EPERM", "EROFS"]);

export function writeError(reason: unknown, doing: string): PrimepackError {
  return fileError(reason, doing, { missing: "CONTAINER_NOT_FOUND", noRight: "OUTPUT_UNWRITABLE" });
}

export function readError(reason: unknown, doing: string): PrimepackError {
  return fileError(
    reason,
    doing,
    { missing: "BLOB_NOT_FOUND", noRight: "CONTAINER_FORBIDDEN" },
    "Give the running user the right to read the package's folder.",
  );
}

function fileError(
  reason: unknown,
  doing: string,
  codes: { readonly missing: Code; readonly noRight: Code },
  noRightHint?: string,
): PrimepackError {
  if (reason instanceof PrimepackError) return reason;
  const errno = errnoOf(reason) ?? "";
  const options: PrimepackErrorOptions = { cause: reason };
  const message = `Cannot ${doing} as the file system refused: current value is ${errno || String(reason)}`;
  if (errno === "ENOENT") return new PrimepackError(codes.missing, message, options);
  if (!noRight.has(errno)) return new PrimepackError(codeByErrno[errno] ?? "CONTAINER_REFUSED", message, options);
  return new PrimepackError(
    codes.noRight,
    message,
    noRightHint === undefined ? options : { ...options, hint: noRightHint },
  );
}
