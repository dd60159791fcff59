import type { TrafficDecoration } from "@primepack/core/http";
import { type FlagValues, required, usageError } from "./flags.ts";

/** Which service takes the jobs, and who asks. */
export const serviceFlags = {
  site: { type: "string" },
  "graph-container": { type: "string" },
  "graph-url": { type: "string" },
} as const;

/** Who asks: changes nothing of what is asked, so a resumed run may be given others. */
export const credentialFlags = {
  tenant: { type: "string" },
  "client-id": { type: "string" },
  certificate: { type: "string" },
  "token-file": { type: "string" },
  traffic: { type: "string" },
} as const;

/** A site collection by SharePoint REST, or a container of SharePoint Embedded by Graph. */
export type ServiceArguments =
  | { readonly kind: "sharepoint"; readonly siteUrl: string }
  | { readonly kind: "graph"; readonly containerId: string; readonly graphUrl?: string };

export interface CredentialArguments {
  readonly tenant?: string;
  readonly clientId?: string;
  /** PEM file with the certificate and its private key. */
  readonly certificate?: string;
  /** One line, a bearer token. */
  readonly tokenFile?: string;
  readonly traffic?: TrafficDecoration;
}

/** The values of {@link serviceFlags}. Throws INVALID_OPTION at the first fault. */
export function readServiceArguments(values: FlagValues<typeof serviceFlags>): ServiceArguments {
  const { site, "graph-container": containerId, "graph-url": graphUrl } = values;
  if (site !== undefined && containerId !== undefined) {
    throw usageError("Cannot use --graph-container as the site takes the jobs: both are given");
  }
  if (graphUrl !== undefined && containerId === undefined) {
    throw usageError("Cannot use --graph-url as it goes with --graph-container: current value of it is none");
  }
  if (containerId !== undefined) {
    return {
      kind: "graph",
      containerId: required("--graph-container", containerId),
      ...(graphUrl === undefined ? {} : { graphUrl: httpUrl("--graph-url", graphUrl) }),
    };
  }
  if (site === undefined) {
    throw usageError("Cannot reach a service as --site or --graph-container is needed: current value is none");
  }
  return { kind: "sharepoint", siteUrl: httpUrl("--site", site) };
}

/** The values of {@link credentialFlags}. Throws INVALID_OPTION at the first fault. */
export function readCredentialArguments(values: FlagValues<typeof credentialFlags>): CredentialArguments {
  const { tenant, "client-id": clientId, certificate, "token-file": tokenFile, traffic } = values;
  const app = { tenant, "client-id": clientId, certificate };
  const given = Object.entries(app).filter(([, value]) => value !== undefined);
  if (tokenFile !== undefined && given.length > 0) {
    throw usageError(`Cannot use --${given[0]?.[0]} as the token is ready: --token-file is given`);
  }
  return {
    ...(tenant === undefined ? {} : { tenant: required("--tenant", tenant) }),
    ...(clientId === undefined ? {} : { clientId: required("--client-id", clientId) }),
    ...(certificate === undefined ? {} : { certificate: required("--certificate", certificate) }),
    ...(tokenFile === undefined ? {} : { tokenFile: required("--token-file", tokenFile) }),
    ...(traffic === undefined ? {} : { traffic: readTraffic(traffic) }),
  };
}

/** `ISV|Contoso|Mover/1.0`, as "Avoid getting throttled or blocked in SharePoint Online" describes it. */
function readTraffic(text: string): TrafficDecoration {
  const [, kind, company, application, version] = /^(ISV|NONISV)\|([^|/]+)\|([^|/]+)\/([^|/\s]+)$/.exec(text) ?? [];
  if ((kind !== "ISV" && kind !== "NONISV") || !company || !application || !version) {
    throw usageError(
      `Cannot use --traffic as it is written ISV|Company|App/1.0 or NONISV|Company|App/1.0: current value is ${JSON.stringify(text)}`,
    );
  }
  return { kind, company, application, version };
}

/** An absolute URL without query, user, password and slash at its end. Throws INVALID_OPTION. */
export function httpUrl(flag: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isBare = url !== undefined && /^https?:$/.test(url.protocol) && url.search === "" && url.hash === "";
  // A password can stand without a user's name; arguments are kept in runs' folders.
  if (isBare && url.username === "" && url.password === "") return url.href.replace(/\/$/, "");
  throw usageError(
    `Cannot use ${flag} as it must be a URL without query, user and password: current value is another text`,
  );
}
