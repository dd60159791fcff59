/** One of Microsoft's clouds, whose services trust only tokens of its own login host. */
export interface Cloud {
  readonly name: "global" | "usGovernment" | "usGovernmentDoD" | "china";
  /** Root of Microsoft Graph, without version. */
  readonly graphUrl: string;
  /** Where tokens come from: `authorityHost` of `@azure/identity`. */
  readonly authorityHost: string;
  /** What the hosts of its SharePoint sites end with. */
  readonly sharePointSuffix: string;
}

/** "National cloud deployments" of Microsoft Graph; the first is the default. */
export const CLOUDS: readonly [Cloud, ...Cloud[]] = [
  {
    name: "global",
    graphUrl: "https://graph.microsoft.com",
    authorityHost: "https://login.microsoftonline.com",
    sharePointSuffix: ".sharepoint.com",
  },
  {
    name: "usGovernment",
    graphUrl: "https://graph.microsoft.us",
    authorityHost: "https://login.microsoftonline.us",
    sharePointSuffix: ".sharepoint.us",
  },
  {
    name: "usGovernmentDoD",
    graphUrl: "https://dod-graph.microsoft.us",
    authorityHost: "https://login.microsoftonline.us",
    sharePointSuffix: ".sharepoint-mil.us",
  },
  {
    name: "china",
    graphUrl: "https://microsoftgraph.chinacloudapi.cn",
    authorityHost: "https://login.chinacloudapi.cn",
    sharePointSuffix: ".sharepoint.cn",
  },
];

/** The cloud of a site's or Graph's URL; the global one for hosts of none (own domains, loopback). */
export function cloudOf(url: string): Cloud {
  const { hostname, origin } = new URL(url);
  return (
    CLOUDS.find(({ graphUrl, sharePointSuffix }) => origin === graphUrl || hostname.endsWith(sharePointSuffix)) ??
    CLOUDS[0]
  );
}

/**
 * The scopes of tokens for the service at this URL, a SharePoint site or a root of Graph: all that the app was granted
 * there, `https://<host>/.default`.
 */
export function scopesOf(url: string): readonly string[] {
  return [`${new URL(url).origin}/.default`];
}

/** A root of Graph with its version: as it was given if it has a path, else with this one. Default: the global cloud's. */
export function graphBaseUrl(version: "v1.0" | "beta", graphUrl: string = CLOUDS[0].graphUrl): string {
  return URL.canParse(graphUrl) && new URL(graphUrl).pathname === "/" ? new URL(version, graphUrl).href : graphUrl;
}
