import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { collect, exampleTarget, makeTree, temporaryFolder } from "@primepack/test-support";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import * as core from "../index.ts";
import { parseJson } from "../table/index.ts";
import { details } from "./inventory-item.ts";

const page = readFileSync(new URL("../../../../docs/inventory.md", import.meta.url), "utf8");
const schema: unknown = JSON.parse(
  readFileSync(new URL("../../schemas/inventory.schema.json", import.meta.url), "utf8"),
);
const place = temporaryFolder();

function example(language: string): string {
  const [, text] = new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "ms").exec(page) ?? [];
  if (text === undefined) throw new Error(`docs/inventory.md has no example in ${language}`);
  return text;
}

const files = { "files/notes-1.txt": "one", "files/notes-2.txt": "two, longer" };

describe("docs/inventory.md", () => {
  it("shows lines that the schema and the reader take", async () => {
    const fitsSchema = new Ajv2020({ strictTypes: false, strictRequired: false }).compile(schema as object);
    for (const line of example("ndjson").trim().split("\n")) expect(fitsSchema(JSON.parse(line)), line).toBe(true);
    await makeTree(place("lines"), files);
    await writeFile(place("lines", "inventory.ndjson"), example("ndjson"));
    const items = await collect(core.inventorySource({ file: place("lines", "inventory.ndjson") }));
    expect(items.map(({ kind }) => kind)).toEqual(["user", "group", "folder", "file", "file", "problem"]);
    expect(items[3]).toMatchObject({ size: 11, versions: [{ size: 3, version: "1.0" }] });
    expect(items[5]).toMatchObject({ message: "The vault gave no key for it" });
  });

  it("shows CSV that the reader takes", async () => {
    await makeTree(place("csv"), files);
    await writeFile(place("csv", "inventory.csv"), example("csv"));
    const [folder, file] = await collect(core.inventorySource({ file: place("csv", "inventory.csv") }));
    expect(folder).toMatchObject({ kind: "folder", path: ["Engines"], author: "CONTOSO\\ada" });
    expect(file).toMatchObject({
      kind: "file",
      size: 11,
      fields: [
        { name: "Title", type: "Text", value: "Notes, mostly" },
        { name: "Tags", type: "MultiChoice", value: ["steam", "brass"] },
      ],
    });
  });

  it("shows a sidecar that the reader takes", () => {
    expect(details(parseJson(example("json")))).toMatchObject({ author: "CONTOSO\\ada" });
  });

  it("shows a program that packages the lines, with the dates that they say", async () => {
    await makeTree(place("program"), files);
    const inventory = place("program", "inventory.ndjson");
    // Of a file without versions too the date isn't that of the file that holds its bytes.
    const plain = {
      kind: "file",
      path: "plain.txt",
      modified: "2001-02-03T04:05:06Z",
      content: { path: "files/notes-1.txt" },
    };
    await writeFile(inventory, `${example("ndjson")}${JSON.stringify(plain)}\n`);
    const run = core.build({
      source: core.inventorySource({ file: inventory }),
      target: core.parseTarget(exampleTarget),
      packages: core.memoryPackageStore(),
      encryption: "none",
      workers: 0,
    });
    const dates: unknown[] = [];
    for await (const event of run) {
      if (event.type === "item" && event.outcome.outcome === "packaged")
        dates.push([event.outcome.source, event.outcome.modified]);
    }
    const { counts } = await run.result;
    expect([counts.packaged, counts.failed]).toEqual([4, 1]);
    expect(dates).toContainEqual(["Engines/notes.txt", "2020-05-06T07:08:09Z"]);
    expect(dates).toContainEqual(["plain.txt", "2001-02-03T04:05:06Z"]);
    for (const name of ["build", "inventorySource", "memoryPackageStore", "parseTarget"]) {
      expect(example("js")).toContain(name);
      expect(core).toHaveProperty(name);
    }
  });
});
