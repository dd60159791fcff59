import { PrimepackError } from "../errors/index.ts";

/** UTF-16 units of a blob name. Azure: "Naming and referencing containers, blobs, and metadata". */
export const BLOB_NAME_MAX_LENGTH = 1024;

/**
 * Refuses a name that some store would take for another one, or for a place outside of the container.
 *
 * A name is one or more segments with `/` between them. Segments are not empty and do not end with a dot (so none is `.`
 * or `..`; Azure and Windows both drop such dots); there are no backslashes, control characters and lone surrogates.
 *
 * @throws BLOB_NAME_INVALID
 */
export function checkBlobName(name: string): void {
  const fault = faultOf(name);
  if (fault === undefined) return;
  const value = JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}...` : name);
  throw new PrimepackError("BLOB_NAME_INVALID", `Cannot use a blob name as ${fault}: current value is ${value}`);
}

/** Blob names are checked for each request, and nearly all are as plain as this. */
const PLAIN = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const FORBIDDEN = /[\\\u0000-\u001f\u007f]/;
const LONE_SURROGATE = /\p{Surrogate}/u;

function faultOf(name: string): string | undefined {
  if (name.length > BLOB_NAME_MAX_LENGTH) return `it must have at most ${BLOB_NAME_MAX_LENGTH} characters`;
  if (PLAIN.test(name) && !name.endsWith(".")) return undefined;
  if (FORBIDDEN.test(name)) return "it must not hold backslashes and control characters";
  if (LONE_SURROGATE.test(name)) return "it must not hold lone surrogates";
  for (const segment of name.split("/")) {
    if (segment === "") return "its segments must not be empty";
    if (segment.endsWith(".")) return "its segments must not end with a dot";
  }
  return undefined;
}

/** The name as a path of a URL: each segment percent-encoded, `/` kept. */
export function encodeBlobName(name: string): string {
  return PLAIN.test(name) ? name : name.split("/").map(encodeURIComponent).join("/");
}
