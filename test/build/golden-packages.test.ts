import { fileURLToPath } from "node:url";
import {
  type Attachment,
  build,
  type FileVersion,
  memoryPackageStore,
  type PackageForms,
  type SourceItem,
} from "@primepack/core";
import { collect, exampleTarget } from "@primepack/test-support";
import { describe, expect, it } from "vitest";

const fixtures = fileURLToPath(new URL("../../fixtures/packages", import.meta.url));

const day = (number: number) => new Date(Date.UTC(2024, 0, number, 12));
const ada = "i:0#.f|membership|ada@contoso.com";
const sol = "i:0#.f|membership|sol@contoso.com";
const bytes = (text: string) => ({ size: Buffer.byteLength(text), content: Buffer.from(text) });
const version = (text: string, number: number): FileVersion => ({ ...bytes(text), modified: day(number), author: sol });

const twoVersions: readonly SourceItem[] = [
  {
    kind: "file",
    path: ["plan.txt"],
    ...bytes("second"),
    created: day(1),
    modified: day(2),
    author: ada,
    versions: [version("first", 1)],
  },
];

const library: readonly SourceItem[] = [
  { kind: "user", login: ada, name: "Ada", email: "ada@contoso.com" },
  { kind: "group", name: "Reviewers", owner: ada, members: [sol] },
  { kind: "list", path: [], permissions: [{ principal: { group: "Reviewers" }, role: "Read" }] },
  {
    kind: "folder",
    path: ["Projects & plans"],
    created: day(1),
    modified: day(9),
    author: ada,
    permissions: [
      { principal: ada, role: "Full Control" },
      { principal: { group: "Reviewers" }, role: "Contribute" },
    ],
  },
  {
    kind: "file",
    path: ["Projects & plans", "plan.txt"],
    ...bytes("third"),
    created: day(1),
    modified: day(3),
    author: ada,
    modifiedBy: sol,
    checkinComment: "ready",
    version: "2.0",
    versions: [
      { ...version("first", 1), checkinComment: "begun" },
      { ...version("second", 2), version: "1.1" },
    ],
    fields: [
      { name: "Stage", type: "Choice", value: "Review" },
      { name: "Due", type: "DateTime", value: day(31) },
      { name: "Reviewer", type: "User", value: { group: "Reviewers" } },
    ],
    moderation: { status: "Pending" },
    retentionLabel: { name: "Keep", setBy: ada, setAt: day(5), flags: 1 },
    comments: [{ id: "1", text: "Looks good", author: sol, created: day(4) }],
    sharing: [{ time: day(6), initiator: ada, sharedWith: [sol] }],
  },
  { kind: "deletion", of: "file", path: ["old.txt"], id: "dddddddd-0000-4000-8000-00000000000d" },
];

const attachment: Attachment = { name: "notes.txt", ...bytes("notes"), author: sol, created: day(2), modified: day(2) };

const list: readonly SourceItem[] = [
  {
    kind: "item",
    path: ["task"],
    created: day(1),
    modified: day(2),
    author: ada,
    fields: [{ name: "Title", type: "Text", value: "Write it down" }],
    versions: [{ modified: day(1), fields: [{ name: "Title", type: "Text", value: "Think" }] }],
    attachments: [attachment],
  },
];

const genericList = { ...exampleTarget, listTitle: "Tasks", listUrl: "Lists/Tasks", baseTemplate: "GenericList" };

/** Every file of every manifest container, by `<package>/<file>`; unencrypted, as fixed as the source. */
async function manifestFiles(
  items: readonly SourceItem[],
  forms: PackageForms & { readonly archives?: false } = {},
  target: Parameters<typeof build>[0]["target"] = exampleTarget,
): Promise<{ files: Map<string, string>; warnings: string[] }> {
  async function* source() {
    yield* items;
  }
  const packages = memoryPackageStore();
  const clock = () => day(1);
  const run = build({ source: source(), target, packages, encryption: "none", forms, workers: 0, clock });
  const warnings = (await collect(run)).flatMap((event) => (event.type === "warning" ? [event.code] : []));
  const files = new Map<string, string>();
  for (const [name, { manifest }] of packages.packages) {
    for await (const blob of manifest.list()) {
      files.set(`${name}/${blob.name}`, Buffer.concat(await collect(manifest.read(blob.name))).toString());
    }
  }
  return { files, warnings };
}

/** The labels of a file's versions in the manifest, oldest first. */
const labelsIn = (manifest = "") =>
  [...(/<Versions>.*?<\/Versions>/s.exec(manifest)?.[0] ?? "").matchAll(/ Version="([^"]*)"/g)].map(
    ([, label]) => label,
  );

describe("build()", () => {
  it.each([
    ["library", library, exampleTarget],
    ["list", list, genericList],
  ] as const)("writes a %s as it is kept in fixtures/packages", async (name, items, target) => {
    const { files } = await manifestFiles(items, {}, target);
    for (const [file, xml] of files) await expect(xml).toMatchFileSnapshot(`${fixtures}/${name}/${file}`);
  });

  // Issue 10695 of sp-dev-docs: such a file arrives as two entries 1.0, both with the newer date.
  it.each([
    ["keep", ["1.0", "2.0"], ["TWO_VERSIONS"]],
    ["repeatFirst", ["0.1", "1.0", "2.0"], []],
    // Warned of for the version that is left out.
    ["currentOnly", [], ["TWO_VERSIONS"]],
  ] as const)("writes a file with exactly two versions by twoVersions %s", async (form, labels, warned) => {
    const { files, warnings } = await manifestFiles(twoVersions, { twoVersions: form });
    const manifest = files.get("000001/Manifest.xml") ?? "";
    expect(labelsIn(manifest)).toEqual(labels);
    expect(warnings).toEqual(warned);
    await expect(manifest).toMatchFileSnapshot(`${fixtures}/two-versions/${form}.xml`);
  });
});
