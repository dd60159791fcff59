import { PrimepackError, Secret, type SecretWire } from "../errors/index.ts";
import type { NetworkOptions } from "../model/index.ts";

/** {@link NetworkOptions} in a form that survives a structured clone; as secret as what it holds. */
export interface NetworkWire {
  readonly proxy?: SecretWire;
  readonly noProxy?: readonly string[];
  readonly ca?: readonly string[];
}

export function networkToWire({ proxy, noProxy, ca }: NetworkOptions): NetworkWire {
  return {
    ...(proxy === undefined ? {} : { proxy: { secret: reveal(proxy) } }),
    ...(noProxy === undefined ? {} : { noProxy: [...noProxy] }),
    ...(ca === undefined ? {} : { ca: [...ca] }),
  };
}

export function networkFromWire({ proxy, noProxy, ca }: NetworkWire): NetworkOptions {
  return {
    ...(proxy === undefined ? {} : { proxy: Secret.fromWire(proxy) }),
    ...(noProxy === undefined ? {} : { noProxy }),
    ...(ca === undefined ? {} : { ca }),
  };
}

/**
 * The proxy for requests to `origin`; undefined to reach it directly.
 *
 * @throws INVALID_OPTION if the proxy is no URL of an HTTP proxy
 */
export function proxyFor(origin: URL, { proxy, noProxy = [] }: NetworkOptions): URL | undefined {
  if (proxy === undefined || noProxy.some((entry) => matches(origin, entry.trim()))) return undefined;
  const text = reveal(proxy);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  throw new PrimepackError(
    "INVALID_OPTION",
    `Cannot use the proxy as it must be a URL with http: or https:: current value is ${url?.protocol ?? "no URL"}`,
  );
}

function reveal(proxy: string | Secret): string {
  return typeof proxy === "string" ? proxy : proxy.reveal();
}

function matches(origin: URL, entry: string): boolean {
  if (entry === "") return false;
  if (entry === "*") return true;
  const host = origin.hostname.toLowerCase();
  // An IPv6 address without brackets ends like one with a port.
  if (host === `[${entry.toLowerCase()}]`) return true;
  const [, pattern = "", port] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
  if (port !== undefined && port !== (origin.port || (origin.protocol === "https:" ? "443" : "80"))) return false;
  const domain = pattern.replace(/^\*?\./, "");
  if (domain !== pattern) return host === domain || host.endsWith(`.${domain}`);
  return host === pattern;
}
