import { PrimepackError } from "@primepack/core";
import { describe, expect, it } from "vitest";
import { refuseSecretArguments } from "./secret-argument.ts";

const signature = "c2VjcmV0c2VjcmV0";

describe("refuseSecretArguments()", () => {
  it.each([
    `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${signature}==`,
    `--storage-file=BlobEndpoint=https://a/;SharedAccessSignature=sv=1&sig=${signature}`,
    `https://a.blob.core.windows.net/?sv=2024-11-04&SIG=${signature}`,
    `sig=${signature}`,
  ])("refuses a storage secret without repeating it: %s", (argument) => {
    expect(() => refuseSecretArguments(["build", argument])).toThrow(PrimepackError);
    expect(() => refuseSecretArguments(["build", argument])).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", message: expect.not.stringContaining(signature) }),
    );
  });

  it.each(["", "--key-file="])("refuses a key: %s...", (flag) => {
    const key = Buffer.alloc(32, 7).toString("base64");
    expect(() => refuseSecretArguments([flag + key])).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", message: expect.not.stringContaining(key) }),
    );
  });

  it("refuses a bearer token, whatever flag it stands at", () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const token = `${part({ alg: "RS256", typ: "JWT" })}.${part({ aud: "https://contoso.sharepoint.com" })}.c2ln`;
    for (const argument of [token, `--token-file=${token}`, `Bearer ${token}`]) {
      expect(() => refuseSecretArguments(["migrate", argument])).toThrow(
        expect.objectContaining({ code: "INVALID_OPTION", message: expect.not.stringContaining("eyJ") }),
      );
    }
  });

  it("lets paths, patterns and flags pass", () => {
    const harmless = [
      "build",
      "a/b c",
      "**/*.txt",
      "--key-file",
      "/a/key",
      "--max-items=5",
      "designs=1",
      "x".repeat(44),
    ];
    expect(() => refuseSecretArguments(harmless)).not.toThrow();
  });
});
