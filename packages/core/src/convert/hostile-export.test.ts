import { collect, temporaryFolder } from "@primepack/test-support";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryContainer } from "../container/memory.ts";
import { codes, PrimepackError } from "../errors/index.ts";
import { xmlClean } from "../xml/index.ts";
import { exportSource } from "./export-source.ts";
import { inspectPackage } from "./inspect.ts";

const folder = temporaryFolder();

const names = [
  "plain",
  "b.txt",
  "c d",
  "a",
  "A",
  "..",
  ".",
  "",
  "a\\b",
  "x y",
  "Forms",
  "7_.000",
  "é",
  "_x0001_",
  "_xD800_",
  "-",
];
const anyUrl = fc.array(fc.constantFrom(...names), { maxLength: 4 }).map((parts) => `Docs/${parts.join("/")}`);
const anyGuid = fc.integer({ min: 10, max: 99 }).map((number) => `bbbbbbbb-0000-4000-8000-0000000000${number}`);
const anyValue = fc.oneof(
  fc.constantFrom(
    "",
    "1",
    "-1",
    "1.0",
    "2.0",
    "600.600",
    "true",
    "2024-02-30T25:00:00",
    "11;UserInfo",
    "x".repeat(9000),
  ),
  fc.string({ unit: "grapheme", maxLength: 8 }),
  anyGuid,
);
const attributeNames = {
  File: ["Version", "Author", "FileSize", "FileValue", "TimeCreated", "ListItemIntId", "EncodedAttributes", "Own"],
  Folder: ["ProgId", "Author", "TimeLastModified", "EncodedAttributes", "Name"],
  ListItem: ["DocId", "IntId", "DocType", "Version", "ContentTypeId", "ModerationStatus", "Name", "DirName"],
} as const;
const escaped = (text: string) => xmlClean(text).replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`);

function element(draw: fc.GeneratorValue, depth: number): string {
  const [name = "File"] = draw(() =>
    fc.constantFrom(
      ["Fields"],
      ["Versions"],
      ["Attachments"],
      ["Properties"],
      ["Comments"],
      ["SharedWithEvents"],
      ["Links"],
      ["WebParts"],
      ["Other"],
    ),
  );
  const inner: Record<string, string> = {
    Fields: "Field",
    Versions: "File",
    Attachments: "Attachment",
    Properties: "Property",
    Comments: "Comment",
    Links: "Link",
  };
  const attributes = ["Name", "Value", "Version", "Id", "Text", "UserId"].map(
    (attribute) => `${attribute}="${escaped(draw(() => anyValue))}"`,
  );
  const nested = depth > 0 && draw(fc.boolean) ? element(draw, depth - 1) : "";
  return `<${name}><${inner[name] ?? "Thing"} ${attributes.filter(() => draw(fc.boolean)).join(" ")}>${nested}</${inner[name] ?? "Thing"}></${name}>`;
}

function object(draw: fc.GeneratorValue): string {
  const child = draw(() => fc.constantFrom("File" as const, "Folder" as const, "ListItem" as const));
  const type = draw(() => fc.constantFrom(`SP${child}`, `SP${child}`, `SP${child}`, "SPFile", "SPWeb", "constructor"));
  const url = draw(() => anyUrl);
  const attributes = attributeNames[child]
    .filter(() => draw(fc.boolean))
    .map((name) => ` ${name}="${escaped(draw(() => anyValue))}"`);
  const deleted = draw(() => fc.nat(9)) === 0 ? ' IsDeleted="true"' : "";
  const urlName = child === "ListItem" ? "FileUrl" : "Url";
  const children = draw(fc.boolean) ? element(draw, 2) : "";
  return `<SPObject ObjectType="${type}" ParentWebUrl="/sites/a"${deleted}><${child} Id="${draw(() => anyGuid)}" ${urlName}="${escaped(url)}"${attributes.join("")}>${children}</${child}></SPObject>`;
}

describe("exportSource() and inspectPackage() with any export", () => {
  it("give entries in depth-first order whose names stay in the list, or an error with a code", async () => {
    let entries = 0;
    await fc.assert(
      fc.asyncProperty(fc.gen(), fc.constantFrom("SPList", "SPDocumentLibrary"), async (draw, listType) => {
        const objects = Array.from({ length: draw(() => fc.integer({ min: 0, max: 12 })) }, () => object(draw));
        const list = `<SPObject ObjectType="${listType}"><${listType === "SPList" ? "List" : "DocumentLibrary"} Id="x" RootFolderUrl="/sites/a/Docs"/></SPObject>`;
        const xml = `<SPObjects xmlns="urn:deployment-manifest-schema">${[...objects, list].join("\n")}</SPObjects>`;
        const container = new MemoryContainer();
        await container.putBlob("Manifest.xml", Buffer.from(xml), { md5: "" });
        const source = exportSource({
          from: container,
          temporaryDirectory: folder(),
          memoryBytes: 2000,
          content: () => ({ content: Buffer.from("x"), size: 1 }),
        });
        try {
          const left = new Set<string>();
          let above: string[] = [];
          for (const item of await collect(source)) {
            if (!("path" in item)) continue;
            if (item.kind === "problem") {
              expect(codes).toHaveProperty(item.code ?? "");
              continue;
            }
            if (item.kind === "deletion") continue;
            entries += 1;
            for (const name of item.path) expect(["", ".", ".."]).not.toContain(name);
            expect(item.path.join("")).not.toMatch(/[/\\\0]/);
            const folders = item.path.slice(0, -1).map((_, index) => item.path.slice(0, index + 1).join("/"));
            for (const place of above) if (!folders.includes(place)) left.add(place);
            for (const place of folders) expect(left).not.toContain(place);
            above = item.kind === "folder" ? [...folders, item.path.join("/")] : folders;
          }
          await inspectPackage(container, { maxFolders: 3, depth: 3 });
        } catch (reason) {
          if (!(reason instanceof PrimepackError) || reason.code === "INTERNAL") throw reason;
        }
      }),
      { numRuns: 300, endOnFailure: true },
    );
    expect(entries).toBeGreaterThan(50);
  }, 120_000);

  it("give an error with a code, or items, for a manifest that was cut or changed", async () => {
    const whole = Buffer.from(
      `<SPObjects xmlns="urn:deployment-manifest-schema"><SPObject ObjectType="SPFile" ParentWebUrl="/s"><File Id="1" Url="Docs/a.txt" EncodedAttributes="Url"><Versions><File Version="1.0"/></Versions></File></SPObject><SPObject ObjectType="SPList"><List Id="2" RootFolderUrl="/s/Docs"/></SPObject></SPObjects>`,
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), async (at, byte, isCut) => {
        const bytes = Buffer.from(isCut ? whole.subarray(0, at) : whole);
        if (!isCut) bytes[at] = byte;
        const container = new MemoryContainer();
        await container.putBlob("Manifest.xml", bytes, { md5: "" });
        await collect(exportSource({ from: container, temporaryDirectory: folder() })).catch((reason: unknown) => {
          if (!(reason instanceof PrimepackError) || reason.code === "INTERNAL") throw reason;
        });
      }),
      { numRuns: 300 },
    );
  }, 120_000);
});
