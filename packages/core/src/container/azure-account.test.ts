import { describe, expect, it } from "vitest";
import { Secret } from "../errors/index.ts";
import { parseAzureAccount } from "./azure-account.ts";

const key = "c2VjcmV0LWtleS1vZi1hbi1hY2NvdW50";
const sas = "sv=2024-11-04&ss=b&srt=co&sp=rwdlc&se=2026-01-01T00%3A00%3A00Z&sig=c2Vjc%2BmV0%3D";

function parsed(text: string) {
  const { url, name, key: accountKey, sas: query } = parseAzureAccount(new Secret(text));
  return { url, name, key: accountKey?.reveal(), sas: query?.reveal() };
}

describe("parseAzureAccount()", () => {
  it("reads the portal's connection string", () => {
    const text = `DefaultEndpointsProtocol=https;AccountName=contoso;AccountKey=${key}==;EndpointSuffix=core.windows.net`;
    expect(parsed(`  ${text}\n`)).toEqual({
      url: "https://contoso.blob.core.windows.net",
      name: "contoso",
      key: `${key}==`,
      sas: undefined,
    });
  });

  it("takes the endpoint that is named, and government clouds' suffix", () => {
    expect(parsed(`AccountName=a;AccountKey=${key};BlobEndpoint=http://127.0.0.1:10000/a/;`).url).toBe(
      "http://127.0.0.1:10000/a",
    );
    expect(parsed(`AccountName=a;AccountKey=${key};EndpointSuffix=core.usgovcloudapi.net`).url).toBe(
      "https://a.blob.core.usgovcloudapi.net",
    );
  });

  it.each([
    `BlobEndpoint=https://a.example/;SharedAccessSignature=${sas}`,
    `https://a.example?${sas}`,
    `https://a.example/?${sas}`,
  ])("keeps an account SAS as it is: %#", (text) => {
    expect(parsed(text)).toEqual({ url: "https://a.example", name: undefined, key: undefined, sas });
  });

  it("knows development storage", () => {
    expect(parsed("UseDevelopmentStorage=true")).toMatchObject({ url: "http://127.0.0.1:10000/devstoreaccount1" });
  });

  it.each([
    "",
    "secret",
    "https://a.example",
    "https://a.example?sv=secret",
    "AccountName=a",
    "AccountName=a;AccountKey=not base64: secret",
    `AccountKey=${key}`,
    "BlobEndpoint=secret;SharedAccessSignature=sig=secret",
    "BlobEndpoint=https://a.example;SharedAccessSignature=secret",
    `secret=${key};AccountName=a`,
  ])("refuses %j with INVALID_OPTION, and repeats nothing of it", (text) => {
    const parse = () => parseAzureAccount(new Secret(text));
    expect(parse).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    expect(parse).not.toThrow(/secret|c2VjcmV0/);
  });
});
