import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { handMadeKey, sealText, temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { type Code, Secret } from "../errors/index.ts";
import { readXmlRecords, type XmlElement } from "../xml/index.ts";
import type { Finding, Report } from "./finding.ts";
import { SchemaCheck } from "./schema/check-schema.ts";
import { manifestSchema } from "./schema/manifest.ts";
import { sideFileSchemas } from "./schema/side-files.ts";
import type { FileSchema } from "./schema/types.ts";
import type { VerifyRun } from "./types.ts";
import { verifyDirectory } from "./verify-directory.ts";

const samples = fileURLToPath(new URL("../../../../../shared/spec/xsd/samples/", import.meta.url));
const isMissing = !existsSync(samples);

function schemaOf(file: string): FileSchema {
  return sideFileSchemas[`${file.slice(0, file.indexOf("."))}.xml`] ?? manifestSchema;
}

async function schemaFindings(path: string, schema: FileSchema): Promise<[code: Code, severity: string][]> {
  const found: [Code, string][] = [];
  const report: Report = (code, _at, _message, severity = "error") => found.push([code, severity]);
  const check = new SchemaCheck(schema, report);
  const onRoot = (root: XmlElement) => check.root(root);
  const { root, namespace } = schema;
  for await (const record of readXmlRecords([readFileSync(path)], { root, namespace, onRoot })) check.record(record);
  check.end();
  return found;
}

async function findingsOf(run: VerifyRun): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const event of run) if (event.type === "finding") findings.push(event.finding);
  return findings;
}

/** What of the schema each invalid sample breaks; archives are counted by a rule of their own. */
const invalid: Readonly<Record<string, readonly [code: Code, severity: string]>> = {
  "ExportSettings.no-siteurl.xml": ["SCHEMA_ATTRIBUTE_MISSING", "error"],
  "Manifest.bad-date.xml": ["SCHEMA_DATE", "error"],
  "Manifest.folder-undeclared-attribute.xml": ["SCHEMA_ATTRIBUTE_UNDECLARED", "error"],
  "Manifest.library-undeclared-attribute.xml": ["SCHEMA_ATTRIBUTE_UNDECLARED", "error"],
  "Manifest.list-missing-title.xml": ["SCHEMA_ATTRIBUTE_MISSING", "error"],
  "Manifest.moderation-status-number.xml": ["SCHEMA_ENUMERATION", "error"],
  "Manifest.shared-with-events-element.xml": ["SCHEMA_EXTENSION", "note"],
  "Manifest.versions-before-properties.xml": ["SCHEMA_CHILD_ORDER", "error"],
  "Manifest.webparts-element.xml": ["SCHEMA_EXTENSION", "note"],
  "RootObjectMap.type-web.xml": ["SCHEMA_ENUMERATION", "error"],
  "SystemData.schema-version-as-attributes.xml": ["SCHEMA_VERSION_ATTRIBUTES", "error"],
  "UserGroup.no-systemid.xml": ["SYSTEM_ID_MISSING", "error"],
};
const threeArchives = "ArchivedFiles.three-archives.xml";

/** Ciphertexts and IVs of the worked example (package-format.md, section 10); the key is bytes 0 to 31. */
const blobs: readonly (readonly [name: string, iv: string, ciphertext: string])[] = [
  ["00000001.dat", "EBESExQVFhcYGRobHB0eHw==", "7bb9c8eab219d8e5f59905428926f675"],
  ["00000002.dat", "ICEiIyQlJicoKSorLC0uLw==", "ebf6573d8241fd829c58d9ceb49413c779526ea27f056863c4871ce0ace49878"],
  ["00000003.dat", "MDEyMzQ1Njc4OTo7PD0+Pw==", "53f456a59f03b4c6f9411524a3f39ce2"],
  ["00000004.dat", "QEFCQ0RFRkdISUpLTE1OTw==", "dac1787c4136d92a329bed5d0a920ba9"],
  ["00000005.dat", "UFFSU1RVVldYWVpbXF1eXw==", "a37edf3f975abaef937b62c78d5bb157"],
];

/** The worked example as two folders: contents as published, XML files sealed under IVs of the test's own. */
function layOut(directory: string): void {
  for (const name of ["valid-structure", "valid-content"]) {
    const records: object[] = [];
    const write = (container: string, file: string, bytes: Uint8Array, iv: string) => {
      writeFileSync(join(directory, name, container, file), bytes);
      const md5 = createHash("md5").update(bytes).digest("base64");
      records.push({ container, name: file, iv, md5, size: bytes.length });
    };
    mkdirSync(join(directory, name, "content"), { recursive: true });
    mkdirSync(join(directory, name, "manifest"));
    for (const file of readdirSync(join(samples, name))) {
      const sealed = sealText(`${name} ${file}`, readFileSync(join(samples, name, file), "utf8"));
      write("manifest", file, sealed.bytes, sealed.iv);
    }
    for (const [file, iv, ciphertext] of name === "valid-content" ? blobs : []) {
      write("content", file, Buffer.from(ciphertext, "hex"), iv);
    }
    writeFileSync(
      join(directory, name, "blobs.ndjson"),
      records.map((record) => `${JSON.stringify(record)}\n`).join(""),
    );
  }
}

/** The sample of all files as a folder, not encrypted, with some of its files replaced by others. */
function layOutPlain(directory: string, replaced: Readonly<Record<string, string>> = {}): void {
  const folders = { content: join(directory, "content"), manifest: join(directory, "manifest") };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  const records: object[] = [];
  const write = (container: "content" | "manifest", file: string, bytes: Uint8Array) => {
    writeFileSync(join(folders[container], file), bytes);
    const md5 = createHash("md5").update(bytes).digest("base64");
    records.push({ container, name: file, iv: null, md5, size: bytes.length });
  };
  for (const file of readdirSync(join(samples, "valid"))) {
    // Its archive is in no sample.
    if (file !== "ArchivedFiles.xml")
      write("manifest", file, readFileSync(replaced[file] ?? join(samples, "valid", file)));
  }
  const archives = replaced["ArchivedFiles.xml"];
  if (archives !== undefined) write("manifest", "ArchivedFiles.xml", readFileSync(archives));
  for (const [index, text] of ["first text", "second text!", "third text"].entries()) {
    write("content", `0000000${index + 1}.dat`, Buffer.from(text));
  }
  writeFileSync(join(directory, "blobs.ndjson"), records.map((record) => `${JSON.stringify(record)}\n`).join(""));
}

describe.skipIf(isMissing)(`verify() and the published samples${isMissing ? " (../shared is missing)" : ""}`, () => {
  const folder = temporaryFolder();
  const key = new Secret(handMadeKey);

  it("finds every invalid sample among its expectations", () => {
    expect(readdirSync(join(samples, "invalid")).sort()).toEqual([threeArchives, ...Object.keys(invalid)].sort());
  });

  it.each(Object.entries(invalid))(
    "refuses %s, or takes it with a note where it is documented",
    async (file, expected) => {
      const found = await schemaFindings(join(samples, "invalid", file), schemaOf(file));
      expect(found.length).toBeGreaterThan(0);
      for (const each of found) expect(each).toEqual(expected);
    },
  );

  it.each(["valid", "valid-structure", "valid-content"])("takes every file of %s", async (folder) => {
    for (const file of readdirSync(join(samples, folder))) {
      expect(await schemaFindings(join(samples, folder, file), schemaOf(file)), file).toEqual([]);
    }
  });

  it("finds nothing in the worked example of two packages", async () => {
    layOut(folder("good"));
    const run = verifyDirectory(folder("good"), { key });
    // The first package's user map has a group that its manifest names nowhere.
    expect(await findingsOf(run)).toMatchObject([{ code: "USER_UNREFERENCED", severity: "note" }]);
    expect(await run.result).toMatchObject({ packages: 2, blobs: 21, bytes: 47, ok: true });
  });

  it("finds nothing in the sample of all files but people whom it names nowhere", async () => {
    layOutPlain(folder("valid"));
    expect(await findingsOf(verifyDirectory(folder("valid")))).toMatchObject([
      { code: "USER_UNREFERENCED", severity: "note" },
    ]);
  });

  it.each([...Object.entries(invalid), [threeArchives, ["ARCHIVE_OVER_LIMIT", "error"]] as const])(
    "finds in a package with %s what the schema or the import refuses",
    async (file, [code, severity]) => {
      const directory = folder(`invalid-${file}`);
      const name = `${file.slice(0, file.indexOf("."))}.xml`;
      layOutPlain(directory, { [name]: join(samples, "invalid", file) });
      const found = (await findingsOf(verifyDirectory(directory))).map((finding) => [finding.code, finding.severity]);
      expect(found).toContainEqual([code, severity]);
      const isAccepted = severity === "note";
      expect(found.some(([, each]) => each === "error")).toBe(!isAccepted);
    },
  );

  it("misses the folders of the worked example where the first package isn't there", async () => {
    layOut(folder("half"));
    const codes = (await findingsOf(verifyDirectory(folder("half/valid-content"), { key }))).map(({ code }) => code);
    expect(codes).toEqual(Array(4).fill("PARENT_UNKNOWN"));
  });

  it("sees that the key is another", async () => {
    layOut(folder("key"));
    const codes = (await findingsOf(verifyDirectory(folder("key"), { key: new Secret(new Uint8Array(32)) }))).map(
      ({ code }) => code,
    );
    expect(new Set(codes)).toEqual(new Set(["UNSEAL_FAILED"]));
    expect(codes.length).toBe(21);
  });
});
