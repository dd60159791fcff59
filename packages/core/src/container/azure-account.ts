import { PrimepackError, Secret } from "../errors/index.ts";
import { isSas } from "./sas-uri.ts";

/** A storage account and what opens it: its key, or a SAS over the whole account. */
export type AzureAccount = {
  /** URL of the blob service, without a slash at the end and without a query. */
  readonly url: string;
} & (
  | { readonly sas: Secret; readonly name?: never; readonly key?: never }
  | { readonly name: string; readonly key: Secret; readonly sas?: never }
);

/** "Use the Azurite emulator": the account that `UseDevelopmentStorage=true` stands for. Public by documentation. */
const DEVELOPMENT_STORAGE =
  "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;" +
  "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/**
 * Reads a connection string ("Configure Azure Storage connection strings") or the URL of a blob service with an
 * account SAS.
 *
 * @throws INVALID_OPTION; nothing of the value is in its message
 */
export function parseAzureAccount(storage: Secret): AzureAccount {
  const text = storage.reveal().trim();
  return /^https?:\/\//i.test(text) ? parseSasUrl(text) : parseConnectionString(text);
}

function parseSasUrl(text: string): AzureAccount {
  const at = text.indexOf("?");
  const sas = at < 0 ? "" : text.slice(at + 1);
  if (!URL.canParse(text) || !isSas(sas)) throw invalid("a storage URL must carry a SAS", "a URL without signature");
  return { url: serviceUrl(text), sas: new Secret(sas) };
}

function parseConnectionString(text: string): AzureAccount {
  const fields = fieldsOf(text);
  if (fields.get("usedevelopmentstorage")?.toLowerCase() === "true") return parseConnectionString(DEVELOPMENT_STORAGE);
  const name = fields.get("accountname");
  const key = fields.get("accountkey");
  const url = fields.get("blobendpoint") ?? defaultEndpoint(fields, name);
  if (url === undefined || !URL.canParse(url) || !/^https?:/i.test(url)) {
    throw invalid("a connection string must name AccountName or BlobEndpoint", names(fields));
  }
  const sas = fields.get("sharedaccesssignature")?.replace(/^\?/, "");
  if (sas !== undefined) {
    if (!isSas(sas)) throw invalid("SharedAccessSignature must have a signature", "one without sig=");
    return { url: serviceUrl(url), sas: new Secret(sas) };
  }
  if (name === undefined || key === undefined) {
    throw invalid("a connection string must have AccountName and AccountKey, or SharedAccessSignature", names(fields));
  }
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(key)) throw invalid("AccountKey must be base64", "another text");
  return { url: serviceUrl(url), name, key: new Secret(key) };
}

/** By their names in lower case. */
function fieldsOf(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const part of text.split(";")) {
    const at = part.indexOf("=");
    if (at > 0) fields.set(part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim());
  }
  return fields;
}

function defaultEndpoint(fields: ReadonlyMap<string, string>, name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const protocol = fields.get("defaultendpointsprotocol") ?? "https";
  return `${protocol}://${name}.blob.${fields.get("endpointsuffix") ?? "core.windows.net"}`;
}

function serviceUrl(text: string): string {
  const { origin, pathname } = new URL(text);
  return origin + pathname.replace(/\/+$/, "");
}

const KNOWN_FIELDS = new Set([
  ...["accountname", "accountkey", "sharedaccesssignature", "blobendpoint", "defaultendpointsprotocol"],
  ...["endpointsuffix", "queueendpoint", "tableendpoint", "fileendpoint", "usedevelopmentstorage"],
]);

/** Only names that are known: a text that is no connection string may be a secret all over. */
function names(fields: ReadonlyMap<string, string>): string {
  const known = [...fields.keys()].filter((name) => KNOWN_FIELDS.has(name));
  return known.length === 0 ? "none of its fields" : known.join(", ");
}

function invalid(constraint: string, value: string): PrimepackError {
  return new PrimepackError("INVALID_OPTION", `Cannot use the storage as ${constraint}: current value is ${value}`);
}
