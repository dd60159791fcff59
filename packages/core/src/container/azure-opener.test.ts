import { describe, expect, it } from "vitest";
import { Secret } from "../errors/index.ts";
import { azureContainerOpener } from "./azure-opener.ts";

const now = new Date("2026-01-01T00:00:00Z");
const sasUrl = new Secret("https://contoso.blob.core.windows.net/?sv=2024-11-04&sig=c2VjcmV0");
const accountKey = new Secret("DefaultEndpointsProtocol=https;AccountName=contoso;AccountKey=c2VjcmV0c2VjcmV0");

describe("azureContainerOpener()", () => {
  it.each([
    ["an account SAS", sasUrl],
    ["an account key", accountKey],
  ])("opens a container of the account by its locator, with %s", async (_, storage) => {
    const open = await azureContainerOpener({ storage, now });
    const locator = {
      kind: "azure",
      url: "https://contoso.blob.core.windows.net/primepack-0a-000001-content",
    } as const;
    expect(open(locator).locator).toEqual(locator);
  });

  it.each([
    "https://elsewhere.example/primepack-0a-000001-content",
    "https://contoso.blob.core.windows.net.elsewhere.example/a",
    "http://contoso.blob.core.windows.net/a",
    "https://contoso.blob.core.windows.net/a/b",
    "https://contoso.blob.core.windows.net/a?x=1",
    "https://contoso.blob.core.windows.net/",
  ])("sends the credential nowhere else: %s", async (url) => {
    const open = await azureContainerOpener({ storage: sasUrl, now });
    expect(() => open({ kind: "azure", url })).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  });

  it("refuses a storage that is none without repeating it", async () => {
    await expect(azureContainerOpener({ storage: new Secret("c2VjcmV0"), now })).rejects.toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", message: expect.not.stringContaining("c2VjcmV0") }),
    );
  });
});
