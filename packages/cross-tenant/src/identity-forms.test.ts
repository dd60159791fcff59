import { describe, expect, it } from "vitest";
import { isMailNickname, isUserPrincipalName } from "./identity-forms.ts";

describe("isUserPrincipalName()", () => {
  it.each([
    "ana@south.example",
    "o'neil@south.example",
    "bo_north.example#EXT#@south.onmicrosoft.com",
    "a+b%~^!@south.example",
    "zoë@süd.example",
  ])("takes %s", (text) => {
    expect(isUserPrincipalName(text)).toBe(true);
  });

  it.each([
    ["nothing", ""],
    ["no @", "ana"],
    ["two @", "ana@south@north.example"],
    ["no name", "@south.example"],
    ["no domain", "ana@"],
    ["a domain of one label", "ana@south"],
    ["an empty label", "ana@south..example"],
    ["a space", "ana b@south.example"],
    ["a space around it", " ana@south.example"],
    ["a quote", '"ana"@south.example'],
    ["a list", "ana@south.example;bo@south.example"],
    ["a name beside the address", "Ana <ana@south.example>"],
    ["a line break", "ana\n@south.example"],
    ["a null character", "ana\0@south.example"],
    ["half a surrogate pair, which no URL can hold", "ana\ud800@south.example"],
    ["more than 1,024 characters", `${"a".repeat(1024)}@south.example`],
  ])("refuses %s", (_what, text) => {
    expect(isUserPrincipalName(text)).toBe(false);
  });
});

describe("isMailNickname()", () => {
  it("takes and refuses each character of ASCII as Graph's group resource page says", () => {
    for (let code = 0; code < 128; code++) {
      const character = String.fromCharCode(code);
      const isRefused = code < 33 || code === 127 || '@()\\[]";:<>,'.includes(character);
      expect(isMailNickname(`a${character}`), JSON.stringify(character)).toBe(!isRefused);
    }
  });

  it("takes 1 to 64 characters, all of ASCII", () => {
    expect(["", "a", "a".repeat(64), "a".repeat(65), "grüppe"].map(isMailNickname)).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
  });
});
