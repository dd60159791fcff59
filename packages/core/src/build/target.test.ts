import { readFileSync } from "node:fs";
import { exampleTarget } from "@primepack/test-support";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PrimepackError } from "../errors/index.ts";
import { checkTargetShape, parseTarget } from "./target.ts";

const schema = JSON.parse(readFileSync(new URL("../../schemas/target.schema.json", import.meta.url), "utf8"));
const validate = new Ajv2020().compile(schema);

const aboveId = "d4444444-0000-4000-8000-000000000003";
const folderId = "d4444444-0000-4000-8000-000000000004";
const example: Readonly<Record<string, unknown>> = {
  ...exampleTarget,
  existingFolders: { a: aboveId, "a/b": folderId },
};

function messageFor(target: unknown, check: (target: unknown) => void = parseTarget): string {
  try {
    check(target);
  } catch (error) {
    expect(error).toBeInstanceOf(PrimepackError);
    expect((error as PrimepackError).code).toBe("INVALID_TARGET");
    return (error as PrimepackError).message;
  }
  return "";
}

/** Values near the bounds of every rule, and any JSON. */
const value = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: "binary" }),
  fc.constantFrom<unknown>(
    ...["/", "//", "/a/", "a/b", "/a//b", "a/../b", ".", "..", "...", "/.", "a\\b", "a\u0000b", "\ud800", "", " "],
    ...["https://contoso.sharepoint.com", "https://", "ftp://a", "https://a/?sig=x", "https://a/#", "http://a b/"],
    ...[folderId, folderId.toUpperCase(), `{${folderId}}`, folderId.replaceAll("-", ""), `${folderId}\n`],
    "00000000-0000-0000-0000-000000000000",
    ...["101", "DocumentLibrary", "Document Library", "1234567890"],
    ...[0, 1, 1.5, -1, 2_147_483_647, 2_147_483_648, 1e300],
    ...["x".repeat(255), "x".repeat(256), "\u{1f600}".repeat(255)],
    ...[{}, [], { "a/b": folderId }, { "/a": folderId }, { "": folderId }, { a: "x" }, { a: null }],
  ),
);

describe("parseTarget()", () => {
  it("gives the target as it is, without the schema's address", () => {
    expect(parseTarget({ $schema: "./target.schema.json", ...example })).toEqual(example);
  });

  it.each([
    "siteUrl",
    "webId",
    "webUrl",
    "listId",
    "listTitle",
    "listUrl",
    "rootFolderId",
    "baseTemplate",
    "firstItemId",
  ])("names %s when it is missing", (field) => {
    const { [field]: _, ...rest } = example;
    expect(messageFor(rest)).toBe(`Cannot use the target as ${field} is missing`);
  });

  it("names every fault in one message", () => {
    const message = messageFor({ ...example, webId: "{x}", listUrl: "/Docs", colour: 1, existingFolders: { a: "b" } });
    expect(message).toBe(
      'Cannot use the target as webId takes a GUID with hyphens and without braces: current value is "{x}"; ' +
        'listUrl takes a web-relative URL without leading slash such as Shared Documents: current value is "/Docs"; ' +
        'existingFolders["a"] takes a GUID with hyphens and without braces: current value is "b"; ' +
        'it has no field "colour"',
    );
  });

  it("repeats no secret and no long value", () => {
    const message = messageFor({ ...example, siteUrl: `https://a/?sig=c2VjcmV0&${"x".repeat(1000)}` });
    expect(message).not.toContain("c2VjcmV0");
    expect(message.length).toBeLessThan(300);
  });

  it.each([null, [], "x", 3])("refuses %j", (json) => {
    expect(messageFor(json)).toBe("Cannot use the target as it is not a JSON object");
  });

  it("refuses an existing folder without the one above it, and one that stands there twice", () => {
    expect(messageFor({ ...example, existingFolders: { "a/b": folderId } })).toContain('"a"');
    expect(messageFor({ ...example, existingFolders: { a: folderId, A: aboveId } })).toContain("stands there once");
  });
});

describe("checkTargetShape()", () => {
  it("agrees with the published JSON Schema on any field's value", () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(schema.properties), "other"), value, (field, given) => {
        const target = { ...example, [field]: given };
        expect(messageFor(target, checkTargetShape) === "").toBe(validate(target));
      }),
      { numRuns: 2000 },
    );
  });

  it("agrees with the published JSON Schema on any path and id of existingFolders", () => {
    fc.assert(
      fc.property(
        value.filter((any) => typeof any === "string"),
        value,
        (folder, id) => {
          const target = { ...example, existingFolders: { [folder]: id } };
          expect(messageFor(target, checkTargetShape) === "").toBe(validate(target));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("agrees with the published JSON Schema on any JSON and any missing field", () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.subarray(Object.entries(example)).map(Object.fromEntries)), (target) => {
        expect(messageFor(target, checkTargetShape) === "").toBe(validate(target));
      }),
    );
  });
});
