import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readXmlRecords } from "./reader.ts";
import { splitXmlFiles } from "./split-writer.ts";

const root = { name: "Things", namespace: "urn:things" };
const record = (text: string): string => `  <Thing Text="${text}"/>\n`;

function filesOf(records: Iterable<string>, maxBytes: number): Buffer[] {
  const files: Buffer[] = [];
  for (const chunks of splitXmlFiles(root, records, maxBytes)) files.push(Buffer.concat([...chunks]));
  return files;
}

async function textsOf(file: Buffer): Promise<string[]> {
  const texts: string[] = [];
  for await (const { attributes } of readXmlRecords([file], { root: root.name, namespace: root.namespace })) {
    texts.push(attributes.Text ?? "");
  }
  return texts;
}

describe("splitXmlFiles()", () => {
  it("keeps all records in order, in well-formed files within the limit or of one record", async () => {
    const text = fc.stringMatching(/^[a-zé日]{0,300}$/);
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 40 }), fc.integer({ min: 1, max: 2000 }), async (texts, limit) => {
        const files = filesOf(texts.map(record), limit);
        const read = await Promise.all(files.map(textsOf));
        expect(read.flat()).toEqual(texts);
        for (const [index, file] of files.entries()) {
          if (file.length > limit && texts.length > 0) expect(read[index]).toHaveLength(1);
        }
      }),
    );
  });

  it("begins a new file only for a record that does not fit", () => {
    const one = filesOf([record("a")], 10_000)[0] as Buffer;
    const both = filesOf([record("a"), record("b")], 10_000)[0] as Buffer;
    expect(filesOf([record("a"), record("b")], both.length)).toHaveLength(1);
    expect(filesOf([record("a"), record("b")], both.length - 1)[0]).toEqual(one);
  });

  it("writes one empty root for no records", () => {
    expect(filesOf([], 1).map(String)).toEqual([
      '<?xml version="1.0" encoding="utf-8"?>\n<Things xmlns="urn:things"/>\n',
    ]);
  });

  it("takes records only as chunks are asked for", () => {
    let taken = 0;
    function* endless(): Generator<string> {
      for (;;) {
        taken++;
        yield record("x".repeat(1000));
      }
    }
    const [chunks = []] = splitXmlFiles(root, endless(), 1e9);
    let read = 0;
    for (const _ of chunks) if (++read === 2) break;
    expect(taken).toBeLessThan(140);
  });

  it("refuses to go on before a file was read to its end", () => {
    const files = splitXmlFiles(root, [record("a"), record("b")], 1);
    files.next();
    expect(() => files.next()).toThrow(expect.objectContaining({ code: "INTERNAL" }));
  });

  it("closes the records where the files are not asked for to the end", () => {
    let closed = false;
    function* records(): Generator<string> {
      try {
        yield record("a");
        yield record("b");
      } finally {
        closed = true;
      }
    }
    for (const _ of splitXmlFiles(root, records(), 1)) break;
    expect(closed).toBe(true);
  });
});
