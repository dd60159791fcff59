import { type Code, describe, errnoOf, PrimepackError } from "../errors/index.ts";

const codeOfErrno: Readonly<Record<string, Code>> = {
  ENOENT: "SOURCE_GONE",
  // A folder of the path has become a file since it was listed; ESTALE is how NFS says that a file is gone.
  ENOTDIR: "SOURCE_GONE",
  ESTALE: "SOURCE_GONE",
  EACCES: "SOURCE_UNREADABLE",
  EPERM: "SOURCE_UNREADABLE",
  // What O_NOFOLLOW answers for a link: Linux and macOS say ELOOP, FreeBSD EMLINK.
  ELOOP: "SOURCE_SYMLINK",
  EMLINK: "SOURCE_SYMLINK",
  // A socket, or a device without a driver.
  ENXIO: "SOURCE_SPECIAL",
  ENODEV: "SOURCE_SPECIAL",
  EOPNOTSUPP: "SOURCE_SPECIAL",
  ENAMETOOLONG: "SOURCE_PATH_TOO_LONG",
  // A non-blocking open of a file for which another process holds a write lease (Samba's oplocks).
  EAGAIN: "SOURCE_CHANGED",
};

/** The error of a file system call as a PrimepackError of area `source`; what has no code of its own is SOURCE_UNREADABLE. */
export function sourceError(reason: unknown, doing: string, path: string): PrimepackError {
  if (reason instanceof PrimepackError) return reason;
  const errno = errnoOf(reason) ?? "";
  return new PrimepackError(
    codeOfErrno[errno] ?? "SOURCE_UNREADABLE",
    `Cannot ${doing} as the operating system answers ${errno || describe(reason)}: current value is ${JSON.stringify(path)}`,
    { cause: reason },
  );
}
