import { PrimepackError, Secret } from "../errors/index.ts";

/** A container's URI, taken apart at its question mark. */
export interface SasUri {
  /** Without query, default port and slash at the end. */
  readonly url: string;
  /** The query without the question mark, byte for byte as it was given: its signature covers its writing. */
  readonly sas: Secret;
}

/**
 * Takes the URI of one container with its SAS apart, without decoding it.
 *
 * @throws INVALID_OPTION; nothing of the value is in its message
 */
export function parseSasUri(uri: Secret): SasUri {
  const text = uri.reveal().trim();
  const at = text.indexOf("?");
  const query = at < 0 ? "" : text.slice(at + 1);
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) throw invalid("an address of http or https", "another text");
  if (!isSas(query)) throw invalid("a query with a signature", "an address without one");
  const { origin, pathname, hash } = new URL(text.slice(0, at));
  const path = pathname.replace(/\/+$/, "");
  if (path === "" || hash !== "") throw invalid("the name of a container", "an address without one");
  return { url: origin + path, sas: new Secret(query) };
}

/** Whether a query is one that opens something. */
export function isSas(query: string): boolean {
  return /(?:^|&)sig=./.test(query);
}

/** Whether a SAS lets its holder list the blobs: true where only the service knows, as of a stored access policy. */
export function mayList(sas: Secret): boolean {
  const rights = new URLSearchParams(sas.reveal()).get("sp");
  return rights === null || rights.includes("l");
}

function invalid(has: string, value: string): PrimepackError {
  return new PrimepackError(
    "INVALID_OPTION",
    `Cannot open the container as its URI has to have ${has}: current value is ${value}`,
  );
}
