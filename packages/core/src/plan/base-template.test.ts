import { expect, test } from "vitest";
import { takenBy } from "./base-template.ts";

test.each([
  ["DocumentLibrary", "files"],
  ["101", "files"],
  ["850", "files"],
  ["GenericList", "items"],
  ["100", "items"],
  ["genericlist", "items"],
  ["10000", "either"],
  ["Whatever", "either"],
] as const)("takenBy() says that a target of template %s takes %s", (template, taken) => {
  expect(takenBy(template)).toBe(taken);
});
