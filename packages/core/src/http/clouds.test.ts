import { describe, expect, it } from "vitest";
import { CLOUDS, cloudOf, graphBaseUrl, scopesOf } from "./clouds.ts";

describe("cloudOf()", () => {
  it.each([
    ["https://contoso.sharepoint.com/sites/archive", "global"],
    ["https://contoso-my.sharepoint.com/personal/ann", "global"],
    ["https://contoso.sharepoint.us/sites/archive", "usGovernment"],
    ["https://contoso.sharepoint-mil.us", "usGovernmentDoD"],
    ["https://contoso.sharepoint.cn", "china"],
    ["https://graph.microsoft.us/v1.0", "usGovernment"],
    ["https://dod-graph.microsoft.us", "usGovernmentDoD"],
    ["https://microsoftgraph.chinacloudapi.cn/v1.0", "china"],
    ["http://127.0.0.1:8080/sites/emulated", "global"],
    ["https://evilsharepoint.us.example", "global"],
  ])("knows %s as of %s", (url, name) => {
    expect(cloudOf(url).name).toBe(name);
  });

  it("has a Graph and a login host of its own for each cloud, over TLS", () => {
    for (const cloud of CLOUDS) {
      expect(cloud.graphUrl).toMatch(/^https:\/\/[a-z.-]+$/);
      expect(cloud.authorityHost).toMatch(/^https:\/\/login\.[a-z.]+$/);
    }
  });
});

describe("scopesOf()", () => {
  it("asks for what the app was granted at the host", () => {
    expect(scopesOf("https://contoso.sharepoint.us/sites/archive")).toEqual(["https://contoso.sharepoint.us/.default"]);
    expect(scopesOf("https://graph.microsoft.com/v1.0")).toEqual(["https://graph.microsoft.com/.default"]);
  });
});

describe("graphBaseUrl()", () => {
  it.each([
    ["v1.0", undefined, "https://graph.microsoft.com/v1.0"],
    ["beta", "https://graph.microsoft.us/", "https://graph.microsoft.us/beta"],
    ["beta", "http://127.0.0.1:8080/other/v2", "http://127.0.0.1:8080/other/v2"],
    ["v1.0", "no URL", "no URL"],
  ] as const)("adds %s to a root without a path: %j", (version, graphUrl, expected) => {
    expect(graphBaseUrl(version, graphUrl)).toBe(expected);
  });
});
