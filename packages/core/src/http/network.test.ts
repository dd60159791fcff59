import { describe, expect, it } from "vitest";
import { PrimepackError, Secret } from "../errors/index.ts";
import { networkFromWire, networkToWire, proxyFor } from "./network.ts";

const proxy = "http://proxy.example:8080";

describe("proxyFor()", () => {
  it.each([
    ["https://a.blob.core.windows.net", []],
    ["https://a.blob.core.windows.net", ["", " ", "blob.core.windows.net", "b.blob.core.windows.net", "windows.net"]],
    ["https://a.blob.core.windows.net", ["a.blob.core.windows.net:80"]],
    ["https://anothercore.windows.net", [".core.windows.net"]],
    ["http://127.0.0.1:10000", ["127.0.0.1:443", "127.0.0"]],
  ])("gives the proxy for %s with noProxy %j", (origin, noProxy) => {
    expect(proxyFor(new URL(origin), { proxy, noProxy })?.host).toBe("proxy.example:8080");
  });

  it.each([
    ["https://a.blob.core.windows.net", ["*"]],
    ["https://a.blob.core.windows.net", ["x", "A.Blob.Core.Windows.Net"]],
    ["https://a.blob.core.windows.net", [".core.windows.net"]],
    ["https://a.blob.core.windows.net", ["*.blob.core.windows.net"]],
    ["https://core.windows.net", [".core.windows.net"]],
    ["https://a.blob.core.windows.net", [" a.blob.core.windows.net:443 "]],
    ["http://127.0.0.1:10000", ["127.0.0.1:10000"]],
    ["http://[::1]:10000", ["::1"]],
    ["http://[::1]:10000", ["[::1]:10000"]],
  ])("gives none for %s with noProxy %j", (origin, noProxy) => {
    expect(proxyFor(new URL(origin), { proxy, noProxy })).toBeUndefined();
  });

  it("gives none without a proxy", () => {
    expect(proxyFor(new URL("https://x.example"), {})).toBeUndefined();
  });

  it.each(["proxy.example:8080", "socks5://user:secret@proxy.example", "::", ""])(
    "refuses the proxy %j, without printing it",
    (text) => {
      const refused = () => proxyFor(new URL("https://x.example"), { proxy: new Secret(text) });
      expect(refused).toThrow(PrimepackError);
      expect(refused).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
      expect(refused).not.toThrow(/secret|user/);
    },
  );
});

describe("networkToWire()", () => {
  it("crosses a structured clone with its secret", () => {
    const options = { proxy: new Secret("http://me:pw@proxy.example"), noProxy: ["a"], ca: ["PEM"] };
    const back = networkFromWire(structuredClone(networkToWire(options)));
    expect(back.proxy).toBeInstanceOf(Secret);
    expect(back.proxy instanceof Secret && back.proxy.reveal()).toBe("http://me:pw@proxy.example");
    expect(back).toMatchObject({ noProxy: ["a"], ca: ["PEM"] });
    expect(networkFromWire(structuredClone(networkToWire({})))).toEqual({});
  });
});
