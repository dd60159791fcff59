import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { specFolder, specIsMissing, temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { MemoryContainer } from "../container/memory.ts";
import { type InspectedFolder, inspectPackage } from "./inspect.ts";

const folder = temporaryFolder();

function manifest(...objects: string[]): string {
  return `<SPObjects xmlns="urn:deployment-manifest-schema">${objects.join("")}</SPObjects>`;
}
const file = (url: string, attributes = "", children = "") =>
  `<SPObject ObjectType="SPFile" ParentWebUrl="/sites/a"><File Url="${url}" ${attributes}>${children}</File></SPObject>`;
const folderObject = (url: string) =>
  `<SPObject ObjectType="SPFolder" ParentWebUrl="/sites/a"><Folder Url="${url}"/></SPObject>`;

async function containerOf(xml: string): Promise<MemoryContainer> {
  const container = new MemoryContainer();
  await container.putBlob("Manifest.xml", Buffer.from(xml), { md5: "" });
  return container;
}

function lines(node: InspectedFolder, indent = ""): string[] {
  const { folders, files, versions, items, attachments, deletions, bytes } = node.counts;
  const counts = [folders, files, versions, items, attachments, deletions, bytes].join(" ");
  const rest = node.rest === 0 ? "" : ` +${node.rest}`;
  return [`${indent}${node.name}: ${counts}${rest}`, ...node.children.flatMap((child) => lines(child, `${indent} `))];
}

describe("inspectPackage()", () => {
  it("counts what is in each folder, with all that is below it", async () => {
    const container = await containerOf(
      manifest(
        folderObject("Docs/Empty"),
        file(
          "Docs/a/x.txt",
          'Version="2.0" FileSize="10" TimeLastModified="2024-02-01T00:00:00"',
          '<Versions><File Version="2.0" FileSize="10"/><File Version="1.0" FileSize="5"/></Versions>',
        ),
        file("Docs/y.txt", 'TimeLastModified="2023-02-01T00:00:00Z"'),
        folderObject("Docs/a"),
        '<SPObject ObjectType="SPListItem" ParentWebUrl="/sites/a"><ListItem FileUrl="Lists/T/7_.000" Name="7_.000"><Attachments><Attachment/><Attachment/></Attachments><Fields><Field/></Fields></ListItem></SPObject>',
        '<SPObject ObjectType="SPFile" IsDeleted="true" Url="/sites/a/Docs/gone.txt"/>',
        '<SPObject ObjectType="Other"/>',
      ),
    );
    const found = await inspectPackage(container);
    expect(lines(found.tree)).toEqual([
      ": 2 2 1 1 2 1 15",
      " sites: 2 2 1 1 2 1 15",
      "  a: 2 2 1 1 2 1 15",
      "   Docs: 2 2 1 0 0 1 15",
      "    Empty: 0 0 0 0 0 0 0",
      "    a: 0 1 1 0 0 0 15",
      "   Lists: 0 0 0 1 2 0 0",
      "    T: 0 0 0 1 2 0 0",
    ]);
    expect(found).toMatchObject({
      objectTypes: { Other: 1, SPFile: 3, SPFolder: 2, SPListItem: 1 },
      packages: [{ name: "", manifests: 1, objects: 7 }],
      fields: 1,
      encrypted: false,
      modified: { first: new Date("2023-02-01T00:00:00Z"), last: new Date("2024-02-01T00:00:00Z") },
    });
    expect(found.tree.counts.unsized).toBe(3);
  });

  it("keeps the tree within its bounds, and the counts whole", async () => {
    const container = await containerOf(
      manifest(...Array.from({ length: 50 }, (_, index) => file(`Docs/${index}/x/y.txt`))),
    );
    const narrow = await inspectPackage(container, { maxFolders: 5 });
    expect(lines(narrow.tree)).toEqual([
      ": 0 50 0 0 0 0 0",
      " sites: 0 50 0 0 0 0 0",
      "  a: 0 50 0 0 0 0 0",
      "   Docs: 0 50 0 0 0 0 0 +49",
      "    0: 0 1 0 0 0 0 0",
      "     x: 0 1 0 0 0 0 0",
    ]);
    expect(lines((await inspectPackage(container, { depth: 1 })).tree)).toEqual([
      ": 0 50 0 0 0 0 0",
      " sites: 0 50 0 0 0 0 0 +50",
    ]);
  });

  it("reads the packages of a run's folder as one, and refuses a folder without any", async () => {
    for (const name of ["000001", "000002"]) {
      await mkdir(folder("run", name, "manifest"), { recursive: true });
      await writeFile(folder("run", name, "manifest", "Manifest.xml"), manifest(file(`Docs/${name}.txt`)));
    }
    await mkdir(folder("empty"));
    const found = await inspectPackage(folder("run"));
    expect(found.packages).toEqual([
      { name: "000001", manifests: 1, objects: 1 },
      { name: "000002", manifests: 1, objects: 1 },
    ]);
    expect(found.tree.counts.files).toBe(2);
    expect((await inspectPackage(folder("run", "000001"))).tree.counts.files).toBe(1);
    await expect(inspectPackage(folder("empty"))).rejects.toMatchObject({ code: "EXPORT_UNREADABLE" });
    await expect(inspectPackage(folder("nothing"))).rejects.toMatchObject({ code: "EXPORT_UNREADABLE" });
  });

  it.skipIf(specIsMissing)("tells of the specification's sample (skipped where ../shared is missing)", async () => {
    const found = await inspectPackage(join(specFolder, "xsd/samples/valid"));
    expect(found).toMatchObject({
      users: 2,
      groups: 1,
      roles: 1,
      scopes: 1,
      lists: [{ id: expect.any(String), url: "/sites/archive/Shared Documents" }],
      tree: { counts: { files: 1, versions: 2, bytes: 32 } },
    });
  });
});
