import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SourceContent, SourceItem } from "@primepack/core";
import { collect, RandomSource } from "@primepack/test-support";
import fc from "fast-check";
import type { Details } from "../emulator/given-item.ts";

/** An inventory on disk, and what its lines say. */
export interface RichInventory {
  readonly file: string;
  readonly items: readonly Details[];
  readonly definitions: readonly SourceItem[];
}

/** Ids that the site doesn't give out by itself while the inventory is imported. */
const FIRST_ITEM_ID = 50_000;
const FIRST_ROLE = 1_900_000_001;
const ROLES = 60;

/**
 * Writes an inventory of at least so many folders and files, or list items, that use all that a line may say: versions,
 * people, permissions, columns, ids. Contents are in lines and in files, in turn. The same for the same seed.
 */
export async function makeRichInventory(
  folder: string,
  kind: "library" | "list",
  count: number,
  seed: number,
): Promise<RichInventory> {
  const roles = Array.from({ length: ROLES }, (_, number): SourceItem => {
    const id = FIRST_ROLE + number;
    return { kind: "role", name: `Role ${id}`, id, permMask: "138612833" };
  });
  const definitions: SourceItem[] = [...roles];
  const items: Details[] = [];
  for (let set = 0; items.length < count; set += 1) {
    const [draw] = fc.sample(fc.gen(), { seed: seed + set, numRuns: 1 });
    if (draw === undefined) throw new Error("Nothing was drawn");
    items.push({ kind: "folder", path: [`Set ${set}`], created: EARLY, modified: EARLY });
    for (const item of new RandomSource(draw, kind).items()) {
      if (item.kind === "folder" || item.kind === "file" || item.kind === "item") {
        const itemId = items.length % 3 === 0 ? { itemId: FIRST_ITEM_ID + items.length } : {};
        items.push({ ...item, ...itemId, path: [`Set ${set}`, ...item.path] });
      } else if (set === 0 && (item.kind === "user" || item.kind === "group")) definitions.push(item);
    }
  }
  await mkdir(join(folder, "contents"), { recursive: true });
  const contents = new LineContents(folder);
  const lines: string[] = [];
  for (const item of [...definitions, ...items]) lines.push(JSON.stringify(await contents.replaced(item)));
  const file = join(folder, "inventory.ndjson");
  await writeFile(file, `${lines.join("\n")}\n`);
  return { file, items, definitions };
}

const EARLY = new Date("1905-06-30T12:00:00Z");

/** Puts contents where lines of an inventory name them. */
class LineContents {
  readonly #folder: string;
  #count = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async replaced(value: unknown): Promise<unknown> {
    if (Array.isArray(value)) return Promise.all(value.map((one) => this.replaced(one)));
    if (typeof value !== "object" || value === null || value instanceof Date) return value;
    const entries = Object.entries(value).map(async ([name, of]) =>
      name === "content" ? [name, await this.#line(of as SourceContent)] : [name, await this.replaced(of)],
    );
    return Object.fromEntries(await Promise.all(entries));
  }

  async #line(content: SourceContent): Promise<unknown> {
    const bytes = await bytesOf(content);
    this.#count += 1;
    if (this.#count % 2 === 0) return { base64: bytes.toString("base64") };
    const path = `contents/${this.#count}.bin`;
    await writeFile(join(this.#folder, path), bytes);
    return { path };
  }
}

async function bytesOf(content: SourceContent): Promise<Buffer> {
  if (content instanceof Uint8Array) return Buffer.from(content);
  if ("path" in content) throw new Error("The made-up source has no files");
  return Buffer.concat(await collect(await content.open(new AbortController().signal)));
}
