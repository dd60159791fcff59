import { describe, expect, it } from "vitest";
import { type PrimepackError, Secret } from "../errors/index.ts";
import { mayList, parseSasUri } from "./sas-uri.ts";

const query = "sv=2018-03-28&sr=c&sig=a%2Fb+c%3d&st=2026-01-01T10%3A20:00Z&se=2026-02-01T00:00:00Z&sp=rw";

describe("parseSasUri()", () => {
  it.each([
    ["https://account.blob.core.windows.net/c0ffee", "https://account.blob.core.windows.net/c0ffee"],
    ["https://account.blob.core.windows.net:443/c0ffee", "https://account.blob.core.windows.net/c0ffee"],
    ["https://account.blob.core.windows.net/c0ffee/", "https://account.blob.core.windows.net/c0ffee"],
    ["http://127.0.0.1:10000/devstoreaccount1/c0ffee", "http://127.0.0.1:10000/devstoreaccount1/c0ffee"],
  ])("takes %s apart, and leaves each byte of the SAS as it is", (address, url) => {
    const parsed = parseSasUri(new Secret(`${address}?${query}`));
    expect(parsed.url).toBe(url);
    expect(parsed.sas.reveal()).toBe(query);
  });

  it.each([
    "",
    "c0ffee",
    `ftp://host/c0ffee?${query}`,
    "https://host/c0ffee",
    "https://host/c0ffee?sv=1&sig=",
    `https://host/?${query}`,
    `https://host:port/c0ffee?${query}`,
  ])("refuses %j, and shows nothing of it", (text) => {
    const parse = () => parseSasUri(new Secret(text));
    expect(parse).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    try {
      parse();
    } catch (error) {
      expect((error as PrimepackError).message).not.toMatch(/c0ffee|sig=|a%2Fb/);
    }
  });
});

describe("mayList()", () => {
  it("goes by the rights that a SAS names, and takes one that names none for anything", () => {
    expect(mayList(new Secret(query))).toBe(false);
    expect(mayList(new Secret("sv=1&sp=rl&sig=x"))).toBe(true);
    expect(mayList(new Secret("sv=1&si=policy&sig=x"))).toBe(true);
  });
});
