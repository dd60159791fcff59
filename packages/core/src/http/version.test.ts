import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { PACKAGE_VERSION } from "./version.ts";

it("PACKAGE_VERSION is that of the package", () => {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  expect(PACKAGE_VERSION).toBe((JSON.parse(text) as { version: string }).version);
});
