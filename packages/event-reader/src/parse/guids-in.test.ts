import { describe, expect, it } from "vitest";
import { guidsIn } from "./guids-in.ts";

const GUID = "0d4f1d60-6a6e-4df3-8a39-6f5f3e1f2a11";

describe("guidsIn()", () => {
  it.each([
    ["in braces", `{${GUID}}`],
    ["in capitals", GUID.toUpperCase()],
    ["in escaped braces", `https://a/%7B${GUID}%7D`],
    ["behind a letter that is a digit too", `Blob${GUID}`],
    ["behind an escape of JSON", JSON.stringify(`\f${GUID}\u000b${GUID}`)],
    ["without hyphens", `no stream ${GUID.replaceAll("-", "")}.dat`],
    ["twice", `${GUID} ${GUID}`],
  ])("finds one %s", (_name, text) => {
    expect(guidsIn(text)).toEqual([GUID]);
  });

  it("finds none in longer rows of digits, nor in what is cut", () => {
    expect(guidsIn(`${"0a".repeat(32)} ${GUID.slice(1)} ${GUID.slice(0, -1)}`)).toEqual([]);
  });
});
