import { exampleTarget, temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { openOutputDirectory } from "../build/output-directory.ts";
import { build } from "../build/run.ts";
import { Secret } from "../errors/index.ts";
import type { FieldValue, ItemDetails, PackageForms, SourceItem, Target } from "../model/index.ts";
import type { Finding } from "./finding.ts";
import { verifyDirectory } from "./verify-directory.ts";

const folder = temporaryFolder();
const bytes = (text: string) => ({ size: text.length, content: Buffer.from(text) });
const day = (number: number) => new Date(Date.UTC(2024, 0, number, 12, 30, 15, 250));
const guid = "abcdef01-0000-4000-8000-000000000001";
const kim = "kim@contoso.com";
const sol = "i:0#.f|membership|sol@contoso.com";

const fields: readonly FieldValue[] = [
  { name: "Title", type: "Text", value: "a & b", fieldId: "fa564e0f-0c70-4ab9-b863-0177e6ddd247" },
  { name: "Body", type: "Note", value: "one\ntwo" },
  { name: "Kind", type: "Choice", value: "A" },
  { name: "Kinds", type: "MultiChoice", value: ["A", "B"] },
  { name: "Size", type: "Number", value: 1e21 },
  { name: "Cost", type: "Currency", value: "-12.50" },
  { name: "Count", type: "Integer", value: -7 },
  { name: "Done", type: "Boolean", value: false },
  { name: "Due", type: "DateTime", value: day(3) },
  { name: "Link", type: "URL", value: { url: "https://contoso.com/x", description: "X" } },
  { name: "Owner", type: "User", value: kim },
  { name: "Team", type: "UserMulti", value: [kim, { group: "Readers" }] },
  { name: "Project", type: "Lookup", value: { itemId: 54, listId: guid } },
  { name: "Projects", type: "LookupMulti", value: { itemIds: [54, 8], listId: guid } },
  { name: "Topic", type: "TaxonomyFieldType", value: { label: "Red", termGuid: guid }, noteField: { name: "a12" } },
  {
    name: "Topics",
    type: "TaxonomyFieldTypeMulti",
    value: [
      { label: "Blue", termGuid: guid, wssId: 7 },
      { label: "Green", termGuid: guid },
    ],
    noteField: { name: "b12" },
  },
  { name: "Own", type: "raw", fieldType: "ContosoColor", value: "#fff" },
];
const details: ItemDetails = {
  author: kim,
  modifiedBy: sol,
  created: day(1),
  modified: day(9),
  fields,
  moderation: { status: "Pending", comment: "soon" },
  permissions: [
    { principal: { group: "Readers" }, role: "Read" },
    { principal: kim, role: "Contribute" },
  ],
  retentionLabel: { name: "Keep", setBy: sol, setAt: day(2), flags: 1 },
  comments: [
    { id: "1", text: "Héllo", author: kim, created: day(4) },
    { id: "2", parentId: "1", text: "Hi", author: sol, created: day(5), uiVersion: 1024 },
  ],
  sharing: [{ time: day(6), initiator: kim, sharedWith: [sol, { group: "Readers" }] }],
};
const people: readonly SourceItem[] = [
  { kind: "user", login: kim, name: "Kim", email: kim },
  { kind: "user", login: sol, name: "Sol", isDeleted: true },
  { kind: "group", name: "Readers", owner: kim, members: [sol] },
];

function library(): SourceItem[] {
  return [
    ...people,
    { kind: "list", path: [], permissions: [{ principal: { group: "Readers" }, role: "Read" }] },
    { kind: "folder", path: ["In"], ...details },
    { kind: "file", path: ["In", "plain.txt"], ...bytes("plain") },
    { kind: "file", path: ["In", "two.txt"], ...bytes("new"), versions: [{ ...bytes("old"), modified: day(1) }] },
    {
      kind: "file",
      path: ["page.aspx"],
      ...bytes("current"),
      ...details,
      versions: [
        { ...bytes("first"), modified: day(1), author: kim, fields: fields.slice(0, 2), checkinComment: "1" },
        { ...bytes("draft"), modified: day(2), version: "1.1", properties: [{ name: "vti_title", value: "T" }] },
        { ...bytes("second"), modified: day(3), version: "2.0" },
      ],
      links: [
        {
          name: "Link",
          attributes: { TargetId: guid, TargetUrl: "Shared Documents/x.png", IsDirty: "false" },
          children: [],
        },
      ],
      webParts: [{ name: "WebPart", attributes: { ID: guid }, children: [] }],
      versionEvents: [{ name: "VersionEvent", attributes: { Id: "1", UIVersion: "512" }, children: [] }],
    },
    { kind: "deletion", of: "file", path: ["old.txt"] },
  ];
}

function list(): SourceItem[] {
  return [
    ...people,
    { kind: "folder", path: ["Open"] },
    {
      kind: "item",
      path: ["Open", "first"],
      ...details,
      versions: [
        { modified: day(1), fields: fields.slice(0, 1) },
        { modified: day(2), author: sol },
      ],
      attachments: [
        { name: "a.txt", ...bytes("attached") },
        { name: "b.txt", ...bytes("too") },
      ],
    },
    { kind: "item", path: ["second"] },
    { kind: "deletion", of: "item", path: ["third"] },
  ];
}

async function findingsOf(
  name: string,
  items: () => readonly SourceItem[],
  target: Target,
  forms: PackageForms,
): Promise<Finding[]> {
  const out = folder(name);
  const output = await openOutputDirectory(out, { encryption: "key" });
  async function* source() {
    yield* items();
  }
  const { packages, encryption } = output;
  const run = build({ source: source(), target, packages, encryption, workers: 0, forms });
  const lost: unknown[] = [];
  for await (const event of output.record(run)) {
    if (event.type === "item" && ["failed", "skipped"].includes(event.outcome.outcome)) lost.push(event.outcome);
  }
  await run.result;
  expect(lost).toEqual([]);
  const key = new Secret(encryption.reveal());
  const verifying = verifyDirectory(out, { key, source: source(), target });
  const findings: Finding[] = [];
  for await (const event of verifying) if (event.type === "finding") findings.push(event.finding);
  expect((await verifying.result).compared).toBeGreaterThan(0);
  return findings;
}

const listTarget: Target = { ...exampleTarget, listTitle: "Tasks", listUrl: "Lists/Tasks", baseTemplate: "100" };
const forms: readonly (readonly [name: string, forms: PackageForms])[] = [
  ["default", {}],
  [
    "other",
    {
      outerFileValue: false,
      versionIds: "distinct",
      attachmentUrl: "serverRelative",
      dateTimeFields: "us",
      userFields: "hash",
      twoVersions: "repeatFirst",
      roles: "omit",
    },
  ],
  ["archives", { archives: true, twoVersions: "currentOnly" }],
];

describe("verifyDirectory() and build() of all that a package may hold", () => {
  it.each(forms)("agree on a library, in the %s forms", async (name, chosen) => {
    const findings = await findingsOf(`library-${name}`, library, exampleTarget, chosen);
    const codes = new Set(findings.map(({ code }) => code));
    const expected = ["SCHEMA_EXTENSION", ...(name === "default" ? ["TWO_VERSIONS"] : [])];
    expect([...codes].sort()).toEqual([...expected, ...(name === "archives" ? ["ARCHIVE_READING"] : [])].sort());
    expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
  });

  it.each(forms)("agree on a list, in the %s forms", async (name, chosen) => {
    const findings = await findingsOf(`list-${name}`, list, listTarget, chosen);
    expect(new Set(findings.map(({ code }) => code))).toEqual(new Set(["SCHEMA_EXTENSION"]));
  });
});
