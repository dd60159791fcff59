import { createHmac } from "node:crypto";

/** The account that signs. */
export interface SigningAccount {
  readonly accountName: string;
  /** Base64. */
  readonly accountKey: string;
}

/** When a SAS begins and ends; whole seconds. */
export interface SasTimes {
  readonly from: Date;
  readonly until: Date;
}

/** Version of the service that the SAS of provisioned containers names; it settles what is signed and in which order. */
const CONTAINER_VERSION = "2018-03-28";
/** As the service's queues name it. Azurite signs all queue SAS alike, whatever the version. */
const QUEUE_VERSION = "2014-02-14";

/** `?sv=...&sr=c&sig=...&st=...&se=...&sp=rw`, in the order in which the service writes it. */
export function containerSas(account: SigningAccount, container: string, permissions: string, times: SasTimes): string {
  const [from, until] = [seconds(times.from), seconds(times.until)];
  const resource = `/blob/${account.accountName}/${container}`;
  // After the version: the five response headers that a SAS can set.
  const signature = sign(account, [
    permissions,
    from,
    until,
    resource,
    "",
    "",
    "",
    CONTAINER_VERSION,
    "",
    "",
    "",
    "",
    "",
  ]);
  return query({ sv: CONTAINER_VERSION, sr: "c", sig: signature, st: from, se: until, sp: permissions });
}

/** `?sv=...&sig=...&st=...&se=...&sp=rap`. */
export function queueSas(account: SigningAccount, queue: string, permissions: string, times: SasTimes): string {
  const [from, until] = [seconds(times.from), seconds(times.until)];
  const resource = `/queue/${account.accountName}/${queue}`;
  const signature = sign(account, [permissions, from, until, resource, "", "", "", QUEUE_VERSION]);
  return query({ sv: QUEUE_VERSION, sig: signature, st: from, se: until, sp: permissions });
}

/** What a URI with a SAS says, unchecked. */
export interface SasUri {
  readonly url: URL;
  /** Scheme, host, port and path, without a slash at the end. */
  readonly resource: string;
  /** Last segment of the path. */
  readonly name: string;
  /** Letters of `sp`; empty if there is none. */
  readonly permissions: string;
  readonly from: Date | undefined;
  readonly until: Date | undefined;
}

/** Undefined: no absolute HTTP URI with a signature. */
export function parseSasUri(uri: string): SasUri | undefined {
  if (!URL.canParse(uri)) return undefined;
  const url = new URL(uri);
  if (!["http:", "https:"].includes(url.protocol) || !url.searchParams.has("sig")) return undefined;
  const path = url.pathname.replace(/\/+$/, "");
  const name = decoded(path.slice(path.lastIndexOf("/") + 1));
  if (name === undefined) return undefined;
  return {
    url,
    resource: `${url.origin}${path}`,
    name,
    permissions: url.searchParams.get("sp") ?? "",
    from: date(url.searchParams.get("st")),
    until: date(url.searchParams.get("se")),
  };
}

/** Whether the letters are exactly these, in whatever order. */
export function hasExactly(permissions: string, wanted: string): boolean {
  return [...permissions].sort().join("") === [...wanted].sort().join("");
}

function sign(account: SigningAccount, fields: readonly string[]): string {
  return createHmac("sha256", Buffer.from(account.accountKey, "base64"))
    .update(fields.join("\n"), "utf8")
    .digest("base64");
}

function query(parameters: Readonly<Record<string, string>>): string {
  return `?${Object.entries(parameters)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join("&")}`;
}

function seconds(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, "Z");
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function date(text: string | null): Date | undefined {
  if (text === null) return undefined;
  const parsed = new Date(text);
  return Number.isNaN(parsed.getTime()) ? undefined : parsed;
}
