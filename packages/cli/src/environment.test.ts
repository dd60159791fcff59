import { writeFile } from "node:fs/promises";
import { inspect } from "node:util";
import { temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { blobSas, networkFromEnvironment, storageSecret } from "./environment.ts";

const path = temporaryFolder();

describe("storageSecret()", () => {
  it("takes the file before the variable, without a byte order mark and line end", async () => {
    await writeFile(path("storage"), "\uFEFFfrom-file\r\n");
    const secret = await storageSecret(path("storage"), { PRIMEPACK_STORAGE: "from-variable" });
    expect(secret?.reveal()).toBe("from-file");
    expect(inspect(secret)).not.toContain("from-file");
    expect((await storageSecret(undefined, { PRIMEPACK_STORAGE: " from-variable\n" }))?.reveal()).toBe("from-variable");
  });

  it("gives nothing when there is neither, or the variable is empty", async () => {
    expect(await storageSecret(undefined, {})).toBeUndefined();
    expect(await storageSecret(undefined, { PRIMEPACK_STORAGE: " " })).toBeUndefined();
  });

  it.each([
    ["an empty file", ""],
    ["several lines", "c2VjcmV0\nc2VjcmV0"],
    ["a file that is far too long", "c2VjcmV0".repeat(10_000)],
  ])("refuses %s without repeating it", async (_, text) => {
    await writeFile(path("bad"), text);
    await expect(storageSecret(path("bad"), {})).rejects.toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", message: expect.not.stringContaining("c2VjcmV0") }),
    );
  });
});

describe("blobSas()", () => {
  const query = "sv=2024-11-04&sr=c&sig=c2VjcmV0c2VjcmV0%3D";

  it("takes the query with or without its question mark, from the file before the variable", async () => {
    await writeFile(path("sas"), `?${query}\n`);
    expect((await blobSas(path("sas"), { PRIMEPACK_BLOB_SAS: "other" }))?.reveal()).toBe(query);
    expect((await blobSas(undefined, { PRIMEPACK_BLOB_SAS: query }))?.reveal()).toBe(query);
    expect(await blobSas(undefined, {})).toBeUndefined();
  });

  it.each([
    ["a URL", `https://contoso.blob.core.windows.net/a?${query}`],
    ["a connection string", "AccountName=a;AccountKey=c2VjcmV0c2VjcmV0"],
    ["a query without a signature", "sv=c2VjcmV0c2VjcmV0"],
  ])("refuses %s without repeating it", async (_, text) => {
    await expect(blobSas(undefined, { PRIMEPACK_BLOB_SAS: text })).rejects.toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", message: expect.not.stringContaining("c2VjcmV0") }),
    );
  });
});

describe("networkFromEnvironment()", () => {
  it("is that of the variables other programs read, the lower-case names first", () => {
    const network = networkFromEnvironment({
      HTTPS_PROXY: "http://upper:1",
      https_proxy: "http://user:password@lower:2",
      NO_PROXY: "localhost, .example.com,",
    });
    expect(network).toEqual({ proxy: expect.anything(), noProxy: ["localhost", ".example.com"] });
    expect(inspect(network)).not.toContain("password");
    const { proxy } = network ?? {};
    expect(typeof proxy === "object" && proxy.reveal()).toBe("http://user:password@lower:2");
  });

  it("is none without a proxy", () => {
    expect(networkFromEnvironment({ NO_PROXY: "*", HTTPS_PROXY: "" })).toBeUndefined();
  });
});
