import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { uuidv5 } from "./uuid.ts";

const URL_NAMESPACE = "6ba7b811-9dad-11d1-80b4-00c04fd430c8";
const DNS_NAMESPACE = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";

describe("uuidv5()", () => {
  test.each([
    [DNS_NAMESPACE, "www.example.com", "2ed6657d-e927-568b-95e1-2665a8aea6a2"],
    [
      URL_NAMESPACE,
      "https://contoso.sharepoint.com/sites/archiveShared Documents/Projectsplan.txt",
      "0163f856-ec0d-5243-9ad3-ebcc74e912aa",
    ],
    [
      URL_NAMESPACE,
      "https://contoso.sharepoint.com/sites/archive\nfile\nShared Documents/Projects/2024/plan.txt",
      "2cf8e7c1-a37d-5afb-ace0-49e8268c5de8",
    ],
    [
      URL_NAMESPACE,
      "https://contoso.sharepoint.com/sites/archive\nfolder\nShared Documents/Projects/2024/R&D #1 100%",
      "74ef622c-93fb-5b54-ac31-08fd5678b2ac",
    ],
    [
      URL_NAMESPACE,
      "https://contoso.sharepoint.com/sites/archive\nfile\nShared Documents/naïve 日本語.txt",
      "1df15035-0a2c-50e1-8b74-08c52c34af02",
    ],
  ])("gives the published vector in %s of %j", (namespace, name, uuid) => {
    expect(uuidv5(namespace, Buffer.from(name))).toBe(uuid);
  });

  test("sets version and variant whatever the name", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (name) => {
        expect(uuidv5(DNS_NAMESPACE, name)).toMatch(
          /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        );
      }),
    );
  });
});
