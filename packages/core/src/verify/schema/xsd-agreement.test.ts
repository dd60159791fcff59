import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { schemaOf, specFolder, specIsMissing, validateXsd } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { type Code, PrimepackError } from "../../errors/index.ts";
import { readXmlRecords, type XmlElement } from "../../xml/index.ts";
import type { Report } from "../finding.ts";
import { SchemaCheck } from "./check-schema.ts";
import { manifestSchema } from "./manifest.ts";
import { sideFileSchemas } from "./side-files.ts";

/** Where the tables ask for more than the schemas: GUIDs, hashes and user ids are unrestricted strings there. */
const stricter: ReadonlySet<Code> = new Set(["GUID_INVALID", "HASH_INVALID"]);

async function codesOf(file: string, xml: string): Promise<Code[]> {
  const schema = sideFileSchemas[file] ?? manifestSchema;
  const codes: Code[] = [];
  const report: Report = (code, _at, _message, severity = "error") => {
    if (severity === "error") codes.push(code);
  };
  const check = new SchemaCheck(schema, report);
  const onRoot = (element: XmlElement) => check.root(element);
  const { root, namespace } = schema;
  try {
    for await (const record of readXmlRecords([Buffer.from(xml)], { root, namespace, onRoot })) check.record(record);
    check.end();
  } catch (reason) {
    // The reader itself refuses another root and text between records.
    codes.push(PrimepackError.from(reason, "INTERNAL", "read the file").code);
  }
  return codes;
}

/** The file with one thing changed, for each of its elements and attributes. */
function* changes(xml: string): Generator<readonly [what: string, xml: string]> {
  for (const tag of xml.matchAll(/<([A-Za-z]+)((?:\s+[\w:]+="[^"]*")*)\s*(\/?)>/g)) {
    const [whole, name = "", attributes = "", slash = ""] = tag;
    const before = xml.slice(0, tag.index);
    const after = xml.slice(tag.index + whole.length);
    const withAttributes = (text: string) => `${before}<${name}${text}${slash}>${after}`;
    yield [`another attribute of ${name}`, withAttributes(`${attributes} Undeclared="x"`)];
    yield [`another element before ${name}`, `${before}<Undeclared/>${whole}${after}`];
    if (slash === "/") {
      yield [`${name} twice`, `${before}${whole}${whole}${after}`];
      yield [`no ${name}`, before + after];
      yield [`text in ${name}`, `${before}<${name}${attributes}>x</${name}>${after}`];
    } else yield [`text at the start of ${name}`, `${before}${whole}x${after}`];
    for (const attribute of attributes.matchAll(/\s+([\w:]+)="([^"]*)"/g)) {
      const [text, key = "", value = ""] = attribute;
      if (key.startsWith("xmlns")) continue;
      const replaced = (other: string) => withAttributes(attributes.replace(text, other));
      yield [`no ${name}/@${key}`, replaced("")];
      for (const other of ["", "x", "0", "99999999999", " 7 ", `${value}Z`, "2024-02-30T00:00:00"]) {
        yield [`${name}/@${key}=${JSON.stringify(other)}`, replaced(` ${key}="${other}"`)];
      }
    }
  }
}

/** Attributes that only the pages describe, or that the service reads more strictly than the schema says. */
const beyondSchema =
  /File\/@FileSize|ExportSettings\/@(SourceType|IgnoreWebParts)|(User|Group)\/@(Id|Owner)|Member\/@UserId|ManifestFile\/@Name/;

describe.skipIf(specIsMissing)(`SchemaCheck and libxml2${specIsMissing ? " (../shared is missing)" : ""}`, () => {
  const folder = join(specFolder, "xsd/samples/valid");
  const files = specIsMissing ? [] : readdirSync(folder);

  it.each(files)("agree on every change of one thing in %s", async (file) => {
    const xml = readFileSync(join(folder, file), "utf8");
    const differences: string[] = [];
    const seen = new Set<string>();
    let refused = 0;
    for (const [what, changed] of changes(xml)) {
      // One element of a kind is enough, and keeps the test short.
      if (seen.has(what) || beyondSchema.test(what)) continue;
      seen.add(what);
      const own = await codesOf(file, changed);
      const theirs = await validateXsd(schemaOf(file), changed);
      if (theirs.length > 0) refused++;
      const isRefused = theirs.length > 0 ? own.length > 0 : own.some((code) => !stricter.has(code));
      if (isRefused !== theirs.length > 0) differences.push(`${what}: own ${own.join()}; libxml2 ${theirs.join()}`);
    }
    expect(differences).toEqual([]);
    expect(refused).toBeGreaterThan(0);
  });
});
