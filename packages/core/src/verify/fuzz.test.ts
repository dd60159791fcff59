import { createHash } from "node:crypto";
import { richPackage } from "@primepack/test-support";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryContainer } from "../container/memory.ts";
import { codes } from "../errors/index.ts";
import { verify } from "./verify.ts";

/** Packages that the property tries; more with `FUZZ_RUNS=10000`, others with `FUZZ_SEED`. */
const numRuns = Number(process.env.FUZZ_RUNS ?? 60);
const seed = Number(process.env.FUZZ_SEED ?? 3);

const sample = richPackage();
const files = Object.keys(sample.manifest);

/** Values that rules may stumble over, in place of any attribute's. */
const values = [
  "",
  "0",
  "-1",
  "1",
  "7",
  "99999999999999999999",
  "1e309",
  "NaN",
  "true",
  "..",
  "../../x",
  "..\\x",
  "/",
  "//",
  "a/../b",
  "https://t.example/",
  "__proto__",
  "constructor",
  "9.9",
  "1.512",
  "9999-12-31T23:59:59",
  "2024-02-30T00:00:00",
  "Manifest.xml",
  "UserGroup.xml",
  "1.dat",
  ";#",
  "7;UserInfo",
  "DeploymentRoles",
  "File",
  "aaaaaaaa-0000-4000-8000-000000000001",
  "31000000-0000-4000-8000-000000000001",
  "x".repeat(500),
];

interface Change {
  readonly file: string;
  readonly place: number;
  readonly kind: "value" | "name" | "drop" | "double" | "move";
  readonly value: string;
}

const change: fc.Arbitrary<Change> = fc.record({
  file: fc.constantFrom(...files),
  place: fc.nat(),
  kind: fc.constantFrom("value", "name", "drop", "double", "move"),
  value: fc.constantFrom(...values),
});

/** Well-formed files again, mostly: what the rules have to bear. */
function applied(texts: Record<string, string>, { file, place, kind, value }: Change): void {
  const text = texts[file] ?? "";
  const attributes = [...text.matchAll(/ ([A-Za-z]+)="([^"]*)"/g)];
  const elements = [...text.matchAll(/<([A-Za-z]+)(?: [^<>]*)?\/>/g)];
  const [attribute] = attributes.slice(place % Math.max(1, attributes.length));
  const [element] = elements.slice(place % Math.max(1, elements.length));
  const replace = (match: RegExpMatchArray | undefined, to: string) => {
    if (match?.index === undefined) return;
    texts[file] = text.slice(0, match.index) + to + text.slice(match.index + match[0].length);
  };
  if (kind === "value") replace(attribute, ` ${attribute?.[1]}="${value}"`);
  if (kind === "name") replace(attribute, ` X${attribute?.[1]}="${attribute?.[2]}"`);
  if (kind === "drop") replace(element, "");
  if (kind === "double") replace(element, `${element?.[0]}${element?.[0]}`);
  if (kind === "move") replace(attribute, ` ${attributes[0]?.[1]}x="${attribute?.[2]}"`);
}

describe("verify() of mutated packages", () => {
  it("ends with findings of known codes, whatever the files say", async () => {
    const property = fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
      const texts = { ...sample.manifest };
      for (const each of changes) applied(texts, each);
      const container = async (blobs: Record<string, string | Uint8Array>) => {
        const memory = new MemoryContainer();
        for (const [name, text] of Object.entries(blobs)) {
          const bytes = Buffer.from(text as string);
          await memory.putBlob(name, bytes, { md5: createHash("md5").update(bytes).digest("base64") });
        }
        return memory;
      };
      const run = verify({
        packages: [{ name: "rich", content: await container(sample.content), manifest: await container(texts) }],
      });
      for await (const event of run) {
        if (event.type !== "finding") continue;
        const { code, place, message } = event.finding;
        expect(Object.keys(codes)).toContain(code);
        expect(place).toMatch(/^(manifest|content|packages\.ndjson|blobs\.ndjson)/);
        expect(message.length).toBeLessThan(2_000);
      }
      await run.result;
    });
    await fc.assert(property, { numRuns, seed });
  });
});
