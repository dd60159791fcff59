import { format, inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { Secret } from "./secret.ts";

const secret = new Secret("hunter2");

describe("Secret", () => {
  it.each([
    ["a template literal", () => `${secret}`],
    ["String()", () => String(secret)],
    ["JSON", () => JSON.stringify({ secret })],
    ["util.inspect", () => inspect({ secret }, { depth: 9, showHidden: true })],
    ["util.format", () => format("%s %o %j", secret, secret, secret)],
    ["an error's message", () => new Error(`no ${secret}`).message],
    ["its own properties", () => JSON.stringify(Object.getOwnPropertyNames(secret))],
  ])("doesn't show its value in %s", (_, render) => {
    expect(render()).not.toContain("hunter2");
  });

  it("gives its value to who asks for it, also behind a structured clone of its wire form", () => {
    expect(secret.reveal()).toBe("hunter2");
    expect(Secret.fromWire(structuredClone(secret.toWire())).reveal()).toBe("hunter2");
  });

  it("loses its value in a structured clone of itself", () => {
    expect(inspect(structuredClone({ secret }), { showHidden: true })).not.toContain("hunter2");
  });
});
