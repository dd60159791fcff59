import { schemaOf, specIsMissing, validateXsd } from "@primepack/test-support";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { xmlClean } from "../xml/index.ts";
import { type ManifestObject, readManifest, writeManifest } from "./manifest.ts";

const written = (objects: Iterable<ManifestObject>): Buffer => Buffer.concat([...writeManifest(objects)]);

async function read(xml: string | Uint8Array): Promise<ManifestObject[]> {
  const objects: ManifestObject[] = [];
  for await (const object of readManifest([Buffer.from(xml)])) objects.push(object);
  return objects;
}

const inRoot = (xml: string): string => `<SPObjects xmlns="urn:deployment-manifest-schema">${xml}</SPObjects>`;

const text = fc.string({ unit: "binary", maxLength: 12 });
const words = fc.constantFrom("a", "b c", "<&>");
const time = fc.constant("2024-01-06T12:30:00");
const properties = fc.array(fc.record({ Name: text, Value: text }), { maxLength: 2 });
const version = {
  Url: text,
  Name: text,
  FileValue: words,
  FileSize: fc.nat(),
  TimeCreated: time,
  CheckinComment: text,
};
const file = fc.record({
  ...version,
  Properties: properties,
  Versions: fc.array(fc.record({ ...version, Properties: properties }), { minLength: 1, maxLength: 2 }),
  VersionEvents: fc.array(fc.record({ Id: fc.nat(99), UIVersion: fc.nat(99), Time: time }), {
    minLength: 1,
    maxLength: 2,
  }),
});
const field = fc.record({ Name: text, Value: text, Value2: text, Type: words });
const fieldRef = fc.record({ element: fc.constant("FieldRef" as const), Name: text });
const itemVersion = {
  Name: text,
  DirName: text,
  Order: fc.nat(),
  Fields: fc.array(fc.oneof(field, fieldRef), { maxLength: 3 }),
};
const item = fc.record({
  ...itemVersion,
  Versions: fc.array(fc.record(itemVersion), { minLength: 1, maxLength: 2 }),
  Attachments: fc.array(fc.record({ Name: text, FileValue: words, Properties: properties }), { maxLength: 2 }),
  SharedWithEvents: fc.array(
    fc.record({ SharedById: words, SharedWithMembers: fc.array(fc.record({ SharedWithId: words }), { maxLength: 2 }) }),
    { maxLength: 2 },
  ),
  Comments: fc.array(fc.record({ Id: words, Text: text }), { maxLength: 1 }),
});
const role = fc.record({ RoleId: words, Title: text, PermMask: words, Hidden: fc.boolean() });
const assignment = fc.record({
  ScopeId: words,
  RoleDefWebId: words,
  RoleDefWebUrl: fc.constant(""),
  ObjectId: words,
  ObjectType: fc.constant("2"),
  ObjectUrl: text,
  Assignment: fc.array(fc.record({ RoleId: words, PrincipalId: words }), { minLength: 1, maxLength: 2 }),
});
const anyObject: fc.Arbitrary<ManifestObject> = fc.oneof(
  fc.record({ ObjectType: fc.constant("SPFile" as const), Id: words, IsDeleted: fc.boolean(), File: file }),
  fc.record({ ObjectType: fc.constant("SPListItem" as const), Url: text, ListItem: item }),
  fc.record({
    ObjectType: fc.constant("SPFolder" as const),
    Folder: fc.record({ Name: text, Properties: properties }),
  }),
  fc.record({
    ObjectType: fc.constant("DeploymentRoles" as const),
    Roles: fc.record({ Role: fc.array(role, { minLength: 1, maxLength: 2 }) }),
  }),
  fc.record({
    ObjectType: fc.constant("DeploymentRoleAssignments" as const),
    RoleAssignments: fc.record({ RoleAssignment: fc.array(assignment, { minLength: 1, maxLength: 2 }) }),
  }),
);

/** What is read back: the same with characters that XML can't hold replaced. */
function cleaned<T>(value: T): T {
  if (typeof value === "string") return xmlClean(value) as T;
  if (Array.isArray(value)) return value.map(cleaned) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, cleaned(inner)])) as T;
}

describe("writeManifest() and readManifest()", () => {
  it("give back any objects with any text", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyObject, { maxLength: 3 }), async (objects) => {
        expect(await read(written(objects))).toEqual(cleaned(objects));
      }),
    );
  });

  it.skipIf(specIsMissing)("fit the schema with any text (skipped where ../shared is missing)", async () => {
    const schema = schemaOf("Manifest.xml");
    await fc.assert(
      fc.asyncProperty(fc.array(anyObject, { maxLength: 3 }), async (objects) => {
        expect(await validateXsd(schema, written(objects))).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});

describe("writeManifest()", () => {
  it("takes objects only as chunks are asked for", () => {
    let taken = 0;
    function* endless(): Generator<ManifestObject> {
      for (;;) {
        taken++;
        yield { ObjectType: "SPFolder", Id: String(taken), Url: "x".repeat(1000) };
      }
    }
    const chunks = writeManifest(endless())[Symbol.iterator]();
    chunks.next();
    chunks.next();
    expect(taken).toBeLessThan(130);
  });

  it("writes an empty root for no objects", () => {
    expect(written([]).toString()).toBe(
      `<?xml version="1.0" encoding="utf-8"?>\n<SPObjects xmlns="urn:deployment-manifest-schema"/>\n`,
    );
  });
});

describe("readManifest()", () => {
  it("reads deletions, which have no child", async () => {
    const objects = await read(inRoot(`<SPObject Id="1" ObjectType="SPFile" IsDeleted="true"/>`));
    expect(objects).toEqual([{ Id: "1", ObjectType: "SPFile", IsDeleted: true }]);
  });

  it("keeps what the schema does not know of", async () => {
    const [object] = await read(inRoot(`<SPObject ObjectType="SPFolder" New="1"><Folder Old="2"/><Gone/></SPObject>`));
    expect(object).toMatchObject({
      otherAttributes: { New: "1" },
      Folder: { otherAttributes: { Old: "2" } },
      otherElements: [{ name: "Gone" }],
    });
  });

  it("keeps the values before one that is none of its type", async () => {
    const file = `<File InDocumentLibrary="true" ListItemIntId="7" FileSize="many" SetupPathVersion="1"/>`;
    const [object] = await read(inRoot(`<SPObject ObjectType="SPFile" IsDeleted="1">${file}</SPObject>`));
    expect(object).toMatchObject({
      IsDeleted: true,
      File: { InDocumentLibrary: true, ListItemIntId: 7, SetupPathVersion: 1, otherAttributes: { FileSize: "many" } },
    });
  });

  const refused: readonly (readonly [why: string, xml: string, code: string])[] = [
    ["no type", `<SPObject Id="1"/>`, "MANIFEST_INVALID"],
    ["a type that the schema does not know", `<SPObject ObjectType="SPWeb"/>`, "MANIFEST_INVALID"],
    ["a type that is a property of every object", `<SPObject ObjectType="constructor"/>`, "MANIFEST_INVALID"],
    ["a child of another type", `<SPObject ObjectType="SPFile"><Folder/></SPObject>`, "MANIFEST_INVALID"],
    ["a child beside its own", `<SPObject ObjectType="SPFile"><File/><Folder/></SPObject>`, "MANIFEST_INVALID"],
  ];
  for (const [why, xml, code] of refused) {
    it(`refuses an object with ${why}`, async () => {
      await expect(read(inRoot(xml))).rejects.toMatchObject({ code });
    });
  }

  it("refuses another root, another namespace and other records", async () => {
    const unexpected = { code: "MANIFEST_UNEXPECTED" };
    await expect(read(`<SystemData xmlns="urn:deployment-systemdata-schema"/>`)).rejects.toMatchObject(unexpected);
    await expect(read("<SPObjects/>")).rejects.toMatchObject(unexpected);
    await expect(read(inRoot("\n<Thing/>"))).rejects.toThrow(
      "Cannot read Manifest.xml at 2:1 as <SPObjects> holds <SPObject>",
    );
  });
});
