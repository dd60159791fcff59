import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { canonicalXml, schemaOf, specFolder, specIsMissing, validateXsd } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { readArchivedFiles, writeArchivedFiles } from "./archived-files.ts";
import type { FileBytes } from "./document.ts";
import { readExportSettings, writeExportSettings } from "./export-settings.ts";
import { readLookupListMap, writeLookupListMap } from "./lookup-list-map.ts";
import { type ManifestObject, readManifest, writeManifest } from "./manifest.ts";
import { readRequirements, writeRequirements } from "./requirements.ts";
import { readRootObjectMap, writeRootObjectMap } from "./root-object-map.ts";
import { readSystemData, writeSystemData } from "./system-data.ts";
import { readUserGroupMap, writeUserGroupMap } from "./user-group.ts";
import { readViewFormsList, writeViewFormsList } from "./view-forms-list.ts";

async function all<T>(records: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const record of records) list.push(record);
  return list;
}

/** Reads a file into records and writes these again. */
const again: Readonly<Record<string, (bytes: FileBytes) => Promise<Iterable<Uint8Array>>>> = {
  "ArchivedFiles.xml": async (bytes) => writeArchivedFiles(await all(readArchivedFiles(bytes))),
  "ExportSettings.xml": async (bytes) => writeExportSettings(await readExportSettings(bytes)),
  "LookupListMap.xml": async (bytes) => writeLookupListMap(await all(readLookupListMap(bytes))),
  "Manifest.xml": async (bytes) => writeManifest(await all(readManifest(bytes))),
  "Requirements.xml": async (bytes) => writeRequirements(await all(readRequirements(bytes))),
  "RootObjectMap.xml": async (bytes) => writeRootObjectMap(await all(readRootObjectMap(bytes))),
  "SystemData.xml": async (bytes) => writeSystemData(await readSystemData(bytes)),
  "UserGroup.xml": async (bytes) => writeUserGroupMap(await readUserGroupMap(bytes)),
  "ViewFormsList.xml": async (bytes) => writeViewFormsList(await all(readViewFormsList(bytes))),
};

const sample = (folder: string, file: string): Buffer => readFileSync(join(specFolder, "xsd/samples", folder, file));
const isSample = (folder: string, file: string): boolean => existsSync(join(specFolder, "xsd/samples", folder, file));
const manifestOf = (folder: string): Promise<ManifestObject[]> => all(readManifest([sample(folder, "Manifest.xml")]));

describe.skipIf(specIsMissing)("readers and writers on the samples (skipped where ../shared is missing)", () => {
  it("are there for every valid sample", () => {
    for (const folder of ["valid", "valid-structure", "valid-content"]) {
      const files = readdirSync(join(specFolder, "xsd/samples", folder));
      expect(files.filter((file) => again[file] === undefined)).toEqual([]);
    }
  });

  for (const folder of ["valid", "valid-structure", "valid-content"]) {
    for (const [file, copy] of Object.entries(again).filter(([name]) => isSample(folder, name))) {
      it(`write ${folder}/${file} again as the same XML, which fits the schema`, async () => {
        const original = sample(folder, file);
        const written = Buffer.concat([...(await copy([original]))]);
        expect(await canonicalXml(written)).toBe(await canonicalXml(original));
        expect(await validateXsd(schemaOf(file), written, { strict: true })).toEqual([]);
      });
    }
  }

  for (const file of ["Manifest.shared-with-events-element.xml", "Manifest.webparts-element.xml"]) {
    it(`write invalid/${file} again as the same XML, since it shows a documented extension`, async () => {
      const original = sample("invalid", file);
      const written = Buffer.concat([...writeManifest(await all(readManifest([original])))]);
      expect(await canonicalXml(written)).toBe(await canonicalXml(original));
    });
  }

  for (const file of ["Manifest.folder-undeclared-attribute.xml", "Manifest.library-undeclared-attribute.xml"]) {
    it(`read invalid/${file} without loss, and refuse to write it`, async () => {
      const objects = await all(readManifest([sample("invalid", file)]));
      expect(JSON.stringify(objects)).toContain('"otherAttributes":{');
      expect(() => Buffer.concat([...writeManifest(objects)])).toThrow(
        expect.objectContaining({ code: "MANIFEST_INVALID" }),
      );
    });
  }

  it("put children into the schema's order, whatever order they had", async () => {
    const objects = await all(readManifest([sample("invalid", "Manifest.versions-before-properties.xml")]));
    const written = Buffer.concat([...writeManifest(objects)]);
    expect(await validateXsd(schemaOf("Manifest.xml"), written)).toEqual([]);
  });

  it("refuse files in which a required attribute is missing", async () => {
    const missing = { code: "MANIFEST_INVALID" };
    await expect(readExportSettings([sample("invalid", "ExportSettings.no-siteurl.xml")])).rejects.toMatchObject(
      missing,
    );
    await expect(readUserGroupMap([sample("invalid", "UserGroup.no-systemid.xml")])).rejects.toMatchObject(missing);
    const list = all(readManifest([sample("invalid", "Manifest.list-missing-title.xml")]));
    await expect(list).rejects.toMatchObject(missing);
  });

  it("give numbers, booleans and versions of the worked example as such", async () => {
    const [file, item] = await manifestOf("valid-content");
    expect(file).toMatchObject({ ObjectType: "SPFile", File: { ListItemIntId: 4, FileSize: 15, Version: "3.0" } });
    expect(file?.ObjectType === "SPFile" && file.File?.Versions?.map(({ Version }) => Version)).toEqual([
      "1.0",
      "2.0",
      "3.0",
    ]);
    expect(item).toMatchObject({ ListItem: { Order: 400, IntId: 4, Fields: [{ Name: "Title", Value: "Plan" }] } });
    const roles = (await manifestOf("valid-content")).at(-2);
    expect(roles).toMatchObject({ Roles: { Role: [{ Hidden: false, PermMask: "756052856929" }, {}] } });
  });
});
