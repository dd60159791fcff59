import { describe, expect, it } from "vitest";
import { guidOf } from "./guid.ts";

const GUID = "5a3b0e9c-1f44-4c5e-9d0b-0f6f6f2d3a10";

describe("guidOf()", () => {
  it.each([GUID, GUID.toUpperCase(), `{${GUID}}`, ` ${GUID}\n`])("reads %j", (text) => {
    expect(guidOf(text)).toBe(GUID);
  });

  it.each([
    "00000000-0000-0000-0000-000000000000",
    GUID.replaceAll("-", ""),
    `${GUID}/..`,
    `x${GUID}`,
    "",
    7,
    null,
    { toString: () => GUID },
  ])("takes %j for none", (value) => {
    expect(guidOf(value)).toBeUndefined();
  });
});
