import { describe, expect, it } from "vitest";
import { uuidv5 } from "./uuid.ts";

describe("uuidv5()", () => {
  it("is that of RFC 9562, with the example of its appendix", () => {
    const dnsNamespace = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
    expect(uuidv5(dnsNamespace, Buffer.from("www.example.com"))).toBe("2ed6657d-e927-568b-95e1-2665a8aea6a2");
  });
});
