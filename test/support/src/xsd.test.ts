import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { canonicalXml, schemaOf, specFolder, specIsMissing, validateXsd } from "./xsd.ts";

const samples = join(specFolder, "xsd/samples");

/** Show documented features that the schema lacks. */
const extensions = ["Manifest.shared-with-events-element.xml", "Manifest.webparts-element.xml"];

describe.skipIf(specIsMissing)("validateXsd() (skipped where ../shared is missing)", () => {
  const filesOf = (folder: string): string[] => readdirSync(join(samples, folder)).sort();
  const faultsOf = (folder: string, file: string, strict = false): Promise<string[]> =>
    validateXsd(schemaOf(file), readFileSync(join(samples, folder, file)), { strict });

  it("passes every valid sample, also without leave for extensions", async () => {
    for (const folder of ["valid", "valid-structure", "valid-content"]) {
      for (const file of filesOf(folder)) expect(await faultsOf(folder, file, true), `${folder}/${file}`).toEqual([]);
    }
  });

  it("finds a fault in every invalid sample that is no documented extension", async () => {
    for (const file of filesOf("invalid").filter((name) => !extensions.includes(name))) {
      expect((await faultsOf("invalid", file)).length, file).toBeGreaterThan(0);
    }
  });

  it("lets documented extensions pass unless it is strict", async () => {
    for (const file of extensions) {
      expect(await faultsOf("invalid", file), file).toEqual([]);
      expect((await faultsOf("invalid", file, true)).length, file).toBeGreaterThan(0);
    }
  });

  it("says line and fault of a file that is not well-formed", async () => {
    expect((await validateXsd(schemaOf("Manifest.xml"), "<a>\n<b>"))[0]).toMatch(/^2: .*end/);
  });
});

describe("canonicalXml()", () => {
  it("is equal for files that differ in white space, quotes and the order of attributes only", async () => {
    const one = await canonicalXml(`<a xmlns="urn:u"><b c="1" d='2'></b></a>`);
    expect(await canonicalXml(`<?xml version="1.0"?>\n<a\n xmlns="urn:u">\n <b d="2" c="1"/>\n</a>\n`)).toBe(one);
    expect(await canonicalXml(`<a xmlns="urn:u"><b c="1" d="3"/></a>`)).not.toBe(one);
  });
});
