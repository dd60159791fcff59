import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BLOB_NAME_MAX_LENGTH, checkBlobName, encodeBlobName } from "./blob-name.ts";

describe("checkBlobName()", () => {
  it("takes names up to their greatest length", () => {
    checkBlobName("a".repeat(BLOB_NAME_MAX_LENGTH));
    expect(() => checkBlobName("a".repeat(BLOB_NAME_MAX_LENGTH + 1))).toThrow(
      expect.objectContaining({ code: "BLOB_NAME_INVALID" }),
    );
  });

  it("takes only names that a URL parser leaves alone once they are encoded", () => {
    const name = fc.array(
      fc.constantFrom("a", ".", "/", "\\", "%", "2e", "#", "?", " ", "é", "\ud83d\ude80", "\ud83d"),
    );
    fc.assert(
      fc.property(name, (parts) => {
        const text = parts.join("");
        try {
          checkBlobName(text);
        } catch {
          return;
        }
        const url = new URL(`https://host/container/${encodeBlobName(text)}?sig=x`);
        expect(url.search).toBe("?sig=x");
        expect(url.pathname.split("/").slice(2).map(decodeURIComponent).join("/")).toBe(text);
      }),
    );
  });
});
